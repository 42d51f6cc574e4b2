// What a route goes through at the edge of a session. Expected paths are FRR 8.4.4's (bgpd's
// documentation of local-as, as-override, remove-private-AS, allowas-in) or the RFC's that is
// named.
#include "models/bgp/rules.h"

#include <boost/test/unit_test.hpp>

#include "models/bgp/as_path_rules.h"

using namespace seatrial;
using namespace seatrial::bgp;

namespace {

net::IpAddress ip(const char* text) {
  return *net::IpAddress::parse(text);
}

AsPath path_of(std::vector<std::uint32_t> asns) {
  AsPath out;
  for (auto asn = asns.rbegin(); asn != asns.rend(); ++asn) out.prepend({*asn});
  return out;
}

// AS 64512 between two peers; what is not said is RFC 4271's.
struct Edge {
  SpeakerConfig speaker;
  NeighborConfig neighbor;
  PathAttributes attributes;
  PathOrigin origin;
  Candidate candidate;

  Edge() {
    speaker.asn = {64512};
    speaker.router_id = {1};
    neighbor.address = ip("10.0.0.2");
    neighbor.remote_as = RemoteAs::number(65002);
    attributes.origin = Origin::igp;
    attributes.next_hop = ip("10.9.9.9");
    origin.source = RouteSource::ebgp;
    origin.peer = ip("10.0.0.3");
    candidate.metric = 0;
  }
  RuleContext context() const {
    return {speaker, neighbor, peer_kind(speaker, neighbor), ip("10.0.0.1"), neighbor.remote_as.asn,
            {2}};
  }
  RuleResult in(AsPath path) {
    attributes.as_path = std::move(path);
    return import_route(context(), *net::Prefix::parse("172.16.0.0/16"), attributes);
  }
  RuleResult out(AsPath path) {
    attributes.as_path = std::move(path);
    candidate.attributes = share(attributes);
    candidate.origin = &origin;
    return export_route(context(), *net::Prefix::parse("172.16.0.0/16"), candidate);
  }
  std::string path_out(AsPath path) { return out(std::move(path)).attributes.as_path.to_string(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bgp_rules)

BOOST_FIXTURE_TEST_CASE(a_path_with_our_as_is_a_loop_as_often_as_not_allowed, Edge) {
  BOOST_TEST(in(path_of({65002, 65003})).accepted);
  BOOST_TEST(in(path_of({65002, 64512})).why == "AS loop: AS 64512 is in [65002 64512]");
  neighbor.allowas_in = 1;
  BOOST_TEST(in(path_of({65002, 64512})).accepted);
  BOOST_TEST(!in(path_of({65002, 64512, 64512})).accepted);
  neighbor.allowas_in = 0;
  neighbor.allowas_in_origin = true;
  BOOST_TEST(in(path_of({65002, 64512})).accepted);
  BOOST_TEST(!in(path_of({65002, 64512, 65003})).accepted);
}

BOOST_FIXTURE_TEST_CASE(local_as_stands_in_what_comes_and_before_ours_in_what_goes, Edge) {
  neighbor.local_as = LocalAs{{65100}, false, false};
  BOOST_TEST(in(path_of({65002})).attributes.as_path.to_string() == "65100 65002");
  BOOST_TEST(path_out(path_of({65003})) == "65100 64512 65003");
  neighbor.local_as->no_prepend = true;
  BOOST_TEST(in(path_of({65002})).attributes.as_path.to_string() == "65002");
  BOOST_TEST(path_out(path_of({65003})) == "65100 64512 65003");
  neighbor.local_as->replace_as = true;
  BOOST_TEST(path_out(path_of({65003})) == "65100 65003");
}

BOOST_FIXTURE_TEST_CASE(as_override_puts_our_as_where_the_peers_is, Edge) {
  BOOST_TEST(path_out(path_of({65003, 65002})) == "64512 65003 65002");
  neighbor.as_override = true;
  BOOST_TEST(path_out(path_of({65003, 65002, 65002})) == "64512 65003 64512 64512");
}

// FRR's `sender-as-path-loop-detection`.
BOOST_FIXTURE_TEST_CASE(what_the_peer_would_refuse_is_kept_back_if_asked, Edge) {
  neighbor.sender_loop_detection = true;
  BOOST_TEST(path_out(path_of({65003})) == "64512 65003");
  BOOST_TEST(!out(path_of({65003, 65002})).accepted);
  neighbor.as_override = true;  // comes later
  BOOST_TEST(!out(path_of({65003, 65002})).accepted);
}

BOOST_FIXTURE_TEST_CASE(private_ases_are_removed_in_five_ways, Edge) {
  speaker.asn = {3000};
  neighbor.remote_as = RemoteAs::number(4000);
  const auto mixed = path_of({64600, 2000, 4200000001});
  const auto all_private_path = path_of({64600, 64601});
  neighbor.remove_private_as = RemovePrivateAs::when_all_private;
  BOOST_TEST(path_out(mixed) == "3000 64600 2000 4200000001");
  BOOST_TEST(path_out(all_private_path) == "3000");
  neighbor.remove_private_as = RemovePrivateAs::all;
  BOOST_TEST(path_out(mixed) == "3000 2000");
  BOOST_TEST(path_out(all_private_path) == "3000");
  neighbor.remove_private_as = RemovePrivateAs::when_all_private_replace;
  BOOST_TEST(path_out(mixed) == "3000 64600 2000 4200000001");
  BOOST_TEST(path_out(all_private_path) == "3000 3000 3000");
  neighbor.remove_private_as = RemovePrivateAs::all_replace;
  BOOST_TEST(path_out(mixed) == "3000 3000 2000 3000");
  // The peer's own AS stays, so that it still sees its loop.
  neighbor.remote_as = RemoteAs::number(64600);
  neighbor.remove_private_as = RemovePrivateAs::when_all_private;
  BOOST_TEST(path_out(all_private_path) == "3000 64600");
  neighbor.remove_private_as = RemovePrivateAs::all;
  BOOST_TEST(path_out(mixed) == "3000 64600 2000");
  BOOST_TEST(path_out(all_private_path) == "3000 64600");
  // Behind a local AS a private AS of our own is not shown.
  neighbor.local_as = LocalAs{{65500}, true, false};
  BOOST_TEST(path_out(path_of({2000})) == "65500 3000 2000");
  speaker.asn = {65001};
  BOOST_TEST(path_out(path_of({2000})) == "65500 2000");
  neighbor.remove_private_as = RemovePrivateAs::never;
  BOOST_TEST(path_out(path_of({2000})) == "65500 65001 2000");
}

BOOST_FIXTURE_TEST_CASE(an_extended_community_that_came_twice_counts_once, Edge) {
  // As FRR 8.4.4 in network 2100 of script/fidelity (communities): the peer's route map added what
  // was there already.
  attributes.extended_communities.edit() = {{2}, {1}, {2}};
  const auto kept = in(path_of({65002})).attributes.extended_communities.vector();
  BOOST_TEST(kept.size() == 2U);
  BOOST_CHECK((kept.front() == ExtendedCommunity{1}));
}

BOOST_FIXTURE_TEST_CASE(a_policy_prepends_to_what_private_ases_were_removed_from, Edge) {
  // As FRR 8.4.4 in network 2100 of script/fidelity (sending): `remove-private-AS all` and a route
  // map that prepends the router's own private AS three times.
  speaker.asn = {65004};
  neighbor.remove_private_as = RemovePrivateAs::all;
  Policy prepends{.name = "RM", .clauses = {{.label = "10"}}};
  prepends.clauses[0].set.as_path = {
      {.kind = AsPathChange::Kind::prepend, .asns = {{65004}, {65004}, {65004}}}};
  neighbor.export_policy = {prepends};
  BOOST_TEST(path_out(path_of({65001})) == "65004 65004 65004 65004");
}

BOOST_FIXTURE_TEST_CASE(what_frr_reflects_has_a_med_whatever_the_policy_may_do, Edge) {
  // As FRR 8.4.4 in network 2005 of script/fidelity (reflection), with
  // `bgp route-reflector allow-outbound-policy`: MED 0 where there was none.
  speaker.profile = *profile_named("frr-8.4-traditional");
  neighbor.remote_as = RemoteAs::number(64512);
  neighbor.route_reflector_client = true;
  origin.source = RouteSource::ibgp;
  for (const bool unchanged : {true, false}) {
    speaker.profile.reflects_unchanged = unchanged;
    attributes.originator_id.reset();
    BOOST_TEST((out({}).attributes.med == 0U));
    attributes.originator_id = RouterId{7};
    BOOST_TEST(!out({}).attributes.med.has_value());
  }
}

BOOST_AUTO_TEST_CASE(private_is_what_rfc_6996_says) {
  for (const std::uint32_t asn : {64512U, 65534U, 4200000000U, 4294967294U}) {
    BOOST_TEST(is_private({asn}), asn);
  }
  for (const std::uint32_t asn : {64511U, 65535U, 4199999999U, 4294967295U}) {
    BOOST_TEST(!is_private({asn}), asn);
  }
}

BOOST_FIXTURE_TEST_CASE(a_route_servers_client_is_shown_the_others_path, Edge) {  // RFC 7947
  neighbor.route_server_client = true;
  attributes.med = 5;
  const auto sent = out(path_of({65003}));
  BOOST_TEST(sent.attributes.as_path.to_string() == "65003");
  BOOST_TEST((sent.attributes.next_hop == ip("10.9.9.9")));
  BOOST_TEST((sent.attributes.med == 5U));
}

BOOST_FIXTURE_TEST_CASE(what_is_for_this_as_does_not_leave_it, Edge) {
  attributes.med = 5;
  attributes.local_pref = 200;
  const auto sent = out(path_of({65003})).attributes;
  BOOST_TEST(!sent.med.has_value());
  BOOST_TEST(!sent.local_pref.has_value());
  BOOST_TEST((sent.next_hop == ip("10.0.0.1")));
  neighbor.med_unchanged = true;
  BOOST_TEST((out(path_of({65003})).attributes.med == 5U));
  origin.source = RouteSource::local;  // RFC 4271 section 5.1.4: our own may have one
  neighbor.med_unchanged = false;
  BOOST_TEST((out({}).attributes.med == 5U));
}

// --- RFC 5065: AS 100 of members 64512 (ours), 64513 and 64514

struct MemberEdge : Edge {
  MemberEdge() {
    speaker.confederation = Confederation{{100}, {{64513}, {64514}}};
    neighbor.remote_as = RemoteAs::number(64513);
  }
};

BOOST_FIXTURE_TEST_CASE(a_member_puts_itself_into_a_confederation_sequence, MemberEdge) {
  attributes.local_pref = 200;
  attributes.med = 5;
  const auto sent = out(path_of({65003})).attributes;
  BOOST_TEST(sent.as_path.to_string() == "(64512) 65003");
  // Section 4: as within one AS.
  BOOST_TEST((sent.local_pref == 200U));
  BOOST_TEST((sent.med == 5U));
  BOOST_TEST((sent.next_hop == ip("10.9.9.9")));
  auto further = path_of({65003});
  prepend_member(further, {64514});
  BOOST_TEST(path_out(further) == "(64512 64514) 65003");
  BOOST_TEST(sent.as_path.length() == 1U);  // section 5.3: member ASes do not count
}

BOOST_FIXTURE_TEST_CASE(the_confederation_shows_its_identifier_alone_to_others, MemberEdge) {
  neighbor.remote_as = RemoteAs::number(65002);
  auto path = path_of({65003});
  prepend_member(path, {64514});
  prepend_member(path, {64513});
  BOOST_TEST(path_out(path) == "100 65003");
  BOOST_TEST(!in(path_of({65002, 100})).accepted);
}

BOOST_FIXTURE_TEST_CASE(communities_draw_the_confederations_borders, MemberEdge) {
  attributes.communities = {no_export};
  BOOST_TEST(out(path_of({65003})).accepted);  // to a member
  attributes.communities = {no_export_subconfed};
  BOOST_TEST(!out(path_of({65003})).accepted);
  neighbor.remote_as = RemoteAs::number(64512);  // within our member AS
  BOOST_TEST(out(path_of({65003})).accepted);
  neighbor.remote_as = RemoteAs::number(65002);
  attributes.communities = {no_export};
  BOOST_TEST(!out(path_of({65003})).accepted);
}

// --- RFC 9234 section 5

BOOST_FIXTURE_TEST_CASE(only_to_customer_stops_leaks_on_the_way_in, Edge) {
  const auto with_otc = [&](std::optional<Asn> otc, Role ours) {
    attributes.only_to_customer = otc;
    neighbor.role = ours;
    return in(path_of({65002}));
  };
  BOOST_TEST(!with_otc(Asn{65009}, Role::provider).accepted);   // from a customer
  BOOST_TEST(!with_otc(Asn{65009}, Role::rs_server).accepted);  // from its client
  BOOST_TEST(!with_otc(Asn{65009}, Role::peer).accepted);       // a peer's must be its own
  BOOST_TEST(with_otc(Asn{65002}, Role::peer).accepted);
  BOOST_TEST(with_otc(Asn{65009}, Role::customer).accepted);
  for (const auto role : {Role::customer, Role::peer, Role::rs_client}) {
    BOOST_TEST((with_otc({}, role).attributes.only_to_customer == Asn{65002}));
  }
  BOOST_TEST(!with_otc({}, Role::provider).attributes.only_to_customer.has_value());
}

BOOST_FIXTURE_TEST_CASE(only_to_customer_stops_leaks_on_the_way_out, Edge) {
  const auto with_otc = [&](std::optional<Asn> otc, Role ours) {
    attributes.only_to_customer = otc;
    neighbor.role = ours;
    return out(path_of({65003}));
  };
  for (const auto role : {Role::customer, Role::peer, Role::rs_client}) {
    BOOST_TEST(!with_otc(Asn{65003}, role).accepted);
  }
  for (const auto role : {Role::provider, Role::rs_server}) {
    BOOST_TEST((with_otc(Asn{65003}, role).attributes.only_to_customer == Asn{65003}));
  }
  for (const auto role : {Role::provider, Role::peer, Role::rs_server}) {
    BOOST_TEST((with_otc({}, role).attributes.only_to_customer == Asn{64512}));
  }
  BOOST_TEST(!with_otc({}, Role::customer).attributes.only_to_customer.has_value());
}

// --- RFC 8326

BOOST_FIXTURE_TEST_CASE(what_an_external_peer_marks_as_a_black_hole_stays_in_this_as, Edge) {
  attributes.communities = {blackhole};  // RFC 7999 section 3.2, as FRR 8.4.4 has it
  BOOST_TEST(!in(path_of({65002})).attributes.has(no_export));
  speaker.profile = *profile_named("frr-8.4-datacenter");
  BOOST_TEST(in(path_of({65002})).attributes.has(no_export));
  neighbor.remote_as = RemoteAs::number(64512);
  BOOST_TEST(!in(path_of({65099})).attributes.has(no_export));
}

BOOST_FIXTURE_TEST_CASE(graceful_shutdown_makes_a_route_the_last_choice, Edge) {
  attributes.communities = {graceful_shutdown};
  BOOST_TEST((in(path_of({65002})).attributes.local_pref == 0U));
  attributes.communities.clear();
  BOOST_TEST(!in(path_of({65002})).attributes.local_pref.has_value());
  speaker.graceful_shutdown = true;
  const auto sent = out(path_of({65003})).attributes;
  BOOST_TEST(sent.has(graceful_shutdown));
  neighbor.remote_as = RemoteAs::number(64512);
  const auto inside = out(path_of({65003})).attributes;
  BOOST_TEST((inside.local_pref == 0U));
  BOOST_TEST(!inside.has(graceful_shutdown));
}

BOOST_FIXTURE_TEST_CASE(communities_go_by_kind, Edge) {
  attributes.communities = {{1}};
  attributes.large_communities = {{{1, 2, 3}}};
  attributes.extended_communities = {{7}};
  neighbor.send_community = false;
  auto sent = out(path_of({65003})).attributes;
  BOOST_TEST(sent.communities.empty());
  BOOST_TEST(sent.large_communities.size() == 1U);
  BOOST_TEST(sent.extended_communities.size() == 1U);
  neighbor.send_large_community = false;
  neighbor.send_extended_community = false;
  sent = out(path_of({65003})).attributes;
  BOOST_TEST(sent.large_communities.empty());
  BOOST_TEST(sent.extended_communities.empty());
}

BOOST_FIXTURE_TEST_CASE(sets_are_refused_where_they_are_not_wanted, Edge) {
  auto path = path_of({65002});
  path.segments.push_back({AsSegment::Type::set, {{65003}, {65004}}});
  BOOST_TEST(in(path).accepted);
  speaker.reject_as_sets = true;
  BOOST_TEST(!in(path).accepted);
}

BOOST_FIXTURE_TEST_CASE(the_first_as_is_the_peers_where_that_is_enforced, Edge) {
  BOOST_TEST(in(path_of({65009})).accepted);
  neighbor.enforce_first_as = true;
  BOOST_TEST(!in(path_of({65009})).accepted);
  BOOST_TEST(in(path_of({65002, 65009})).accepted);
}

BOOST_FIXTURE_TEST_CASE(clients_may_be_meshed_among_themselves, Edge) {  // RFC 4456 section 10
  neighbor.remote_as = RemoteAs::number(64512);
  neighbor.route_reflector_client = true;
  origin.source = RouteSource::ibgp;
  origin.reflector_client = true;
  BOOST_TEST(out(path_of({65003})).accepted);
  speaker.client_to_client_reflection = false;
  BOOST_TEST(!out(path_of({65003})).accepted);
  origin.reflector_client = false;  // from a non-client it still goes to clients
  BOOST_TEST(out(path_of({65003})).accepted);
}

BOOST_AUTO_TEST_SUITE_END()
