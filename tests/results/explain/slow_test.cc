// Where the time of made-up requests went. The world: a client (a) asks a stream proxy (b), which
// asks an application (c) behind one switch. Every sum is in the test.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "results/explain/breakdown.h"
#include "results/explain/explain.h"
#include "tests/results/dataplane/small_world.h"

namespace seatrial::results::test {
namespace {

const auto block = prefix("172.16.1.64/26");
const auto backend = *net::Endpoint::parse("172.16.1.65:80");
const auto client = *net::Endpoint::parse("10.0.0.1:40000");
const auto listener = *net::Endpoint::parse("10.0.0.2:80");
const auto upstream_local = *net::Endpoint::parse("10.0.0.2:50000");
const Flow outer{Transport::tcp, client, listener};
const Flow inner{Transport::tcp, upstream_local, backend};
const auto begin = 60s;

// The times of one request, each from its intended start.
struct Course {
  Duration sent = 0ms;
  Duration connected = 1ms;   // to b
  Duration chose = 2ms;       // b turned to c
  Duration upstream = 4ms;    // b's connection stood
  Duration received = 5ms;    // by c
  Duration answered = 6ms;    // by c
  Duration first_byte = 7ms;  // at b
  Duration head = 8ms;        // at a
  Duration finished = 9ms;
  Duration service = 0ms;
};

void serve(SmallWorld& world, const Course& c, bool app_known = true) {
  RequestFinished r;
  r.client = "a";
  r.number = world.record.requests().size() + 1;
  r.method = "GET";
  r.url = "http://x/";
  r.host = "x";
  r.path = "/";
  r.answered_by = "default/app-1";
  r.local = client;
  r.remote = listener;
  r.intended = r.lookup_started = at(begin);
  r.lookup_finished = r.sent = at(begin + c.sent);
  r.connected = at(begin + c.connected);
  r.first_byte = at(begin + c.head);
  r.finished = at(begin + c.finished);
  r.status = 200;
  r.bytes = 1'000'000;
  world.record.add(r);
  ProxyRecord p;
  p.node = "b";
  p.client = client;
  p.listener = listener;
  p.upstream_local = upstream_local;
  p.upstream = backend;
  p.upstream_name = "app";
  p.received = at(begin + c.connected + 500us);
  p.started = at(begin + c.chose);
  p.connected = at(begin + c.upstream);
  p.first_byte = at(begin + c.first_byte);
  p.finished = at(begin + c.finished + 1ms);
  world.record.add(p);
  if (!app_known) return;
  world.record.add(RequestServed{"default/app-1", upstream_local, backend, "/",
                                 at(begin + c.received), at(begin + c.answered), c.service, 0ms,
                                 200});
}

SmallWorld world_of_three() {
  SmallWorld world(3);
  world.announce(0s, 2, block);
  world.route(1s, 1, block, {2});
  world.record.add(FibChanged{at(1s), "c", net::Prefix::host(backend.address), {}, "kernel", true});
  for (const char* node : {"a", "b", "c"}) {
    world.record.add(
        FibChanged{at(1s), node, prefix("10.0.0.0/24"), {{{}, "eth0"}}, "connected", true});
  }
  world.record.add(PodChanged{at(1s), "default/app-1", "c", backend.address, "Running", true});
  const auto hops = [&](const Flow& flow, const char* from, const char* to) {
    world.record.add(HopSeen{at(begin), from, flow, "", "eth0"});
    world.record.add(HopSeen{at(begin), to, flow, "eth0", ""});
  };
  hops(outer, "a", "b");
  hops({Transport::tcp, listener, client}, "b", "a");
  hops(inner, "b", "c");
  hops({Transport::tcp, backend, upstream_local}, "c", "b");
  return world;
}

// Of the first request, whatever its time.
Explanation why_slow(const SmallWorld& world) {
  return Explainer(world.record, {{"a", 1ms, "asked"}}).explain(0);
}

std::vector<std::string> pieces(const Explanation& why) {
  std::vector<std::string> out;
  for (const auto& step : why.chain) {
    if (step.kind == "time") out.push_back(step.text);
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(slow)

BOOST_AUTO_TEST_CASE(the_pieces_are_the_whole_time_without_gap_or_overlap) {
  auto world = world_of_three();
  serve(world, {});
  const auto timing = Breakdown(world.record).of(0);
  std::vector<std::string> text;
  TimePoint cursor = at(begin);
  for (const auto& span : timing.spans) {
    BOOST_TEST((span.from == cursor));
    cursor = span.to;
    text.push_back(Breakdown(world.record).words(span, world.record.requests()[0]));
  }
  BOOST_TEST((cursor == at(begin + 9ms)));
  // 1 + 0.5 + 0.5 + 2 + 1 + 1 + 1 + 1 + 1 = 9 ms
  const std::vector<std::string> expected{
      "1ms: a connected to b",
      "500us: the request went from a to b",
      "500us: b had it before it turned to an upstream",
      "2ms: b connected to default/app-1",
      "1ms: the request went from b to default/app-1",
      "1ms: default/app-1 had it until it answered (its CPU's queue 1ms)",
      "1ms: the answer went from default/app-1 to b",
      "1ms: the answer went from b to a",
      "1ms: the rest of 1000000 octets came to a"};
  BOOST_TEST(text == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_application_that_took_the_time_is_named_with_its_part) {
  auto world = world_of_three();
  Course course;
  course.answered = 185ms;  // 180 ms after it was received
  course.service = 178ms;
  course.first_byte = 187ms;
  course.head = 188ms;
  course.finished = 190ms;
  serve(world, course);
  const auto why = why_slow(world);
  BOOST_TEST(why.symptom == "slow");
  BOOST_TEST(why.attributed);
  BOOST_TEST(why.cause ==
             "default/app-1 was slow to answer (service time); that took 180ms of 190ms");
  BOOST_TEST(why.chain.back().evidence.front() == "served/0");
  // Pieces below 1.9 ms: 1 + 0.5 + 0.5 + 1 + 1 = 4 ms; 2 + 180 + 2 + 2 + 4 = 190.
  const std::vector<std::string> expected{
      "2ms: b connected to default/app-1",
      "180ms: default/app-1 had it until it answered (service time 178ms, its CPU's queue 2ms)",
      "2ms: the answer went from default/app-1 to b", "2ms: the rest of 1000000 octets came to a",
      "4ms: 5 shorter pieces"};
  BOOST_TEST(pieces(why) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_lookup_that_took_the_time_is_named_with_the_packets_it_lost) {
  auto world = world_of_three();
  Course course;
  course.sent = 5001ms;
  course.connected = 5002ms;
  course.chose = 5003ms;
  course.upstream = 5004ms;
  course.received = 5005ms;
  course.answered = 5006ms;
  course.first_byte = 5007ms;
  course.head = course.finished = 5008ms;
  serve(world, course);
  const Flow query{Transport::udp, {client.address, 5353}, *net::Endpoint::parse("10.0.0.9:53")};
  world.record.add(Drop{at(begin + 1ms), "a", "eth0", "queue full", query, 60});
  // Somebody else's.
  world.record.add(Drop{at(begin + 2ms), "b", "eth0", "queue full",
                        Flow{Transport::udp, *net::Endpoint::parse("10.0.0.7:99"), query.to}, 60});
  const auto why = why_slow(world);
  BOOST_TEST(why.cause ==
             "a waited for DNS to resolve x, packets of which were dropped at a:eth0: queue full; "
             "that took 5.001s of 5.008s");
  const std::vector<std::string> evidence{"request/0", "drop/0"};
  BOOST_TEST(why.chain.back().evidence == evidence, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_queue_on_the_way_is_blamed_when_its_waits_are_the_time) {
  Course course;
  course.received = 35ms;  // 31 ms after the 2 ms in which b connected
  course.answered = 36ms;
  course.first_byte = 37ms;
  course.head = course.finished = 38ms;
  auto world = world_of_three();
  serve(world, course);
  // The switch sends to c from its port p2, to b from p1.
  world.record.add(QueueStood{at(begin), at(begin + 50ms), "sw:p2", 900, 30ms, 400});
  const auto why = why_slow(world);
  BOOST_TEST(why.cause ==
             "sw let packets wait in the queue of sw:p2 (10Gbps); that took 33ms of 38ms");
  BOOST_TEST(why.chain.back().evidence.front() == "queue/0");

  auto other = world_of_three();
  serve(other, course);
  other.record.add(QueueStood{at(begin), at(begin + 50ms), "sw:p1", 900, 30ms, 400});
  other.record.add(QueueStood{at(begin), at(begin + 50ms), "sw:p2", 900, 10ms, 400});
  other.record.add(QueueStood{at(begin + 51ms), at(begin + 90ms), "sw:p2", 900, 30ms, 400});
  BOOST_TEST(!why_slow(other).attributed);
}

BOOST_AUTO_TEST_CASE(the_delay_of_a_cable_adds_up_over_the_pieces) {
  auto world = world_of_three();
  Topology topology = world.record.topology();
  for (auto& link : topology.links) {
    if (link.ports[0] == "c:eth0") link.delay = 20ms;
  }
  world.record.set_topology(topology);
  Course course;
  course.upstream = 42ms;  // SYN and SYN-ACK: 2 x 20 ms
  course.received = 62ms;
  course.answered = 63ms;
  course.first_byte = 83ms;
  course.head = course.finished = 84ms;
  serve(world, course);
  // 40 + 20 + 20
  BOOST_TEST(why_slow(world).cause ==
             "sw sent it over a cable of 20ms delay (sw:p2 to c:eth0); that took 80ms of 84ms");
}

BOOST_AUTO_TEST_CASE(the_rate_of_a_cable_is_the_cause_of_a_long_transfer) {
  auto world = world_of_three();
  Topology topology = world.record.topology();
  for (auto& link : topology.links) {
    if (link.ports[0] == "a:eth0") link.rate_bps = 10'000'000;
  }
  world.record.set_topology(topology);
  Course course;
  course.finished = 828ms;
  serve(world, course);
  // 8 000 000 bits at 10 Mb/s are 800 ms of these 820.
  BOOST_TEST(why_slow(world).cause ==
             "sw sent it over a cable of 10Mbps (sw:p0 to a:eth0); that took 820ms of 828ms");
}

BOOST_AUTO_TEST_CASE(a_lost_syn_is_the_cause_of_the_second_that_it_cost) {
  auto world = world_of_three();
  Course course;
  course.upstream = 1004ms;
  course.received = 1005ms;
  course.answered = 1006ms;
  course.first_byte = 1007ms;
  course.head = course.finished = 1008ms;
  serve(world, course);
  world.record.add(Drop{at(begin + 3ms), "b", "eth0", "queue full", inner, 60});
  const auto why = why_slow(world);
  BOOST_TEST(why.cause == "b dropped packets at b:eth0: queue full; that took 1.002s of 1.008s");
}

BOOST_AUTO_TEST_CASE(time_that_no_record_explains_is_unattributed_and_shown) {
  auto world = world_of_three();
  Course course;
  course.first_byte = 97ms;
  course.head = course.finished = 98ms;
  serve(world, course, false);
  const Explainer explainer(world.record, {{"a", 1ms, "asked"}});
  const auto why = explainer.explain(0);
  BOOST_TEST(!why.attributed);
  BOOST_TEST(why.cause.empty());
  BOOST_TEST(explainer.explanations().slow == 1U);
  BOOST_TEST(explainer.explanations().unattributed == 1U);
  const auto told = pieces(why);
  const auto there =
      std::ranges::count(told, std::string("93ms: b waited for the first byte from default/app-1"));
  BOOST_TEST(there == 1);
}

BOOST_AUTO_TEST_CASE(a_request_that_was_not_slow_has_its_time_told_and_no_cause) {
  auto world = world_of_three();
  serve(world, {});
  const auto why = Explainer(world.record).explain(0);
  BOOST_TEST(why.symptom == "answered");
  BOOST_TEST(why.cause.empty());
  BOOST_TEST(pieces(why).size() == 9U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
