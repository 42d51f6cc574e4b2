// A comparison in words.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "results/report/text.h"
#include "results/show/table.h"
#include "results/versus/compare.h"

namespace seatrial::results::versus {
namespace {

std::string in_unit(double value, Unit unit) {
  switch (unit) {
    case Unit::ratio:
      return fmt::format("{:.4g} %", value * 100);
    case Unit::seconds:
      return readable(Duration(std::llround(value * 1e9)));
    case Unit::count:
      break;
  }
  if (value == std::floor(value) && value >= 0 && value < 1e15) {
    return readable(static_cast<std::uint64_t>(value));
  }
  return fmt::format("{:.6g}", value);
}

std::string change_in_unit(double change, Unit unit) {
  if (change == 0) return "0";
  const auto* sign = change > 0 ? "+" : "-";
  if (unit != Unit::ratio) return sign + in_unit(std::fabs(change), unit);
  return fmt::format("{}{:.3g} points", sign, std::fabs(change) * 100);
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::string outcomes_text(const Outcomes& outcomes, std::size_t runs) {
  if (outcomes.size() == 1) return outcomes.begin()->first;
  std::string out;
  for (const auto& [word, count] : outcomes) {
    out += fmt::format("{}{} ({} of {})", out.empty() ? "" : "; ", word, count, runs);
  }
  return out;
}

std::string p_text(double p) {
  return p < 0.0001 ? "< 0.0001" : fmt::format("{:.4f}", p);
}

// The first words of a long text: the run itself has the rest.
std::string shortened(const std::string& text) {
  constexpr std::size_t most = 200;
  if (text.size() <= most) return text;
  return text.substr(0, text.rfind(' ', most)) + " ...";
}

class Page {
 public:
  Page(const Comparison& all, const ShowFormat& format, bool everything)
      : all_(all), format_(format), everything_(everything) {}

  std::string write() {
    side("A", all_.a);
    side("B", all_.b);
    expectations();
    by_node("Sessions at the end", all_.sessions);
    by_node("Routes at the end", all_.routes);
    figures();
    end();
    return std::move(out_);
  }

 private:
  void heading(const std::string& text) {
    out_ += "\n" + in_colour(Colour::bold, text, format_.colour) + "\n";
  }

  void side(const std::string& letter, const std::vector<RunFigures>& runs) {
    std::string seeds;
    std::size_t passed = 0;
    for (const auto& run : runs) {
      seeds += (seeds.empty() ? "" : ", ") + std::to_string(run.seed);
      passed += run.passed ? 1 : 0;
    }
    const auto pass = runs.size() == 1 ? std::string(passed == 1 ? "PASS" : "FAIL")
                                       : fmt::format("{} of {} PASS", passed, runs.size());
    out_ += wrapped(
        letter + "  ",
        fmt::format("{}{} ({}, {} {}): {}", runs.front().name,
                    runs.size() > 1 ? fmt::format(" and {} more", runs.size() - 1) : "",
                    runs.front().scenario, runs.size() == 1 ? "seed" : "seeds", seeds, pass),
        format_.width, 3);
  }

  void outcomes(const ComparedWord& word) {
    out_ += wrapped("    A  ", outcomes_text(word.a, all_.a.size()), format_.width, 7);
    out_ += wrapped("    B  ", outcomes_text(word.b, all_.b.size()), format_.width, 7);
  }

  void expectations() {
    const auto& list = all_.expectations;
    heading(fmt::format("Expectations: {} of {} differ",
                        std::ranges::count(list, true, &ComparedWord::differs), list.size()));
    for (const auto& word : list) {
      if (!word.differs && !everything_) continue;
      out_ +=
          in_colour(word.differs ? Colour::yellow : Colour::none, "  " + word.name, format_.colour);
      out_ += word.p ? fmt::format("  (p {}, Fisher)\n", p_text(*word.p)) : "\n";
      outcomes(word);
      if (word.differs && !word.why.empty()) {
        out_ += wrapped("    fails:  ", shortened(word.why), format_.width, 7);
      }
    }
  }

  // Names begin with a node; nodes with the same change share an entry.
  void by_node(const std::string& title, const std::vector<ComparedWord>& list) {
    heading(fmt::format("{}: {} of {} differ", title,
                        std::ranges::count(list, true, &ComparedWord::differs), list.size()));
    using Key = std::tuple<std::string, Outcomes, Outcomes>;
    std::map<Key, std::pair<std::string, const ComparedWord*>> groups;
    std::vector<Key> order;
    for (const auto& word : list) {
      if (!word.differs && !everything_) continue;
      const auto space = word.name.find(' ');
      const Key key{word.name.substr(space + 1), word.a, word.b};
      auto& [nodes, first] = groups[key];
      if (first == nullptr) order.push_back(key);
      first = &word;
      nodes += " " + word.name.substr(0, space);
    }
    for (const auto& key : order) {
      const auto& [nodes, word] = groups.at(key);
      out_ += wrapped("  ", std::get<0>(key) + " at" + nodes, format_.width, 4);
      outcomes(*word);
    }
  }

  void figures() {
    const auto changed = std::ranges::count(all_.figures, true, &ComparedFigure::differs);
    heading(fmt::format("Figures: {} of {} differ{}", changed, all_.figures.size(),
                        all_.several() ? " significantly" : ""));
    Table table(all_.several()
                    ? std::vector<std::string>{"  FIGURE", ">A (mean)", ">B (mean)", ">CHANGE",
                                               "95 % INTERVAL; EFFECT; p (ADJUSTED), TEST"}
                    : std::vector<std::string>{"  FIGURE", ">A", ">B", "CHANGE"});
    for (const auto& figure : all_.figures) {
      if (!figure.differs && !everything_) continue;
      const auto value = [&](const std::vector<double>& side) {
        return side.empty() ? "-" : in_unit(mean(side), figure.unit);
      };
      const bool both = !figure.a.empty() && !figure.b.empty();
      auto change = both ? change_in_unit(figure.difference.change, figure.unit) : "";
      if (both && !all_.several()) change += percent(figure);
      std::vector<Cell> cells{
          Cell("  " + figure.name,
               figure.differs && all_.several() ? Colour::yellow : Colour::none),
          value(figure.a), value(figure.b), change};
      if (all_.several()) cells.emplace_back(judgement(figure));
      table.add(std::move(cells));
    }
    if (!table.empty()) out_ += table.write(format_.width, format_.colour);
  }

  static std::string percent(const ComparedFigure& figure) {
    const double before = mean(figure.a);
    if (figure.unit == Unit::ratio || before == 0 || figure.difference.change == 0) return "";
    const double times = (before + figure.difference.change) / before;
    if (times >= 10) return fmt::format(" (x {:.3g})", times);
    return fmt::format(" ({:+.3g} %)", (times - 1) * 100);
  }

  static std::string judgement(const ComparedFigure& figure) {
    const auto& d = figure.difference;
    if (d.test == Test::none) {
      return figure.a.empty() || figure.b.empty() ? "only on one side" : "too few runs have it";
    }
    std::string out = fmt::format("[{}, {}]", change_in_unit(*d.low, figure.unit),
                                  change_in_unit(*d.high, figure.unit));
    if (d.effect) {
      out += fmt::format("; {} {:.3g}", d.test == Test::paired_t ? "dz" : "g", *d.effect);
    }
    return out + fmt::format("; p {} ({}), {}", p_text(*d.p), p_text(*figure.p_adjusted),
                             to_string(d.test));
  }

  void end() {
    const auto verdict = all_.differs() ? "DIFFERENT" : "SAME";
    std::string text;
    if (all_.several()) {
      text = fmt::format(
          "{} and {} runs{}; significant: p < 0.05 after Holm's adjustment over {} figures",
          all_.a.size(), all_.b.size(), all_.paired ? ", paired by seed" : "",
          std::ranges::count_if(all_.figures,
                                [](const auto& figure) { return figure.p_adjusted.has_value(); }));
    } else {
      text =
          "one run on a side: what differs is told, whether by more than chance is not known; run "
          "several seeds for that (seatrial run DIR --seeds 20)";
    }
    out_ += "\n" + wrapped(std::string(verdict) + ": ", text, format_.width, 2);
    if (!everything_) out_ += "What is the same is left out (--all).\n";
  }

  const Comparison& all_;
  const ShowFormat& format_;
  const bool everything_;
  std::string out_;
};

}  // namespace

std::string comparison_text(const Comparison& comparison, const ShowFormat& format, bool all) {
  return Page(comparison, format, all).write();
}

}  // namespace seatrial::results::versus
