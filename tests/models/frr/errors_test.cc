// What is said of a wrong file, and where.
#include <boost/test/unit_test.hpp>

#include "models/frr/config.h"
#include "models/frr/grammar.h"

using namespace seatrial;

namespace {

std::string complaints(const std::string& text) {
  Diagnostics diagnostics;
  frr::read(text, "frr.conf", diagnostics);
  return diagnostics.to_string();
}

const std::string router = "router bgp 64512\n bgp router-id 10.0.0.1\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(frr_errors)

BOOST_AUTO_TEST_CASE(words_that_do_not_fit) {
  struct Row {
    std::string text;
    const char* said;
  };
  // Lines of `router bgp` stand on line 3; one blank is before them.
  const Row rows[] = {
      {"hostnam core1\n", "frr.conf:1:1: error: unknown command 'hostnam', expected 'hostname'\n"},
      {"flurb\n", "frr.conf:1:1: error: unknown command 'flurb', expected a command\n"},
      {"router bgp\n",
       "frr.conf:1:11: error: incomplete command 'router', expected an AS number\n"},
      {"router bgp 0\n", "frr.conf:1:12: error: unexpected '0', expected an AS number\n"},
      {"frr defaults exotic\n",
       "frr.conf:1:14: error: unexpected 'exotic', expected 'traditional' or 'datacenter'\n"},
      {router + " neighbr 10.0.0.2 remote-as 1\n",
       "frr.conf:3:2: error: unknown command 'neighbr', expected 'neighbor'\n"},
      {router + " neighbor 10.0.0.300 remote-as 1\n",
       "frr.conf:3:11: error: unexpected '10.0.0.300', expected an IP address or a peer group's "
       "name\n"},
      {router + " neighbor 10.0.0.2 remote-as x\n",
       "frr.conf:3:30: error: unexpected 'x', expected an AS number or 'internal' or 'external'\n"},
      {router + " neighbor 10.0.0.2 remote-is 1\n",
       "frr.conf:3:20: error: unexpected 'remote-is', expected 'remote-as'\n"},
      {router + " neighbor 10.0.0.2 remote-as 1 2\n",
       "frr.conf:3:32: error: unexpected '2', expected the end of the line\n"},
      {router + " maximum-paths 1000\n",
       "frr.conf:3:16: error: unexpected '1000', expected a number from 1 to 256 or 'ibgp'\n"},
      {router + " no bgp defalt ipv4-unicast\n",
       "frr.conf:3:9: error: unexpected 'defalt', expected 'default'\n"},
      {"interface eth0\n ip address 10.0.0.1\n",
       "frr.conf:2:13: error: unexpected '10.0.0.1', expected an address with length, as "
       "10.1.1.4/24\n"},
      {"ip route 10.0.0.0/8 10.0.0.999\n",
       "frr.conf:1:21: error: unexpected '10.0.0.999', expected a next hop's address, an "
       "interface, Null0 "
       "or blackhole\n"},
      {"ip prefix-list P permit 10.0.0.0/8 ge 4\n",
       "frr.conf:1:39: error: invalid prefix range for 10.0.0.0/8, expected length <= ge <= le <= "
       "32\n"},
      {"route-map M permit 10\n set community 1:2:3\n",
       "frr.conf:2:16: error: '1:2:3' is not a community, expected AS:NUMBER or a well-known name, "
       "as "
       "no-export\n"},
  };
  for (const auto& row : rows) BOOST_TEST(complaints(row.text) == row.said);
}

BOOST_AUTO_TEST_CASE(names_that_are_not_defined) {
  struct Row {
    std::string text;
    const char* said;
  };
  const Row rows[] = {
      {router + " neighbor 10.0.0.2 description x\n",
       "frr.conf:3:11: error: neighbor 10.0.0.2 has no remote AS, expected 'neighbor 10.0.0.2 "
       "remote-as "
       "ASN', or a peer-group that has one\n"},
      {router + " neighbor EDGES remote-as 1\n",
       "frr.conf:3:11: error: peer-group 'EDGES' is not defined, expected 'neighbor EDGES "
       "peer-group', or "
       "an address\n"},
      {router + " neighbor EDGES peer-group\n neighbor 10.0.0.2 peer-group EGDES\n",
       "frr.conf:4:31: error: peer-group 'EGDES' is not defined, expected EDGES\n"},
      {"route-map OUT permit 10\n" + router +
           " neighbor 10.0.0.2 remote-as 1\n neighbor 10.0.0.2 route-map OTU out\n",
       "frr.conf:5:30: error: route-map 'OTU' is not defined, expected OUT\n"},
      {"ip prefix-list PODS permit any\n" + router +
           " neighbor 10.0.0.2 remote-as 1\n neighbor 10.0.0.2 prefix-list POD in\n",
       "frr.conf:5:32: error: prefix-list 'POD' is not defined, expected PODS\n"},
      {"route-map UNUSED permit 10\n match ip address prefix-list NONE\n",
       "frr.conf:2:31: error: prefix-list 'NONE' is not defined\n"},
      {router + " neighbor 10.0.0.2 remote-as 1\n neighbor 10.0.0.2 update-source eth7\n",
       "frr.conf:4:34: error: update-source 'eth7' has no address to connect from, expected an "
       "address\n"},
  };
  for (const auto& row : rows) BOOST_TEST(complaints(row.text) == row.said);
}

BOOST_AUTO_TEST_CASE(things_said_twice) {
  BOOST_TEST(
      complaints(router + " neighbor 10.0.0.2 remote-as 1\n neighbor 10.0.0.2 remote-as 2\n") ==
      "frr.conf:4:11: error: neighbor 10.0.0.2 has a remote-as already, since line 3, expected one "
      "definition of a neighbor\n");
  BOOST_TEST(complaints("router bgp 1\n bgp router-id 1.1.1.1\nrouter bgp 2\n") ==
             "frr.conf:3:12: error: a second router bgp, of AS 2, besides AS 1, expected one BGP "
             "instance\n");
  BOOST_TEST(
      complaints("interface eth0\n ip address 10.0.0.1/24\n" + router +
                 " neighbor 10.0.0.1 remote-as 1\n") ==
      "frr.conf:5:11: error: neighbor 10.0.0.1 is this router's own address, on eth0, expected "
      "another router's address\n");
}

BOOST_AUTO_TEST_CASE(a_network_that_is_not_in_the_routing_table) {
  // FRR 8.4: `network` needs the prefix in the RIB unless `no bgp network import-check`.
  const std::string network = " address-family ipv4 unicast\n  network 10.50.0.80/32\n";
  const auto said = complaints(router + network);
  BOOST_TEST(said.starts_with("frr.conf:4:3: warning: network 10.50.0.80/32 is neither connected"),
             said);
  BOOST_TEST(complaints("interface lo\n ip address 10.50.0.80/32\n" + router + network).empty());
  BOOST_TEST(complaints("ip route 10.50.0.80/32 Null0\n" + router + network).empty());
  BOOST_TEST(complaints(router + " no bgp network import-check\n" + network).empty());
}

BOOST_AUTO_TEST_CASE(known_but_without_effect_is_a_warning_and_not_modelled_an_error) {
  BOOST_TEST(
      complaints(router + " neighbor 10.0.0.2 remote-as 1\n neighbor 10.0.0.2 tcp-mss 1400\n") ==
      "frr.conf:4:2: warning: 'neighbor 10.0.0.2 tcp-mss 1400' has no effect here\n");
  BOOST_TEST(
      complaints(router + " address-family ipv4 unicast\n  import vrf red\n") ==
      "frr.conf:4:3: error: 'import vrf red' is not modelled, expected a design without it\n");
}

// Each line was given to FRR 8.4.4 (`vtysh -C -f`, and to the daemons), which takes it: a reader
// may call it not modelled or without effect, but not wrong.
BOOST_AUTO_TEST_CASE(what_frr_takes_is_named_and_not_called_a_mistake) {
  const std::string in_router = router + " neighbor G peer-group\n ";
  const std::string in_family = router + " neighbor G peer-group\n address-family ipv4 unicast\n  ";
  const std::string in_map = "route-map M permit 10\n ";
  for (const auto& text : {std::string("ip route 10.9.0.0/16 10.1.1.9 eth1\n"),
                           std::string("ip route 10.9.0.0/16 10.1.1.9 tag 5\n"),
                           std::string("ip route 10.9.0.0 255.255.0.0 10.1.1.9\n"),
                           std::string("no ip route 10.9.0.0/16 10.1.1.9\n"),
                           std::string("no route-map M\n"),
                           std::string("bgp community-list 100 permit 65001:.*\n"),
                           std::string("ip protocol bgp route-map M\n"),
                           in_router + "no neighbor G description\n",
                           in_router + "no neighbor 10.1.1.4\n",
                           in_router + "neighbor G shutdown rtt 10\n",
                           in_router + "neighbor G tcp-mss 1400\n",
                           in_router + "bgp shutdown\n",
                           in_router + "no timers bgp\n",
                           in_router + "bgp default ipv6-unicast\n",
                           in_router + "network 10.3.0.0 mask 255.255.0.0\n",
                           in_family + "no network 10.2.0.0/24\n",
                           in_family + "maximum-paths ibgp 4 equal-cluster-length\n",
                           in_family + "no neighbor G route-map M in\n",
                           in_family + "neighbor G maximum-prefix 100 force\n",
                           in_map + "match large-community L\n",
                           in_map + "match ip address prefix-len 24\n",
                           in_map + "set community internet\n",
                           in_map + "set metric +10\n",
                           in_map + "set ipv6 next-hop peer-address\n",
                           in_map + "no set metric\n"}) {
    const auto said = complaints(text);
    BOOST_TEST(said.find("unknown") == said.npos, text << said);
    BOOST_TEST(said.find("unexpected") == said.npos, text << said);
  }
  // lib/filter_nb.c of 8.4: mask length <= ge <= le.
  for (const auto* range : {"ge 8", "le 8", "ge 8 le 8", "ge 32"}) {
    const auto line = "ip prefix-list P seq 5 permit 10.0.0.0/8 " + std::string(range) + "\n";
    BOOST_TEST(complaints(line) == "", line);
  }
}

// ... and each of these FRR 8.4.4 refuses.
BOOST_AUTO_TEST_CASE(what_frr_refuses_is_an_error) {
  BOOST_TEST(complaints(router + " neighbor 10.0.0.2 remote-as 1.1\n") ==
             "frr.conf:3:30: error: unexpected '1.1', expected an AS number or 'internal' or "
             "'external'\n");
  BOOST_TEST(complaints("ipv6 prefix-list P seq 5 permit 10.0.0.0/8\n") ==
             "frr.conf:1:33: error: '10.0.0.0/8' in an ipv6 prefix-list, expected an IPv6 prefix, "
             "as 2001:db8::/32\n");
  BOOST_TEST(complaints(router + " address-family ipv4 unicast\n  network 2001:db8::/32\n") ==
             "frr.conf:4:11: error: unexpected '2001:db8::/32', expected a prefix, as 10.1.1.0/24 "
             "or an IPv4 address\n");
  BOOST_TEST(
      complaints("bgp community-list CL permit 1:1\n").find(":1:20: error: unexpected 'CL'") !=
      std::string::npos);
  // After an `exit` too many, FRR is out of its configuration and takes nothing more, once said.
  BOOST_TEST(complaints("hostname a\nexit\n!\n") == "");
  BOOST_TEST(
      complaints("hostname a\nexit\n!\nhostname b\nhostname c\n") ==
      "frr.conf:4:1: error: FRR has left its configuration at the 'exit' of line 2 and takes "
      "no command of this or a later line, expected as many 'exit' as blocks are open\n");
  // A line is at most 4095 bytes: what follows would be another command.
  const std::string description = router + " neighbor G peer-group\n neighbor G description ";
  BOOST_TEST(complaints(description + std::string(4095 - 24, 'x') + "\n") == "");
  BOOST_TEST(complaints(description + std::string(4096 - 24, 'x') + "\n") ==
             "frr.conf:4:4096: error: a line of 4096 bytes, expected at most 4095 (FRR's vty "
             "buffer)\n");
  BOOST_TEST(complaints("\xef\xbb\xbfhostname a\n") ==
             "frr.conf:1:1: error: a byte order mark, which FRR takes for part of a command, "
             "expected text without it\n");
}

BOOST_AUTO_TEST_CASE(an_abbreviation_is_answered_with_the_word_in_full) {
  BOOST_TEST(complaints(router + " neigh 10.0.0.2 remote-as 1\n") ==
             "frr.conf:3:2: error: unknown command 'neigh', expected 'neighbor'\n");
}

BOOST_AUTO_TEST_CASE(everything_wrong_is_said_at_once) {
  Diagnostics diagnostics;
  frr::read("hostnam a\n" + router + " neighbor 10.0.0.2\n neighbor 10.0.0.3 remote-as x\nflurb\n",
            "frr.conf", diagnostics);
  // Lines 1, 4 (incomplete), 5 (the AS) and 6.
  BOOST_TEST(diagnostics.error_count() == 4U, diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_file_is_read_without_a_crash) {
  const std::string whole =
      "frr defaults datacenter\ninterface lo\n ip address 1.1.1.1/32\n" + router +
      " neighbor G peer-group\n neighbor G remote-as 65001\n neighbor 10.0.0.2 peer-group G\n"
      " address-family ipv4 unicast\n  network 1.1.1.1/32\n  neighbor G route-map M in\n"
      " exit-address-family\nexit\nip prefix-list P seq 5 permit 10.0.0.0/8 ge 9 le 32\n"
      "route-map M permit 10\n match ip address prefix-list P\n set community 1:2\n";
  BOOST_TEST(complaints(whole).empty(), complaints(whole));
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    Diagnostics diagnostics;
    const auto config =
        frr::read(std::string_view(whole).substr(0, length), "frr.conf", diagnostics);
    BOOST_TEST(config.interfaces.size() <= 1U);
  }
}

BOOST_AUTO_TEST_CASE(lists_may_be_called_like_words_of_their_own_commands) {
  for (const auto* line :
       {"ip prefix-list seq permit any\n", "ip prefix-list ge permit 10.0.0.0/8\n",
        "ip prefix-list permit seq 5 deny 10.0.0.0/8 le 32 ge 9\n",
        "bgp community-list standard seq permit 1:2\n", "ipv6 prefix-list any permit any\n",
        "bgp community-list 99 seq 5 permit 1:2\n"}) {
    BOOST_TEST(complaints(line) == "", line);
  }
}

BOOST_AUTO_TEST_CASE(optional_parts_of_patterns) {
  const auto all = frr::expand("a (b) c (d <1-2>)");
  BOOST_REQUIRE(all.size() == 4U);
  for (const auto* wanted : {"a c", "a b c", "a c d <1-2>", "a b c d <1-2>"}) {
    BOOST_TEST((std::ranges::find(all, wanted) != all.end()), wanted);
  }
}

BOOST_AUTO_TEST_SUITE_END()
