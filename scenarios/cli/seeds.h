// `seatrial run --seeds`: the same design with several seeds, each run in a process and a folder of
// its own, for `seatrial compare`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace seatrial::cli {

// "20" (1 to 20), "3..7" or "1,5,9", at most 10 000 of them. Ends the command when it is none.
std::vector<std::uint64_t> parse_seeds(const std::string& text);

// Runs `arguments` ("run DIR ...") once a seed, with --seed and --out OUT/seed-N added; one line a
// run on standard output. The exit code: 0 all hold, 1 one fails; 3 where one gave no verdict.
int run_seeds(const std::vector<std::string>& arguments, const std::string& out,
              const std::vector<std::uint64_t>& seeds, std::size_t at_once);

}  // namespace seatrial::cli
