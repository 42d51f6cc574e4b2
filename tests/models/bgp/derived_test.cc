// Paths beyond the best (RFC 7911), aggregates and default-originate, between speakers.
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "tests/models/bgp/speakers.h"

namespace seatrial::bgp::test {
namespace {

std::vector<std::string> paths_at(const Router& router, const char* text) {
  std::vector<std::string> out;
  if (const auto route = router.speaker->route(prefix(text))) {
    for (const auto& path : route->paths) out.push_back(path.attributes->as_path.to_string());
  }
  std::ranges::sort(out);
  return out;
}

// b hears 192.0.2.0/25 from a1 and a2, which are in AS 65001 and AS 65002, and tells c by iBGP.
struct TwoWays {
  World w;
  Router& a1 = w.add("a1", "10.0.0.1", 65001, {peer("10.0.0.3", 65000)}, {"192.0.2.0/25"});
  Router& a2 = w.add("a2", "10.0.0.2", 65002, {peer("10.0.0.3", 65000)}, {"192.0.2.0/25"});
  NeighborConfig to_c = peer("10.0.0.4", 65000);
  NeighborConfig to_b = peer("10.0.0.3", 65000);

  Router& run(AddPathConfig send, AddPathConfig receive) {
    to_c.add_path = send;
    to_b.add_path = receive;
    w.add("b", "10.0.0.3", 65000, {peer("10.0.0.1", 65001), peer("10.0.0.2", 65002), to_c});
    auto& c = w.add("c", "10.0.0.4", 65000, {to_b});
    w.start();
    w.net.run_for(10s);
    return c;
  }
};

// b of the tests of aggregates: between a1 (AS 65001), a2 (AS 65002) and c (AS 65009).
SpeakerConfig aggregating(Aggregate how) {
  SpeakerConfig config;
  config.asn = {65000};
  config.router_id = RouterId::from(ip("10.0.0.3"));
  config.profile = plain_profile();
  config.neighbors = {peer("10.0.0.1", 65001), peer("10.0.0.2", 65002), peer("10.0.0.4", 65009)};
  config.aggregates = {std::move(how)};
  return config;
}

BOOST_AUTO_TEST_SUITE(derived)

BOOST_FIXTURE_TEST_CASE(all_paths_go_to_a_peer_that_takes_them, TwoWays) {
  auto& c = run({.send = true}, {.receive = true});
  BOOST_TEST((paths_at(c, "192.0.2.0/25") == std::vector<std::string>{"65001", "65002"}));
  // One goes: it alone is withdrawn, by its identifier.
  a1.speaker->withdraw(prefix("192.0.2.0/25"));
  w.net.run_for(1s);
  BOOST_TEST((paths_at(c, "192.0.2.0/25") == std::vector<std::string>{"65002"}));
  a2.speaker->withdraw(prefix("192.0.2.0/25"));
  w.net.run_for(1s);
  BOOST_TEST(paths_at(c, "192.0.2.0/25").empty());
}

BOOST_FIXTURE_TEST_CASE(identifiers_stay_while_a_path_changes, TwoWays) {
  auto& c = run({.send = true}, {.receive = true});
  const auto ids = [&] {
    std::vector<std::uint32_t> out;
    const auto route = c.speaker->route(prefix("192.0.2.0/25"));
    for (const auto& path : route.value().paths) out.push_back(path.path_id);
    std::ranges::sort(out);
    return out;
  };
  const auto before = ids();
  BOOST_TEST(before.size() == 2U);
  OriginatedRoute changed{.prefix = prefix("192.0.2.0/25")};
  changed.med = 7;
  a1.speaker->originate(changed);
  w.net.run_for(1s);
  BOOST_TEST(ids() == before);
}

BOOST_FIXTURE_TEST_CASE(the_best_of_each_as_is_fewer, TwoWays) {
  // A third way in AS 65002: of the two of that AS one goes.
  w.add("a3", "10.0.0.5", 65002, {peer("10.0.0.3", 65000)}, {"192.0.2.0/25"});
  to_c.add_path = {.send_best_per_as = true};
  to_b.add_path = {.receive = true};
  w.add("b", "10.0.0.3", 65000,
        {peer("10.0.0.1", 65001), peer("10.0.0.2", 65002), peer("10.0.0.5", 65002), to_c});
  auto& c = w.add("c", "10.0.0.4", 65000, {to_b});
  w.start();
  w.net.run_for(10s);
  BOOST_TEST((paths_at(c, "192.0.2.0/25") == std::vector<std::string>{"65001", "65002"}));
}

BOOST_FIXTURE_TEST_CASE(who_does_not_take_paths_gets_the_best, TwoWays) {
  auto& c = run({.send = true}, {});
  BOOST_TEST((paths_at(c, "192.0.2.0/25") == std::vector<std::string>{"65001"}));
  const auto route = c.speaker->route(prefix("192.0.2.0/25"));
  BOOST_TEST(route.value().paths.at(0).path_id == 0U);
}

// a has two halves of 192.0.2.0/24 from AS 65001 and its own; b (AS 65000) aggregates for c.
struct Halves {
  World w;
  Router& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.3", 65000)},
                    {"192.0.2.0/25", "192.0.2.128/25", "198.51.100.0/24"});

  Router& run(const Aggregate& aggregate, NeighborConfig to_c = peer("10.0.0.4", 65009)) {
    SpeakerConfig config;
    config.asn = {65000};
    config.router_id = RouterId::from(ip("10.0.0.3"));
    config.profile = plain_profile();
    config.neighbors = {peer("10.0.0.1", 65001), std::move(to_c)};
    config.aggregates = {aggregate};
    w.add("b", "10.0.0.3", std::move(config));
    auto& c = w.add("c", "10.0.0.4", 65009, {peer("10.0.0.3", 65000)});
    w.start();
    w.net.run_for(10s);
    return c;
  }
};

BOOST_FIXTURE_TEST_CASE(an_aggregate_is_there_as_long_as_a_part_of_it, Halves) {
  auto& c = run({.prefix = prefix("192.0.2.0/24")});
  const auto route = c.speaker->route(prefix("192.0.2.0/24"));
  BOOST_REQUIRE(route);
  const auto& attributes = *route->paths.at(0).attributes;
  BOOST_TEST(attributes.as_path.to_string() == "65000");
  BOOST_TEST(attributes.atomic_aggregate);  // RFC 4271 section 5.1.6: the parts' path is lost
  BOOST_REQUIRE(attributes.aggregator);
  BOOST_TEST(attributes.aggregator->asn.value == 65000U);
  BOOST_TEST((attributes.aggregator->address == ip("10.0.0.3")));
  BOOST_TEST(c.has("192.0.2.0/25"));  // without summary-only the parts go, too
  a.speaker->withdraw(prefix("192.0.2.0/25"));
  w.net.run_for(1s);
  BOOST_TEST(c.has("192.0.2.0/24"));
  a.speaker->withdraw(prefix("192.0.2.128/25"));
  w.net.run_for(1s);
  BOOST_TEST(!c.has("192.0.2.0/24"));
}

BOOST_FIXTURE_TEST_CASE(a_summary_hides_its_parts_and_their_path_is_a_set, Halves) {
  auto& c = run({.prefix = prefix("192.0.2.0/24"), .as_set = true, .summary_only = true});
  BOOST_TEST(!c.has("192.0.2.0/25"));
  BOOST_TEST(c.has("198.51.100.0/24"));
  const auto route = c.speaker->route(prefix("192.0.2.0/24"));
  BOOST_REQUIRE(route);
  const auto& attributes = *route->paths.at(0).attributes;
  BOOST_TEST(attributes.as_path.to_string() == "65000 65001");  // what both begin with
  BOOST_TEST(!attributes.atomic_aggregate);
}

BOOST_AUTO_TEST_CASE(a_path_is_joined_from_what_all_share_and_a_set) {  // RFC 4271 section 9.2.2.2
  World w;
  w.add("a1", "10.0.0.1", 65001, {peer("10.0.0.3", 65000)}, {"192.0.2.0/25"});
  w.add("a2", "10.0.0.2", 65002, {peer("10.0.0.3", 65000)}, {"192.0.2.128/25"});
  w.add("b", "10.0.0.3",
        aggregating({.prefix = prefix("192.0.2.0/24"), .as_set = true, .summary_only = true}));
  auto& c = w.add("c", "10.0.0.4", 65009, {peer("10.0.0.3", 65000)});
  w.start();
  w.net.run_for(10s);
  BOOST_TEST((paths_at(c, "192.0.2.0/24") == std::vector<std::string>{"65000 {65001,65002}"}));
}

BOOST_AUTO_TEST_CASE(an_aggregate_is_no_part_of_another_one) {
  // As FRR 8.4.4 in network 2005 of script/fidelity (aggregates): the inner one's ORIGIN is not the
  // outer one's, and it is not suppressed by its `summary-only`.
  World w;
  w.add("a", "10.0.0.1", 65001, {peer("10.0.0.3", 65000)}, {"192.0.2.0/25"});
  SpeakerConfig config;
  config.asn = {65000};
  config.router_id = RouterId::from(ip("10.0.0.3"));
  config.profile = plain_profile();
  config.neighbors = {peer("10.0.0.1", 65001), peer("10.0.0.4", 65009)};
  config.aggregates = {
      {.prefix = prefix("192.0.0.0/16"), .summary_only = true},
      {.prefix = prefix("192.0.2.0/24"), .summary_only = true, .origin = Origin::incomplete}};
  w.add("b", "10.0.0.3", std::move(config));
  auto& c = w.add("c", "10.0.0.4", 65009, {peer("10.0.0.3", 65000)});
  w.start();
  w.net.run_for(10s);
  BOOST_TEST(c.has("192.0.2.0/24"));
  BOOST_TEST(!c.has("192.0.2.0/25"));
  const auto outer = c.speaker->route(prefix("192.0.0.0/16"));
  BOOST_REQUIRE(outer);
  BOOST_TEST((outer->paths.at(0).attributes->origin == Origin::igp));
}

BOOST_AUTO_TEST_CASE(an_aggregate_is_of_all_paths_and_not_of_the_best_alone) {
  // As FRR 8.4.4 in network 2005 of script/fidelity (aggregates): the AS_PATH and the communities
  // of paths that are not the best are in it, too (bgp_aggregate_increment).
  World w;
  w.add("a1", "10.0.0.1", 65001, {peer("10.0.0.3", 65000)}, {"192.0.2.0/25"});
  w.add("a2", "10.0.0.2", 65002, {peer("10.0.0.3", 65000)}, {"192.0.2.0/25"});
  w.add("b", "10.0.0.3", aggregating({.prefix = prefix("192.0.2.0/24"), .as_set = true}));
  auto& c = w.add("c", "10.0.0.4", 65009, {peer("10.0.0.3", 65000)});
  w.start();
  w.net.run_for(10s);
  BOOST_TEST((paths_at(c, "192.0.2.0/24") == std::vector<std::string>{"65000 {65001,65002}"}));
}

BOOST_AUTO_TEST_CASE(the_default_route_goes_to_who_is_to_have_it) {
  World w;
  auto to_a = peer("10.0.0.1", 65001);
  to_a.default_originate = true;
  auto& a = w.add("a", "10.0.0.1", 65001, {peer("10.0.0.2", 65000)});
  auto& b = w.add("b", "10.0.0.2", 65000, {to_a, peer("10.0.0.3", 65003)});
  auto& c = w.add("c", "10.0.0.3", 65003, {peer("10.0.0.2", 65000)});
  w.start();
  w.net.run_for(10s);
  BOOST_TEST((paths_at(a, "0.0.0.0/0") == std::vector<std::string>{"65000"}));
  BOOST_TEST(!c.has("0.0.0.0/0"));
  BOOST_TEST(!b.speaker->route(prefix("0.0.0.0/0")).has_value());  // it has none itself
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
