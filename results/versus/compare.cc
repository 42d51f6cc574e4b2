#include "results/versus/compare.h"

#include <algorithm>
#include <set>

namespace seatrial::results::versus {
namespace {

constexpr double significant = 0.05;

using Words = std::map<std::string, std::string>;

std::vector<ComparedWord> compare_words(const Comparison& all, Words RunFigures::*member) {
  std::set<std::string> names;
  for (const auto* side : {&all.a, &all.b}) {
    for (const auto& run : *side) {
      for (const auto& [name, word] : run.*member) names.insert(name);
    }
  }
  const auto outcomes = [&](const std::vector<RunFigures>& side, const std::string& name) {
    Outcomes out;
    for (const auto& run : side) {
      const auto found = (run.*member).find(name);
      ++out[found == (run.*member).end() ? "absent" : found->second];
    }
    return out;
  };
  std::vector<ComparedWord> out;
  for (const auto& name : names) {
    ComparedWord word{name, outcomes(all.a, name), outcomes(all.b, name)};
    const auto unseen = [](const Outcomes& here, const Outcomes& there) {
      return std::ranges::any_of(here,
                                 [&](const auto& entry) { return !there.contains(entry.first); });
    };
    word.differs = unseen(word.a, word.b) || unseen(word.b, word.a);
    out.push_back(std::move(word));
  }
  return out;
}

std::size_t count_of(const Outcomes& outcomes, const std::string& word) {
  const auto found = outcomes.find(word);
  return found == outcomes.end() ? 0 : found->second;
}

void judge_expectations(Comparison& all) {
  for (auto& word : all.expectations) {
    for (const auto* side : {&all.a, &all.b}) {
      for (const auto& run : *side) {
        const auto found = run.why.find(word.name);
        if (word.why.empty() && found != run.why.end()) word.why = found->second;
      }
    }
    if (!all.several()) continue;
    word.p = fisher_exact(count_of(word.a, "holds"), all.a.size(), count_of(word.b, "holds"),
                          all.b.size());
  }
}

std::vector<ComparedFigure> compare_figures(const Comparison& all) {
  std::map<std::string, Unit> names;
  for (const auto* side : {&all.a, &all.b}) {
    for (const auto& run : *side) {
      for (const auto& [name, figure] : run.figures) names[name] = figure.unit;
    }
  }
  std::vector<ComparedFigure> out;
  std::vector<std::size_t> tested;
  std::vector<double> p;
  for (const auto& [name, unit] : names) {
    ComparedFigure figure;
    figure.name = name;
    figure.unit = unit;
    const auto values = [&name = name](const std::vector<RunFigures>& side) {
      std::vector<double> found;
      for (const auto& run : side) {
        const auto it = run.figures.find(name);
        if (it != run.figures.end()) {
          found.push_back(it->second.value);
        } else if (name.starts_with("packets dropped: ")) {
          found.push_back(0);  // a run names the reasons it had
        }
      }
      return found;
    };
    figure.a = values(all.a);
    figure.b = values(all.b);
    // Pairs are pairs only where every run has the figure.
    const bool whole = figure.a.size() == all.a.size() && figure.b.size() == all.b.size();
    figure.difference = difference(figure.a, figure.b, all.paired && whole);
    if (figure.a.empty() != figure.b.empty()) {
      figure.differs = true;
    } else if (figure.difference.p) {
      tested.push_back(out.size());
      p.push_back(*figure.difference.p);
    } else {
      figure.differs = figure.difference.change != 0;
    }
    out.push_back(std::move(figure));
  }
  const auto adjusted = holm(p);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    out[tested[i]].p_adjusted = adjusted[i];
    out[tested[i]].differs = adjusted[i] < significant;
  }
  return out;
}

}  // namespace

bool Comparison::differs() const {
  const auto any = [](const auto& list) {
    return std::ranges::any_of(list, [](const auto& entry) { return entry.differs; });
  };
  return any(expectations) || any(sessions) || any(routes) || any(figures);
}

Comparison compare(std::vector<RunFigures> a, std::vector<RunFigures> b) {
  Comparison out;
  std::ranges::stable_sort(a, {}, &RunFigures::seed);
  std::ranges::stable_sort(b, {}, &RunFigures::seed);
  out.paired = a.size() == b.size();
  for (std::size_t i = 0; i < a.size() && out.paired; ++i) {
    const bool twice = i > 0 && a[i].seed == a[i - 1].seed;
    out.paired = a[i].seed == b[i].seed && !twice;
  }
  out.a = std::move(a);
  out.b = std::move(b);
  out.expectations = compare_words(out, &RunFigures::expectations);
  out.sessions = compare_words(out, &RunFigures::sessions);
  out.routes = compare_words(out, &RunFigures::routes);
  judge_expectations(out);
  out.figures = compare_figures(out);
  return out;
}

}  // namespace seatrial::results::versus
