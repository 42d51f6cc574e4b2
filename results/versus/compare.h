// `seatrial compare`: two designs side by side, each as one run or as several with different seeds.
//
// With one run a side every difference is told and none is called significant. With several, a
// figure differs when its test says so at 5 % after Holm's adjustment over all figures tested; what
// is no figure (an expectation's outcome, a session's state, a route) differs when a side shows an
// outcome that the other never does.
#pragma once

#include <string>
#include <vector>

#include "results/show/show.h"
#include "results/versus/figures.h"
#include "results/versus/statistics.h"

namespace seatrial::results::versus {

// How often each outcome was seen on a side; "absent" where a run had nothing under that name.
using Outcomes = std::map<std::string, std::size_t>;

struct ComparedWord {
  std::string name;
  Outcomes a;
  Outcomes b;
  bool differs = false;
  std::optional<double> p;  // Fisher's exact test, of expectations over several runs
  std::string why;          // of a failed expectation: of the first run that has it
};

struct ComparedFigure {
  std::string name;
  Unit unit = Unit::count;
  std::vector<double> a;  // in the order of the runs; empty: not on that side
  std::vector<double> b;
  Difference difference;
  std::optional<double> p_adjusted;
  bool differs = false;
};

struct Comparison {
  std::vector<RunFigures> a;
  std::vector<RunFigures> b;
  bool paired = false;  // both sides have the same seeds, each once
  std::vector<ComparedWord> expectations;
  std::vector<ComparedWord> sessions;
  std::vector<ComparedWord> routes;
  std::vector<ComparedFigure> figures;

  bool several() const { return a.size() > 1 && b.size() > 1; }
  bool differs() const;
};

// Neither side may be empty. The runs of a side are put in the order of their seeds.
Comparison compare(std::vector<RunFigures> a, std::vector<RunFigures> b);

// `all`: what is the same, too.
std::string comparison_text(const Comparison& comparison, const ShowFormat& format, bool all);
std::string comparison_json(const Comparison& comparison);

}  // namespace seatrial::results::versus
