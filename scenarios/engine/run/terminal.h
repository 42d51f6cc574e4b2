// The console of a program that runs scenarios: verdict on standard output, progress and messages
// on standard error, colours and a bar only where a person looks.
#pragma once

#include "scenarios/engine/run/run.h"

namespace seatrial::scenario {

Console standard_console();
// Sets RunOptions::terminal and RunOptions::width from what standard output and error are.
void detect_terminal(RunOptions& options);

}  // namespace seatrial::scenario
