// The members of each observation under the names that records.jsonl gives them. One list a type;
// the writer and the reader both walk it. A visitor takes (name, member&).
#pragma once

#include "results/record/observations.h"
#include "results/record/topology.h"
#include "results/report/report.h"

namespace seatrial::results::store {

template <typename V>
void visit(V& v, SessionChanged& x) {
  v("at_ns", x.at), v("node", x.node), v("peer", x.peer), v("state", x.state);
  v("reason", x.reason);
}
template <typename V>
void visit(V& v, NextHop& x) {
  v("address", x.address), v("interface", x.interface);
}
template <typename V>
void visit(V& v, BfdChanged& x) {
  v("at_ns", x.at), v("node", x.node), v("peer", x.peer), v("state", x.state);
  v("reason", x.reason), v("detection_ns", x.detection);
}
template <typename V>
void visit(V& v, RibChanged& x) {
  v("at_ns", x.at), v("node", x.node), v("prefix", x.prefix), v("next_hops", x.next_hops);
  v("protocol", x.protocol), v("detail", x.detail);
}
template <typename V>
void visit(V& v, FibChanged& x) {
  v("at_ns", x.at), v("node", x.node), v("prefix", x.prefix), v("next_hops", x.next_hops);
  v("protocol", x.protocol), v("installed", x.installed);
}
template <typename V>
void visit(V& v, RequestFinished& x) {
  v("client", x.client), v("number", x.number), v("method", x.method), v("url", x.url);
  v("host", x.host), v("path", x.path), v("expect_service", x.expect_service);
  v("answered_by", x.answered_by), v("local", x.local), v("remote", x.remote);
  v("intended_ns", x.intended), v("lookup_started_ns", x.lookup_started);
  v("lookup_finished_ns", x.lookup_finished), v("sent_ns", x.sent), v("connected_ns", x.connected);
  v("first_byte_ns", x.first_byte), v("finished_ns", x.finished);
  v("status", x.status), v("error", x.error), v("bytes", x.bytes);
}
template <typename V>
void visit(V& v, ProxyRecord& x) {
  v("node", x.node), v("role", x.role), v("http", x.http), v("client", x.client);
  v("listener", x.listener), v("upstream_local", x.upstream_local), v("upstream", x.upstream);
  v("upstream_name", x.upstream_name), v("host", x.host), v("path", x.path);
  v("received_ns", x.received), v("started_ns", x.started), v("connected_ns", x.connected);
  v("first_byte_ns", x.first_byte), v("finished_ns", x.finished);
  v("status", x.status), v("error", x.error);
}
template <typename V>
void visit(V& v, RequestServed& x) {
  v("pod", x.pod), v("client", x.client), v("local", x.local), v("path", x.path);
  v("received_ns", x.received), v("answered_ns", x.answered);
  v("waited_ns", x.waited), v("computed_ns", x.computed), v("status", x.status);
}
template <typename V>
void visit(V& v, Flow& x) {
  v("transport", x.transport), v("from", x.from), v("to", x.to);
}
template <typename V>
void visit(V& v, HopSeen& x) {
  v("at_ns", x.at), v("node", x.node), v("flow", x.flow), v("in", x.in), v("out", x.out);
}
template <typename V>
void visit(V& v, Drop& x) {
  v("at_ns", x.at), v("node", x.node), v("interface", x.interface), v("reason", x.reason);
  v("flow", x.flow), v("bytes", x.bytes);
}
template <typename V>
void visit(V& v, QueueStood& x) {
  v("at_ns", x.at), v("until_ns", x.until), v("port", x.port), v("frames", x.frames);
  v("longest_ns", x.longest), v("most_waiting", x.most_waiting);
}
template <typename V>
void visit(V& v, PodChanged& x) {
  v("at_ns", x.at), v("pod", x.pod), v("node", x.node), v("address", x.address);
  v("phase", x.phase), v("ready", x.ready);
}
template <typename V>
void visit(V& v, EndpointsChanged& x) {
  v("at_ns", x.at), v("service", x.service), v("ready", x.ready);
}
template <typename V>
void visit(V& v, LinkChanged& x) {
  v("at_ns", x.at), v("port", x.port), v("up", x.up);
}
template <typename V>
void visit(V& v, FaultInjected& x) {
  v("at_ns", x.at), v("action", x.action), v("target", x.target);
}
template <typename V>
void visit(V& v, NeighbourChanged& x) {
  v("at_ns", x.at), v("node", x.node), v("interface", x.interface), v("address", x.address);
  v("mac", x.mac), v("state", x.state);
}
template <typename V>
void visit(V& v, NatChanged& x) {
  v("at_ns", x.at), v("node", x.node), v("protocol", x.protocol), v("address", x.address);
  v("backends", x.backends), v("installed", x.installed);
}
template <typename V>
void visit(V& v, SessionConfigured& x) {
  v("node", x.node), v("peer", x.peer), v("peer_node", x.peer_node), v("profile", x.profile);
  v("hold_ns", x.hold), v("keepalive_ns", x.keepalive), v("bfd", x.bfd), v("source", x.source);
}
template <typename V>
void visit(V& v, Note& x) {
  v("at_ns", x.at), v("node", x.node), v("kind", x.kind), v("text", x.text);
}

// --- what is known of the run as a whole ---

template <typename V>
void visit(V& v, LoadInfo& x) {
  v("client", x.client), v("arrival", x.arrival), v("interval_ns", x.interval);
  v("from_ns", x.from), v("to_ns", x.to), v("connections", x.connections);
}
template <typename V>
void visit(V& v, RunInfo& x) {
  v("scenario", x.scenario), v("description", x.description), v("seed", x.seed);
  v("version", x.version), v("simulated_ns", x.simulated), v("loads", x.loads);
}
template <typename V>
void visit(V& v, Participants& x) {
  v("edges", x.edges), v("ingress_pods", x.ingress_pods), v("app_pods", x.app_pods);
}
template <typename V>
void visit(V& v, TopologyPort& x) {
  v("name", x.name), v("addresses", x.addresses);
}
template <typename V>
void visit(V& v, TopologyNode& x) {
  v("name", x.name), v("kind", x.kind), v("cluster", x.cluster), v("ports", x.ports);
}
template <typename V>
void visit(V& v, TopologyLink& x) {
  v("ports", x.ports), v("rate_bps", x.rate_bps), v("delay_ns", x.delay), v("mtu", x.mtu);
}
template <typename V>
void visit(V& v, Topology& x) {
  v("nodes", x.nodes), v("links", x.links);
}
// Its own id is "expectation/N", as evidence ids are.
template <typename V>
void visit(V& v, Outcome& x) {
  v("name", x.id), v("kind", x.kind), v("ok", x.ok), v("why", x.why), v("evidence", x.evidence);
  v("load", x.load), v("slow_above_ns", x.slow_above);
}

// Every kind of observation with the word that its evidence ids begin with:
// f(kind, the list of them).
template <typename F>
void for_each_kind(const Record& r, F&& f) {
  f("session", r.sessions());
  f("bfd", r.bfd());
  f("rib", r.rib());
  f("fib", r.fib());
  f("request", r.requests());
  f("proxy", r.proxies());
  f("served", r.served());
  f("hop", r.hops());
  f("drop", r.drops());
  f("queue", r.queues());
  f("pod", r.pods());
  f("endpoints", r.endpoints());
  f("link", r.links());
  f("fault", r.faults());
  f("neighbour", r.neighbours());
  f("nat", r.nat());
  f("configured", r.configured());
  f("note", r.notes());
}

}  // namespace seatrial::results::store
