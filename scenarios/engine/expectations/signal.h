// A condition over the whole run: the moments at which it comes to hold and ceases to, each with
// the record that made it. Made by one walk over the records that it depends on.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/net/units.h"
#include "results/dataplane/windows.h"
#include "results/record/record.h"
#include "scenarios/engine/document/condition.h"

namespace seatrial::scenario::expectations {

struct SignalChange {
  TimePoint at;
  bool holds = false;
  std::string evidence;  // empty: so from the start
};

// Begins with a change at 0, alternates, and never has two changes at one moment: what holds
// between two records of the same time is no state of the run.
using Signal = std::vector<SignalChange>;

// What conditions are judged from. The windows are found when one asks for them.
struct Observed {
  const results::Record& record;
  std::function<const std::vector<results::Window>&()> windows;
};

Signal signal_of(const Condition& condition, const Observed& run);

// The change that decides what holds at a moment.
const SignalChange& at_moment(const Signal& signal, TimePoint at);
// The first change or `from` itself, in [from, to), from which on it is `holds`; nullptr for none.
// `*when` is that moment.
const SignalChange* first(const Signal& signal, bool holds, TimePoint from, TimePoint to,
                          TimePoint* when);

// "the session of edge1 with worker2 is Established"
std::string words_for(const Condition& condition);

}  // namespace seatrial::scenario::expectations
