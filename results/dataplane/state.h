// The forwarding state of every machine at a moment of a replay: tables, service translations, who
// announces what, which pods are ready, and the wiring. The observations of a run are applied in
// order of time; whoever checks invariants is told what each one touched.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/net/prefix_map.h"
#include "results/dataplane/wiring.h"
#include "results/record/record.h"

namespace seatrial::results::dataplane {

struct Entry {
  std::vector<NextHop> next_hops;
  std::string protocol;
  std::size_t record = 0;  // of Record::fib()

  // An address of the node itself.
  bool local() const { return protocol == "kernel" && next_hops.empty(); }
  bool drops() const { return protocol == "blackhole" || protocol == "unreachable"; }
  bool by_gateway() const;
};

// One service port at a node.
struct Translation {
  std::vector<net::Endpoint> backends;
  std::size_t record = 0;  // of Record::nat()
};
using ServicePort = std::pair<std::string, std::uint16_t>;  // protocol, port

// What an observation may have changed.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void route_changed(const std::string& node, const net::Prefix& prefix) = 0;
  virtual void announcer_changed(const net::Prefix& prefix) = 0;
  virtual void translation_changed(const std::string& node, const net::IpAddress& address) = 0;
  // What a port knows of one neighbour.
  virtual void neighbour_changed(const std::string& port, const net::IpAddress& address) = 0;
  // The cable at a port, or the power of a machine that it leads to: next hops behind it may be
  // reached or not now. When it came back, ARP that was given up anywhere is tried again.
  virtual void cable_changed(const std::string& port) = 0;
  // Power: a machine neither forwards nor announces any more.
  virtual void machine_changed(const std::string& node) = 0;
};

class State {
 public:
  explicit State(const Record& record);

  // The moment of the next observation; TimePoint::max() when there is none.
  TimePoint next() const;
  // Applies all observations up to and at `at`.
  void advance(TimePoint at, Listener* listener = nullptr);

  const Wiring& wiring() const { return wiring_; }
  // nullptr: it never had a route.
  const net::PrefixMap<Entry>* table(const std::string& node) const;
  const std::map<ServicePort, Translation>* translations(const std::string& node,
                                                         const net::IpAddress& address) const;
  // A live machine originates the prefix, or has it as an address or a connected subnet. A pod does
  // while it is ready.
  bool announced(const net::Prefix& prefix) const;
  bool announces(const std::string& node, const net::Prefix& prefix) const;
  // Live or not, pods included; nullptr: nobody.
  const std::map<std::string, unsigned>* announcers(const net::Prefix& prefix) const;
  // Of Record::fib(): the change that is being told of in route_changed().
  std::size_t current_route() const { return current_route_; }

  // Every machine that forwards or sends: pods do it through their node.
  const std::vector<std::string>& machines() const { return machines_; }

 private:
  enum class Kind : std::uint8_t { fault, link, pod, fib, rib, neighbour, nat };
  struct Event {
    TimePoint at;
    Kind kind;
    std::size_t index;
  };
  template <typename List>
  void queue(Kind kind, const List& list);
  void apply(const Event& event, Listener& listener);
  void apply_fault(std::size_t index, Listener& listener);
  void apply_fib(std::size_t index, Listener& listener);
  void apply_pod(std::size_t index, Listener& listener);
  void announce(const net::Prefix& prefix, const std::string& node, unsigned how, bool on,
                Listener& listener);

  const Record& record_;
  Wiring wiring_;
  std::vector<Event> events_;
  std::size_t position_ = 0;
  std::size_t current_route_ = 0;
  std::vector<std::string> machines_;
  std::map<std::string, net::PrefixMap<Entry>> tables_;
  std::map<std::pair<std::string, net::IpAddress>, std::map<ServicePort, Translation>> nat_;
  std::map<net::Prefix, std::map<std::string, unsigned>> announcers_;  // how: bits
  std::set<std::string> ready_pods_;
  std::map<std::string, net::IpAddress> pod_address_;
};

// 127.0.0.0/8 and 169.254.0.0/16 mean something else at every node.
bool of_one_node(const net::Prefix& prefix);

}  // namespace seatrial::results::dataplane
