// scenario.json to Scenario. The schema has been checked when a member is read, so that only what a
// pattern cannot say is checked here.
#include "scenarios/engine/document/cursor.h"
#include "scenarios/engine/document/document.h"
#include "scenarios/engine/document/override.h"
#include "scenarios/engine/document/read_expectation.h"
#include "scenarios/engine/document/schema.h"

namespace seatrial::scenario {

std::optional<LinkEnd> LinkEnd::parse(std::string_view text) {
  const auto colon = text.find(':');
  LinkEnd out;
  out.node = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    out.port = text.substr(colon + 1);
    if (out.port.empty() || out.port.find(':') != std::string::npos) return std::nullopt;
  }
  if (out.node.empty()) return std::nullopt;
  return out;
}

namespace document {
namespace {

LinkEnd link_end(const Cursor& at) {
  std::string text;
  at.as(text);
  auto out = LinkEnd::parse(text).value_or(LinkEnd{});  // the schema's pattern has refused others
  out.position = at.where();
  return out;
}

VlanMode vlan_mode(const Cursor& at) {
  VlanMode out;
  at.get("access", out.access);
  at.get("trunk", out.trunk);
  at.get("native", out.native_vlan);
  return out;
}

LinkProperties link_properties(const Cursor& at) {
  LinkProperties out;
  at.get("rate", out.rate);
  at.get("delay", out.delay);
  at.get("mtu", out.mtu);
  at.get("queue", out.queue);
  if (at.has("vlan")) out.vlan = vlan_mode(at["vlan"]);
  return out;
}

Attachment attachment(const Cursor& at) {
  Attachment out;
  out.at = link_end(at["at"]);
  at.get("address", out.address);
  at.get("interface", out.interface);
  at.get("gateways", out.gateways);
  out.link = link_properties(at);
  return out;
}

Where where_of(const Cursor& at, const std::string& key) {
  return at.has(key) ? at[key].where() : at.where();
}

Switch read_switch(const Cursor& at) {
  Switch out;
  at.get("name", out.name);
  at.get("vlans", out.vlans);
  at.each("ports", [&](const Cursor& port) {
    SwitchPort p;
    port.get("name", p.name);
    p.vlan = vlan_mode(port);
    p.position = port.where();
    out.ports.push_back(std::move(p));
  });
  at.get("aging", out.aging);
  out.position = at.where();
  return out;
}

Router read_router(const Cursor& at) {
  Router out;
  at.get("name", out.name);
  at.get("config", out.config);
  at.get("profile", out.profile);
  out.position = at.where();
  out.config_position = where_of(at, "config");
  return out;
}

Link read_link(const Cursor& at) {
  Link out;
  std::size_t i = 0;
  at.each("ends", [&](const Cursor& end) { out.ends[i++] = link_end(end); });
  out.properties = link_properties(at);
  out.position = at.where();
  return out;
}

Edge read_edge(const Cursor& at) {
  Edge out;
  at.get("name", out.name);
  out.attachment = attachment(at);
  at.get("bgp", out.bgp);
  at.get("nginx", out.nginx);
  at.get("profile", out.profile);
  at.get("nginx_profile", out.nginx_profile);
  at.get("nginx_start", out.nginx_start);
  out.position = at.where();
  out.bgp_position = where_of(at, "bgp");
  out.nginx_position = where_of(at, "nginx");
  return out;
}

ClusterNode read_node(const Cursor& at) {
  ClusterNode out;
  at.get("name", out.name);
  out.attachment = attachment(at);
  at.get("control_plane", out.control_plane);
  at.each_member("labels", [&](const std::string& key, const Cursor& v) { v.as(out.labels[key]); });
  at.each("taints", [&](const Cursor& taint) {
    Taint t;
    taint.get("key", t.key);
    taint.get("value", t.value);
    taint.get("effect", t.effect);
    out.taints.push_back(std::move(t));
  });
  out.position = at.where();
  return out;
}

RandomDuration random_duration(const Cursor& at) {
  RandomDuration out;
  if (at.json().is_string()) {
    at.as(out.mean);
    return out;
  }
  at.get("distribution", out.distribution);
  const bool uniform = out.distribution == Distribution::uniform;
  for (const char* key : {"mean", "low", "high"}) {
    const bool wanted = (std::string_view(key) == "mean") != uniform;
    if (at.has(key) == wanted) continue;
    at.error(wanted ? std::string("the distribution has no \"") + key + "\""
                    : std::string("the distribution can have no \"") + key + "\"",
             uniform ? "\"low\" and \"high\"" : "\"mean\"");
  }
  at.get("mean", out.mean);
  at.get("low", out.low);
  at.get("high", out.high);
  if (out.low > out.high) at.error("\"low\" is above \"high\"");
  return out;
}

Workload read_workload(const Cursor& at) {
  Workload out;
  at.get("image", out.image);
  at.get("model", out.model);
  if (at.has("service_time")) out.service_time = random_duration(at["service_time"]);
  at.get("response_bytes", out.response_bytes);
  at.get("startup", out.startup);
  for (const char* key : {"service_time", "response_bytes"}) {
    if (at.has(key) && out.model != WorkloadModel::app) {
      at[key].error(std::string("\"") + key + "\" is for the model \"app\" only");
    }
  }
  out.position = at.where();
  return out;
}

Cluster read_cluster(const Cursor& at) {
  Cluster out;
  at.get("name", out.name);
  at.each("manifests", [&](const Cursor& manifest) {
    manifest.as(out.manifests.emplace_back());
    out.manifest_positions.push_back(manifest.where());
  });
  at.get("calico_profile", out.calico_profile);
  at.get("service_cidr", out.service_cidr);
  at.get("domain", out.domain);
  at.each("nodes", [&](const Cursor& node) { out.nodes.push_back(read_node(node)); });
  if (at.has("bird_bfd")) {
    const auto bfd = at["bird_bfd"];
    auto& read = out.bird_bfd.emplace();
    bfd.get("interval", read.interval);
    bfd.get("multiplier", read.multiplier);
    if (read.interval < 1ms) bfd["interval"].error("the interval is less than 1ms");
  }
  at.each("workloads", [&](const Cursor& w) { out.workloads.push_back(read_workload(w)); });
  at.each_member("timing", [&](const std::string& key, const Cursor& clock) {
    clock.as(out.timing[key]);
    out.timing_positions[key] = clock.where();
  });
  out.position = at.where();
  return out;
}

Request read_request(const Cursor& at) {
  Request out;
  at.get("url", out.url);
  at.get("resolve", out.resolve);
  at.get("weight", out.weight);
  at.get("method", out.method);
  at.each_member("headers",
                 [&](const std::string& key, const Cursor& v) { v.as(out.headers[key]); });
  at.get("body_bytes", out.body_bytes);
  at.get("expect_service", out.expect_service);
  out.position = at.where();
  return out;
}

Load read_load(const Cursor& at) {
  Load out;
  at.get("arrival", out.arrival);
  at.get("rate", out.rate);
  at.get("from", out.from);
  at.get("to", out.to);
  at.get("timeout", out.timeout);
  at.get("connections", out.connections);
  at.each("requests",
          [&](const Cursor& request) { out.requests.push_back(read_request(request)); });
  out.position = at.where();
  return out;
}

Client read_client(const Cursor& at) {
  Client out;
  at.get("name", out.name);
  out.attachment = attachment(at);
  if (at.has("load")) out.load = read_load(at["load"]);
  out.position = at.where();
  return out;
}

Event read_event(const Cursor& at) {
  Event out;
  at.get("at", out.at);
  at.get("do", out.action);
  at.get("target", out.target);
  at.get("neighbor", out.neighbor);
  at.get("direction", out.direction);
  at.get("prefix", out.prefix);
  out.position = at.where();
  return out;
}

Scenario read_scenario(const Cursor& at) {
  Scenario out;
  at.get("name", out.name);
  at.get("description", out.description);
  at.get("seed", out.seed);
  at.get("duration", out.duration);
  if (out.duration <= Duration::zero()) {
    at["duration"].error("the run's duration is zero", "a duration above zero such as \"60s\"");
  }
  if (at.has("fabric")) {
    const Cursor fabric = at["fabric"];
    fabric.each("switches",
                [&](const Cursor& c) { out.fabric.switches.push_back(read_switch(c)); });
    fabric.each("routers", [&](const Cursor& c) { out.fabric.routers.push_back(read_router(c)); });
    fabric.each("links", [&](const Cursor& c) { out.fabric.links.push_back(read_link(c)); });
  }
  at.each("edges", [&](const Cursor& c) { out.edges.push_back(read_edge(c)); });
  at.each("clusters", [&](const Cursor& c) { out.clusters.push_back(read_cluster(c)); });
  at.each("clients", [&](const Cursor& c) { out.clients.push_back(read_client(c)); });
  at.each("timeline", [&](const Cursor& c) { out.timeline.push_back(read_event(c)); });
  at.each("expect", [&](const Cursor& c) { out.expect.push_back(read_expectation(c)); });
  return out;
}

}  // namespace

std::optional<Scenario> read(const std::string& text, const std::string& file,
                             Diagnostics& diagnostics, const ReadOptions& options) {
  const auto errors_before = diagnostics.error_count();
  auto document = parse_json(text, file, diagnostics);
  if (!document) return std::nullopt;
  for (const auto& assignment : options.overrides) {
    if (const auto pointer = set_path(document->json, assignment, diagnostics)) {
      document->places.replace(*pointer, {"--set " + assignment, 0, 0});
    }
  }
  for (const auto& event : options.injections) {
    if (const auto pointer = inject(document->json, event, diagnostics);
        pointer && *pointer != "") {
      document->places.replace(*pointer, {"--inject " + event, 0, 0});
    }
  }
  if (diagnostics.error_count() != errors_before) return std::nullopt;
  if (!follows_schema(*document, diagnostics)) return std::nullopt;
  auto scenario = read_scenario(Cursor(*document, diagnostics));
  check(scenario, diagnostics, options.file_exists);
  if (diagnostics.error_count() != errors_before) return std::nullopt;
  return scenario;
}

}  // namespace document
}  // namespace seatrial::scenario
