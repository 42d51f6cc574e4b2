// Next hops on their way out, and what else of a route depends on whom it goes to. Every expected
// value was heard from FRR 8.4.4 or BIRD 2.0.12 in the network of tests/interop/test_exports.py:
// the router is 192.0.2.2, 2001:db8:1::2 and fe80::2 on one LAN, its neighbours are on it, too.
#include "models/bgp/next_hop.h"

#include <array>
#include <boost/test/unit_test.hpp>

#include "models/bgp/update_group.h"

using namespace seatrial;
using namespace seatrial::bgp;

namespace {

net::IpAddress ip(const char* text) {
  return *net::IpAddress::parse(text);
}

const std::array lan{*net::InterfaceAddress::parse("192.0.2.2/24"),
                     *net::InterfaceAddress::parse("2001:db8:1::2/64"),
                     *net::InterfaceAddress::parse("fe80::2/64")};

// AS 65001; the route is one of AS 65011's, its gateway 192.0.2.11, for a neighbour of AS 65031.
struct Lan {
  SpeakerConfig speaker;
  NeighborConfig neighbor;
  PathAttributes attributes;
  PathOrigin from;
  Candidate route;
  bool alone = true;

  Lan() {
    speaker.profile = *profile_named("frr-8.4-datacenter");
    speaker.asn = {65001};
    speaker.router_id = RouterId::from(ip("192.0.2.2"));
    attributes.origin = Origin::igp;
    attributes.as_path.prepend({65011});
    attributes.next_hop = ip("192.0.2.11");
    from.source = RouteSource::ebgp;
    from.peer = ip("192.0.2.11");
    from.id = RouterId::from(ip("192.0.2.11"));
    route.origin = &from;
    route.metric = 0;
    to("192.0.2.31", 65031);
  }
  void to(const char* address, std::uint32_t asn) {
    neighbor.address = ip(address);
    neighbor.remote_as = RemoteAs::number(asn);
  }
  void of_ipv6(const char* next_hop, const char* link_local = nullptr) {
    attributes.next_hop = ip(next_hop);
    if (link_local != nullptr) attributes.link_local_next_hop = ip(link_local);
    to("2001:db8:1::31", 65031);
  }
  RuleResult sent(const char* prefix = "10.1.0.0/16") {
    route.attributes = share(attributes);
    const auto link = link_of(lan, neighbor.address);
    const auto own = neighbor.address.is_v4() ? ip("192.0.2.2") : ip("2001:db8:1::2");
    const RuleContext context{
        speaker, neighbor, peer_kind(speaker, neighbor), own, {65031}, {2}, false, false,
        &link,   alone};
    return export_route(context, *net::Prefix::parse(prefix), route);
  }
  // The next hop, and the link-local one behind it.
  std::string hop(const char* prefix = "10.1.0.0/16") {
    const auto out = sent(prefix);
    if (!out.accepted) return "none: " + out.why;
    const auto& a = out.attributes;
    return a.next_hop->to_string() +
           (a.link_local_next_hop ? " " + a.link_local_next_hop->to_string() : "");
  }
  std::string hop6() { return hop("2001:db8:a1::/48"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bgp_next_hop)

BOOST_FIXTURE_TEST_CASE(a_third_party_on_the_neighbours_subnet_stays, Lan) {
  BOOST_TEST(hop() == "192.0.2.11");
  attributes.next_hop = ip("198.51.100.13");
  BOOST_TEST(hop() == "192.0.2.2");
  attributes.next_hop = ip("192.0.2.77");  // a third party to the neighbour it came from, too
  BOOST_TEST(hop() == "192.0.2.77");
  from.source = RouteSource::ibgp;
  BOOST_TEST(hop() == "192.0.2.77");
  to("198.51.100.41", 65041);
  BOOST_TEST(hop() == "192.0.2.2");
}

BOOST_FIXTURE_TEST_CASE(next_hop_self_and_unchanged_decide_before_the_subnet_does, Lan) {
  neighbor.next_hop_self = NextHopSelf::unless_reflected;
  BOOST_TEST(hop() == "192.0.2.2");
  neighbor.next_hop_unchanged = true;
  BOOST_TEST(hop() == "192.0.2.11");
  to("192.0.2.71", 65001);
  BOOST_TEST(hop() == "192.0.2.11");
}

BOOST_FIXTURE_TEST_CASE(several_hops_are_no_matter_to_frr_and_are_to_bird, Lan) {
  neighbor.ebgp_multihop = 3;
  BOOST_TEST(hop() == "192.0.2.11");
  speaker.profile = *profile_named("bird-2.0");
  speaker.ebgp_default_deny = false;
  BOOST_TEST(hop() == "192.0.2.2");
  neighbor.ebgp_multihop.reset();
  BOOST_TEST(hop() == "192.0.2.11");
  to("2001:db8:1::87", 65087);  // BIRD looks at the interface, whatever the session runs over
  BOOST_TEST(hop() == "192.0.2.11");
  speaker.profile = *profile_named("frr-8.4-datacenter");
  BOOST_TEST(hop() == "192.0.2.2");
}

BOOST_FIXTURE_TEST_CASE(without_a_network_an_external_peer_is_told_the_sessions_address, Lan) {
  route.attributes = share(attributes);
  const RuleContext context{speaker, neighbor, PeerKind::external, ip("192.0.2.2"), {65031}, {2}};
  const auto out = export_route(context, *net::Prefix::parse("10.1.0.0/16"), route);
  BOOST_TEST((out.attributes.next_hop == ip("192.0.2.2")));
}

BOOST_FIXTURE_TEST_CASE(frr_says_its_own_link_local_address_beside_any_global_one, Lan) {
  of_ipv6("2001:db8:1::11", "fe80::11");
  BOOST_TEST(hop6() == "2001:db8:1::11 fe80::2");
  neighbor.next_hop_self = NextHopSelf::unless_reflected;
  BOOST_TEST(hop6() == "2001:db8:1::2 fe80::2");
  neighbor.next_hop_self = NextHopSelf::never;
  neighbor.link_local_unchanged = true;  // `nexthop-local unchanged`
  BOOST_TEST(hop6() == "2001:db8:1::11 fe80::11");
  attributes.link_local_next_hop.reset();
  BOOST_TEST(hop6() == "2001:db8:1::11 fe80::2");
}

BOOST_FIXTURE_TEST_CASE(inside_an_as_frr_says_it_only_of_what_is_its_own, Lan) {
  of_ipv6("2001:db8:1::11", "fe80::11");
  to("2001:db8:1::61", 65001);
  BOOST_TEST(hop6() == "2001:db8:1::11");
  neighbor.next_hop_self = NextHopSelf::unless_reflected;
  BOOST_TEST(hop6() == "2001:db8:1::2");
  from.source = RouteSource::local;
  attributes = {};
  BOOST_TEST(hop6() == "2001:db8:1::2 fe80::2");
}

BOOST_FIXTURE_TEST_CASE(bird_passes_the_pair_on_and_says_its_own_beside_its_own, Lan) {
  speaker.profile = *profile_named("bird-2.0");
  speaker.ebgp_default_deny = false;
  of_ipv6("2001:db8:1::11", "fe80::11");
  BOOST_TEST(hop6() == "2001:db8:1::11 fe80::11");
  attributes.link_local_next_hop.reset();
  BOOST_TEST(hop6() == "2001:db8:1::11");
  neighbor.next_hop_self = NextHopSelf::unless_reflected;
  BOOST_TEST(hop6() == "2001:db8:1::2 fe80::2");
  // What came by iBGP with a link-local address is resolved to that one, and not told to others.
  neighbor.next_hop_self = NextHopSelf::never;
  from.source = RouteSource::ibgp;
  BOOST_TEST(hop6() == "2001:db8:1::11");
  attributes.link_local_next_hop = ip("fe80::11");
  BOOST_TEST(hop6() == "2001:db8:1::2 fe80::2");
}

BOOST_FIXTURE_TEST_CASE(the_other_familys_address_is_the_interfaces, Lan) {
  attributes.next_hop = ip("2001:db8:1::11");
  BOOST_TEST(hop6() == "2001:db8:1::2 fe80::2");  // to 192.0.2.31
  attributes.next_hop = ip("192.0.2.11");
  to("2001:db8:1::31", 65031);
  BOOST_TEST(hop() == "192.0.2.2");
}

BOOST_FIXTURE_TEST_CASE(a_route_goes_back_to_where_it_came_from, Lan) {
  to("192.0.2.11", 65011);
  BOOST_TEST(hop() == "192.0.2.2");
  alone = false;
  BOOST_TEST(hop() == "192.0.2.11");
  speaker.profile = *profile_named("bird-2.0");
  speaker.ebgp_default_deny = false;
  BOOST_TEST(hop() == "none: learned from this peer");
}

BOOST_FIXTURE_TEST_CASE(peers_with_the_same_options_on_one_link_are_one_group, Lan) {
  const auto link = link_of(lan, neighbor.address);
  auto other = neighbor;
  other.address = ip("192.0.2.32");
  other.remote_as = RemoteAs::number(65032);
  const auto context = [&](const NeighborConfig& n, const Link& over) {
    return RuleContext{
        speaker, n, PeerKind::external, ip("192.0.2.2"), n.remote_as.asn, {2}, false, false, &over};
  };
  const UpdateGroup group(1, context(neighbor, link), {});
  BOOST_TEST(group.takes(context(other, link), {}));  // in another AS: nothing looks at it
  const auto elsewhere = link_of(std::span(lan).first(1), other.address);
  BOOST_TEST(!group.takes(context(other, elsewhere), {}));
  other.next_hop_self = NextHopSelf::always;
  BOOST_TEST(!group.takes(context(other, link), {}));
}

BOOST_FIXTURE_TEST_CASE(med_passes_between_two_clients_of_a_route_server_only, Lan) {
  attributes.med = 7;
  neighbor.route_server_client = true;
  BOOST_TEST(!sent().attributes.med.has_value());
  BOOST_TEST(sent().attributes.as_path.to_string() == "65011");
  from.route_server_client = true;
  BOOST_TEST((sent().attributes.med == 7U));
}

BOOST_FIXTURE_TEST_CASE(a_reflected_route_without_med_gets_one_with_its_originator_id, Lan) {
  from.source = RouteSource::ibgp;
  from.reflector_client = true;
  to("192.0.2.61", 65001);
  BOOST_TEST((sent().attributes.med == 0U));
  attributes.originator_id = RouterId{99};
  BOOST_TEST(!sent().attributes.med.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
