// What calico-node does on one node once addresses are given out: Felix programs a route for every
// local pod, confd and BIRD a blackhole for every block, and BIRD originates the blocks, the
// service ranges and the borrowed addresses. Each takes its time, and the times differ: that is how
// a pod can be reachable from its own node before it is from elsewhere.
//
// The speaker's export filter is fixed when it starts, while confd rewrites BIRD's with every
// block. The part of the filter that moves is therefore applied here: addresses inside an own block
// are not offered to the speaker, addresses outside of one (borrowed) are.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "models/bgp/config.h"
#include "models/calico/resources.h"
#include "models/io/host.h"

namespace seatrial::calico {

// From a change in the datastore to its effect, each drawn uniformly from a range. Felix and confd
// publish no figures; these are estimates for an idle node, not measurements.
struct NodeLatency {
  struct Range {
    Duration least;
    Duration most;
  };
  Range felix{5ms, 20ms};   // to a pod's route in the kernel; Felix flushes its dataplane at once
  Range confd{10ms, 50ms};  // to BIRD's files written and re-read: blocks, service ranges
  Range bird{1ms, 5ms};     // from a kernel route to BIRD's table (netlink event; the scan is 2 s)
};

struct NodeRoute {
  enum class Kind { local_pod, blackhole };
  Kind kind = Kind::local_pod;
  net::Prefix prefix;
  std::string interface;  // of a pod: the node's end of its link
  friend bool operator==(const NodeRoute&, const NodeRoute&) = default;
};

// Where the agent's decisions go: the node's forwarding table and its speaker.
class NodeAgentSink {
 public:
  virtual ~NodeAgentSink() = default;
  virtual void route_added(const NodeRoute& route) = 0;
  virtual void route_removed(const NodeRoute& route) = 0;
  virtual void originate(const bgp::OriginatedRoute& route) = 0;
  virtual void withdraw(const net::Prefix& prefix) = 0;
};

class NodeAgent {
 public:
  // `host`, `resources` and `sink` must outlive the agent.
  NodeAgent(io::Host& host, const Resources& resources, Labels labels, NodeAgentSink& sink,
            NodeLatency latency = {});
  NodeAgent(const NodeAgent&) = delete;
  NodeAgent& operator=(const NodeAgent&) = delete;

  void start();  // originates the service ranges
  void block_changed(const net::Prefix& block, bool affine);
  void pod_added(const net::IpAddress& address, std::string interface);
  void pod_removed(const net::IpAddress& address);
  // A service address of its own (externalTrafficPolicy: Local with a ready endpoint here).
  void service_changed(const net::IpAddress& address, bool announced);
  void labels_changed(Labels labels);  // the exclude label comes or goes

  // What is in force now, in order of prefix.
  std::vector<NodeRoute> routes() const;
  std::vector<net::Prefix> originated() const;

 private:
  struct Job {
    std::unique_ptr<io::Timer> timer;
    std::function<void()> what;
  };

  // Changes may overtake each other, so a job brings its subject to the state wanted by then.
  void later(const NodeLatency::Range& range, std::function<void()> what);
  void sync_pod(const net::IpAddress& address);
  void sync_pod_announcement(const net::IpAddress& address);
  void sync_block(const net::Prefix& block);
  void sync_services();
  void set_route(const net::Prefix& prefix, const NodeRoute* wanted);
  void set_originated(const net::Prefix& prefix, bool wanted);
  bool in_own_block(const net::IpAddress& address) const;

  io::Host& host_;
  const Resources& resources_;
  Labels labels_;
  NodeAgentSink& sink_;
  NodeLatency latency_;
  // Wanted.
  std::set<net::Prefix> blocks_;
  std::map<net::IpAddress, std::string> pods_;
  std::set<net::IpAddress> local_services_;
  // In force.
  std::map<net::Prefix, NodeRoute> routes_;
  std::set<net::Prefix> originated_;
  std::set<net::Prefix> services_;
  std::list<Job> jobs_;
};

// natOutgoing: a packet from a pool with natOutgoing to a destination outside every pool leaves
// with the node's address.
bool masquerade(const std::vector<IpPool>& pools, const net::IpAddress& source,
                const net::IpAddress& destination);

}  // namespace seatrial::calico
