// The forms of FRR's answers, and commands asked of a speaker on an in-memory network. That keys
// and values are FRR's is held by tests/interop/test_bgpctl.py.
#include <boost/test/unit_test.hpp>

#include "scenarios/bgpd/commands.h"
#include "scenarios/bgpd/table_text.h"
#include "tests/models/bgp/speakers.h"

using namespace seatrial;
using namespace seatrial::bgpd;
using seatrial::bgp::test::peer;

namespace {

// "a" in AS 65001 announces 198.51.100.0/24 to "b" in AS 65002, which is asked.
struct Asked {
  bgp::test::World world;
  frr::Config config;
  TableVersions versions;
  std::unique_ptr<bfd::Agent> bfd;
  std::unique_ptr<View> view;

  Asked() {
    world.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65002)}, {"198.51.100.0/24"});
    auto kept = peer("10.0.0.1", 65001);
    kept.soft_reconfiguration_inbound = true;
    world.add("b", "10.0.0.2", 65002, {kept});
    world.start();
    world.net.run_until([this] { return world["b"].has("198.51.100.0/24"); }, 60s);
    auto& host = world.net.host("b", "10.0.0.2");
    bfd = std::make_unique<bfd::Agent>(host, bfd::rfc());
    view = std::make_unique<View>(
        View{host, *world["b"].speaker, *bfd, config, versions, "router bgp 65002\n", {}});
  }
  Answer ask(const std::string& line) const { return answer(*view, line); }
  Json json(const std::string& line) const { return Json::parse(ask(line + " json").text); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bgpd_answers)

BOOST_AUTO_TEST_CASE(ages_as_bgpd_writes_them) {
  // bgpd's peer_uptime: hours below a day, days below a week, then weeks.
  BOOST_TEST(uptime(6s) == "00:00:06");
  BOOST_TEST(uptime(23h + 59min + 59s) == "23:59:59");
  BOOST_TEST(uptime(24h) == "1d00h00m");
  BOOST_TEST(uptime(7 * 24h - 1s) == "6d23h59m");
  BOOST_TEST(uptime(7 * 24h + 26h) == "01w1d02h");
}

BOOST_AUTO_TEST_CASE(a_row_stands_under_its_header) {
  // Recorded from FRR 8.4.4.
  BOOST_TEST(table_row({"*>i", "203.0.13.1/32", "10.0.3.2(vm)", 30, 100, 0, "i"}) ==
             "*>i203.0.13.1/32    10.0.3.2(vm)            30    100      0 i\n");
  BOOST_TEST(table_row({"*> ", "198.51.100.1/32", "0.0.0.0(vm)", 0, std::nullopt, 32768, "i"}) ==
             "*> 198.51.100.1/32  0.0.0.0(vm)              0         32768 i\n");
}

BOOST_AUTO_TEST_CASE(routes_and_sessions_are_told) {
  const Asked b;
  const auto rib = b.json("show bgp ipv4 unicast");
  BOOST_TEST(rib["localAS"] == 65002);
  const auto& path = rib["routes"]["198.51.100.0/24"][0];
  BOOST_TEST(path["bestpath"] == true);
  BOOST_TEST(path["peerId"] == "10.0.0.1");
  BOOST_TEST(path["path"] == "65001");
  BOOST_TEST(path["nexthops"][0]["ip"] == "10.0.0.1");
  BOOST_TEST(b.json("show ip bgp 198.51.100.77")["prefix"] == "198.51.100.0/24");
  BOOST_TEST(b.json("show bgp summary")["ipv4Unicast"]["peers"]["10.0.0.1"]["state"] ==
             "Established");
  BOOST_TEST(b.json("show bgp neighbors")["10.0.0.1"]["bgpState"] == "Established");
  BOOST_TEST(b.json("show bfd peers").empty());
  BOOST_TEST(b.ask("show running-config").text == "router bgp 65002\n");
}

BOOST_AUTO_TEST_CASE(what_was_received_is_shown_where_it_is_kept) {
  const Asked b;
  const auto received = b.json("show bgp ipv4 unicast neighbors 10.0.0.1 received-routes");
  const auto& route = received["receivedRoutes"]["198.51.100.0/24"];
  BOOST_TEST(route["nextHop"] == "10.0.0.1");
  BOOST_TEST(route["path"] == "65001");
  BOOST_TEST(received["totalPrefixCounter"] == 1);
  // What came from there does not go back.
  BOOST_TEST(
      b.json("show bgp ipv4 unicast neighbors 10.0.0.1 advertised-routes")["totalPrefixCounter"] ==
      0);
}

BOOST_AUTO_TEST_CASE(a_neighbour_is_cleared) {
  Asked b;
  BOOST_TEST(b.ask("clear bgp 10.0.0.1").ok);
  b.world.net.run_for(10ms);
  BOOST_TEST(!b.world["b"].established("10.0.0.1"));
}

// A peer chooses the octets of its host name and of a shutdown's reason (RFC 9003); JSON is UTF-8.
BOOST_AUTO_TEST_CASE(a_peers_words_that_are_no_utf8_are_told) {
  bgp::test::World world;
  auto profile = bgp::test::plain_profile();
  profile.announce_host_name = true;
  world.add("a\xFF", "10.0.0.1", 65001, {peer("10.0.0.2", 65002)}, {}, profile);
  world.add("b", "10.0.0.2", 65002, {peer("10.0.0.1", 65001)});
  world.start();
  world.net.run_for(1s);
  auto& host = world.net.host("b", "10.0.0.2");
  const bfd::Agent bfd(host, bfd::rfc());
  const View view{host, *world["b"].speaker, bfd, {}, {}, "", {}};
  const auto neighbor = [&] {
    return Json::parse(answer(view, "show bgp neighbors 10.0.0.1 json").text)["10.0.0.1"];
  };
  BOOST_TEST(neighbor()["hostname"] == "a\xEF\xBF\xBD");  // U+FFFD
  world["a\xFF"].speaker->set_shutdown(*net::IpAddress::parse("10.0.0.2"), true, "\xFE");
  world.net.run_for(1s);
  BOOST_TEST(neighbor()["lastShutdownDescription"] == "\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_CASE(what_is_no_command_is_said_so) {
  const Asked b;
  for (const char* line :
       {"", "show", "show bgp foo", "show bgp neighbors x", "show bgp neighbors 10.0.0.1 routes x",
        "show bfd", "show bfd peer", "clear", "clear bgp", "clear bgp * hard", "configure terminal",
        "show bgp 198.51.100.0/33"}) {
    const auto said = b.ask(line);
    BOOST_TEST(!said.ok);
    BOOST_TEST(said.text == "% Unknown command: " + std::string(line) + "\n");
  }
}

BOOST_AUTO_TEST_SUITE_END()
