// When packets could loop or be lost, from where, and why.
#include "results/dataplane/windows.h"

#include <fmt/format.h>

#include <algorithm>

#include "results/report/text.h"
#include "results/show/common.h"

namespace seatrial::results {
namespace {

using show::Json;

// What of a window's prefixes was asked for: inside the prefix, or those that cover the address.
struct Wanted {
  std::optional<net::Prefix> prefix;
  std::optional<net::IpAddress> address;

  bool operator()(const Window& window) const {
    if (!prefix && !address) return true;
    return std::ranges::any_of(window.prefixes, [this](const net::Prefix& of) {
      return prefix ? prefix->contains(of) : of.contains(*address);
    });
  }
};

bool open_at(const Window& window, TimePoint at) {
  return window.from <= at && (!window.to || at < *window.to);
}

bool affects(const Window& window, const std::string& node) {
  return std::ranges::any_of(window.nodes,
                             [&](const Window::Affected& one) { return one.node == node; });
}

Json to_json(const Window& window) {
  Json prefixes = Json::array();
  for (const auto& prefix : window.prefixes) prefixes.push_back(prefix.to_string());
  Json nodes = Json::array();
  for (const auto& affected : window.nodes) {
    Json spans = Json::array();
    for (const auto& span : affected.spans) {
      spans.push_back({{"from_ns", show::ns(span.from)}, {"to_ns", show::ns(span.to)}});
    }
    nodes.push_back({{"node", affected.node}, {"spans", std::move(spans)}});
  }
  Json witness = Json::array();
  for (const auto& hop : window.witness) {
    witness.push_back({{"node", hop.node}, {"evidence", hop.evidence}});
  }
  return {{"kind", word_of(window.kind)},  {"from_ns", show::ns(window.from)},
          {"to_ns", show::ns(window.to)},  {"prefixes", std::move(prefixes)},
          {"nodes", std::move(nodes)},     {"reason", window.reason},
          {"witness", std::move(witness)}, {"evidence", window.evidence}};
}

template <typename T, typename F>
std::string listed(const std::vector<T>& list, const char* between, F&& text) {
  std::string out;
  for (const auto& one : list) out += (out.empty() ? "" : between) + text(one);
  return out;
}

void write(const Window& window, TimePoint end, const ShowFormat& format, std::string& out) {
  const auto until =
      window.to ? fmt::format("to {} s", show::shown_time(*window.to)) : "to the end";
  out +=
      show::heading(fmt::format("{} from {} s {} ({})", word_of(window.kind),
                                show::shown_time(window.from), until, readable(window.length(end))),
                    format);
  const auto line = [&](const char* label, const std::string& text) {
    if (!text.empty()) out += wrapped("  " + padded(label, 8), text, format.width, 10);
  };
  line("towards", listed(window.prefixes, ", ", [](const auto& p) { return p.to_string(); }));
  line("from", listed(window.nodes, ", ", [](const auto& n) { return n.node; }));
  const auto evidence = listed(window.evidence, ", ", [](const auto& id) { return id; });
  line("because", window.reason + (evidence.empty() ? "" : " (" + evidence + ")"));
  line("witness", listed(window.witness, " > ", [](const auto& hop) {
         return hop.node + (hop.evidence.empty() ? "" : " (" + hop.evidence + ")");
       }));
}

}  // namespace

Shown show_windows(const StoredRun& run, const TimelineQuery& query, const ShowFormat& format) {
  const auto at = show::moment(run, query.at);
  if (!at) return tl::make_unexpected(at.error());
  if (auto wrong = show::wrong_node(run, query.node)) return tl::make_unexpected(*std::move(wrong));
  const Wanted wanted{net::Prefix::parse(query.prefix), net::IpAddress::parse(query.prefix)};
  if (!query.prefix.empty() && !wanted.prefix && !wanted.address) {
    return tl::make_unexpected(fmt::format(
        "\"{}\" is no prefix, expected ADDRESS/LENGTH or an address", query.prefix.substr(0, 100)));
  }
  for (const auto& kind : query.kinds) {
    if (kind != "loop" && kind != "blackhole") {
      return tl::make_unexpected(unknown("kind of window", kind, {"loop", "blackhole"}));
    }
  }
  const auto all = find_windows(run.record);
  std::vector<const Window*> chosen;
  for (const auto& window : all) {
    if (query.at && !open_at(window, *at)) continue;
    if (!query.node.empty() && !affects(window, query.node)) continue;
    if (!wanted(window)) continue;
    const auto kind = std::string(word_of(window.kind));
    if (!query.kinds.empty() && std::ranges::find(query.kinds, kind) == query.kinds.end()) continue;
    if (query.from && window.to && *window.to <= *query.from) continue;
    if (query.to && window.from >= *query.to) continue;
    chosen.push_back(&window);
  }
  if (format.json) {
    Json rows = Json::array();
    for (const auto* window : chosen) rows.push_back(to_json(*window));
    return show::dump({{"windows_in_run", all.size()}, {"windows", std::move(rows)}});
  }
  auto out = show::heading(fmt::format("Windows in which packets could loop or be lost{}: {} of {}",
                                       query.at ? " " + show::moment_text(run, query.at) : "",
                                       chosen.size(), all.size()),
                           format);
  for (const auto* window : chosen) {
    out += "\n";
    write(*window, TimePoint(run.run.simulated), format, out);
  }
  return out;
}

}  // namespace seatrial::results
