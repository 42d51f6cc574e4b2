// The way of one request: which edge, which ingress pod and which app pod served it, and every node
// its packets passed on each leg.
//
// Proxies do not know each other. What joins their records is the transport: the client's endpoint
// as the edge saw it is the request's own, and the edge's upstream connection is what the ingress
// saw as its client. On a kept connection several requests share endpoints; there the time tells
// them apart, and at an http proxy host and path, too.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/record/record.h"

namespace seatrial::results {

// A node that a leg's packets passed, or that handled the request.
struct PathHop {
  TimePoint at;
  std::string node;
  std::string in;          // interface; empty at the sender
  std::string out;         // interface; empty at the receiver
  std::size_t record = 0;  // index into Record::hops()
};

// One transport connection of the way: client to edge, edge to ingress, ingress to app.
struct PathLeg {
  std::string from;  // who opened it: "users", "edge1", "nginx-ingress/nginx-ingress-x"
  std::string to;
  Flow flow;
  TimePoint started;
  TimePoint finished;
  std::vector<PathHop> hops;  // in order of time; empty when the run kept none
  std::vector<PathHop> back;  // the way of the answers: the first packet of the other direction
};

struct RequestPath {
  std::size_t request = 0;           // index into Record::requests()
  std::vector<std::size_t> proxies;  // indexes into Record::proxies(), outermost first
  std::size_t retries = 0;           // tries of these proxies before the ones that counted
  std::string edge;                  // empty: unknown, as for the other two
  std::string ingress_pod;
  std::string app_pod;
  std::vector<PathLeg> legs;
};

// Indexes a record once; the record must not change while it is used.
class PathFinder {
 public:
  explicit PathFinder(const Record& record);

  RequestPath path_of(std::size_t request) const;
  // The answered request with the highest latency; nothing when there is none.
  std::optional<std::size_t> slowest(const std::string& client = {}) const;

 private:
  // `listener`: whom the client connected to. Ports are used again towards others.
  std::optional<std::size_t> proxy_for(const net::Endpoint& client, const net::Endpoint& listener,
                                       TimePoint from, TimePoint to,
                                       const RequestFinished& request) const;
  std::size_t other_tries(std::size_t proxy, TimePoint from, TimePoint to) const;
  std::vector<PathHop> hops_of(const Flow& flow, TimePoint from, TimePoint to) const;
  void find_hops(PathLeg& leg) const;
  std::string pod_at(const net::IpAddress& address, TimePoint at) const;

  const Record& record_;
  std::map<net::Endpoint, std::vector<std::size_t>> proxies_by_client_;
  std::map<Flow, std::vector<std::size_t>> hops_by_flow_;
  std::map<net::IpAddress, std::vector<std::size_t>> pods_by_address_;
  std::map<std::string, std::vector<std::size_t>> pods_by_name_;
};

}  // namespace seatrial::results
