// Figures over time and by group, of all requests of a run, also of those that the page does not
// hold one by one.
#pragma once

#include <string>

#include "results/html/columns.h"
#include "results/path/path.h"
#include "results/report/report.h"

namespace seatrial::results::html {

// About so many intervals cut a run; their width is 1, 2 or 5 times a power of ten.
inline constexpr int intervals_wanted = 120;
Duration interval_of(Duration simulated);

// JSON: the requests of each interval by when the client meant to send them (an open-loop schedule:
// a stalled server cannot hide its stall).
std::string series_json(const Record& record, Duration simulated);
// JSON: the requests by client, host and path, and how they spread; each with the requests to look
// at.
std::string groups_json(const Report& report, const PathFinder& paths);
// JSON: the tries of proxies that failed, by node, upstream and reason.
std::string failed_tries_json(const Record& record);
// JSON: the dropped packets, by node and reason.
std::string drops_json(const Record& record);

}  // namespace seatrial::results::html
