#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <system_error>

#include "scenarios/cli/commands.h"

namespace seatrial::cli {

std::string read_file(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    error = std::make_error_code(std::errc::is_a_directory);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!error && !file) error = {errno, std::generic_category()};
  std::ostringstream text;
  if (!error && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!error && file.bad()) error = std::make_error_code(std::errc::io_error);
  if (error) {
    std::cerr << path << ": error: cannot be read: " << error.message()
              << ", expected a readable file\n";
    throw Done(bad_input);
  }
  return std::move(text).str();
}

CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::optional<Duration>& value, const std::string& description) {
  return command
      .add_option_function<std::string>(
          name,
          [&value, name](const std::string& text) {
            value = parse_duration(text);
            if (!value || *value < Duration(0)) {
              throw CLI::ValidationError(name, "\"" + text +
                                                   "\" is not a duration, expected a number with a "
                                                   "unit: 500ms, 30s, 5m, 1h");
            }
          },
          description)
      ->type_name("DURATION");
}

CLI::Option* add_seed(CLI::App& command, std::optional<std::uint64_t>& value) {
  return command
      .add_option_function<std::string>(
          "--seed",
          [&value](const std::string& text) {
            std::int64_t seed = -1;
            const auto* end = text.data() + text.size();
            const auto read = std::from_chars(text.data(), end, seed);
            if (read.ec != std::errc() || read.ptr != end || seed < 0) {
              throw CLI::ValidationError("--seed", "\"" + text +
                                                       "\" is not a seed, expected a whole number "
                                                       "from 0 to 9223372036854775807");
            }
            value = static_cast<std::uint64_t>(seed);
          },
          "Instead of the scenario's seed")
      ->type_name("NUMBER");
}

CLI::Option* add_overrides(CLI::App& command, std::vector<std::string>& value) {
  return command
      .add_option("--set", value,
                  "Change the document first: clients.users.load.rate=400 (may be repeated)")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace seatrial::cli
