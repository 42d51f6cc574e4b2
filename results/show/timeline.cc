// Everything that changed, merged in order of time.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "results/record/target.h"
#include "results/report/text.h"
#include "results/show/common.h"

namespace seatrial::results {
namespace {

using show::Json;

struct Entry {
  TimePoint at;
  std::string_view kind;
  std::string node;
  std::optional<net::Prefix> prefix;
  std::string text;
  std::size_t record = 0;
};

// Kinds that have one entry a packet, a request or a question: shown when asked for.
constexpr std::array<std::string_view, 3> too_many{"drop", "request", "neighbour"};

std::string list_of(const std::vector<net::Endpoint>& endpoints) {
  std::string out;
  for (const auto& endpoint : endpoints) out += (out.empty() ? "" : ", ") + endpoint.to_string();
  return out.empty() ? "none" : out;
}

class Describe {
 public:
  explicit Describe(const Names& names) : names_(names) {}

  Entry operator()(const SessionChanged& x) const {
    auto text = "to " + names_.with_name(x.peer, x.at) + ": " + x.state;
    if (!x.reason.empty()) text += " (" + x.reason + ")";
    return {x.at, "session", x.node, std::nullopt, std::move(text)};
  }
  Entry operator()(const BfdChanged& x) const {
    auto text = "to " + names_.with_name(x.peer, x.at) + ": " + x.state;
    if (!x.reason.empty()) text += " (" + x.reason + ")";
    return {x.at, "bfd", x.node, std::nullopt, std::move(text)};
  }
  Entry operator()(const RibChanged& x) const {
    std::string hops;
    for (const auto& hop : x.next_hops) {
      hops += (hops.empty() ? "" : ", ") +
              (hop.is_unspecified() ? "local" : names_.with_name(hop, x.at));
    }
    return {x.at, "rib", x.node, x.prefix,
            x.prefix.to_string() + (hops.empty() ? " withdrawn" : " via " + hops)};
  }
  Entry operator()(const FibChanged& x) const {
    auto text = x.prefix.to_string();
    if (!x.installed) {
      text += " removed";
    } else if (x.next_hops.empty()) {
      text += " is " + (x.protocol == "kernel" ? "local" : x.protocol);
    } else {
      std::string hops;
      for (const auto& hop : x.next_hops) {
        hops += (hops.empty() ? "" : ", ") +
                (hop.address.is_unspecified() ? "direct" : names_.with_name(hop.address, x.at));
        if (!hop.interface.empty()) hops += " on " + hop.interface;
      }
      text += " via " + hops;
    }
    return {x.at, "fib", x.node, x.prefix, std::move(text)};
  }
  Entry operator()(const PodChanged& x) const {
    auto text = x.phase + (x.ready ? ", ready" : "");
    if (!x.address.is_unspecified()) text += ", " + x.address.to_string();
    if (!x.node.empty()) text += " on " + x.node;
    return {x.at, "pod", x.pod, std::nullopt, std::move(text)};
  }
  Entry operator()(const EndpointsChanged& x) const {
    return {x.at, "endpoints", x.service, std::nullopt, "ready: " + list_of(x.ready)};
  }
  Entry operator()(const LinkChanged& x) const {
    return {x.at, "link", node_of_port(x.port), std::nullopt, x.port + (x.up ? " up" : " down")};
  }
  Entry operator()(const FaultInjected& x) const {
    return {x.at, "fault", node_of_target(x.target), std::nullopt, x.action + " " + x.target};
  }
  Entry operator()(const NeighbourChanged& x) const {
    return {x.at, "neighbour", x.node, std::nullopt,
            fmt::format("{} on {}: {}{}", names_.with_name(x.address, x.at), x.interface, x.state,
                        x.mac.empty() ? "" : " at " + x.mac)};
  }
  Entry operator()(const NatChanged& x) const {
    return {x.at, "nat", x.node, std::nullopt,
            fmt::format("{}/{} {}", x.address.to_string(), x.protocol,
                        x.installed ? "to " + list_of(x.backends) : "removed")};
  }
  Entry operator()(const Note& x) const {
    return {x.at, "note", x.node, std::nullopt, x.kind + ": " + x.text};
  }
  Entry operator()(const Drop& x) const {
    auto text = x.reason;
    if (!x.interface.empty()) text += " at " + x.interface;
    if (x.flow.from.port != 0 || !x.flow.from.address.is_unspecified()) {
      text += ": " + x.flow.from.to_string() + " to " + x.flow.to.to_string();
    }
    return {x.at, "drop", x.node, std::nullopt, std::move(text)};
  }
  Entry operator()(const RequestFinished& x) const {
    return {
        x.finished, "request", x.client, std::nullopt,
        fmt::format("{}/{} {} {} -> {} after {}", x.client, x.number, x.method, x.url,
                    x.error.empty() ? std::to_string(x.status) : x.error, readable(x.latency()))};
  }

 private:
  const Names& names_;
};

// f(kind, list) for each kind that a timeline can have; of records at the same moment, the cause
// goes first.
template <typename F>
void for_each_list(const Record& r, F&& f) {
  f("fault", r.faults());
  f("link", r.links());
  f("pod", r.pods());
  f("endpoints", r.endpoints());
  f("nat", r.nat());
  f("neighbour", r.neighbours());
  f("bfd", r.bfd());
  f("session", r.sessions());
  f("rib", r.rib());
  f("fib", r.fib());
  f("note", r.notes());
  f("drop", r.drops());
  f("request", r.requests());
}

bool wants(const TimelineQuery& query, std::string_view kind) {
  if (query.kinds.empty()) return std::ranges::find(too_many, kind) == too_many.end();
  return std::ranges::find(query.kinds, kind) != query.kinds.end();
}

// A pod's or service's name is a node's, too: any word that a row can have in its NODE column.
std::optional<std::string> wrong_subject(const StoredRun& run, const std::string& word) {
  if (word.empty() || !show::wrong_node(run, word)) return std::nullopt;
  std::vector<std::string> known = show::node_names(run);
  for (const auto& pod : run.record.pods()) known.push_back(pod.pod);
  for (const auto& endpoints : run.record.endpoints()) known.push_back(endpoints.service);
  for (const auto& note : run.record.notes()) known.push_back(note.node);
  for (const auto& request : run.record.requests()) {
    if (known.back() != request.client) known.push_back(request.client);
  }
  std::ranges::sort(known);
  known.erase(std::unique(known.begin(), known.end()), known.end());
  if (std::ranges::binary_search(known, word)) return std::nullopt;
  return unknown("node, pod or service", word, known);
}

// A prefix, or an address: then every prefix that contains it.
struct Match {
  std::optional<net::Prefix> prefix;
  std::optional<net::IpAddress> address;

  bool operator()(const std::optional<net::Prefix>& of) const {
    if (prefix) return of && prefix->contains(*of);
    if (address) return of && of->contains(*address);
    return true;
  }
};

}  // namespace

Shown show_timeline(const StoredRun& run, const TimelineQuery& query, const ShowFormat& format) {
  const auto at = show::moment(run, query.at);
  if (!at) return tl::make_unexpected(at.error());
  if (auto wrong = wrong_subject(run, query.node)) return tl::make_unexpected(*std::move(wrong));
  std::vector<std::string> kinds;
  for_each_list(run.record, [&](std::string_view kind, const auto&) { kinds.emplace_back(kind); });
  for (const auto& kind : query.kinds) {
    if (std::ranges::find(kinds, kind) == kinds.end()) {
      return tl::make_unexpected(unknown("kind of entry", kind, kinds));
    }
  }
  Match match{net::Prefix::parse(query.prefix), net::IpAddress::parse(query.prefix)};
  if (!query.prefix.empty() && !match.prefix && !match.address) {
    return tl::make_unexpected(fmt::format(
        "\"{}\" is no prefix, expected ADDRESS/LENGTH or an address", query.prefix.substr(0, 100)));
  }

  const Names names(run.record);
  const Describe describe(names);
  std::vector<Entry> entries;
  std::string left_out;
  for_each_list(run.record, [&](std::string_view kind, const auto& list) {
    if (!wants(query, kind)) {
      if (query.kinds.empty() && !list.empty()) {
        left_out += (left_out.empty() ? "" : ", ") + readable(std::uint64_t{list.size()}) + " " +
                    std::string(kind);
      }
      return;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto entry = describe(list[i]);
      entry.record = i;
      if (!query.node.empty() && entry.node != query.node) continue;
      if (!match(entry.prefix)) continue;
      if ((query.from && entry.at < *query.from) || (query.to && entry.at >= *query.to)) continue;
      entries.push_back(std::move(entry));
    }
  });
  std::ranges::stable_sort(entries, {}, &Entry::at);
  const auto all = entries.size();
  std::size_t before = 0;  // of those that stay
  if (query.at) {
    const auto middle = std::ranges::lower_bound(entries, *at, {}, &Entry::at);
    const auto index = static_cast<std::size_t>(middle - entries.begin());
    before = std::min(index, query.around);
    const auto after = std::min(entries.size() - index, query.around);
    entries = {middle - static_cast<std::ptrdiff_t>(before),
               middle + static_cast<std::ptrdiff_t>(after)};
  }

  if (format.json) {
    Json rows = Json::array();
    for (const auto& entry : entries) {
      rows.push_back({{"at_ns", show::ns(entry.at)},
                      {"kind", entry.kind},
                      {"node", entry.node},
                      {"prefix", entry.prefix ? Json(entry.prefix->to_string()) : Json()},
                      {"text", entry.text},
                      {"evidence", evidence_id(entry.kind, entry.record)}});
    }
    return show::dump({{"matching", all}, {"entries", std::move(rows)}});
  }
  Table table({">AT (s)", "KIND", "NODE", "EVIDENCE", "WHAT"});
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    if (query.at && i == before) table.add_rule(fmt::format("---- {} s ----", seconds(*at)));
    const bool bad = entry.kind == "fault" || entry.kind == "drop";
    table.add({show::shown_time(entry.at),
               Cell(std::string(entry.kind), bad ? Colour::red : Colour::none), entry.node,
               evidence_id(entry.kind, entry.record), entry.text});
  }
  if (query.at && before == entries.size()) {
    table.add_rule(fmt::format("---- {} s ----", seconds(*at)));
  }
  auto title = query.at ? fmt::format("Timeline around {} s: {} of {} entries", seconds(*at),
                                      entries.size(), readable(std::uint64_t{all}))
                        : fmt::format("Timeline: {}", show::count_text(all, "entry", "entries"));
  auto out = show::heading(title, format);
  if (!table.empty()) out += table.write(format.width, format.colour);
  if (!left_out.empty()) out += wrapped("", "Left out (--kind): " + left_out, format.width, 2);
  return out;
}

}  // namespace seatrial::results
