#include "results/versus/statistics.h"

#include <algorithm>
#include <boost/math/distributions/hypergeometric.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

namespace seatrial::results::versus {
namespace {

constexpr double two_sided_95 = 0.975;

double mean(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

// Around the mean, by n - 1.
double variance(const std::vector<double>& x) {
  const double m = mean(x);
  double sum = 0;
  for (const double v : x) sum += (v - m) * (v - m);
  return sum / static_cast<double>(x.size() - 1);
}

// Rounding leaves a trace of variance among equal figures.
bool is_constant(const std::vector<double>& x) {
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  return *high - *low <= 1e-12 * std::max(std::fabs(*low), std::fabs(*high));
}

void judge(Difference& out, double error, double freedom) {
  const boost::math::students_t_distribution<double> t(freedom);
  const double statistic = out.change / error;
  out.p = 2 * boost::math::cdf(boost::math::complement(t, std::fabs(statistic)));
  const double reach = boost::math::quantile(t, two_sided_95) * error;
  out.low = out.change - reach;
  out.high = out.change + reach;
}

// All figures of a side are equal. Of all ways to deal the runs to two sides only this one, and its
// mirror image where the sides are as large, differ by as much.
double constant_p(std::size_t na, std::size_t nb) {
  double ways = 1;
  for (std::size_t i = 1; i <= na; ++i) {
    ways *= static_cast<double>(nb + i) / static_cast<double>(i);
  }
  return (na == nb ? 2.0 : 1.0) / ways;
}

void compare_pairs(Difference& out, const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> changes(a.size());
  std::transform(b.begin(), b.end(), a.begin(), changes.begin(), std::minus<>());
  const auto n = static_cast<double>(changes.size());
  if (is_constant(changes)) {
    out.test = Test::permutation;
    // The signs of n equal changes: all as they are, or all turned.
    out.p = changes.front() == 0.0 ? 1.0 : std::pow(2.0, 1 - n);
    out.low = out.high = out.change;
    return;
  }
  out.test = Test::paired_t;
  const double deviation = std::sqrt(variance(changes));
  judge(out, deviation / std::sqrt(n), n - 1);
  out.effect = out.change / deviation;
}

void compare_groups(Difference& out, const std::vector<double>& a, const std::vector<double>& b) {
  const auto na = static_cast<double>(a.size());
  const auto nb = static_cast<double>(b.size());
  if (is_constant(a) && is_constant(b)) {
    out.test = Test::permutation;
    out.p = a.front() == b.front() ? 1.0 : constant_p(a.size(), b.size());
    out.low = out.high = out.change;
    return;
  }
  out.test = Test::welch_t;
  const double va = variance(a) / na;
  const double vb = variance(b) / nb;
  // Welch-Satterthwaite
  const double freedom = (va + vb) * (va + vb) / (va * va / (na - 1) + vb * vb / (nb - 1));
  judge(out, std::sqrt(va + vb), freedom);
  const double pooled =
      std::sqrt(((na - 1) * variance(a) + (nb - 1) * variance(b)) / (na + nb - 2));
  const double small_sample = 1 - 3 / (4 * (na + nb - 2) - 1);  // Hedges
  out.effect = out.change / pooled * small_sample;
}

}  // namespace

std::string_view to_string(Test test) {
  switch (test) {
    case Test::none:
      return "none";
    case Test::paired_t:
      return "paired t";
    case Test::welch_t:
      return "Welch's t";
    case Test::permutation:
      return "exact permutation";
  }
  return "none";
}

Difference difference(const std::vector<double>& a, const std::vector<double>& b, bool paired) {
  Difference out;
  if (a.empty() || b.empty()) return out;
  out.change = mean(b) - mean(a);
  if (a.size() < 2 || b.size() < 2) return out;
  if (paired && a.size() == b.size()) {
    compare_pairs(out, a, b);
  } else {
    compare_groups(out, a, b);
  }
  return out;
}

double fisher_exact(std::uint64_t ka, std::uint64_t na, std::uint64_t kb, std::uint64_t nb) {
  const auto successes = ka + kb;
  if (successes == 0 || successes == na + nb || na == 0 || nb == 0) return 1.0;
  const boost::math::hypergeometric_distribution<double> tables(successes, na, na + nb);
  const double here = boost::math::pdf(tables, static_cast<double>(ka));
  const auto least = successes > nb ? successes - nb : 0;
  double p = 0;
  for (auto k = least; k <= std::min(successes, na); ++k) {
    const double there = boost::math::pdf(tables, static_cast<double>(k));
    if (there <= here * (1 + 1e-7)) p += there;  // as likely, but for rounding
  }
  return std::min(1.0, p);
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> out(p.size());
  double highest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double adjusted = p[order[i]] * static_cast<double>(p.size() - i);
    highest = std::min(1.0, std::max(highest, adjusted));
    out[order[i]] = highest;
  }
  return out;
}

}  // namespace seatrial::results::versus
