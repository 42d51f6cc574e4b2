// The subcommands of `seatrial`. Each adds itself to the application; its callback does the work
// and ends by throwing Done with the exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/net/units.h"

namespace seatrial::cli {

enum ExitCode : int {
  done = 0,
  failed = 1,     // an expectation does not hold, or a port is taken
  bad_input = 2,  // usage, a file that cannot be read or is wrong
  internal = 3,
};

// CLI11's way to leave a callback with an exit code and without a message.
using Done = CLI::RuntimeError;

void register_bgp(CLI::App& app);
void register_bgpd(CLI::App& app);
void register_bgpctl(CLI::App& app);
void register_nginx(CLI::App& app);
void register_show(CLI::App& app);
void register_report(CLI::App& app);
void register_diff(CLI::App& app);
void register_golden(CLI::App& app);
void register_compare(CLI::App& app);
// The simulated world's: run.cc, check.cc and campaign.cc, not built with SEATRIAL_SIM off.
void register_run(CLI::App& app);
void register_check(CLI::App& app);
void register_campaign(CLI::App& app);

// The text of a file; a message on standard error and Done(bad_input) when it cannot be read.
std::string read_file(const std::string& path);

// An option that takes a duration: "30s", "1.5ms".
CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::optional<Duration>& value, const std::string& description);
// --seed NUMBER
CLI::Option* add_seed(CLI::App& command, std::optional<std::uint64_t>& value);
// --set PATH=VALUE, repeatable
CLI::Option* add_overrides(CLI::App& command, std::vector<std::string>& value);

}  // namespace seatrial::cli
