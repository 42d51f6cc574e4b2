#include "scenarios/cli/parent.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "scenarios/cli/commands.h"

namespace seatrial::cli {
namespace {

constexpr const char* variable = "SEATRIAL_PARENT";

}  // namespace

void end_with_parent() {
  const char* parent = std::getenv(variable);
  if (parent == nullptr) return;
  const std::string named = parent;
  unsetenv(variable);  // it is not the parent of this one's children
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (std::to_string(getppid()) != named) _exit(internal);
}

void be_parent() {
  setenv(variable, std::to_string(getpid()).c_str(), 1);
}

}  // namespace seatrial::cli
