// Requests that the timeline breaks under way: a machine whose proxy it ends, stops or brings back,
// or that loses power.
#include <boost/test/unit_test.hpp>

#include "results/explain/explain.h"
#include "tests/results/dataplane/small_world.h"

namespace seatrial::results::test {
namespace {

// A request of a to b at 61 s, whose SYN arrives there and which ends like this.
Explanation asked(const std::vector<std::pair<Duration, std::string>>& faults,
                  const std::string& error, const std::string& target = "b/nginx") {
  SmallWorld world(2);
  for (int i = 0; i < 2; ++i) {  // each has the way to the other
    world.record.add(
        FibChanged{at(0s), name_of(i), net::Prefix::host(address_of(i)), {}, "kernel", true});
    world.record.add(FibChanged{at(0s),
                                name_of(i),
                                prefix("10.0.0.0/24"),
                                {{net::IpAddress(), "eth0"}},
                                "connected",
                                true});
  }
  for (const auto& [when, action] : faults)
    world.record.add(FaultInjected{at(when), action, target});
  const Flow flow{Transport::tcp, *net::Endpoint::parse("10.0.0.1:40000"),
                  *net::Endpoint::parse("10.0.0.2:80")};
  RequestFinished r;
  r.client = "a";
  r.number = 1;
  r.method = "GET";
  r.url = "http://x/";
  r.local = flow.from;
  r.remote = flow.to;
  r.intended = r.sent = at(61s);
  r.first_byte = r.finished = at(62s);
  r.error = error;
  world.record.add(r);
  world.record.add(HopSeen{at(61s), "a", flow, "", "eth0"});
  world.record.add(HopSeen{at(61s + 1ms), "b", flow, "eth0", ""});
  return Explainer(world.record).explain(0);
}

BOOST_AUTO_TEST_SUITE(explain_process)

// Sent while all was well; when it is given up, the route to the machine without power is gone.
BOOST_AUTO_TEST_CASE(what_was_under_way_when_the_power_went_is_told_from_the_power_on) {
  SmallWorld world(3);
  const auto block = prefix("172.16.1.64/26");
  world.announce(0s, 2, block);
  world.route(1s, 1, block, {2});
  world.record.add(FibChanged{
      at(1s), "c", net::Prefix::host(*net::IpAddress::parse("172.16.1.65")), {}, "kernel", true});
  world.power_off(60s, 2);
  world.route(68s, 1, block, {});
  RequestFinished r;
  r.client = "b";
  r.number = 1;
  r.method = "GET";
  r.url = "http://x/";
  r.local = *net::Endpoint::parse("10.0.0.2:40000");
  r.remote = *net::Endpoint::parse("172.16.1.65:80");
  r.intended = r.sent = at(59s);
  r.first_byte = r.finished = at(69s);
  r.error = "timed out";
  world.record.add(r);
  BOOST_TEST(Explainer(world.record).explain(0).cause ==
             "b still forwarded 172.16.1.64/26 to c, which lost power at 60 s");
}

BOOST_AUTO_TEST_CASE(a_killed_proxy_is_why_its_machine_refuses) {
  const auto why = asked({{40s, "kill"}}, "refused");
  BOOST_TEST(why.attributed);
  BOOST_TEST(why.cause == "b refused the connection: its nginx was killed at 40 s");
  BOOST_TEST(why.chain.back().kind == "fault");
  BOOST_TEST(why.chain.back().evidence.front() == "fault/0");
}

BOOST_AUTO_TEST_CASE(a_frozen_proxy_is_why_nobody_answers) {
  BOOST_TEST(asked({{40s, "freeze"}}, "timed out").cause ==
             "b did not answer: its nginx was frozen at 40 s");
}

BOOST_AUTO_TEST_CASE(what_runs_again_is_not_blamed_nor_another_process) {
  BOOST_TEST(!asked({{40s, "kill"}, {50s, "start"}}, "refused").attributed);
  BOOST_TEST(!asked({{40s, "freeze"}, {50s, "thaw"}}, "timed out").attributed);
  BOOST_TEST(!asked({{40s, "kill"}}, "refused", "b/bgp").attributed);
  BOOST_TEST(!asked({{63s, "kill"}}, "refused").attributed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
