#include "results/html/windows.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace seatrial::results::html {
namespace {

using Json = nlohmann::ordered_json;

// More than anybody reads.
constexpr std::size_t most_windows = 1'000;

Json ns(TimePoint at) {
  return at.time_since_epoch().count();
}
Json ns(const std::optional<TimePoint>& at) {
  return at ? ns(*at) : Json();
}

}  // namespace

std::string windows_json(const std::vector<Window>& windows) {
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(windows.size(), most_windows); ++i) {
    const auto& window = windows[i];
    Json prefixes = Json::array();
    for (const auto& prefix : window.prefixes) prefixes.push_back(prefix.to_string());
    Json nodes = Json::array();
    for (const auto& affected : window.nodes) {
      Json spans = Json::array();
      for (const auto& span : affected.spans) spans.push_back({ns(span.from), ns(span.to)});
      nodes.push_back({{"node", affected.node}, {"spans", std::move(spans)}});
    }
    Json witness = Json::array();
    for (const auto& hop : window.witness) {
      witness.push_back({{"node", hop.node}, {"evidence", hop.evidence}});
    }
    list.push_back({{"kind", word_of(window.kind)},
                    {"prefixes", std::move(prefixes)},
                    {"from", ns(window.from)},
                    {"to", ns(window.to)},
                    {"nodes", std::move(nodes)},
                    {"witness", std::move(witness)},
                    {"reason", window.reason},
                    {"evidence", window.evidence}});
  }
  const Json out{{"total", windows.size()}, {"list", std::move(list)}};
  return out.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace seatrial::results::html
