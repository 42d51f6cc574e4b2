// The cheapest way to make one sequence of another (Needleman and Wunsch, 1970), where an element
// may also answer to one that resembles it. One element more on a side shifts the rest and changes
// nothing else.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
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

}  // namespace seatrial::results
