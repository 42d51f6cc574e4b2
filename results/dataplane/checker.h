// The invariants, checked incrementally. Every prefix that anybody announces or routes to by a
// gateway is one class of packets: at each machine the longest entry that covers the prefix decides
// (more specific prefixes are classes of their own). A class keeps what each machine does with it;
// a change touches the steps of one machine in the classes that its prefix covers, or the classes
// that use a next hop whose state changed, and only those are judged anew. Where no other machine
// sends packets of the class to the one that changed, it alone is: it cannot be on a cycle, and
// what becomes of its packets its next hops know already. Otherwise the whole class is, in time
// linear in machines and branches, by peeling sinks (what remains reaches a cycle) and by walking
// back from where packets are lost.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "results/dataplane/state.h"
#include "results/dataplane/windows.h"

namespace seatrial::results::dataplane {

class Checker final : public Listener {
 public:
  explicit Checker(const State& state);

  // What changed at a class since the last settle(): per machine (as State::machines()).
  enum Verdict : std::uint8_t { fine = 0, loops = 1, lost = 2 };
  using Changed =
      std::function<void(std::size_t prefix_class, std::span<const std::size_t> machines)>;
  // Judges what was touched; calls back for each class whose verdicts changed, with the machines
  // whose verdict did.
  void settle(const Changed& changed);

  std::size_t class_count() const { return classes_.size(); }
  const net::Prefix& prefix(std::size_t index) const { return classes_[index].prefix; }
  // As machines are: what is to be reported of a packet that starts there.
  const std::vector<std::uint8_t>& verdicts(std::size_t index) const {
    return classes_[index].reported;
  }
  // A way from the machine to where it goes wrong, and why.
  struct Witness {
    std::vector<WitnessHop> hops;
    std::string reason;
    std::vector<std::string> evidence;
  };
  Witness witness(std::size_t index, std::size_t machine, Verdict kind) const;

  // Listener
  void route_changed(const std::string& node, const net::Prefix& prefix) override;
  void announcer_changed(const net::Prefix& prefix) override;
  void translation_changed(const std::string& node, const net::IpAddress& address) override;
  void neighbour_changed(const std::string& port, const net::IpAddress& address) override {
    neighbours_touched_.insert({port, address});
  }
  void cable_changed(const std::string& port) override { cables_touched_.insert(port); }
  void machine_changed(const std::string& node) override { machines_touched_.insert(node); }

 private:
  // A next hop that some class uses: whether it is reached is looked up once for all of them.
  struct Adjacency {
    std::string port;
    net::IpAddress address;
    bool on_link = false;
    Neighbour neighbour;
    int machine = -1;  // index; -1: a pod, or none
    std::set<std::size_t> users;
  };
  struct AdjacencyKey {
    std::string port;
    net::IpAddress address;
    bool on_link = false;
    friend bool operator==(const AdjacencyKey&, const AdjacencyKey&) = default;
  };
  struct AdjacencyHash {
    std::size_t operator()(const AdjacencyKey& key) const noexcept {
      return std::hash<std::string>()(key.port) * 0x9e3779b97f4a7c15U +
             std::hash<net::IpAddress>()(key.address) * 2 + (key.on_link ? 1U : 0U);
    }
  };
  struct Step {
    enum class End : std::uint8_t { off, none, dropped, delivered, forwarded };
    End end = End::none;
    std::vector<std::size_t> adjacencies;
    std::vector<std::size_t> backends;  // classes: translated here
    std::string evidence;
    bool exact_gateway = false;  // by a route for exactly this prefix
    friend bool operator==(const Step&, const Step&) = default;
  };
  enum Bits : std::uint8_t { bit_loop = 1, bit_lost = 2, bit_stale = 4 };
  struct Class {
    net::Prefix prefix;
    std::vector<Step> steps;
    std::vector<std::uint8_t> bits;
    std::vector<std::uint8_t> reported;
    std::vector<bool> had;               // a route, since it is announced
    std::vector<std::uint32_t> senders;  // by machine: branches of others that lead to it
    std::size_t exact_gateways = 0;      // steps that are by one
    bool announced = false;
    bool exact = false;
    bool queued = false;
    bool all = false;                  // every machine is to be judged, and not only:
    std::vector<std::size_t> touched;  // machines whose step changed
    bool translated = false;
    std::set<std::size_t> dependents;  // classes that are translated into this one
  };
  struct Scratch {
    std::vector<std::vector<std::size_t>> back;
    std::vector<std::size_t> out;
    std::vector<std::size_t> queue;
    std::vector<bool> announcing;
    std::vector<std::size_t> reported;
  };

  std::size_t class_of(const net::Prefix& prefix);
  void queue(std::size_t index);
  void touch_all(std::size_t index);
  // Calls `visit(machine)` for each machine that is sent packets of the class by this step.
  template <typename Visit>
  void for_each_receiver(const Step& step, Visit visit) const;
  std::size_t adjacency(const std::string& port, const net::IpAddress& address, bool on_link);
  void refresh_step(std::size_t index, std::size_t machine);
  Step make_step(std::size_t index, std::size_t machine);
  void refresh_cables(const std::set<std::string>& ports);
  void refresh(std::size_t index);
  void refresh_machine(const std::string& node);
  // The bits of a machine's own step: where it loses packets itself.
  std::uint8_t own_bits(const Class& c, std::size_t machine, bool announcing) const;
  static std::uint8_t bits_of(const Adjacency& next);
  void judge(std::size_t index);
  bool judge_alone(Class& c, std::size_t machine) const;
  void judge_touched(std::size_t index);
  void spread(Class& c, std::uint8_t bit);
  std::uint8_t verdict_of(const Class& c, std::size_t machine) const;
  void report(std::size_t index, const Changed& changed);
  std::string reason_at(const Class& c, std::size_t machine, bool stale_only,
                        std::vector<std::string>& evidence) const;

  const State& state_;
  std::map<std::string, std::size_t> machine_index_;
  std::vector<bool> alive_;
  std::vector<Class> classes_;
  net::PrefixMap<std::size_t> class_index_;
  std::vector<Adjacency> adjacencies_;
  std::unordered_map<AdjacencyKey, std::size_t, AdjacencyHash> adjacency_index_;
  std::vector<std::size_t> dirty_;
  std::set<std::string> machines_touched_;
  std::set<std::pair<std::string, net::IpAddress>> neighbours_touched_;
  std::set<std::string> cables_touched_;
  std::vector<std::vector<std::size_t>> adjacencies_of_cable_;
  std::set<std::size_t> arp_failed_;  // adjacencies that nobody answered for
  Scratch scratch_;
};

}  // namespace seatrial::results::dataplane
