// seatrial bgpctl: FRR's show and clear commands, asked of a running `seatrial bgpd --control
// SOCKET`.
#include <iostream>
#include <memory>

#include "scenarios/bgpd/control.h"
#include "scenarios/cli/commands.h"

namespace seatrial::cli {
namespace {

struct BgpctlOptions {
  std::string control = "/run/seatrial-bgpd.sock";
  std::vector<std::string> words;
};

int ask(const BgpctlOptions& options) {
  std::string line;
  for (const auto& word : options.words) line += (line.empty() ? "" : " ") + word;
  const auto answer = bgpd::ask(options.control, line);
  if (!answer) {
    std::cerr << "seatrial bgpctl: " << answer.error() << '\n';
    return failed;
  }
  (answer->ok ? std::cout : std::cerr) << answer->text;
  return answer->ok ? done : bad_input;
}

}  // namespace

void register_bgpctl(CLI::App& app) {
  auto options = std::make_shared<BgpctlOptions>();
  auto* command = app.add_subcommand(
      "bgpctl", "Ask a running bgpd: show bgp ipv4 unicast json, show bgp summary, clear bgp *");
  command->add_option("--control", options->control, "the socket of bgpd --control")
      ->capture_default_str()
      ->type_name("SOCKET");
  command->add_option("COMMAND", options->words, "as in FRR's vtysh")->required();
  command->positionals_at_end();
  command->footer(
      "  show bgp [ipv4|ipv6 unicast] [ADDRESS|PREFIX [bestpath|multipath|longer-prefixes]] "
      "[json]\n"
      "  show bgp [ipv4|ipv6 unicast] summary [established|failed] [json]\n"
      "  show bgp neighbors [PEER] [json]\n"
      "  show bgp [ipv4|ipv6 unicast] neighbors PEER\n"
      "      advertised-routes|received-routes|filtered-routes|routes [json]\n"
      "  show bfd peers [brief|counters] [json], show bfd peer PEER [json]\n"
      "  show running-config\n"
      "  clear bgp PEER|ASN|external|* [soft [in|out]|in|out]");
  command->callback([options] { throw Done(ask(*options)); });
}

}  // namespace seatrial::cli
