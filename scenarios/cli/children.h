// Child processes, a bounded number at a time: runs of a campaign. ns-3 keeps state of the whole
// process, so that a run has one of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace seatrial::cli {

struct Child {
  std::vector<std::string> arguments;  // the first is the program's path
  std::string log;                     // file for standard error; standard output is thrown away
};

struct ChildEnd {
  bool started = false;
  int status = 0;  // exit status
  int signal = 0;  // that ended it; 0: none

  std::string to_string() const;  // "exit status 3", "killed by signal 11 (Segmentation fault)"
};

// Runs them all, in their order; `ended` is told each end as it comes. SIGINT and SIGTERM end the
// children that run, by their ids: then the signal's number comes back instead of 0.
int run_children(const std::vector<Child>& children, std::size_t at_once,
                 const std::function<void(std::size_t child, const ChildEnd&)>& ended);

// This program's own path.
std::string own_path();
// The processors that this process may use.
std::size_t processors();

}  // namespace seatrial::cli
