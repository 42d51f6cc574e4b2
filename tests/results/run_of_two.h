// A record of a small run for the tests: a client, two edges (a stream proxy and an http proxy), an
// ingress pod and two app pods, with two answered requests and one that was refused.
//
//   request 1: users -> edge1 (stream) -> ingress -> default/api-1, 4 ms, hops kept
//   request 2: users -> edge2 (http)   -> ingress -> default/web-1, 2 ms
//   request 3: refused by edge2
#pragma once

#include "results/record/record.h"

namespace seatrial::results::test {

inline TimePoint at(Duration d) {
  return TimePoint(d);
}
inline net::Endpoint endpoint(const char* text) {
  return *net::Endpoint::parse(text);
}

inline Record run_of_two() {
  Record r;
  const auto vip = endpoint("10.50.0.80:80");
  const auto ingress = endpoint("172.16.1.10:80");
  const auto ingress_pod = std::string("nginx-ingress/nginx-1");
  r.add(PodChanged{at(1s), ingress_pod, "worker1", ingress.address, "Running", true});
  r.add(PodChanged{at(1s), "default/api-1", "worker1", endpoint("172.16.1.20:1").address, "Running",
                   true});
  r.add(PodChanged{at(1s), "default/web-1", "worker2", endpoint("172.16.1.70:1").address, "Running",
                   true});

  const auto request = [&](std::uint64_t number, const char* path, const char* local,
                           const char* service, Duration begin, Duration latency) {
    RequestFinished q;
    q.client = "users";
    q.number = number;
    q.method = "GET";
    q.host = "cafe.example.com";
    q.path = path;
    q.url = "http://cafe.example.com" + q.path;
    q.expect_service = service;
    q.local = endpoint(local);
    q.remote = vip;
    q.intended = q.sent = q.connected = at(begin);
    q.first_byte = q.finished = at(begin + latency);
    q.status = 200;
    q.bytes = 512;
    return q;
  };
  const auto proxy = [](const std::string& node, ProxyRole role, bool http, net::Endpoint client,
                        net::Endpoint local, net::Endpoint upstream, const char* path,
                        Duration from, Duration to) {
    ProxyRecord p;
    p.node = node;
    p.role = role;
    p.http = http;
    p.client = client;
    p.upstream_local = local;
    p.upstream = upstream;
    if (http) {
      p.host = "cafe.example.com";
      p.path = path;
      p.status = 200;
    }
    p.started = at(from);
    p.finished = at(to);
    return p;
  };

  // Request 1 by a stream proxy.
  const auto client1 = endpoint("10.2.0.10:40001");
  const auto edge1 = endpoint("10.1.1.4:50001");
  auto first = request(1, "/api", "10.2.0.10:40001", "default/api", 10s, 4ms);
  r.add(HopSeen{at(10s), "users", {Transport::tcp, client1, vip}, "", "eth0"});
  r.add(HopSeen{at(10s + 10us), "core1", {Transport::tcp, client1, vip}, "eth0", "eth1"});
  r.add(HopSeen{at(10s + 20us), "edge1", {Transport::tcp, client1, vip}, "eth0", ""});
  r.add(HopSeen{at(10s + 1ms), "edge1", {Transport::tcp, edge1, ingress}, "", "eth0"});
  r.add(HopSeen{at(10s + 1ms + 9us), "worker1", {Transport::tcp, edge1, ingress}, "eth0", "cali1"});
  r.add(
      proxy("edge1", ProxyRole::edge, false, client1, edge1, ingress, "", 10s + 100us, 10s + 5ms));
  r.add(proxy(ingress_pod, ProxyRole::ingress, true, edge1, endpoint("172.16.1.10:60001"),
              endpoint("172.16.1.20:8080"), "/api", 10s + 1ms, 10s + 3ms));
  first.answered_by = "default/api-1";
  r.add(first);

  // Request 2 by an http proxy whose connection to the ingress carried another request before.
  const auto client2 = endpoint("10.2.0.10:40002");
  const auto edge2 = endpoint("10.1.1.5:50001");
  r.add(proxy(ingress_pod, ProxyRole::ingress, true, edge2, endpoint("172.16.1.10:60002"),
              endpoint("172.16.1.20:8080"), "/api", 11s, 11s + 1ms));
  r.add(proxy("edge2", ProxyRole::edge, true, client2, edge2, ingress, "/web", 12s, 12s + 2ms));
  r.add(proxy(ingress_pod, ProxyRole::ingress, true, edge2, endpoint("172.16.1.10:60003"),
              endpoint("172.16.1.70:8080"), "/web", 12s + 500us, 12s + 1ms));
  r.add(request(2, "/web", "10.2.0.10:40002", "default/web", 12s, 2ms));

  auto refused = request(3, "/web", "10.2.0.10:40003", "default/web", 13s, 1ms);
  refused.status = 0;
  refused.bytes = 0;
  refused.error = "refused";
  r.add(refused);
  return r;
}

}  // namespace seatrial::results::test
