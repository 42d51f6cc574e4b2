// The data plane as it stood at one moment of a run: tables, carriers, power and service
// translations.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "results/record/record.h"

namespace seatrial::results {

// Why nothing gets through somewhere, and the record that says so.
struct Obstacle {
  std::string what;      // "worker2 has no power since 30 s"
  std::string evidence;  // "fault/0"; empty where the topology itself is the reason
};

// One link-layer way from a node's interface: the switches on it, and who is at its end.
struct Neighbour {
  std::string node;
  std::vector<std::string> switches;
  std::optional<Obstacle> obstacle;  // on the way to it
};

class Snapshot {
 public:
  Snapshot(const Record& record, TimePoint at);

  TimePoint at() const { return at_; }
  const Fib* fib(const std::string& node) const;  // nullptr: it has none
  std::optional<Obstacle> power(const std::string& node) const;
  // At one end of a cable: no carrier, or a cable that carries nothing.
  std::optional<Obstacle> port(const std::string& port) const;
  // The node that answers for `address` behind `node`'s interface. Nothing: nobody does.
  std::optional<Neighbour> neighbour(const std::string& node, const std::string& interface,
                                     const net::IpAddress& address) const;
  // Whether `address` is one of the node's own.
  bool owns(const std::string& node, const net::IpAddress& address) const;
  // The translations of `address` at `node`, by their index in the record. A port of 0 asks for
  // all.
  std::vector<std::size_t> translations(const std::string& node, const net::Endpoint& to) const;
  const NatChanged& nat(std::size_t index) const { return record_.nat()[index]; }

 private:
  void note_ports(const Record& record);
  void note_faults(const Record& record);
  std::optional<Neighbour> search(const std::string& port, const net::IpAddress& address,
                                  std::set<std::string>& seen) const;

  const Record& record_;
  TimePoint at_;
  std::map<std::string, Fib> fibs_;
  std::map<std::string, Obstacle> dead_;                 // machines without power
  std::map<std::string, Obstacle> ports_;                // ports without carrier
  std::map<std::string, std::string> cables_;            // port, the port at the other end
  std::map<std::string, std::set<net::IpAddress>> own_;  // node, its addresses
  std::map<std::pair<std::string, net::Endpoint>, std::map<std::string, std::size_t>> nat_;
};

}  // namespace seatrial::results
