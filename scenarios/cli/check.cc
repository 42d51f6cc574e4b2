// seatrial check: reads everything a scenario names and prints what follows from it; runs nothing.
#include <iostream>
#include <memory>

#include "scenarios/cli/commands.h"
#include "scenarios/engine/design/design.h"

namespace seatrial::cli {

void register_check(CLI::App& app) {
  auto* command = app.add_subcommand(
      "check", "Read every file of a scenario and print the derived design; run nothing.");
  auto folder = std::make_shared<std::string>();
  auto overrides = std::make_shared<std::vector<std::string>>();
  command->add_option("DIR", *folder, "Folder with scenario.json and the files it names")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->add_option("--set", *overrides, "Change the document first (may be repeated)")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->callback([folder, overrides] {
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
