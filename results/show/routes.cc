// The RIB and FIB of every node at a moment, or what they say of one prefix or address.
#include <fmt/format.h>

#include <set>
#include <utility>

#include "results/show/common.h"

namespace seatrial::results {
namespace {

using show::Json;

// A RIB's or FIB's entry in one form. Withdrawn ones are kept: that a route is gone, and since
// when, is an answer.
struct Route {
  net::Prefix prefix;
  std::vector<NextHop> next_hops;
  std::string protocol;
  std::string detail;
  bool present = true;
  TimePoint since;
  std::size_t record = 0;
};

struct RibTable {
  static constexpr std::string_view kind = "rib";
  static constexpr std::string_view title = "BGP routes (Loc-RIB)";
  static const std::vector<RibChanged>& changes(const Record& record) { return record.rib(); }
  static Route route(const RibChanged& change) {
    Route out{change.prefix, {}, change.protocol, change.detail, !change.next_hops.empty(),
              change.at};
    for (const auto& hop : change.next_hops) out.next_hops.push_back({hop, ""});
    return out;
  }
};
struct FibTable {
  static constexpr std::string_view kind = "fib";
  static constexpr std::string_view title = "Forwarding tables";
  static const std::vector<FibChanged>& changes(const Record& record) { return record.fib(); }
  static Route route(const FibChanged& change) {
    return {change.prefix, change.next_hops, change.protocol, "", change.installed, change.at};
  }
};

using NodeTable = net::PrefixMap<Route>;

template <typename Kind>
std::map<std::string, NodeTable> tables_at(const Record& record, TimePoint at) {
  std::map<std::string, NodeTable> out;
  const auto& changes = Kind::changes(record);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto& table = out[changes[i].node];
    if (changes[i].at > at) continue;
    auto route = Kind::route(changes[i]);
    route.record = i;
    std::ranges::sort(route.next_hops);
    table[route.prefix] = std::move(route);
  }
  return out;
}

// What was asked for among the prefixes.
struct Wanted {
  std::optional<net::Prefix> prefix;
  std::optional<net::IpAddress> address;  // the longest match for it
  bool longer = false;
};

tl::expected<Wanted, std::string> wanted(const ShowQuery& query) {
  Wanted out;
  out.longer = query.longer;
  if (query.prefix.empty()) return out;
  out.address = net::IpAddress::parse(query.prefix);
  if (out.address) return out;
  out.prefix = net::Prefix::parse(query.prefix);
  if (out.prefix) return out;
  auto text = fmt::format("\"{}\" is no prefix, expected ADDRESS/LENGTH or an address",
                          query.prefix.substr(0, 100));
  if (const auto near = net::Prefix::parse_lenient(query.prefix)) {
    text += fmt::format("; its network is {}", near->to_string());
  }
  return tl::make_unexpected(text);
}

std::vector<const Route*> select(const NodeTable& table, const Wanted& what) {
  std::vector<const Route*> out;
  if (what.address) {
    // A withdrawn route matches nothing: the longest of those that are there.
    table.for_each([&](const net::Prefix& prefix, const Route& route) {
      if (route.present && prefix.contains(*what.address)) out = {&route};
    });
  } else if (what.prefix && what.longer) {
    table.for_each_within(*what.prefix,
                          [&](const net::Prefix&, const Route& route) { out.push_back(&route); });
  } else if (what.prefix) {
    if (const auto* route = table.find(*what.prefix)) out.push_back(route);
  } else {
    table.for_each([&](const net::Prefix&, const Route& route) {
      if (route.present) out.push_back(&route);
    });
  }
  return out;
}

std::string way(const Route& route, const Names& names, TimePoint at) {
  if (!route.present) return "withdrawn";
  if (route.protocol == "blackhole") return "blackhole";
  if (route.next_hops.empty()) return "local";
  std::set<std::string> interfaces;
  for (const auto& hop : route.next_hops) interfaces.insert(hop.interface);
  std::string out;
  for (const auto& hop : route.next_hops) {
    auto one = hop.address.is_unspecified() ? (hop.interface.empty() ? "local" : "direct")
                                            : names.with_name(hop.address, at);
    if (!hop.interface.empty() && interfaces.size() > 1) one += " on " + hop.interface;
    out += (out.empty() ? "" : ", ") + one;
  }
  if (interfaces.size() == 1 && !interfaces.begin()->empty()) out += " on " + *interfaces.begin();
  return out;
}

Json to_json(const std::string& node, const Route& route, std::string_view kind, const Names& names,
             TimePoint at) {
  Json hops = Json::array();
  for (const auto& hop : route.next_hops) {
    Json one = Json::object();
    if (!hop.address.is_unspecified()) {
      one["address"] = hop.address.to_string();
      one["name"] = names.of(hop.address, at);
    }
    if (!hop.interface.empty()) one["interface"] = hop.interface;
    hops.push_back(std::move(one));
  }
  Json out{{"node", node},
           {"prefix", route.prefix.to_string()},
           {"present", route.present},
           {"protocol", route.protocol},
           {"next_hops", std::move(hops)},
           {"since_ns", show::ns(route.since)},
           {"evidence", evidence_id(kind, route.record)}};
  if (kind == RibTable::kind) out["detail"] = route.detail;
  return out;
}

// The prefix is nowhere in the run: what is near to it.
template <typename Kind>
std::string no_such_prefix(const StoredRun& run, const ShowQuery& query, const Wanted& what) {
  std::set<net::Prefix> inside;
  std::set<net::Prefix> covering;
  for (const auto& change : Kind::changes(run.record)) {
    if (!query.node.empty() && change.node != query.node) continue;
    if (what.prefix->contains(change.prefix)) inside.insert(change.prefix);
    if (change.prefix.contains(*what.prefix)) covering.insert(change.prefix);
  }
  const auto list = [](const std::set<net::Prefix>& prefixes) {
    std::string out;
    std::size_t count = 0;
    for (const auto& prefix : prefixes) {
      if (++count > 8) return out + fmt::format(" and {} more", prefixes.size() - 8);
      out += (out.empty() ? "" : ", ") + prefix.to_string();
    }
    return out;
  };
  auto text = fmt::format("no {} of {} ever had a route to {}", Kind::kind,
                          query.node.empty() ? "any node" : query.node, what.prefix->to_string());
  if (!covering.empty()) text += "; it lies in " + list(covering);
  if (!inside.empty()) text += "; inside it are " + list(inside) + " (--longer shows them)";
  if (covering.empty() && inside.empty()) text += ", nor to anything inside or around it";
  return text;
}

template <typename Kind>
Shown show_routes(const StoredRun& run, const ShowQuery& query, const ShowFormat& format) {
  const auto at = show::moment(run, query.at);
  if (!at) return tl::make_unexpected(at.error());
  if (const auto wrong = show::wrong_node(run, query.node)) return tl::make_unexpected(*wrong);
  const auto what = wanted(query);
  if (!what) return tl::make_unexpected(what.error());
  if (what->longer && !what->prefix) {
    return tl::make_unexpected("--longer goes with --prefix ADDRESS/LENGTH, expected one");
  }
  const Names names(run.record);
  const auto dead = show::without_power(run.record, *at);
  const auto tables = tables_at<Kind>(run.record, *at);
  if (!query.node.empty() && !tables.contains(query.node)) {
    std::vector<std::string> those;
    for (const auto& [node, table] : tables) {
      if (query.pods || !show::is_pod(run, node)) those.push_back(node);
    }
    std::string list;
    for (const auto& node : those) list += (list.empty() ? "" : ", ") + node;
    return tl::make_unexpected(
        fmt::format("{} has no {}, expected one of {}", query.node, Kind::kind, list));
  }

  const bool rib = Kind::kind == RibTable::kind;
  Table table(rib ? std::vector<std::string>{"NODE", "PREFIX", ">SINCE (s)", "EVIDENCE",
                                             "NEXT HOPS; ATTRIBUTES"}
                  : std::vector<std::string>{"NODE", "PREFIX", "PROTOCOL", ">SINCE (s)", "EVIDENCE",
                                             "NEXT HOPS"});
  Json rows = Json::array();
  std::size_t found = 0;
  std::size_t gone = 0;
  std::size_t pods_left_out = 0;
  for (const auto& [node, entries] : tables) {
    if (!query.node.empty() && node != query.node) continue;
    const auto routes = select(entries, *what);
    if (query.node.empty() && !query.pods && show::is_pod(run, node)) {
      pods_left_out += routes.empty() ? 0 : 1;
      continue;
    }
    for (const auto* route : routes) {
      ++(route->present ? found : gone);
      auto text = way(*route, names, *at);
      if (rib && route->detail.starts_with(text)) text.clear();  // "local", and said again
      if (rib && !route->detail.empty()) text += (text.empty() ? "" : "; ") + route->detail;
      if (const auto off = dead.find(node); off != dead.end()) {
        text +=
            fmt::format("; no power since {} s ({})", seconds(run.record.faults()[off->second].at),
                        evidence_id("fault", off->second));
      }
      if (rib) {
        table.add({node, route->prefix.to_string(), show::shown_time(route->since),
                   evidence_id(Kind::kind, route->record), text});
      } else {
        table.add({node, route->prefix.to_string(), route->protocol, show::shown_time(route->since),
                   evidence_id(Kind::kind, route->record), text});
      }
      rows.push_back(to_json(node, *route, Kind::kind, names, *at));
      rows.back()["powered"] = !dead.contains(node);
    }
    if (what->address && routes.empty()) {
      table.add({node, "no route"});
      rows.push_back({{"node", node},
                      {"prefix", nullptr},
                      {"present", false},
                      {"protocol", nullptr},
                      {"next_hops", Json::array()},
                      {"since_ns", nullptr},
                      {"evidence", nullptr}});
      if (rib) rows.back()["detail"] = nullptr;
      rows.back()["powered"] = !dead.contains(node);
    }
  }
  if (what->prefix && found + gone == 0 && pods_left_out == 0) {
    bool ever = false;
    for (const auto& change : Kind::changes(run.record)) {
      const bool same =
          what->longer ? what->prefix->contains(change.prefix) : change.prefix == *what->prefix;
      ever = ever || (same && (query.node.empty() || change.node == query.node));
    }
    if (!ever) return tl::make_unexpected(no_such_prefix<Kind>(run, query, *what));
  }
  if (format.json) {
    return show::dump({{"at_ns", show::ns(*at)}, {"routes", std::move(rows)}});
  }
  auto text = std::string(Kind::title);
  if (!query.node.empty()) text += " of " + query.node;
  if (!query.prefix.empty()) {
    text += (what->address  ? ", the longest match for "
             : what->longer ? ", inside "
                            : ", ") +
            query.prefix;
  }
  text += fmt::format(" {}: {}", show::moment_text(run, query.at),
                      show::count_text(found, "route", "routes"));
  if (gone > 0) text += fmt::format(", {} withdrawn", gone);
  auto out = show::heading(text, format);
  if (!table.empty()) out += table.write(format.width, format.colour);
  if (pods_left_out > 0) {
    out += fmt::format("{} left out (--pods, or --node NAME)\n",
                       show::count_text(pods_left_out, "pod", "pods"));
  }
  return out;
}

}  // namespace

Shown show_rib(const StoredRun& run, const ShowQuery& query, const ShowFormat& format) {
  return show_routes<RibTable>(run, query, format);
}

Shown show_fib(const StoredRun& run, const ShowQuery& query, const ShowFormat& format) {
  return show_routes<FibTable>(run, query, format);
}

}  // namespace seatrial::results
