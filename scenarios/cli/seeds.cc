#include "scenarios/cli/seeds.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string_view>

#include "results/store/store.h"
#include "scenarios/cli/children.h"
#include "scenarios/cli/commands.h"

namespace seatrial::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_seeds = 10'000;

std::optional<std::uint64_t> number(std::string_view text) {
  std::int64_t value = -1;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

std::optional<std::vector<std::uint64_t>> range(std::uint64_t first, std::uint64_t last) {
  if (last < first || last - first >= most_seeds) return std::nullopt;
  std::vector<std::uint64_t> out;
  for (auto seed = first; seed <= last; ++seed) out.push_back(seed);
  return out;
}

std::optional<std::vector<std::uint64_t>> seeds_in(std::string_view text) {
  if (const auto count = number(text)) return range(1, *count);
  if (const auto dots = text.find(".."); dots != std::string_view::npos) {
    const auto first = number(text.substr(0, dots));
    const auto last = number(text.substr(dots + 2));
    return first && last ? range(*first, *last) : std::nullopt;
  }
  std::vector<std::uint64_t> out;
  while (true) {
    const auto comma = text.find(',');
    const auto seed = number(text.substr(0, comma));
    if (!seed || out.size() >= most_seeds) return std::nullopt;
    if (std::ranges::find(out, *seed) == out.end()) out.push_back(*seed);
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

// Runs of before that a comparison would take for more of the same.
void warn_of_others(const fs::path& out, const std::vector<std::uint64_t>& seeds) {
  std::error_code error;
  std::vector<std::string> others;
  if (fs::exists(out / results::records_file, error)) others.push_back(out.string());
  for (const auto& entry : fs::directory_iterator(out, error)) {
    const auto name = entry.path().filename().string();
    const bool ours = std::ranges::any_of(
        seeds, [&](std::uint64_t seed) { return name == "seed-" + std::to_string(seed); });
    if (!ours && fs::exists(entry.path() / results::records_file, error)) {
      others.push_back(entry.path().string());
    }
  }
  std::ranges::sort(others);
  for (const auto& other : others) {
    std::cerr << "warning: " << other << " is an earlier run, and `seatrial compare "
              << out.string() << "` takes it, too\n";
  }
}

}  // namespace

std::vector<std::uint64_t> parse_seeds(const std::string& text) {
  auto seeds = seeds_in(text);
  if (seeds) return *std::move(seeds);
  throw CLI::ValidationError(
      "--seeds", "\"" + text + "\" names no seeds, expected a number of them (20), 3..7 or 1,5,9");
}

int run_seeds(const std::vector<std::string>& arguments, const std::string& out,
              const std::vector<std::uint64_t>& seeds, std::size_t at_once) {
  warn_of_others(out, seeds);
  std::vector<Child> children;
  for (const auto seed : seeds) {
    const auto folder = fs::path(out) / ("seed-" + std::to_string(seed));
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
      std::cerr << folder.string() << ": error: results cannot be written there ("
                << error.message() << "), expected a folder, or a place to make one\n";
      return bad_input;
    }
    Child child;
    child.log = (folder / "log").string();
    child.arguments = {own_path()};
    child.arguments.insert(child.arguments.end(), arguments.begin(), arguments.end());
    child.arguments.insert(child.arguments.end(),
                           {"--seed", std::to_string(seed), "--out", folder.string()});
    children.push_back(std::move(child));
  }
  std::size_t holding = 0;
  bool crashed = false;
  const int signal = run_children(children, at_once, [&](std::size_t index, const ChildEnd& end) {
    const bool judged = end.started && end.signal == 0 && end.status <= failed;
    holding += judged && end.status == done ? 1 : 0;
    crashed = crashed || !judged;
    std::cout << "seed " << seeds[index] << ": "
              << (!judged ? "no verdict: " + end.to_string() + " (" + children[index].log + ")"
                  : end.status == done ? "PASS"
                                       : "FAIL")
              << std::endl;
  });
  if (signal != 0) {
    constexpr int signalled = 128;  // as a shell says it
    std::cerr << "seatrial run: interrupted\n";
    return signalled + signal;
  }
  std::cout << holding << " of " << seeds.size() << " seeds PASS\nResults: " << out
            << "/seed-* (compare with another design's: seatrial compare " << out << " OTHER)\n";
  return crashed ? internal : holding == seeds.size() ? done : failed;
}

}  // namespace seatrial::cli
