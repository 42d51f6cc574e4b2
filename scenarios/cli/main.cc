// seatrial: sea trials for on-premises Kubernetes networks.
#include <exception>
#include <iostream>

#include "scenarios/cli/commands.h"
#include "scenarios/cli/parent.h"

int main(int argc, char** argv) {
  using namespace seatrial::cli;
  end_with_parent();
  CLI::App app(
      "Sea trials for on-premises Kubernetes networks: runs the design from its own files.",
      "seatrial");
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
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
