// Every command of the real daemon's contexts is known: examples made of FRR 8.4.4's own `list` by
// tests/interop/record_frr_commands.py.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>

#include "models/frr/reader.h"

using namespace seatrial;

BOOST_AUTO_TEST_SUITE(frr_commands)

BOOST_AUTO_TEST_CASE(every_command_of_bgpd_is_classified) {
  const std::map<std::string, frr::Context> contexts{{"bgp", frr::Context::bgp},
                                                     {"ipv4_unicast", frr::Context::ipv4_unicast},
                                                     {"ipv6_unicast", frr::Context::ipv6_unicast},
                                                     {"route_map", frr::Context::route_map}};
  std::ifstream in(std::string(SEATRIAL_SOURCE_DIR) +
                   "/tests/models/frr/data/frr-8.4.4-commands.txt");
  BOOST_REQUIRE(in.good());
  std::map<frr::Effect, std::size_t> effects;
  std::string line;
  while (std::getline(in, line)) {
    const auto tab = line.find('\t');
    const auto judged = frr::judge(contexts.at(line.substr(0, tab)), line.substr(tab + 1));
    BOOST_TEST(judged.known, line);
    ++effects[judged.effect];
  }
  // Half of the daemon's grammar is about planes that are not here (VPNs, EVPN, VNC, BMP), or takes
  // away what another line gives; most of the rest acts.
  BOOST_TEST(effects[frr::Effect::acts] > 800U);
  BOOST_TEST(effects[frr::Effect::unsupported] > 0U);
}

BOOST_AUTO_TEST_CASE(what_the_daemon_does_not_have_is_not_known) {
  for (const auto* line : {"bgp flux-capacitor", "neighbor 10.0.0.9 activat", "bgp bestpath"}) {
    BOOST_TEST(!frr::judge(frr::Context::bgp, line).known, line);
  }
}

BOOST_AUTO_TEST_SUITE_END()
