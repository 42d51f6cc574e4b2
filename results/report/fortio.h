// A client's requests in the JSON that fortio (fortio.org) keeps of a run, for its report viewer
// and whatever else reads that: RunnerResults and HTTPRunnerResults of fortio 1.x, durations in
// seconds but for ActualDuration, which is in nanoseconds.
#pragma once

#include <string>

#include "results/report/report.h"

namespace seatrial::results {

// As fortio counts: DurationHistogram has every request, answered or not, from the intended start;
// ErrorsDurationHistogram those of them that failed. RetCodes has -1 for those without an answer.
std::string fortio_json(const Report& report, const std::string& client);

}  // namespace seatrial::results
