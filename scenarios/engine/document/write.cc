// Scenario to scenario.json. A member that stands at its default is left out, so that what is
// written reads as a person would have written it.
#include "scenarios/engine/document/document.h"
#include "scenarios/engine/document/words.h"

namespace seatrial::scenario::document {
namespace {

using Json = nlohmann::ordered_json;

std::string to_text(Bandwidth rate) {
  for (const auto& [unit, scale] : {std::pair<const char*, std::uint64_t>{"Gbps", 1'000'000'000},
                                    {"Mbps", 1'000'000},
                                    {"kbps", 1'000}}) {
    if (rate.bps() % scale == 0) return std::to_string(rate.bps() / scale) + unit;
  }
  return std::to_string(rate.bps()) + "bps";
}

Json to_json(const std::string& v) {
  return v;
}
Json to_json(bool v) {
  return v;
}
Json to_json(int v) {
  return v;
}
Json to_json(std::uint16_t v) {
  return v;
}
Json to_json(std::uint32_t v) {
  return v;
}
Json to_json(std::uint64_t v) {
  return v;
}
// 200 rather than 200.0.
Json to_json(double v) {
  if (v >= 0 && v < 1e15 && v == static_cast<double>(static_cast<std::uint64_t>(v))) {
    return static_cast<std::uint64_t>(v);
  }
  return v;
}
Json to_json(Duration v) {
  return to_string(v);
}
Json to_json(Bandwidth v) {
  return to_text(v);
}
Json to_json(const net::IpAddress& v) {
  return v.to_string();
}
Json to_json(const net::InterfaceAddress& v) {
  return v.to_string();
}
Json to_json(const net::Prefix& v) {
  return v.to_string();
}
Json to_json(const Switch& v);
Json to_json(const Router& v);
Json to_json(const Link& v);
Json to_json(const Edge& v);
Json to_json(const Taint& v);
Json to_json(const ClusterNode& v);
Json to_json(const RandomDuration& v);
Json to_json(const Workload& v);
Json to_json(const Cluster& v);
Json to_json(const Request& v);
Json to_json(const Load& v);
Json to_json(const Client& v);
Json to_json(const Event& v);
Json to_json(const Expectation& v);
Json to_json(const Condition& v);
template <typename T>
requires std::is_enum_v<T> Json to_json(T v) {
  return std::string(word_of(v));
}
template <typename T>
Json to_json(const std::optional<T>& v) {
  return v ? to_json(*v) : Json();
}
template <typename T>
Json to_json(const std::vector<T>& v) {
  Json out = Json::array();
  for (const auto& element : v) out.push_back(to_json(element));
  return out;
}
template <typename K, typename T>
Json to_json(const std::map<K, T>& v) {
  Json out = Json::object();
  for (const auto& [key, element] : v) {
    if constexpr (std::is_same_v<K, std::string>) {
      out[key] = to_json(element);
    } else {
      out[key.to_string()] = to_json(element);
    }
  }
  return out;
}
template <typename T>
Json to_json(const Bound<T>& v) {
  Json out = Json::object();
  if (v.at_least) out["at_least"] = to_json(*v.at_least);
  if (v.at_most) out["at_most"] = to_json(*v.at_most);
  if (v.equals) out["equals"] = to_json(*v.equals);
  return out;
}

template <typename T>
void put(Json& out, const char* key, const T& value, const T& usual = {}) {
  if (!(value == usual)) out[key] = to_json(value);
}
// A list's usual value is the empty one.
template <typename T>
void put(Json& out, const char* key, const std::vector<T>& values) {
  if (!values.empty()) out[key] = to_json(values);
}
void put_nodes(Json& out, const std::vector<std::string>& nodes) {
  if (nodes.size() == 1) {
    out["node"] = nodes[0];
  } else if (!nodes.empty()) {
    out["node"] = nodes;
  }
}

void put_vlan(Json& out, const VlanMode& mode) {
  put(out, "access", mode.access);
  put(out, "trunk", mode.trunk);
  put(out, "native", mode.native_vlan);
}

void put_properties(Json& out, const LinkProperties& link) {
  const LinkProperties usual;
  put(out, "rate", link.rate, usual.rate);
  put(out, "delay", link.delay, usual.delay);
  put(out, "mtu", link.mtu, usual.mtu);
  put(out, "queue", link.queue, usual.queue);
  if (link.vlan != VlanMode{}) put_vlan(out["vlan"] = Json::object(), link.vlan);
}

void put_attachment(Json& out, const Attachment& attachment) {
  out["at"] = attachment.at.to_string();
  out["address"] = to_json(attachment.address);
  put(out, "interface", attachment.interface, Attachment{}.interface);
  put(out, "gateways", attachment.gateways);
  put_properties(out, attachment.link);
}

Json to_json(const Switch& s) {
  Json out{{"name", s.name}};
  put(out, "vlans", s.vlans);
  for (const auto& port : s.ports) {
    Json p{{"name", port.name}};
    put_vlan(p, port.vlan);
    out["ports"].push_back(std::move(p));
  }
  put(out, "aging", s.aging, Switch{}.aging);
  return out;
}

Json to_json(const Router& r) {
  Json out{{"name", r.name}, {"config", r.config}};
  put(out, "profile", r.profile, Router{}.profile);
  return out;
}

Json to_json(const Link& l) {
  Json out;
  out["ends"] = {l.ends[0].to_string(), l.ends[1].to_string()};
  put_properties(out, l.properties);
  return out;
}

Json to_json(const Edge& e) {
  Json out{{"name", e.name}};
  put_attachment(out, e.attachment);
  put(out, "bgp", e.bgp);
  put(out, "nginx", e.nginx);
  put(out, "profile", e.profile, Edge{}.profile);
  put(out, "nginx_profile", e.nginx_profile, Edge{}.nginx_profile);
  put(out, "nginx_start", e.nginx_start, Edge{}.nginx_start);
  return out;
}

Json to_json(const Taint& t) {
  Json out{{"key", t.key}};
  put(out, "value", t.value);
  put(out, "effect", t.effect, Taint{}.effect);
  return out;
}

Json to_json(const ClusterNode& n) {
  Json out{{"name", n.name}};
  put_attachment(out, n.attachment);
  put(out, "control_plane", n.control_plane);
  put(out, "labels", n.labels);
  put(out, "taints", n.taints);
  return out;
}

Json to_json(const RandomDuration& r) {
  if (r.distribution == Distribution::constant) return to_json(r.mean);
  Json out{{"distribution", word_of(r.distribution)}};
  if (r.distribution == Distribution::uniform) {
    out["low"] = to_json(r.low);
    out["high"] = to_json(r.high);
  } else {
    out["mean"] = to_json(r.mean);
  }
  return out;
}

Json to_json(const Workload& w) {
  Json out{{"image", w.image}, {"model", word_of(w.model)}};
  put(out, "service_time", w.service_time, Workload{}.service_time);
  put(out, "response_bytes", w.response_bytes, Workload{}.response_bytes);
  put(out, "startup", w.startup);
  return out;
}

Json to_json(const Cluster& c) {
  const Cluster usual;
  Json out{{"name", c.name}, {"manifests", c.manifests}};
  put(out, "calico_profile", c.calico_profile, usual.calico_profile);
  put(out, "service_cidr", c.service_cidr, usual.service_cidr);
  put(out, "domain", c.domain, usual.domain);
  out["nodes"] = to_json(c.nodes);
  if (c.bird_bfd) {
    out["bird_bfd"] =
        Json{{"interval", to_json(c.bird_bfd->interval)}, {"multiplier", c.bird_bfd->multiplier}};
  }
  put(out, "workloads", c.workloads);
  put(out, "timing", c.timing);
  return out;
}

Json to_json(const Request& r) {
  const Request usual;
  Json out{{"url", r.url}};
  put(out, "resolve", r.resolve);
  put(out, "weight", r.weight, usual.weight);
  put(out, "method", r.method, usual.method);
  put(out, "headers", r.headers);
  put(out, "body_bytes", r.body_bytes);
  put(out, "expect_service", r.expect_service);
  return out;
}

Json to_json(const Load& l) {
  const Load usual;
  Json out{{"arrival", word_of(l.arrival)},
           {"rate", to_json(l.rate)},
           {"from", to_json(l.from)},
           {"to", to_json(l.to)}};
  put(out, "timeout", l.timeout, usual.timeout);
  put(out, "connections", l.connections, usual.connections);
  out["requests"] = to_json(l.requests);
  return out;
}

Json to_json(const Client& c) {
  Json out{{"name", c.name}};
  put_attachment(out, c.attachment);
  if (c.load) out["load"] = to_json(*c.load);
  return out;
}

Json to_json(const Event& e) {
  Json out{{"at", to_json(e.at)}, {"do", word_of(e.action)}, {"target", e.target}};
  put(out, "neighbor", e.neighbor);
  if (e.direction) out["direction"] = word_of(*e.direction);
  put(out, "prefix", e.prefix);
  return out;
}

struct PutCondition {
  Json& out;

  void operator()(const SessionIs& c) const {
    out["session"] = {c.node, c.peer};
    put(out, "established", c.established, true);
  }
  void operator()(const RouteIs& c) const {
    out["route"] = to_json(c.prefix);
    put_nodes(out, c.nodes);
    put(out, "table", c.table, Table::fib);
    put(out, "present", c.present, true);
    put(out, "next_hops", c.next_hops);
    put(out, "count", c.count);
  }
  void operator()(const Reaches& c) const {
    out["reaches"] = to_json(c.prefix);
    put_nodes(out, c.nodes);
  }
  void operator()(const EndpointsAre& c) const {
    out["endpoints"] = c.service;
    out["ready"] = to_json(c.ready);
  }
  void operator()(const LinkIs& c) const {
    out["link"] = c.port;
    put(out, "up", c.up, true);
  }
  void operator()(const LoadSucceeds& c) const {
    out["load"] = c.load;
    out["success_ratio"] = to_json(c.success_ratio);
    put(out, "window", c.window, LoadSucceeds{}.window);
  }
  void operator()(const Combined& c) const {
    if (c.how == Combined::How::none) {
      out["not"] = to_json(c.of.front());
    } else {
      out[c.how == Combined::How::all ? "all" : "any"] = to_json(c.of);
    }
  }
};

Json to_json(const Condition& c) {
  Json out = Json::object();
  std::visit(PutCondition{out}, c.what);
  return out;
}

struct PutExpectation {
  Json& out;

  void operator()(const ExpectSessions& e) const {
    out["sessions"] = "as_configured";
    out["by"] = to_json(e.by);
    put(out, "until", e.until);
    put_nodes(out, e.nodes);
  }
  void operator()(const ExpectRoutes& e) const {
    put_nodes(out, e.nodes);
    out["routes"] = to_json(e.routes);
    put(out, "exact", e.exact, true);
    put(out, "protocol", e.protocol, ExpectRoutes{}.protocol);
    put(out, "at", e.at);
  }
  void operator()(const ExpectBlocks& e) const {
    out["blocks"] = "one_next_hop";
    put(out, "cluster", e.cluster);
    put_nodes(out, e.nodes);
    put(out, "at", e.at);
  }
  void operator()(const ExpectNextHops& e) const {
    out["next_hops"] = e.count;
    out["prefix"] = to_json(e.prefix);
    put_nodes(out, e.nodes);
    put(out, "at", e.at);
  }
  void operator()(const ExpectLoad& e) const {
    out["load"] = e.load;
    put(out, "success_ratio", e.success_ratio);
    put(out, "requests", e.requests);
    put(out, "status", e.status);
    if (e.answered_as_routed) out["answered_by"] = "as_routed";
    put(out, "p50", e.p50);
    put(out, "p90", e.p90);
    put(out, "p99", e.p99);
    put(out, "max", e.max);
    put(out, "from", e.from);
    put(out, "to", e.to);
  }
  void operator()(const ExpectSpread& e) const {
    Json& spread = out["spread"] = Json::object();
    spread["over"] = word_of(e.over);
    spread["load"] = e.load;
    put(spread, "service", e.service);
    put(spread, "min_share", e.min_share, 0.0);
    put(spread, "max_share", e.max_share, 1.0);
  }
  void operator()(const ExpectInvariant& e) const {
    out[e.what == Invariant::no_loops ? "no_loops" : "no_blackholes"] = true;
    put(out, "prefix", e.prefix);
    put_nodes(out, e.nodes);
    put(out, "from", e.from);
    put(out, "to", e.to);
    put(out, "at_most", e.at_most, Duration{});
  }
  void operator()(const ExpectConvergence& e) const {
    out["convergence"] = {
        {"after", to_json(e.after)}, {"at_most", to_json(e.at_most)}, {"of", word_of(e.of)}};
  }
  void operator()(const ExpectAlways& e) const {
    out["always"] = to_json(e.holds);
    put(out, "from", e.from);
    put(out, "to", e.to);
  }
  void operator()(const ExpectEventually& e) const {
    out["eventually"] = to_json(e.comes);
    put(out, "from", e.from);
    put(out, "by", e.by);
  }
  void operator()(const ExpectUntil& e) const {
    out["until"] = to_json(e.comes);
    out["holds"] = to_json(e.holds);
    put(out, "from", e.from);
    put(out, "by", e.by);
  }
  void operator()(const ExpectQuiescent& e) const {
    out["quiescent"] = word_of(e.of);
    out["by"] = to_json(e.by);
  }
  void operator()(const ExpectDrops& e) const {
    out["drops"] = to_json(e.drops);
    put_nodes(out, e.nodes);
    put(out, "reasons", e.reasons);
    put(out, "from", e.from);
    put(out, "to", e.to);
  }
};

Json to_json(const Expectation& e) {
  Json out{{"id", e.id}};
  std::visit(PutExpectation{out}, e.what);
  return out;
}

}  // namespace

Json write(const Scenario& s) {
  Json out{{"name", s.name}};
  put(out, "description", s.description);
  put(out, "seed", s.seed, Scenario{}.seed);
  out["duration"] = to_json(s.duration);
  Json fabric = Json::object();
  put(fabric, "switches", s.fabric.switches);
  put(fabric, "routers", s.fabric.routers);
  put(fabric, "links", s.fabric.links);
  if (!fabric.empty()) out["fabric"] = std::move(fabric);
  put(out, "edges", s.edges);
  put(out, "clusters", s.clusters);
  put(out, "clients", s.clients);
  put(out, "timeline", s.timeline);
  put(out, "expect", s.expect);
  return out;
}

}  // namespace seatrial::scenario::document
