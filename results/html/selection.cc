#include "results/html/selection.h"

#include <algorithm>
#include <numeric>

namespace seatrial::results::html {
namespace {

// splitmix64 (Steele, Lea, Flood 2014): a number that looks random for each (seed, index), so that
// the sample of a request does not depend on how many others there are.
std::uint64_t mixed(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

// At most `most` of `from`, those with the least `rank`; ties go to the earlier.
template <typename Rank>
std::vector<std::size_t> least(std::vector<std::size_t> from, std::size_t most, Rank rank) {
  if (from.size() <= most) return from;
  std::stable_sort(from.begin(), from.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  from.resize(most);
  return from;
}

}  // namespace

Selection select_requests(const Record& record, std::uint64_t seed, const HtmlLimits& limits) {
  const auto& requests = record.requests();
  Selection out;
  std::vector<std::size_t> failed;
  std::vector<std::size_t> answered;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    (requests[i].succeeded() ? answered : failed).push_back(i);
  }
  out.failed = failed.size();
  if (requests.size() <= limits.requests) {
    out.failed_kept = failed.size();
    out.requests.resize(requests.size());
    std::iota(out.requests.begin(), out.requests.end(), std::size_t{0});
    return out;
  }
  out.complete = false;
  const auto by_chance = [&](std::size_t i) { return mixed(seed, i); };
  failed = least(std::move(failed), std::min(limits.failed, limits.requests), by_chance);
  out.failed_kept = failed.size();

  std::vector<bool> taken(requests.size(), false);
  const auto take = [&](const std::vector<std::size_t>& chosen) {
    for (const std::size_t i : chosen) taken[i] = true;
    out.requests.insert(out.requests.end(), chosen.begin(), chosen.end());
  };
  take(failed);
  const auto slowest =
      least(answered, std::min(limits.slowest, limits.requests - out.requests.size()),
            [&](std::size_t i) { return -requests[i].latency().count(); });
  out.slowest_kept = slowest.size();
  take(slowest);
  std::erase_if(answered, [&](std::size_t i) { return taken[i]; });
  take(least(std::move(answered), limits.requests - out.requests.size(), by_chance));
  std::sort(out.requests.begin(), out.requests.end());
  return out;
}

}  // namespace seatrial::results::html
