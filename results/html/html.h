// report.html: a finished run as one page that needs nothing else. It opens from a disk, loads
// nothing, and holds everything that it shows: the records in columns, the drawing library, the
// charts.
//
// The verdict is in the page's own markup, so that it is there with scripts switched off; the rest
// is drawn by the scripts in assets/ from the data. Equal runs give equal bytes: the page has no
// date, and its sample of requests depends on the run's seed alone.
#pragma once

#include <cstddef>
#include <string>

#include "results/report/report.h"

namespace seatrial::results {

inline constexpr const char* html_file = "report.html";

// What a page holds of a very large run. What is left out is counted, and the page says so; its
// figures and charts are of all records, and records.jsonl has every one.
struct HtmlLimits {
  // With more requests than `requests`, the page keeps the failed (at most `failed`, a sample of
  // them when there are more), the `slowest` of the answered, and fills up with a sample of the
  // others.
  std::size_t requests = 10'000;
  std::size_t failed = 5'000;
  std::size_t slowest = 1'000;
  // Of every other kind of record at most so many, the first of the run.
  std::size_t records = 200'000;
  // Of so many failed or slow requests the whole chain from symptom to cause.
  std::size_t chains = 500;
};

std::string report_html(const Report& report, const HtmlLimits& limits = {});

}  // namespace seatrial::results
