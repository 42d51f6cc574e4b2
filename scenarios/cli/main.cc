// seatrial: sea trials for on-premises Kubernetes networks.
#include <exception>
#include <iostream>

#include "scenarios/cli/commands.h"
#include "scenarios/cli/parent.h"

namespace {

// The command that was meant, in full: "seatrial bgp decode".
std::string name_of(const CLI::App* app) {
  std::string out = app->get_name();
  for (auto chosen = app->get_subcommands(); !chosen.empty(); chosen = app->get_subcommands()) {
    app = chosen.front();
    out += " " + app->get_name();
  }
  return out;
}

std::string usage_error(const CLI::App* app, const CLI::Error& error) {
  const auto name = name_of(app);
  return name + ": error: " + error.what() + "\n" + name + " --help tells what it takes\n";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace seatrial::cli;
  end_with_parent();
  CLI::App app(
      "Sea trials for on-premises Kubernetes networks: runs the design from its own files.",
      "seatrial");
  app.require_subcommand(1);
  app.failure_message(usage_error);
  app.fallthrough();
  app.footer(
      "Exit codes: 0 done; 1 an expectation does not hold; 2 bad usage or input; 3 internal "
      "error.");
#ifdef SEATRIAL_SIMULATED
  register_run(app);
  register_check(app);
  register_campaign(app);
#endif
  register_report(app);
  register_bgp(app);
  register_bgpd(app);
  register_bgpctl(app);
  register_nginx(app);
  register_show(app);
  register_diff(app);
  register_golden(app);
  register_compare(app);
  try {
    app.parse(argc, argv);
    return done;
  } catch (const Done& exit) {
    return exit.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? done : bad_input;
  } catch (const std::exception& error) {
    std::cerr << "seatrial: internal error: " << error.what() << '\n';
    return internal;
  }
}
