// What the schema cannot say: names that must exist and be unique, addresses that must share a
// subnet, times that must come in order, files that must be there.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "scenarios/engine/document/cables.h"
#include "scenarios/engine/document/check_expectations.h"
#include "scenarios/engine/document/document.h"
#include "scenarios/engine/document/l2_segments.h"
#include "scenarios/engine/document/processes.h"
#include "scenarios/engine/document/words.h"

namespace seatrial::scenario::document {
namespace {

enum class Kind { switch_, router, edge, node, client };

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::switch_:
      return "switch";
    case Kind::router:
      return "router";
    case Kind::edge:
      return "edge";
    case Kind::node:
      return "cluster node";
    case Kind::client:
      return "client";
  }
  return "";
}

class Checker {
 public:
  Checker(const Scenario& scenario, Diagnostics& diagnostics, const FileExists& file_exists)
      : s_(scenario), diagnostics_(diagnostics), file_exists_(file_exists) {}

  void run() {
    collect_names();
    switches();
    links();
    hosts();
    files();
    timing();
    loads();
    timeline();
    check_expectations(
        s_, names({Kind::router, Kind::edge, Kind::node, Kind::client}),
        [this](const std::string& port, const Position& at) { link_end(port, at); }, diagnostics_);
  }

 private:
  void error(const Position& at, std::string message, std::string expected = {}) {
    diagnostics_.error(at, std::move(message), std::move(expected));
  }

  void name(const std::string& name, Kind kind, const Position& at) {
    const auto [it, fresh] = nodes_.emplace(name, kind);
    if (!fresh) {
      error(at,
            std::string(word(kind)) + " " + in_quotes(name) + " has the name of " +
                (it->second == Kind::edge ? "an " : "a ") + std::string(word(it->second)),
            "a name of its own");
    }
  }

  void collect_names() {
    for (const auto& x : s_.fabric.switches) name(x.name, Kind::switch_, x.position);
    for (const auto& x : s_.fabric.routers) name(x.name, Kind::router, x.position);
    for (const auto& x : s_.edges) name(x.name, Kind::edge, x.position);
    std::set<std::string> clusters;
    for (const auto& c : s_.clusters) {
      if (!clusters.insert(c.name).second) {
        error(c.position, "two clusters are named " + in_quotes(c.name), "a name of its own");
      }
      for (const auto& x : c.nodes) name(x.name, Kind::node, x.position);
    }
    for (const auto& x : s_.clients) name(x.name, Kind::client, x.position);
    for (const auto& e : s_.edges) attached_.emplace_back(e.name, &e.attachment, e.position);
    for (const auto& c : s_.clusters) {
      for (const auto& n : c.nodes) attached_.emplace_back(n.name, &n.attachment, n.position);
    }
    for (const auto& c : s_.clients) attached_.emplace_back(c.name, &c.attachment, c.position);
  }

  std::set<std::string> names(std::initializer_list<Kind> kinds) const {
    std::set<std::string> out;
    for (const auto& [node, kind] : nodes_) {
      if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) out.insert(node);
    }
    return out;
  }
  std::optional<Kind> kind_of(const std::string& node) const {
    const auto it = nodes_.find(node);
    return it == nodes_.end() ? std::nullopt : std::optional(it->second);
  }
  const Switch* switch_named(const std::string& node) const {
    for (const auto& s : s_.fabric.switches) {
      if (s.name == node) return &s;
    }
    return nullptr;
  }

  void vlan_mode(const VlanMode& mode, const Switch& at_switch, const Position& at) {
    if (mode.access && !mode.trunk.empty()) {
      error(at, "a port cannot be both access and trunk", "one of \"access\", \"trunk\"");
    }
    if (mode.native_vlan && mode.trunk.empty()) {
      error(at, "\"native\" is for a trunk", "\"trunk\" beside it");
    }
    auto used = mode.trunk;
    if (mode.access) used.push_back(*mode.access);
    if (mode.native_vlan) used.push_back(*mode.native_vlan);
    for (const auto vlan : used) {
      if (std::find(at_switch.vlans.begin(), at_switch.vlans.end(), vlan) ==
          at_switch.vlans.end()) {
        error(at, "switch " + in_quotes(at_switch.name) + " has no VLAN " + std::to_string(vlan),
              "it in the switch's \"vlans\"");
      }
    }
  }

  void switches() {
    for (const auto& s : s_.fabric.switches) {
      std::set<std::string> ports;
      for (const auto& port : s.ports) {
        if (!ports.insert(port.name).second) {
          error(port.position,
                "switch " + in_quotes(s.name) + " has two ports " + in_quotes(port.name),
                "a name of its own");
        }
        vlan_mode(port.vlan, s, port.position);
      }
    }
  }

  // One cable a port.
  void take_port(const std::string& node, const std::string& port, const Position& at) {
    if (port.empty()) return;
    if (!ports_taken_.insert(node + ":" + port).second) {
      error(at, in_quotes(node + ":" + port) + " is the end of two links", "a port of its own");
    }
  }

  void links() {
    for (const auto& link : s_.fabric.links) {
      bool any_switch = false;
      for (const auto& end : link.ends) {
        const auto kind = kind_of(end.node);
        if (!kind) {
          error(end.position, "there is no node " + in_quotes(end.node),
                among(names({Kind::switch_, Kind::router})));
          continue;
        }
        if (*kind == Kind::switch_) {
          any_switch = true;
          if (link.properties.vlan != VlanMode{}) {
            vlan_mode(link.properties.vlan, *switch_named(end.node), link.position);
          }
        } else if (*kind != Kind::router) {
          error(end.position,
                std::string(word(*kind)) + " " + in_quotes(end.node) +
                    " hangs on the switch of its \"at\"",
                among(names({Kind::switch_, Kind::router})));
          continue;
        } else if (end.port.empty()) {
          error(end.position,
                "the link's end at router " + in_quotes(end.node) + " has no interface",
                "such as \"" + end.node + ":eth0\"");
        }
        take_port(end.node, end.port, end.position);
      }
      if (link.ends[0].node == link.ends[1].node && !link.ends[0].node.empty()) {
        error(link.position, "the link's ends are both at " + in_quotes(link.ends[0].node),
              "two nodes");
      }
      if (!any_switch && link.properties.vlan != VlanMode{}) {
        error(link.position, "\"vlan\" is for a link that ends at a switch");
      }
    }
  }

  void hosts() {
    std::map<net::IpAddress, std::string> owners;
    for (const auto& [host, attachment, position] : attached_) {
      const auto& at = attachment->at;
      const auto* on = switch_named(at.node);
      if (on == nullptr) {
        const auto kind = kind_of(at.node);
        error(at.position,
              kind ? in_quotes(at.node) + " is a " + std::string(word(*kind))
                   : "there is no switch " + in_quotes(at.node),
              among(names({Kind::switch_})));
      } else if (attachment->link.vlan != VlanMode{}) {
        vlan_mode(attachment->link.vlan, *on, position);
      }
      take_port(at.node, at.port, at.position);
      address(host, *attachment, position, owners);
    }
    if (diagnostics_.has_errors()) return;
    for (const auto& problem : subnet_problems(s_)) {
      error(problem.at, problem.message, problem.expected);
    }
  }

  void address(const std::string& host, const Attachment& attachment, const Position& at,
               std::map<net::IpAddress, std::string>& owners) {
    const auto& mine = attachment.address;
    const auto [it, fresh] = owners.emplace(mine.address, host);
    if (!fresh) {
      error(at,
            in_quotes(host) + " has the address " + mine.address.to_string() + " of " +
                in_quotes(it->second),
            "an address of its own");
    }
    const bool room = mine.length < mine.address.bits() - 1;  // RFC 3021: a /31 has two hosts
    if (room && mine.address.is_v4() && mine.length > 0) {
      const auto first = mine.subnet().address().v4_value();
      const auto last = first + ((1ULL << (32 - mine.length)) - 1);
      if (mine.address.v4_value() == first || mine.address.v4_value() == last) {
        error(at,
              in_quotes(host) + " has the address " + mine.to_string() + ", its subnet's " +
                  (mine.address.v4_value() == first ? "own" : "broadcast") + " address",
              "a host's address");
      }
    }
    for (const auto& gateway : attachment.gateways) {
      if (gateway == mine.address) {
        error(at, in_quotes(host) + " is its own gateway", "another address");
      } else if (!mine.subnet().contains(gateway)) {
        error(at,
              "gateway " + gateway.to_string() + " of " + in_quotes(host) + " is outside " +
                  mine.subnet().to_string(),
              "an address of that subnet");
      }
    }
  }

  void file(const std::string& path, const Position& at) {
    if (path.empty() || !file_exists_ || file_exists_(path)) return;
    const bool pattern = path.find_first_of("*?[") != std::string::npos;
    error(at,
          pattern ? "no file matches " + in_quotes(path) : "there is no file " + in_quotes(path),
          "a path relative to the scenario's folder");
  }

  void files() {
    for (const auto& r : s_.fabric.routers) file(r.config, r.config_position);
    for (const auto& e : s_.edges) {
      file(e.bgp, e.bgp_position);
      file(e.nginx, e.nginx_position);
    }
    for (const auto& c : s_.clusters) {
      for (std::size_t i = 0; i < c.manifests.size(); ++i) {
        file(c.manifests[i],
             i < c.manifest_positions.size() ? c.manifest_positions[i] : c.position);
      }
    }
  }

  void span(const std::optional<Duration>& from, const std::optional<Duration>& to,
            const Position& at) {
    check_span(s_, from, to, at, diagnostics_);
  }
  void within_run(const std::optional<Duration>& moment, const Position& at) {
    check_within_run(s_, moment, at, diagnostics_);
  }

  // What comes again and again has to let time pass.
  void timing() {
    for (const auto& cluster : s_.clusters) {
      for (const char* period : {"kubelet_heartbeat", "sandbox_retry"}) {
        const auto given = cluster.timing.find(period);
        if (given == cluster.timing.end() || given->second >= 1ms) continue;
        error(cluster.timing_positions.at(period), in_quotes(period) + " is less than 1ms",
              "a duration from 1ms");
      }
    }
  }

  void loads() {
    for (const auto& client : s_.clients) {
      if (!client.load) continue;
      span(client.load->from, client.load->to, client.load->position);
      for (const auto& request : client.load->requests) {
        const auto authority = request.url.substr(std::min<std::size_t>(7, request.url.size()));
        const auto host = authority.substr(0, authority.find_first_of(":/"));
        if (!request.resolve && !net::IpAddress::parse(host)) {
          error(request.position, "nobody tells the address of " + in_quotes(host),
                "\"resolve\", or an address in the URL");
        }
      }
    }
  }

  void link_end(const std::string& target, const Position& at) {
    const auto found = cables_at(s_, target);
    if (found.empty()) {
      error(at, in_quotes(target) + " is no end of a link",
            "a link's end such as \"core1:eth1\", or a host that hangs on a switch");
    } else if (found.size() > 1) {
      std::set<std::string> ends;
      for (const auto& cable : found) {
        ends.insert((cable.ends[0].node == target ? cable.ends[0] : cable.ends[1]).to_string());
      }
      error(at, in_quotes(target) + " has " + std::to_string(found.size()) + " links", among(ends));
    }
  }

  void process(const Event& event) {
    std::set<std::string> known;
    const bool sessions = event.action >= Action::clear;
    for (const auto& one : processes(s_)) {
      if (!sessions || one.process == "bgp") known.insert(one.to_string());
    }
    if (!known.contains(event.target)) {
      error(
          event.position,
          (sessions ? "there is no BGP daemon " : "there is no process ") + in_quotes(event.target),
          among(known));
    }
    members(event);
  }

  // A member that the action has no use for would be passed over in silence.
  void members(const Event& event) {
    const auto action = event.action;
    const auto word = in_quotes(word_of(action));
    const bool of_prefix = action == Action::announce || action == Action::withdraw;
    const bool of_session = action == Action::clear || action == Action::clear_soft;
    if (of_prefix && !event.prefix) {
      error(event.position, word + " says no prefix", "\"prefix\", such as \"10.50.0.80/32\"");
    }
    if (!of_prefix && event.prefix) {
      error(event.position, word + " has no prefix", "\"prefix\" with announce or withdraw only");
    }
    if (!of_session && !event.neighbor.empty()) {
      error(event.position, word + " is not of one neighbor",
            "\"neighbor\" with clear or clear_soft only");
    }
    if (action != Action::clear_soft && event.direction) {
      error(event.position, word + " has no direction", "\"direction\" with clear_soft only");
    }
  }

  void timeline() {
    for (const auto& event : s_.timeline) {
      within_run(event.at, event.position);
      if (event.action >= Action::kill) {
        process(event);
        continue;
      }
      members(event);
      const auto target = LinkEnd::parse(event.target).value_or(LinkEnd{event.target, "", {}});
      if (event.action == Action::power_off) {
        const auto kind = kind_of(target.node);
        if (!target.port.empty() || !kind || *kind == Kind::switch_) {
          error(event.position, "there is no machine " + in_quotes(event.target),
                among(names({Kind::router, Kind::edge, Kind::node, Kind::client})));
        }
      } else {
        link_end(event.target, event.position);
      }
    }
  }

  const Scenario& s_;
  Diagnostics& diagnostics_;
  const FileExists& file_exists_;
  std::map<std::string, Kind> nodes_;
  std::vector<std::tuple<std::string, const Attachment*, Position>> attached_;
  std::set<std::string> ports_taken_;
};

}  // namespace

void check(const Scenario& scenario, Diagnostics& diagnostics, const FileExists& file_exists) {
  Checker(scenario, diagnostics, file_exists).run();
}

}  // namespace seatrial::scenario::document
