// The store of a run's observations and the questions that are asked of it. Records are kept in the
// order of arrival, which in a simulation is the order of time; an evidence id names one of them:
// "request/17" is the 17th finished request, counted from 0.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "models/net/prefix_map.h"
#include "results/record/observations.h"
#include "results/record/topology.h"

namespace seatrial::results {

// One BGP session as seen from one side, over the whole run.
struct SessionSummary {
  std::string node;
  net::IpAddress peer;
  std::string state;                           // at the time asked for
  std::optional<TimePoint> first_established;  // up to the time asked for
  std::optional<TimePoint> last_established;
  std::optional<TimePoint> last_lost;
  std::string last_reason;
  std::size_t established_count = 0;
  std::size_t record = 0;  // index of the last SessionChanged that counted

  bool established() const { return state == "Established"; }
};

struct FibEntry {
  std::vector<NextHop> next_hops;  // sorted
  std::string protocol;
  std::size_t record = 0;  // index of the FibChanged that installed it
};
using Fib = net::PrefixMap<FibEntry>;

struct RibEntry {
  std::vector<net::IpAddress> next_hops;  // sorted
  std::string protocol;
  std::string detail;
  std::size_t record = 0;
};
using Rib = net::PrefixMap<RibEntry>;

class Record {
 public:
  void add(SessionChanged observation) { sessions_.push_back(std::move(observation)); }
  void add(BfdChanged observation) { bfd_.push_back(std::move(observation)); }
  void add(RibChanged observation) { rib_.push_back(std::move(observation)); }
  void add(FibChanged observation) { fib_.push_back(std::move(observation)); }
  void add(RequestFinished observation) { requests_.push_back(std::move(observation)); }
  void add(ProxyRecord observation) { proxies_.push_back(std::move(observation)); }
  void add(RequestServed observation) { served_.push_back(std::move(observation)); }
  void add(HopSeen observation) { hops_.push_back(std::move(observation)); }
  void add(Drop observation) { drops_.push_back(std::move(observation)); }
  void add(QueueStood observation) { queues_.push_back(std::move(observation)); }
  // One that still stands grows.
  QueueStood& queue(std::size_t index) { return queues_.at(index); }
  void add(PodChanged observation) { pods_.push_back(std::move(observation)); }
  void add(EndpointsChanged observation) { endpoints_.push_back(std::move(observation)); }
  void add(LinkChanged observation) { links_.push_back(std::move(observation)); }
  void add(FaultInjected observation) { faults_.push_back(std::move(observation)); }
  void add(NeighbourChanged observation) { neighbours_.push_back(std::move(observation)); }
  void add(NatChanged observation) { nat_.push_back(std::move(observation)); }
  void add(SessionConfigured observation) { configured_.push_back(std::move(observation)); }
  void add(Note observation) { notes_.push_back(std::move(observation)); }
  void set_topology(Topology topology) { topology_ = std::move(topology); }
  // A named total of the run that does not depend on the machine: "packet-hops", "events".
  void count(const std::string& name, std::uint64_t amount = 1) { counters_[name] += amount; }

  const std::vector<SessionChanged>& sessions() const { return sessions_; }
  const std::vector<BfdChanged>& bfd() const { return bfd_; }
  const std::vector<RibChanged>& rib() const { return rib_; }
  const std::vector<FibChanged>& fib() const { return fib_; }
  const std::vector<RequestFinished>& requests() const { return requests_; }
  const std::vector<ProxyRecord>& proxies() const { return proxies_; }
  const std::vector<RequestServed>& served() const { return served_; }
  const std::vector<HopSeen>& hops() const { return hops_; }
  const std::vector<Drop>& drops() const { return drops_; }
  const std::vector<QueueStood>& queues() const { return queues_; }
  const std::vector<PodChanged>& pods() const { return pods_; }
  const std::vector<EndpointsChanged>& endpoints() const { return endpoints_; }
  const std::vector<LinkChanged>& links() const { return links_; }
  const std::vector<FaultInjected>& faults() const { return faults_; }
  const std::vector<NeighbourChanged>& neighbours() const { return neighbours_; }
  const std::vector<NatChanged>& nat() const { return nat_; }
  const std::vector<SessionConfigured>& configured() const { return configured_; }
  const std::vector<Note>& notes() const { return notes_; }
  const Topology& topology() const { return topology_; }
  const std::map<std::string, std::uint64_t>& counters() const { return counters_; }

  // Every session that was ever reported, as it stood at `at` (what happened at `at` included),
  // sorted by node and peer. Without a time: at the end.
  std::vector<SessionSummary> sessions_at(std::optional<TimePoint> at = std::nullopt) const;
  // The forwarding table, or the Loc-RIB, of `node` at a moment.
  Fib fib_at(const std::string& node, std::optional<TimePoint> at = std::nullopt) const;
  Rib rib_at(const std::string& node, std::optional<TimePoint> at = std::nullopt) const;
  // Every node that reported one, sorted.
  std::vector<std::string> fib_nodes() const;
  std::vector<std::string> rib_nodes() const;
  // The pod that had `address` at a moment; nullptr for none.
  const PodChanged* pod_at(const net::IpAddress& address, TimePoint at) const;

 private:
  std::vector<SessionChanged> sessions_;
  std::vector<BfdChanged> bfd_;
  std::vector<RibChanged> rib_;
  std::vector<FibChanged> fib_;
  std::vector<RequestFinished> requests_;
  std::vector<ProxyRecord> proxies_;
  std::vector<RequestServed> served_;
  std::vector<HopSeen> hops_;
  std::vector<Drop> drops_;
  std::vector<QueueStood> queues_;
  std::vector<PodChanged> pods_;
  std::vector<EndpointsChanged> endpoints_;
  std::vector<LinkChanged> links_;
  std::vector<FaultInjected> faults_;
  std::vector<NeighbourChanged> neighbours_;
  std::vector<NatChanged> nat_;
  std::vector<SessionConfigured> configured_;
  std::vector<Note> notes_;
  Topology topology_;
  std::map<std::string, std::uint64_t> counters_;
};

// "request/17"
std::string evidence_id(std::string_view kind, std::size_t index);

}  // namespace seatrial::results
