// seatrial report: report.html of a finished run, made anew from its records.
#include <iostream>
#include <memory>

#include "results/html/html.h"
#include "results/report/findings.h"
#include "results/store/file.h"
#include "results/store/store.h"
#include "scenarios/cli/commands.h"

namespace seatrial::cli {
namespace {

int report(const std::string& folder) {
  const auto run = results::read_run(folder);
  if (!run) {
    std::cerr << run.error() << '\n';
    return bad_input;
  }
  const auto path = folder + "/" + results::html_file;
  try {
    auto report = run->report();
    report.findings = results::find(run->record, run->outcomes, folder);
    results::write_file(path, results::report_html(report));
  } catch (const std::runtime_error& error) {
    std::cerr << "seatrial report: " << error.what() << '\n';
    return bad_input;
  }
  std::cout << path << '\n';
  return done;
}

}  // namespace

void register_report(CLI::App& app) {
  auto* command =
      app.add_subcommand("report", "Write report.html of a finished run anew, from its records.");
  auto folder = std::make_shared<std::string>();
  command->add_option("OUT", *folder, "Folder with the results of a run")
      ->required()
      ->check(CLI::ExistingDirectory);
  command->callback([folder] {
    if (const int status = report(*folder); status != done) throw Done(status);
  });
}

}  // namespace seatrial::cli
