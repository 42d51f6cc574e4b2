// The text form of a latency distribution that HdrHistogram's tools exchange (.hgrm): Value,
// Percentile, TotalCount and 1/(1-Percentile) at percentiles that come ever closer to 100 %, then
// mean, deviation, maximum and the layout. To the octet what HdrHistogram writes of the same
// values, which its plotters read.
#pragma once

#include <string>

#include "results/histogram/histogram.h"

namespace seatrial::results {

// Of nanoseconds, in milliseconds with three decimals; five percentiles each halving of the
// distance to 100 %, as HdrHistogram does unless told otherwise.
std::string percentile_distribution(const Histogram& nanoseconds);

}  // namespace seatrial::results
