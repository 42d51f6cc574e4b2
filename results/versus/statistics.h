// Whether two sets of figures differ by more than chance among seeds would have it.
//
// The same seed on both sides gives the same arrivals and jitter (every component draws from a
// stream of its own name), so runs with the same seeds are compared pair by pair: Student's paired
// t. Otherwise Welch's t, which does not suppose equal variances. Where a simulation gives the same
// figure for every seed neither is defined; then the exact permutation test says what so many equal
// runs can show. The distributions are Boost.Math's.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace seatrial::results::versus {

enum class Test : std::uint8_t { none, paired_t, welch_t, permutation };
std::string_view to_string(Test test);

struct Difference {
  Test test = Test::none;  // none: fewer than two runs on a side
  double change = 0;       // mean of b - mean of a
  // 95 % confidence interval of the change; nothing without a test.
  std::optional<double> low;
  std::optional<double> high;
  std::optional<double> p;       // two-sided
  std::optional<double> effect;  // standardised: dz of pairs, Hedges' g otherwise
};

// `paired`: a[i] and b[i] belong together.
Difference difference(const std::vector<double>& a, const std::vector<double>& b, bool paired);

// Fisher's exact test, two-sided: `ka` of `na` against `kb` of `nb`.
double fisher_exact(std::uint64_t ka, std::uint64_t na, std::uint64_t kb, std::uint64_t nb);

// Holm's step-down adjustment of p values of one family, in their order.
std::vector<double> holm(const std::vector<double>& p);

}  // namespace seatrial::results::versus
