// The way of a request's packets as it was, and the way that a packet would take.
#include <fmt/format.h>

#include <algorithm>

#include "results/forwarding/walk.h"
#include "results/path/path.h"
#include "results/report/text.h"
#include "results/show/common.h"
#include "results/show/one_request.h"

namespace seatrial::results {
namespace {

using show::Json;

std::string interfaces(const PathHop& hop) {
  if (hop.in.empty()) return "out " + hop.out;
  if (hop.out.empty()) return "in " + hop.in;
  return hop.in + " -> " + hop.out;
}

class RequestWay {
 public:
  RequestWay(const StoredRun& run, std::size_t index)
      : topology_(run.record.topology()),
        request_(run.record.requests()[index]),
        index_(index),
        path_(PathFinder(run.record).path_of(index)) {}

  std::string json() const {
    Json legs = Json::array();
    for (const auto& leg : path_.legs) {
      legs.push_back({{"from", leg.from},
                      {"to", leg.to},
                      {"source", leg.flow.from.to_string()},
                      {"destination", leg.flow.to.to_string()},
                      {"started_ns", show::ns(leg.started)},
                      {"finished_ns", show::ns(leg.finished)},
                      {"hops", hops_json(leg.hops)},
                      {"back", hops_json(leg.back)}});
    }
    Json proxies = Json::array();
    for (const auto i : path_.proxies) proxies.push_back(evidence_id("proxy", i));
    return show::dump({{"id", request_.client + "/" + std::to_string(request_.number)},
                       {"status", request_.status},
                       {"error", request_.error},
                       {"intended_ns", show::ns(request_.intended)},
                       {"latency_ns", request_.latency().count()},
                       {"edge", path_.edge},
                       {"ingress_pod", path_.ingress_pod},
                       {"app_pod", path_.app_pod},
                       {"evidence", evidence_id("request", index_)},
                       {"proxy_evidence", std::move(proxies)},
                       {"legs", std::move(legs)}});
  }

  std::string text(const ShowFormat& format) const {
    const auto& q = request_;
    const auto ending = q.error.empty() ? std::to_string(q.status) : q.error;
    auto out =
        show::heading(fmt::format("{} {} -> {} in {}, request {} of {}, due at {} s ({})", q.method,
                                  q.url, ending, readable(q.latency()), q.number, q.client,
                                  seconds(q.intended), evidence_id("request", index_)),
                      format);
    if (path_.legs.empty()) return out + "No packet of it is known: it never had a connection.\n";
    auto proxy = path_.proxies.begin();
    for (const auto& leg : path_.legs) {
      auto title = fmt::format("{} => {} (tcp {} to {}", leg.from, leg.to,
                               leg.flow.from.to_string(), leg.flow.to.to_string());
      if (proxy != path_.proxies.end()) title += ", " + evidence_id("proxy", *proxy++);
      out += show::heading(title + ")", format);
      if (leg.hops.empty()) out += "    no hop of it was recorded\n";
      hops(leg.hops, format, out);
    }
    // The answers' legs, the last first.
    const std::vector<PathLeg> back(path_.legs.rbegin(), path_.legs.rend());
    for (const auto& leg : back) {
      if (leg.back.empty()) continue;
      out += show::heading(fmt::format("back from {} to {}", leg.to, leg.from), format);
      hops(leg.back, format, out);
    }
    out +=
        fmt::format("  {:>12}  {} at {}\n", "+" + readable(q.latency()),
                    q.error.empty() ? "answer complete" : "given up (" + q.error + ")", q.client);
    return out;
  }

 private:
  Json hops_json(const std::vector<PathHop>& hops) const {
    Json out = Json::array();
    for (std::size_t i = 0; i < hops.size(); ++i) {
      Json switches = Json::array();
      if (i + 1 < hops.size()) {
        switches = topology_.switches_between(hops[i].node, hops[i].out, hops[i + 1].node);
      }
      out.push_back({{"at_ns", show::ns(hops[i].at)},
                     {"node", hops[i].node},
                     {"in", hops[i].in},
                     {"out", hops[i].out},
                     {"switches", std::move(switches)},
                     {"evidence", evidence_id("hop", hops[i].record)}});
    }
    return out;
  }

  void hops(const std::vector<PathHop>& hops, const ShowFormat& format, std::string& out) const {
    std::size_t width = 0;
    for (const auto& hop : hops) width = std::max(width, columns(hop.node));
    width = std::min<std::size_t>(width, format.width > 50 ? format.width - 50 : 0);
    for (std::size_t i = 0; i < hops.size(); ++i) {
      if (i > 0) {
        for (const auto& name :
             topology_.switches_between(hops[i - 1].node, hops[i - 1].out, hops[i].node)) {
          out += fmt::format("  {:>12}  : {}\n", "", name);
        }
      }
      const auto* mark = i == 0 ? "o" : i + 1 == hops.size() ? "*" : "|";
      out += wrapped(
          fmt::format("  {:>12}  {} {}  ", "+" + readable(hops[i].at - request_.intended), mark,
                      padded(hops[i].node, width)),
          interfaces(hops[i]) + " (" + evidence_id("hop", hops[i].record) + ")", format.width, 20);
    }
  }

  const Topology& topology_;
  const RequestFinished& request_;
  std::size_t index_;
  RequestPath path_;
};

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

class ForwardingText {
 public:
  ForwardingText(const WalkResult& result, const Names& names, TimePoint at,
                 const ShowFormat& format)
      : result_(result), names_(names), at_(at), format_(format), told_(result.steps.size()) {}

  std::string write() {
    step(0, 0);
    return std::move(out_);
  }

 private:
  void line(std::size_t depth, const std::string& text, Colour colour = Colour::none) {
    const auto indent = std::min<std::size_t>(2 + 2 * depth, 40);
    auto lines = wrapped(std::string(indent, ' '), text, format_.width, indent + 4);
    if (colour != Colour::none && format_.colour) {
      lines.pop_back();
      lines = in_colour(colour, lines, true) + "\n";
    }
    out_ += lines;
  }
  static std::string with_evidence(const Obstacle& why) {
    return why.evidence.empty() ? why.what : why.what + " (" + why.evidence + ")";
  }

  void step(std::size_t index, std::size_t depth) {
    const auto& step = result_.steps[index];
    std::string text = step.node;
    if (step.prefix) {
      text += fmt::format(": {} {}", step.protocol, step.prefix->to_string());
    } else if (!step.evidence.empty()) {
      text += ": translates " + step.to.to_string();
    }
    if (!step.evidence.empty()) text += " (" + joined(step.evidence, ", ") + ")";
    if (told_[index] && !step.branches.empty()) {
      return line(depth, text + ", as above");
    }
    told_[index] = true;
    if (step.delivered) return line(depth, text + ": delivered", Colour::green);
    if (step.dead_end) {
      return line(depth, step.node + ": dead end: " + with_evidence(*step.dead_end), Colour::red);
    }
    line(depth,
         text + (step.branches.size() > 1 ? fmt::format(", one of {} ways:", step.branches.size())
                                          : ""));
    for (const auto& branch : step.branches) this->branch(step, branch, depth + 1);
  }

  void branch(const WalkStep& from, const WalkBranch& branch, std::size_t depth) {
    std::string way;
    if (branch.interface.empty()) {
      way = branch.step ? "> to " + names_.with_name(result_.steps[*branch.step].to.address, at_)
                        : "> nowhere";
    } else {
      way = "> " + branch.interface;
      way += branch.gateway.is_unspecified() ? " to " + names_.with_name(from.to.address, at_)
                                             : " via " + names_.with_name(branch.gateway, at_);
      if (!branch.switches.empty()) way += " through " + joined(branch.switches, ", ");
    }
    if (branch.dead_end) {
      return line(depth, way + ": dead end: " + with_evidence(*branch.dead_end), Colour::red);
    }
    if (branch.closes_loop) return line(depth, way + ": LOOP, back to " + branch.next, Colour::red);
    line(depth, way);
    if (branch.step) step(*branch.step, depth + 1);
  }

  const WalkResult& result_;
  const Names& names_;
  const TimePoint at_;
  const ShowFormat& format_;
  std::vector<bool> told_;
  std::string out_;
};

Json obstacle_json(const std::optional<Obstacle>& why) {
  if (!why) return nullptr;
  return {{"what", why->what}, {"evidence", why->evidence}};
}

std::string walk_json(const WalkResult& result, const ForwardingQuery& query, TimePoint at,
                      const Names& names) {
  Json steps = Json::array();
  for (const auto& step : result.steps) {
    Json branches = Json::array();
    for (const auto& branch : step.branches) {
      Json one = Json::object();
      if (!branch.interface.empty()) {
        one["interface"] = branch.interface;
        one["gateway"] =
            branch.gateway.is_unspecified() ? Json() : Json(branch.gateway.to_string());
        one["gateway_name"] = names.of(branch.gateway, at);
      }
      one["switches"] = branch.switches;
      one["next"] = branch.next.empty() ? Json() : Json(branch.next);
      one["step"] = branch.step ? Json(*branch.step) : Json();
      one["closes_loop"] = branch.closes_loop;
      one["dead_end"] = obstacle_json(branch.dead_end);
      branches.push_back(std::move(one));
    }
    steps.push_back({{"node", step.node},
                     {"to", step.to.address.to_string()},
                     {"port", step.to.port},
                     {"delivered", step.delivered},
                     {"prefix", step.prefix ? Json(step.prefix->to_string()) : Json()},
                     {"protocol", step.protocol},
                     {"evidence", step.evidence},
                     {"dead_end", obstacle_json(step.dead_end)},
                     {"branches", std::move(branches)}});
  }
  Json dead = Json::array();
  for (const auto& why : result.dead_ends) dead.push_back(obstacle_json(why));
  return show::dump({{"at_ns", show::ns(at)},
                     {"from", query.from},
                     {"to", query.to},
                     {"delivered_at", result.delivered_at},
                     {"dead_ends", std::move(dead)},
                     {"loops", result.loops},
                     {"steps", std::move(steps)}});
}

// Whom a packet for a prefix can be for: the first that has an address in it.
net::IpAddress address_in(const Record& record, const net::Prefix& prefix, TimePoint at) {
  std::optional<net::IpAddress> first;
  const auto offer = [&](const net::IpAddress& address) {
    if (prefix.contains(address) && (!first || address < *first)) first = address;
  };
  for (const auto& node : record.topology().nodes) {
    if (node.kind == "pod") continue;
    for (const auto& port : node.ports) {
      for (const auto& own : port.addresses) offer(own.address);
    }
  }
  for (const auto& pod : record.pods()) {
    if (!pod.address.is_unspecified() && record.pod_at(pod.address, at) != nullptr) {
      offer(pod.address);
    }
  }
  return first.value_or(prefix.address());
}

}  // namespace

Shown show_path(const StoredRun& run, const std::string& request, const ShowFormat& format) {
  const auto index = show::find_request(run, request);
  if (!index) return tl::make_unexpected(index.error());
  const RequestWay way(run, *index);
  return format.json ? way.json() : way.text(format);
}

Shown show_forwarding(const StoredRun& run, const ForwardingQuery& query,
                      const ShowFormat& format) {
  const auto at = show::moment(run, query.at);
  if (!at) return tl::make_unexpected(at.error());
  if (const auto wrong = show::wrong_node(run, query.from)) return tl::make_unexpected(*wrong);
  net::Endpoint to;
  if (const auto endpoint = net::Endpoint::parse(query.to)) {
    to = *endpoint;
  } else if (const auto address = net::IpAddress::parse(query.to)) {
    to.address = *address;
  } else if (const auto prefix = net::Prefix::parse(query.to)) {
    to.address = address_in(run.record, *prefix, *at);
  } else {
    return tl::make_unexpected(
        fmt::format("\"{}\" is no address, expected ADDRESS, ADDRESS:PORT or a prefix",
                    query.to.substr(0, 100)));
  }
  const Snapshot snapshot(run.record, *at);
  if (snapshot.fib(query.from) == nullptr && !snapshot.power(query.from)) {
    return tl::make_unexpected(
        fmt::format("{} has no forwarding table {}", query.from, show::moment_text(run, query.at)));
  }
  const auto result = walk(snapshot, query.from, to);
  const Names names(run.record);
  if (format.json) return walk_json(result, query, *at, names);

  const auto name = names.of(to.address, *at);
  auto out = show::heading(
      fmt::format("Forwarding from {} to {}{} {}", query.from,
                  to.port == 0 ? to.address.to_string() : to.to_string(),
                  name.empty() ? "" : " (" + name + ")", show::moment_text(run, query.at)),
      format);
  out += ForwardingText(result, names, *at, format).write();
  std::string verdict = result.delivered_at.empty()
                            ? "Delivered: nowhere"
                            : "Delivered: at " + joined(result.delivered_at, ", ");
  verdict +=
      fmt::format("; {}; {}", show::count_text(result.dead_ends.size(), "dead end", "dead ends"),
                  show::count_text(result.loops.size(), "loop", "loops"));
  out += wrapped("", verdict, format.width, 2);
  for (const auto& loop : result.loops)
    out += wrapped("", "Loop: " + joined(loop, " > "), format.width, 2);
  return out;
}

}  // namespace seatrial::results
