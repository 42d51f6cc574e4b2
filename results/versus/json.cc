// A comparison for programs; README.md lists the keys.
#include <nlohmann/json.hpp>

#include "results/versus/compare.h"

namespace seatrial::results::versus {
namespace {

using Json = nlohmann::ordered_json;

Json maybe(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json side(const std::vector<RunFigures>& runs) {
  Json out = Json::array();
  for (const auto& run : runs) {
    out.push_back({{"name", run.name},
                   {"scenario", run.scenario},
                   {"version", run.version},
                   {"seed", run.seed},
                   {"passed", run.passed}});
  }
  return out;
}

Json words(const std::vector<ComparedWord>& list, bool judged) {
  Json out = Json::array();
  for (const auto& word : list) {
    Json one{{"name", word.name}, {"a", word.a}, {"b", word.b}, {"differs", word.differs}};
    if (judged) {
      one["p"] = maybe(word.p);
      one["why"] = word.why;
    }
    out.push_back(std::move(one));
  }
  return out;
}

Json figures(const std::vector<ComparedFigure>& list) {
  constexpr const char* units[] = {"count", "ratio", "seconds"};
  Json out = Json::array();
  for (const auto& figure : list) {
    const auto& d = figure.difference;
    const bool both = !figure.a.empty() && !figure.b.empty();
    out.push_back({{"name", figure.name},
                   {"unit", units[static_cast<std::size_t>(figure.unit)]},
                   {"a", figure.a},
                   {"b", figure.b},
                   {"change", both ? Json(d.change) : Json()},
                   {"interval_95", d.low ? Json{*d.low, *d.high} : Json()},
                   {"test", to_string(d.test)},
                   {"p", maybe(d.p)},
                   {"p_adjusted", maybe(figure.p_adjusted)},
                   {"effect", maybe(d.effect)},
                   {"differs", figure.differs}});
  }
  return out;
}

}  // namespace

std::string comparison_json(const Comparison& comparison) {
  const Json out{{"differs", comparison.differs()},
                 {"paired_by_seed", comparison.paired},
                 {"a", side(comparison.a)},
                 {"b", side(comparison.b)},
                 {"expectations", words(comparison.expectations, true)},
                 {"sessions", words(comparison.sessions, false)},
                 {"routes", words(comparison.routes, false)},
                 {"figures", figures(comparison.figures)}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace seatrial::results::versus
