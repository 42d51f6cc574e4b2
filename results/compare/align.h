// The cheapest way to make one sequence of another (Needleman and Wunsch, 1970), where an element
// may also answer to one that resembles it. One element more on a side shifts the rest and changes
// nothing else.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace seatrial::results {

struct Aligned {
  std::optional<std::size_t> a, b;  // one of them absent: no counterpart
};

// `score(i, j)`: 0 they are different things, 1 the same thing with other content, 2 the same.
// Costs n * m; callers bound both.
template <typename Score>
std::vector<Aligned> align(std::size_t n, std::size_t m, Score score) {
  const auto width = m + 1;
  std::vector<std::uint32_t> best((n + 1) * width, 0);
  const auto worth = [&score](std::size_t i, std::size_t j) -> std::uint32_t {
    const auto s = score(i, j);
    return s == 2 ? 3U : s == 1 ? 2U : 0U;
  };
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = m; j-- > 0;) {
      const auto w = worth(i, j);
      const auto skip = std::max(best[(i + 1) * width + j], best[i * width + j + 1]);
      best[i * width + j] = w == 0 ? skip : std::max(skip, best[(i + 1) * width + j + 1] + w);
    }
  }
  std::vector<Aligned> out;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < n && j < m) {
    const auto w = worth(i, j);
    const auto here = best[i * width + j];
    if (w > 0 && here == best[(i + 1) * width + j + 1] + w) {
      out.push_back({i++, j++});
    } else if (here == best[(i + 1) * width + j]) {
      out.push_back({i++, std::nullopt});
    } else {
      out.push_back({std::nullopt, j++});
    }
  }
  while (i < n) out.push_back({i++, std::nullopt});
  while (j < m) out.push_back({std::nullopt, j++});
  return out;
}

// How much of two long sequences is aligned at a time; the same on both sides at least.
inline constexpr std::size_t align_window = 256;

// Where the first element of `few` is that `many` has from place `from` on: (place in many, in
// few).
template <typename T>
std::optional<std::pair<std::size_t, std::size_t>> first_common(const std::deque<T>& many,
                                                                std::size_t from,
                                                                const std::deque<T>& few,
                                                                std::size_t few_end) {
  std::unordered_map<std::uint64_t, std::size_t> places;
  for (auto i = from; i < many.size(); ++i) places.try_emplace(many[i].digest, i);
  for (std::size_t j = 0; j < few_end; ++j) {
    const auto found = places.find(few[j].digest);
    if (found != places.end()) return std::pair(found->second, j);
  }
  return std::nullopt;
}

// What waits on two sides, aligned window by window; elements have a `digest`, equal where they are
// the same. `visit(edit)` is told each pair and each element that has no counterpart, by its place
// in `a` and `b`. Unless it is `everything` there will be, one window is aligned, and what follows
// its last pair stays.
template <typename T, typename Score, typename Visit>
void align_waiting(std::deque<T>& a, std::deque<T>& b, bool everything, Score score, Visit visit) {
  do {
    const auto n = b.empty() ? a.size() : std::min(a.size(), 2 * align_window);
    const auto m = a.empty() ? b.size() : std::min(b.size(), 2 * align_window);
    auto edits = align(n, m, score);
    if (!everything || n < a.size() || m < b.size()) {
      const bool any_same = std::any_of(edits.begin(), edits.end(), [&](const Aligned& edit) {
        return edit.a && edit.b && a[*edit.a].digest == b[*edit.b].digest;
      });
      std::optional<std::pair<std::size_t, std::size_t>> skip;
      if (!any_same) {
        // One side may have far more, and then go on as the other does.
        skip = first_common(a, n, b, m);
        if (!skip) {
          skip = first_common(b, m, a, n);
          if (skip) std::swap(skip->first, skip->second);
        }
      }
      while (!edits.empty() && !(edits.back().a && edits.back().b)) edits.pop_back();
      // Nothing in common: half of it finds nothing any more.
      if (!skip && edits.empty()) skip = std::pair(n / 2, m / 2);
      if (skip) {
        edits.clear();
        for (std::size_t i = 0; i < skip->first; ++i) edits.push_back({i, std::nullopt});
        for (std::size_t j = 0; j < skip->second; ++j) edits.push_back({std::nullopt, j});
      }
    }
    std::size_t used_a = 0;
    std::size_t used_b = 0;
    for (const auto& edit : edits) {
      if (edit.a) used_a = *edit.a + 1;
      if (edit.b) used_b = *edit.b + 1;
      visit(edit);
    }
    a.erase(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(used_a));
    b.erase(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(used_b));
  } while (everything && !(a.empty() && b.empty()));
}

}  // namespace seatrial::results
