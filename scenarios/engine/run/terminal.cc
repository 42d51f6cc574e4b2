#include "scenarios/engine/run/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <iostream>

namespace seatrial::scenario {

Console standard_console() {
  Console console;
  console.out = [](std::string_view text) { std::cout << text << std::flush; };
  console.progress = [](std::string_view text) { std::cerr << text << std::flush; };
  console.wall_clock = [] {
    return std::chrono::duration_cast<Duration>(
        std::chrono::steady_clock::now().time_since_epoch());
  };
  return console;
}

void detect_terminal(RunOptions& options) {
  options.terminal = isatty(STDOUT_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
  winsize size{};
  constexpr unsigned narrowest = 60;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= narrowest) {
    options.width = size.ws_col;
  }
}

}  // namespace seatrial::scenario
