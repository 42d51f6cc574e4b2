// CoreDNS's cache and loadbalance, by the rules of its plugin/cache and plugin/loadbalance.
#include "models/dns/plugins.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/models/dns/zone.h"
#include "tests/support/fake_network.h"

using namespace seatrial;
using namespace seatrial::dns;

BOOST_AUTO_TEST_CASE(a_cached_answer_hides_a_change_until_its_ttl_is_over) {
  test::FakeNetwork net;
  auto& host = net.host("dns", "10.0.0.53");
  test::Zone zone;
  zone.addresses["app.test"] = {"10.1.0.1"};  // TTL 30
  Cache cache(host, zone, {.success = 30s, .denial = 30s});
  const Question question{"app.test", Type::a};
  BOOST_TEST(cache.lookup(question).answers.at(0).ttl == 30u);
  zone.addresses["app.test"] = {"10.1.0.2"};
  net.run_for(10s);
  const auto stale = cache.lookup(question);
  BOOST_TEST(stale.answers.at(0).ttl == 20u);
  BOOST_TEST(std::get<net::IpAddress>(stale.answers[0].data).to_string() == "10.1.0.1");
  net.run_for(20s);
  const auto fresh = cache.lookup(question);
  BOOST_TEST(std::get<net::IpAddress>(fresh.answers.at(0).data).to_string() == "10.1.0.2");
  BOOST_TEST(zone.lookups == 2);
  BOOST_TEST(cache.hits() == 1u);
}

BOOST_AUTO_TEST_CASE(ttls_are_kept_within_the_bounds) {
  test::FakeNetwork net;
  auto& host = net.host("dns", "10.0.0.53");
  test::Zone zone;
  zone.addresses["app.test"] = {"10.1.0.1"};
  Cache cache(host, zone, {.success = 30s, .denial = 10s});
  zone.ttl = 300;
  BOOST_TEST(cache.lookup({"app.test", Type::a}).answers.at(0).ttl == 30u);
  // A denial: its SOA's TTL of 300 is cut to 10 s.
  BOOST_TEST(cache.lookup({"none.test", Type::a}).authority.at(0).ttl == 10u);
  zone.ttl = 1;  // raised to the 5 s that CoreDNS keeps at least
  zone.addresses["short.test"] = {"10.1.0.3"};
  BOOST_TEST(cache.lookup({"short.test", Type::a}).answers.at(0).ttl == 5u);
  // A name that comes into being stays unknown until the denial's time is over.
  zone.addresses["none.test"] = {"10.1.0.4"};
  net.run_for(9s);
  BOOST_TEST((cache.lookup({"none.test", Type::a}).rcode == Rcode::name_error));
  net.run_for(1s);
  BOOST_TEST((cache.lookup({"none.test", Type::a}).rcode == Rcode::no_error));
}

BOOST_AUTO_TEST_CASE(a_full_cache_gives_up_its_oldest) {
  test::FakeNetwork net;
  auto& host = net.host("dns", "10.0.0.53");
  test::Zone zone;
  for (const char* name : {"a.test", "b.test", "c.test"}) zone.addresses[name] = {"10.1.0.1"};
  Cache cache(host, zone, {.capacity = 2});
  for (const char* name : {"a.test", "b.test", "c.test", "b.test", "a.test"}) {
    cache.lookup({name, Type::a});
    net.run_for(1ms);
  }
  BOOST_TEST(cache.hits() == 1u);  // b; a had to go for c
}

BOOST_AUTO_TEST_CASE(loadbalance_keeps_the_set_and_changes_the_order) {
  test::FakeNetwork net;
  auto& host = net.host("dns", "10.0.0.53");
  struct Fixed : RecordSource {
    Answer lookup(const Question& q) override {
      Answer answer;
      for (int i = 1; i <= 3; ++i) {
        answer.answers.push_back(
            {"t.test", Type::a, 5, *net::IpAddress::parse("10.1.0." + std::to_string(i))});
      }
      answer.answers.push_back({q.name, Type::cname, 5, std::string("t.test")});
      return answer;
    }
  } source;
  LoadBalance balance(host, source);
  std::map<std::string, int> first;
  for (int i = 0; i < 600; ++i) {
    const auto answer = balance.lookup({"x.test", Type::a});
    BOOST_REQUIRE(answer.answers.size() == 4u);
    BOOST_TEST((answer.answers[0].type == Type::cname));  // what it points at follows
    std::set<std::string> all;
    for (std::size_t k = 1; k < 4; ++k) {
      all.insert(std::get<net::IpAddress>(answer.answers[k].data).to_string());
    }
    BOOST_TEST(all.size() == 3u);
    ++first[std::get<net::IpAddress>(answer.answers[1].data).to_string()];
  }
  // 600/3 = 200 expected, standard deviation sqrt(600 * 1/3 * 2/3) = 11.5; five of those.
  for (const auto& [address, count] : first) {
    BOOST_TEST(count > 142);
    BOOST_TEST(count < 258);
  }
  BOOST_TEST(first.size() == 3u);
}
