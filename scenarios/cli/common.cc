#include <fstream>
#include <iostream>
#include <sstream>

#include "scenarios/cli/commands.h"

namespace seatrial::cli {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || file.bad()) {
    std::cerr << path << ": error: cannot be read, expected a readable file\n";
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

}  // namespace seatrial::cli
