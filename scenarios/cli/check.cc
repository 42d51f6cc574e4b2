// seatrial check: reads everything a scenario names, or one frr.conf, and prints what follows from
// it; runs nothing.
#include <filesystem>
#include <iostream>
#include <memory>

#include "models/frr/describe.h"
#include "scenarios/cli/commands.h"
#include "scenarios/engine/design/design.h"

namespace seatrial::cli {
namespace {

void check_frr(const std::string& file, const std::string& profile) {
  Diagnostics diagnostics;
  const auto config = frr::read(read_file(file), file, diagnostics, profile);
  std::cerr << diagnostics.to_string();
  if (diagnostics.has_errors()) {
    std::cerr << diagnostics.error_count() << " error(s)\n";
    throw Done(bad_input);
  }
  std::cout << file << '\n' << frr::describe(config);
}

}  // namespace

void register_check(CLI::App& app) {
  auto* command = app.add_subcommand(
      "check", "Read every file of a scenario and print the derived design; run nothing.");
  auto folder = std::make_shared<std::string>();
  auto overrides = std::make_shared<std::vector<std::string>>();
  auto profile = std::make_shared<std::string>();
  command
      ->add_option("DIR", *folder,
                   "Folder with scenario.json and the files it names; or an frr.conf, bgpd.conf or "
                   "Quagga's")
      ->required()
      ->check(CLI::ExistingPath);
  std::vector<std::string> profiles;
  for (const auto name : bgp::profile_names()) profiles.emplace_back(name);
  command
      ->add_option("--profile", *profile,
                   "Of an frr.conf: the daemon that reads it; otherwise its `frr defaults` decides")
      ->check(CLI::IsMember(profiles));
  command->add_option("--set", *overrides, "Change the document first (may be repeated)")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->callback([folder, overrides, profile] {
    if (!std::filesystem::is_directory(*folder)) return check_frr(*folder, *profile);
    Diagnostics diagnostics;
    const auto design = scenario::load_design(scenario::FolderFiles(*folder), diagnostics,
                                              {.overrides = *overrides});
    std::cerr << diagnostics.to_string();
    if (!design) {
      std::cerr << diagnostics.error_count() << " error(s)\n";
      throw Done(bad_input);
    }
    std::cout << scenario::describe(*design);
  });
}

}  // namespace seatrial::cli
