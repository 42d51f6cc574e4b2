// Which requests of a very large run the page holds.
#pragma once

#include <string>
#include <vector>

#include "results/html/html.h"

namespace seatrial::results::html {

struct Selection {
  std::vector<std::size_t> requests;  // indexes into Record::requests(), ascending
  bool complete = true;
  std::size_t failed = 0;       // of all requests
  std::size_t failed_kept = 0;  // of these
  std::size_t slowest_kept = 0;
};

// The same for the same record, seed and limits.
Selection select_requests(const Record& record, std::uint64_t seed, const HtmlLimits& limits);

}  // namespace seatrial::results::html
