// The table of paths and what is shared in it: lists that grow and shrink, the choice as it was
// last told, sets of attributes that exist once, update groups that answer and write once for all.
#include "models/bgp/rib.h"

#include <boost/test/unit_test.hpp>

#include "models/bgp/change_log.h"
#include "models/bgp/update_group.h"
#include "tests/models/bgp/puppet.h"

namespace seatrial::bgp::test {
namespace {

PathOrigin from(const std::string& peer) {
  return {ip(peer), RouteSource::ebgp, RouterId::from(ip(peer)), false, false};
}

Candidate path(const PathOrigin& origin, std::uint32_t id, std::uint32_t med) {
  PathAttributes a;
  a.next_hop = origin.peer;
  a.med = med;
  Candidate c;
  c.origin = &origin;
  c.path_id = id;
  c.attributes = c.announced = share(a);
  c.metric = 0;
  return c;
}

std::vector<std::uint32_t> ids(const Route& route) {
  std::vector<std::uint32_t> out;
  for (const auto& c : route) out.push_back(c.path_id);
  return out;
}

BOOST_AUTO_TEST_SUITE(rib)

BOOST_AUTO_TEST_CASE(paths_stay_in_order_of_arrival_however_many_come_and_go) {
  const auto origin = from("10.0.0.2");
  Route route;
  BOOST_TEST((route.begin() == route.end()));
  for (std::uint32_t id = 1; id <= 5; ++id) route.push_back(path(origin, id, id));
  BOOST_TEST(ids(route) == (std::vector<std::uint32_t>{1, 2, 3, 4, 5}),
             boost::test_tools::per_element());
  route.erase(route.find(origin.peer, 2));
  route.erase(route.find(origin.peer, 5));
  BOOST_TEST(ids(route) == (std::vector<std::uint32_t>{1, 3, 4}), boost::test_tools::per_element());
  route.erase(route.find(origin.peer, 1));
  route.erase(route.find(origin.peer, 4));
  BOOST_TEST(ids(route) == std::vector<std::uint32_t>{3}, boost::test_tools::per_element());
  BOOST_TEST((route.find(origin.peer, 3)->attributes->med == 3U));
  BOOST_TEST(route.find(ip("10.0.0.3"), 3) == nullptr);
  route.push_back(path(origin, 6, 6));
  BOOST_TEST(ids(route) == (std::vector<std::uint32_t>{3, 6}), boost::test_tools::per_element());
  route.erase(route.begin());
  route.erase(route.begin());
  BOOST_TEST(route.empty());
}

BOOST_AUTO_TEST_CASE(a_path_that_goes_takes_its_attributes_along) {
  AttributePool pool;
  const auto origin = from("10.0.0.2");
  {
    Route route;
    for (std::uint32_t id = 1; id <= 3; ++id) {
      auto made = path(origin, id, 0);
      PathAttributes a;
      a.med = id;
      made.attributes = made.announced = pool.intern(a);
      route.push_back(std::move(made));
    }
    BOOST_TEST(pool.size() == 3U);
    route.erase(route.begin() + 1);
    BOOST_TEST(pool.size() == 2U);
  }
  BOOST_TEST(pool.size() == 0U);
}

BOOST_AUTO_TEST_CASE(equal_sets_are_one_object_and_differences_anywhere_are_two) {
  AttributePool pool;
  std::vector<AttributesRef> held;
  const auto add = [&](auto change) {
    PathAttributes a;
    a.next_hop = ip("10.0.0.2");
    change(a);
    auto copy = a;
    held.push_back(pool.intern(std::move(a)));
    BOOST_TEST((pool.intern(std::move(copy)) == held.back()));
  };
  add([](PathAttributes&) {});
  add([](PathAttributes& a) { a.extended_communities = {{1}}; });
  add([](PathAttributes& a) { a.large_communities = {{{1, 2, 3}}}; });
  add([](PathAttributes& a) { a.unknown = {{0xC0, 99, {1}}}; });
  add([](PathAttributes& a) { a.aggregator = Aggregator{{1}, ip("10.0.0.9")}; });
  add([](PathAttributes& a) { a.link_local_next_hop = ip("fe80::1"); });
  add([](PathAttributes& a) { a.only_to_customer = Asn{7}; });
  add([](PathAttributes& a) { a.aigp = 7; });
  // A list that was filled and emptied again is no list.
  PathAttributes emptied;
  emptied.next_hop = ip("10.0.0.2");
  emptied.large_communities.push_back({{1, 2, 3}});
  emptied.large_communities.edit().clear();
  BOOST_TEST((pool.intern(std::move(emptied)) == held.front()));
  for (std::uint32_t med = 0; med < 1000; ++med) {
    add([&](PathAttributes& a) { a.med = med; });
  }
  BOOST_TEST(pool.size() == held.size());
}

BOOST_AUTO_TEST_CASE(a_set_may_outlive_its_pool) {
  AttributesRef kept;
  {
    AttributePool pool;
    PathAttributes a;
    a.med = 7;
    kept = pool.intern(std::move(a));
  }
  BOOST_TEST((kept->med == 7U));
}

BOOST_AUTO_TEST_CASE(the_choice_that_was_told_survives_what_happens_to_its_path) {
  const auto origin = from("10.0.0.2");
  const auto other = from("10.0.0.3");
  Route route;
  route.push_back(path(origin, 0, 1)).best = true;
  route[0].multipath = true;
  route.push_back(path(other, 0, 2));
  BOOST_TEST((route.chosen()->attributes->med == 1U));
  route.about_to_change(route[1]);  // nobody was told of it
  BOOST_TEST(!route.told);
  route.about_to_change(route[0]);
  route.erase(route.begin());
  BOOST_TEST((route.chosen()->attributes->med == 1U));
  BOOST_REQUIRE_EQUAL(route.told->next_hops.size(), 1U);
  BOOST_TEST((route.told->next_hops[0].address == origin.peer));
  BOOST_TEST(route.best() == nullptr);
}

BOOST_AUTO_TEST_CASE(each_reader_reads_every_change_once_and_what_all_have_read_is_forgotten) {
  ChangeLog log;
  ChangeLog::Reader fast(log), slow(log), idle(log);
  const auto count = [](ChangeLog::Reader& reader) {
    std::size_t seen = 0;
    reader.read([&](const ChangeLog::Change&) { ++seen; });
    return seen;
  };
  const auto add = [&](std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) log.add({prefix("10.0.0.0/8"), true});
  };
  add(3);  // before anybody reads
  fast.start();
  slow.start();
  add(2000);
  BOOST_TEST(count(fast) == 2000U);
  BOOST_TEST(log.size() == 2000U);  // the slow one needs them
  add(10);
  BOOST_TEST(count(fast) == 10U);
  BOOST_TEST(count(fast) == 0U);
  BOOST_TEST(count(slow) == 2010U);
  BOOST_TEST(log.size() == 0U);
  BOOST_TEST(log.end() == 2013U);
  add(2000);
  slow.stop();
  BOOST_TEST(count(fast) == 2000U);
  BOOST_TEST(log.size() == 0U);
}

struct Groups {
  SpeakerConfig speaker;
  NeighborConfig a;
  NeighborConfig b;
  CodecOptions codec;

  Groups() {
    a.address = ip("10.0.0.2");
    b.address = ip("10.0.0.3");
    a.remote_as = b.remote_as = RemoteAs::number(65002);
  }
  RuleContext context(const NeighborConfig& n) const {
    return {speaker, n, PeerKind::external, ip("10.0.0.1"), {65002}, {2}};
  }
  bool together(const std::function<void(NeighborConfig&)>& change) {
    auto changed = b;
    change(changed);
    return UpdateGroup(1, context(a), codec).takes(context(changed), codec);
  }
};

BOOST_FIXTURE_TEST_CASE(neighbours_that_are_sent_the_same_are_in_one_group, Groups) {
  BOOST_TEST(together([](NeighborConfig&) {}));
  BOOST_TEST(together([](NeighborConfig& n) { n.description = "another"; }));
  BOOST_TEST(together([](NeighborConfig& n) { n.hold_time = 9s; }));
  BOOST_TEST(!together([](NeighborConfig& n) { n.next_hop_self = NextHopSelf::always; }));
  BOOST_TEST(!together([](NeighborConfig& n) { n.send_community = false; }));
  BOOST_TEST(!together([](NeighborConfig& n) { n.export_policy = {{.name = "RM"}}; }));
  BOOST_TEST(!together([](NeighborConfig& n) { n.local_as = LocalAs{{7}}; }));
  // The same policy joins them, one that looks at the peer does not.
  Policy policy{.name = "RM", .clauses = {{.label = "10"}}};
  a.export_policy = {policy};
  BOOST_TEST(together([&](NeighborConfig& n) { n.export_policy = {policy}; }));
  policy.clauses[0].match.peer = ip("10.0.0.2");
  a.export_policy = {policy};
  BOOST_TEST(!together([&](NeighborConfig& n) { n.export_policy = {policy}; }));
}

BOOST_FIXTURE_TEST_CASE(a_group_answers_by_prefix_where_its_policy_looks_at_it, Groups) {
  speaker.asn = {65001};
  speaker.profile = plain_profile();
  const auto list = std::make_shared<const PrefixList>(
      "PL", std::vector<PrefixListEntry>{{.sequence = 5, .prefix = prefix("192.0.2.0/24")}});
  Policy policy{.name = "RM", .clauses = {{.label = "10", .match = {.prefix_list = list}}}};
  AttributePool pool;
  const auto origin = from("10.0.0.9");
  const auto sent = path(origin, 0, 0);
  UpdateGroup open(1, context(a), codec);
  open.members = 2;
  BOOST_TEST((open.exported(context(a), prefix("192.0.2.0/24"), sent, pool) ==
              open.exported(context(b), prefix("198.51.100.0/24"), sent, pool)));
  a.export_policy = b.export_policy = {policy};
  UpdateGroup strict(2, context(a), codec);
  strict.members = 2;
  BOOST_TEST(strict.exported(context(a), prefix("192.0.2.0/24"), sent, pool) != nullptr);
  BOOST_TEST(strict.exported(context(b), prefix("198.51.100.0/24"), sent, pool) == nullptr);
  BOOST_TEST(strict.exported(context(b), prefix("192.0.2.0/24"), sent, pool) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_policy_is_a_filter_when_it_looks_at_prefixes_alone) {
  const auto list = std::make_shared<const PrefixList>(
      "PL", std::vector<PrefixListEntry>{{.sequence = 5, .prefix = prefix("192.0.2.0/24")}});
  const auto reach = [&](auto change) {
    Policy policy{.name = "RM", .clauses = {{.label = "10", .match = {.prefix_list = list}}}};
    change(policy.clauses[0]);
    return reach_of({policy});
  };
  BOOST_TEST(reach([](PolicyClause&) {}).filter());
  BOOST_TEST(!reach([](PolicyClause& c) { c.match.prefix_list = nullptr; }).filter());
  BOOST_TEST(!reach([](PolicyClause& c) { c.match.med = 5; }).filter());
  BOOST_TEST(!reach([](PolicyClause& c) { c.match.peer_local = true; }).filter());
  BOOST_TEST(!reach([](PolicyClause& c) { c.set.weight = 5; }).filter());
  BOOST_TEST(!reach([](PolicyClause& c) { c.match.probability_percent = 5; }).filter());
  BOOST_TEST(!reach([](PolicyClause& c) {
                auto called = std::make_shared<Policy>();
                called->clauses = {{.label = "10"}};
                called->clauses[0].set.med = NumberChange{.value = 5};
                c.call = called;
              }).filter());
}

BOOST_FIXTURE_TEST_CASE(a_filter_stops_what_it_names_and_changes_nothing, Groups) {
  speaker.asn = {65001};
  speaker.profile = plain_profile();
  const auto list = std::make_shared<const PrefixList>(
      "PL", std::vector<PrefixListEntry>{{.sequence = 5, .prefix = prefix("192.0.2.0/24")}});
  AttributePool pool;
  const auto origin = from("10.0.0.9");
  const auto sent = path(origin, 0, 0);
  const auto open =
      UpdateGroup(1, context(a), codec).exported(context(a), prefix("192.0.2.0/24"), sent, pool);
  a.export_policy = {{.name = "PL", .clauses = {{.label = "5", .match = {.prefix_list = list}}}}};
  UpdateGroup filtered(2, context(a), codec);
  BOOST_TEST((filtered.exported(context(a), prefix("192.0.2.0/24"), sent, pool) == open));
  BOOST_TEST(filtered.exported(context(a), prefix("198.51.100.0/24"), sent, pool) == nullptr);
}

BOOST_FIXTURE_TEST_CASE(what_a_group_writes_decodes_to_what_was_to_be_said, Groups) {
  UpdateGroup group(1, context(a), codec);
  PathAttributes attributes;
  attributes.origin = Origin::igp;
  attributes.next_hop = ip("10.0.0.1");
  const auto shared = share(attributes);
  const std::vector<Nlri> some{{prefix("192.0.2.0/24"), 0}, {prefix("198.51.100.0/24"), 0}};
  const std::vector<Nlri> others{{prefix("203.0.113.0/24"), 0}};
  for (const auto& list : {some, others, some}) {
    const auto& messages = group.encoded(shared, list);
    BOOST_REQUIRE_EQUAL(messages.size(), 1U);
    const auto decoded = decode_update(io::Bytes(messages[0]).subspan(header_size), codec);
    BOOST_REQUIRE(decoded);
    BOOST_TEST((decoded->message.announced == list));
    BOOST_TEST((*decoded->message.attributes == attributes));
  }
}

// RFC 8654 section 4. 1100 communities are 4400 octets, more than a message of 4096 holds.
BOOST_FIXTURE_TEST_CASE(what_no_message_holds_is_not_sent, Groups) {
  speaker.asn = {65001};
  speaker.profile = plain_profile();
  AttributePool pool;
  const auto origin = from("10.0.0.9");
  auto large = path(origin, 0, 0);
  PathAttributes attributes = *large.attributes;
  for (std::uint32_t i = 0; i < 1100; ++i) attributes.communities.push_back({65001U << 16 | i});
  large.attributes = share(attributes);
  const auto sent = [&] {
    return UpdateGroup(1, context(a), codec)
        .exported(context(a), prefix("192.0.2.0/24"), large, pool);
  };
  BOOST_TEST(sent() == nullptr);
  codec.max_size = 65535;
  BOOST_TEST(sent() != nullptr);
}

BOOST_AUTO_TEST_CASE(what_no_longer_fits_is_withdrawn) {
  World w;
  auto to_b = peer("10.0.0.2", 65002);
  to_b.extended_message = false;
  w.add("a", "10.0.0.1", 65001, {to_b}, {"192.0.2.0/24"});
  auto& b = w.add("b", "10.0.0.2", 65002, {peer("10.0.0.1", 65001)});
  w.start();
  w.net.run_for(10s);
  BOOST_TEST(b.has("192.0.2.0/24"));
  OriginatedRoute route{.prefix = prefix("192.0.2.0/24")};
  for (std::uint32_t i = 0; i < 1100; ++i) route.communities.push_back({65001U << 16 | i});
  w["a"].speaker->originate(route);
  w.net.run_for(1s);
  BOOST_TEST(!b.has("192.0.2.0/24"));
  BOOST_TEST(w["a"].speaker->adj_rib_out(ip("10.0.0.2")).empty());
  route.communities.resize(3);
  w["a"].speaker->originate(route);
  w.net.run_for(1s);
  BOOST_TEST(b.has("192.0.2.0/24"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
