#include "scenarios/cli/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>

#include "scenarios/cli/commands.h"

namespace seatrial::cli {

results::ShowFormat OutputOptions::format() const {
  constexpr std::size_t narrowest = 40;
  constexpr std::size_t unbounded = 100'000;
  constexpr std::size_t usual = 100;
  results::ShowFormat out;
  out.json = json;
  out.colour = !json && isatty(STDOUT_FILENO) != 0;
  out.width = unbounded;
  if (isatty(STDOUT_FILENO) != 0) {
    winsize size{};
    out.width = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= narrowest
                    ? size.ws_col
                    : usual;
  }
  if (width) out.width = std::max(*width, narrowest);
  return out;
}

void add_output_options(CLI::App& command, OutputOptions& options) {
  command.add_flag("--json", options.json, "JSON for programs, times in nanoseconds");
  command
      .add_option("--width", options.width,
                  "Columns to wrap at (default: the terminal's; without one a row is one line)")
      ->type_name("N");
}

int print(const tl::expected<std::string, std::string>& text, const std::string& command) {
  if (!text) {
    std::cerr << command << ": error: " << text.error() << '\n';
    return bad_input;
  }
  std::cout << *text << std::flush;
  if (!std::cout) {
    std::cerr << command << ": error: the output cannot be written\n";
    return internal;
  }
  return done;
}

}  // namespace seatrial::cli
