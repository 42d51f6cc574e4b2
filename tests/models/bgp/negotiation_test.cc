// What an OPEN offers and what two OPENs come to.
#include "models/bgp/negotiation.h"

#include <boost/test/unit_test.hpp>

#include "tests/models/bgp/speakers.h"

namespace seatrial::bgp::test {
namespace {

SpeakerConfig speaker(std::uint32_t asn) {
  SpeakerConfig config;
  config.asn = {asn};
  config.router_id = RouterId::from(ip("10.0.0.1"));
  config.profile = plain_profile();
  return config;
}

// The NOTIFICATION's subcode, or nothing when the OPENs agree.
std::optional<int> refusal(const SpeakerConfig& s, const NeighborConfig& n,
                           const OpenMessage& theirs) {
  const auto agreed = negotiate(s, n, offer(s, n, {}), theirs);
  if (agreed) return std::nullopt;
  BOOST_TEST(agreed.error().notification.code == 2);
  return agreed.error().notification.subcode;
}

OpenMessage open_of(std::uint32_t asn) {
  OpenMessage open;
  open.asn = {asn};
  open.hold_time_s = 90;
  open.id = RouterId::from(ip("10.0.0.2"));
  open.capabilities.families = {ipv4_unicast};
  open.capabilities.four_octet_as = open.asn;
  open.capabilities.route_refresh = true;
  return open;
}

BOOST_AUTO_TEST_SUITE(negotiation)

BOOST_AUTO_TEST_CASE(roles_must_belong_together) {
  const auto s = speaker(65001);
  // RFC 9234 section 4.2, Table 2; values of Table 1.
  const std::map<Role, std::uint8_t> partner{{Role::provider, 3},
                                             {Role::customer, 0},
                                             {Role::rs_server, 2},
                                             {Role::rs_client, 1},
                                             {Role::peer, 4}};
  for (const auto& [ours, allowed] : partner) {
    auto n = peer("10.0.0.2", 65002);
    n.role = ours;
    BOOST_TEST(offer(s, n, {}).capabilities.roles ==
                   std::vector<std::uint8_t>{static_cast<std::uint8_t>(ours)},
               boost::test_tools::per_element());
    for (std::uint8_t theirs = 0; theirs < 6; ++theirs) {
      auto open = open_of(65002);
      open.capabilities.roles = {theirs};
      const auto subcode = refusal(s, n, open);
      BOOST_TEST(subcode.value_or(0) == (theirs == allowed ? 0 : 11));
      open.capabilities.roles = {theirs, static_cast<std::uint8_t>(theirs + 1)};
      BOOST_TEST(refusal(s, n, open).value_or(0) == 11);  // several that differ
      open.capabilities.roles = {allowed, allowed};
      BOOST_TEST(!refusal(s, n, open));
    }
    BOOST_TEST(!refusal(s, n, open_of(65002)));  // a peer without a role, unless strict
    n.role_strict = true;
    BOOST_TEST(refusal(s, n, open_of(65002)).value_or(0) == 11);
  }
  auto inner = peer("10.0.0.2", 65001);  // section 4: an eBGP session's
  inner.role = Role::peer;
  BOOST_TEST(offer(s, inner, {}).capabilities.roles.empty());
  BOOST_TEST(!refusal(s, inner, open_of(65001)));
}

BOOST_AUTO_TEST_CASE(each_kind_of_peer_is_shown_its_as) {
  auto s = speaker(65001);
  s.confederation = Confederation{{100}, {{65002}}};
  struct Row {
    std::uint32_t remote;
    PeerKind kind;
    std::uint32_t shown;
  };
  // RFC 5065 section 4: inside the member AS, outside the confederation's identifier.
  for (const auto& row :
       {Row{65001, PeerKind::internal, 65001}, Row{65002, PeerKind::confederation, 65001},
        Row{200, PeerKind::external, 100}}) {
    const auto n = peer("10.0.0.2", row.remote);
    BOOST_CHECK(peer_kind(s, n) == row.kind);
    BOOST_TEST(offer(s, n, {}).asn.value == row.shown);
    BOOST_TEST(!refusal(s, n, open_of(row.remote)));
    // LOCAL_PREF is known inside the confederation only.
    BOOST_TEST(negotiate(s, n, offer(s, n, {}), open_of(row.remote))->codec.external ==
               (row.kind == PeerKind::external));
    BOOST_TEST(negotiate(s, n, offer(s, n, {}), open_of(row.remote))->codec.confederation ==
               (row.kind == PeerKind::confederation));
  }
  s.confederation.reset();
  auto n = peer("10.0.0.2", 65002);
  n.local_as = LocalAs{.asn = {64999}};
  BOOST_TEST(offer(s, n, {}).asn.value == 64999U);
  BOOST_TEST(offer(s, n, {}).capabilities.four_octet_as->value == 64999U);
  n.remote_as = RemoteAs::number(64999);  // as FRR has it: the peer takes us for its own
  BOOST_CHECK(peer_kind(s, n) == PeerKind::internal);
}

BOOST_AUTO_TEST_CASE(identifiers_must_differ_within_an_as) {
  const auto s = speaker(65001);
  auto same = open_of(65002);
  same.id = s.router_id;
  BOOST_TEST(!refusal(s, peer("10.0.0.2", 65002), same));  // RFC 6286 section 2.1
  same.asn = {65001};
  BOOST_TEST(refusal(s, peer("10.0.0.2", 65001), same).value_or(0) == 3);
}

BOOST_AUTO_TEST_CASE(the_least_hold_time_is_insisted_on) {
  auto s = speaker(65001);
  s.minimum_hold_time = 30s;
  const auto n = peer("10.0.0.2", 65002);
  auto open = open_of(65002);
  for (const auto& [offered, subcode] : {std::pair(29, 6), std::pair(30, 0), std::pair(0, 0)}) {
    open.hold_time_s = static_cast<std::uint16_t>(offered);
    BOOST_TEST(refusal(s, n, open).value_or(0) == subcode);
  }
}

BOOST_AUTO_TEST_CASE(without_capabilities_the_session_is_that_of_1995) {
  const auto s = speaker(65001);
  auto n = peer("10.0.0.2", 65002);
  n.dont_capability_negotiate = true;
  const auto offered = offer(s, n, {});
  BOOST_CHECK(offered.capabilities == Capabilities{});
  const auto agreed = negotiate(s, n, offered, open_of(65002));
  BOOST_REQUIRE(agreed);
  BOOST_TEST(!agreed->codec.four_octet_as);
  BOOST_TEST(!agreed->route_refresh);
  BOOST_CHECK(agreed->families == std::vector<AfiSafi>{ipv4_unicast});
}

BOOST_AUTO_TEST_CASE(families_that_are_missing) {
  const auto s = speaker(65001);
  auto n = peer("10.0.0.2", 65002);
  n.families = {ipv4_unicast, ipv6_unicast};
  BOOST_TEST(!refusal(s, n, open_of(65002)));
  n.strict_capability_match = true;
  BOOST_TEST(refusal(s, n, open_of(65002)).value_or(0) == 7);
  n.strict_capability_match = false;
  n.families = {ipv6_unicast};  // nothing in common
  const auto agreed = negotiate(s, n, offer(s, n, {}), open_of(65002));
  BOOST_REQUIRE(!agreed);
  BOOST_TEST(agreed.error().notification.subcode == 7);
  // RFC 5492 section 3: the data is the capability: code 1, length 4, AFI 2, reserved, SAFI 1.
  BOOST_TEST(agreed.error().notification.data == (Octets{1, 4, 0, 2, 0, 1}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_takes_two_is_agreed_on_by_two) {
  auto s = speaker(65001);
  auto n = peer("10.0.0.2", 65002);
  n.extended_message = true;
  n.extended_next_hop = true;
  n.add_path = {.receive = true, .send = true};
  s.profile.enhanced_route_refresh = true;
  auto open = open_of(65002);
  auto agreed = *negotiate(s, n, offer(s, n, {}), open);
  BOOST_TEST(agreed.codec.max_size == 4096U);
  BOOST_TEST(!agreed.extended_next_hop);
  BOOST_TEST(!agreed.enhanced_route_refresh);
  BOOST_TEST(agreed.codec.add_path_receive.empty());
  auto& c = open.capabilities;
  c.extended_message = true;
  c.extended_next_hop = {{1, 1, 2}};
  c.enhanced_route_refresh = true;
  c.add_path = {{ipv4_unicast, true, false}};
  agreed = *negotiate(s, n, offer(s, n, {}), open);
  BOOST_TEST(agreed.codec.max_size == 65535U);  // RFC 8654
  BOOST_TEST(agreed.extended_next_hop);
  BOOST_TEST(agreed.enhanced_route_refresh);
  BOOST_TEST(agreed.codec.add_path_receive.empty());  // the peer does not send
  BOOST_TEST(agreed.codec.add_path_send.size() == 1U);
}

BOOST_AUTO_TEST_CASE(long_lived_restart_takes_the_shorter_time) {
  auto s = speaker(65001);
  s.graceful_restart.long_lived_stale = 100s;
  const auto n = peer("10.0.0.2", 65002);
  auto open = open_of(65002);
  open.capabilities.long_lived = {{ipv4_unicast, true, 3600}};
  BOOST_TEST(negotiate(s, n, offer(s, n, {}), open)->long_lived_families.empty());  // not alone
  open.capabilities.graceful_restart.emplace();
  const auto agreed = *negotiate(s, n, offer(s, n, {}), open);
  BOOST_REQUIRE_EQUAL(agreed.long_lived_families.size(), 1U);
  BOOST_TEST(agreed.long_lived_families[0].stale_time_s == 100U);
}

BOOST_AUTO_TEST_CASE(every_capability_survives_the_wire) {
  OpenMessage open = open_of(4200000000);
  auto& c = open.capabilities;
  c.cisco_route_refresh = c.enhanced_route_refresh = c.extended_message = true;
  c.graceful_restart = GracefulRestartCapability{true, true, 120, {{ipv4_unicast, true}}};
  c.long_lived = {{ipv6_unicast, true, 0xABCDEF}};
  c.extended_next_hop = {{1, 1, 2}};
  c.roles = {3};
  c.host_name = HostName{"core1", "example.net"};
  c.add_path = {{ipv6_unicast, true, true}};
  const auto bytes = encode(open);
  const auto decoded = decode_open(Bytes(bytes).subspan(header_size));
  BOOST_REQUIRE(decoded);
  BOOST_CHECK(*decoded == open);
}

// RFC 9003 section 2: a length octet, then at most 255 octets of UTF-8.
BOOST_AUTO_TEST_CASE(a_shutdown_message_goes_both_ways) {
  const auto said = cease_with_message(cease::admin_shutdown, "back at 5");
  BOOST_TEST(said.data.size() == 10U);
  BOOST_TEST(said.data[0] == 9);
  BOOST_TEST(said.describe() == "Cease/Administrative Shutdown \"back at 5\"");
  std::string cut(254, 'x');
  cut += "\xC3\xA9";  // 256 octets; the last character would be cut in two
  BOOST_TEST(cease_with_message(cease::admin_reset, cut).data.size() == 255U);
  BOOST_TEST(cease_with_message(cease::admin_reset, "").data.empty());
  // A length beyond the data, and none: there is no message.
  BOOST_TEST(!shutdown_message({ErrorCode::cease, cease::admin_reset, {9, 'x'}}));
  BOOST_TEST(!shutdown_message({ErrorCode::cease, cease::admin_reset, {0}}));
  BOOST_TEST(*shutdown_message({ErrorCode::cease, cease::admin_reset, {2, 'a', '\n'}}) == "a?");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
