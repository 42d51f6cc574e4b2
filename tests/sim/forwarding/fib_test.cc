// The routing table: who wins, what resolves, and who is told.

#include "sim/forwarding/fib.h"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace seatrial;
using namespace seatrial::sim;

namespace {

net::Prefix p(const std::string& text) {
  return *net::Prefix::parse(text);
}
net::IpAddress a(const std::string& text) {
  return *net::IpAddress::parse(text);
}

struct Table {
  TimePoint time{};
  Fib fib{[this] { return time; }};
  std::vector<FibChange> changes;

  Table() {
    fib.observe([this](const FibChange& change) { changes.push_back(change); });
    connected("10.1.1.0/24", 1);
    connected("10.2.0.0/24", 2);
    changes.clear();
  }
  void connected(const std::string& prefix, int interface) {
    fib.replace({.prefix = p(prefix),
                 .kind = RouteKind::connected,
                 .protocol = RouteProtocol::connected,
                 .next_hops = {NextHop::on_link(interface)}});
  }
  void via(const std::string& prefix, RouteProtocol protocol,
           const std::vector<std::string>& gateways, std::uint32_t metric = 0) {
    Route route{.prefix = p(prefix), .protocol = protocol, .metric = metric};
    for (const auto& gateway : gateways) route.next_hops.push_back(NextHop::via(a(gateway)));
    fib.replace(route);
  }
  // "10.1.1.8%1 10.1.1.9%1", or "-" for no route.
  std::string hops(const std::string& destination) const {
    const ActiveRoute* active = fib.lookup(a(destination));
    if (active == nullptr) return "-";
    std::string text;
    for (const auto& hop : active->next_hops) {
      if (!text.empty()) text += ' ';
      text +=
          (hop.gateway ? hop.gateway->to_string() : "link") + "%" + std::to_string(hop.interface);
    }
    return text;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_longest_prefix_wins) {
  Table t;
  t.via("0.0.0.0/0", RouteProtocol::static_route, {"10.1.1.1"});
  t.via("172.16.0.0/16", RouteProtocol::ibgp, {"10.1.1.2"});
  t.via("172.16.1.0/26", RouteProtocol::ibgp, {"10.1.1.8"});
  t.via("172.16.1.5/32", RouteProtocol::ibgp, {"10.1.1.9"});
  // By hand: .5 is the /32; .6 lies in the /26 (.0-.63); .64 does not, but in the /16.
  BOOST_TEST(t.hops("172.16.1.5") == "10.1.1.9%1");
  BOOST_TEST(t.hops("172.16.1.6") == "10.1.1.8%1");
  BOOST_TEST(t.hops("172.16.1.63") == "10.1.1.8%1");
  BOOST_TEST(t.hops("172.16.1.64") == "10.1.1.2%1");
  BOOST_TEST(t.hops("8.8.8.8") == "10.1.1.1%1");
  BOOST_TEST(t.hops("10.1.1.77") == "link%1");
}

BOOST_AUTO_TEST_CASE(the_lowest_distance_then_the_lowest_metric_wins) {
  // Distances as in FRR: static 1, eBGP 20, iBGP 200.
  Table t;
  t.via("192.0.2.0/24", RouteProtocol::ibgp, {"10.1.1.3"});
  BOOST_TEST(t.hops("192.0.2.1") == "10.1.1.3%1");
  t.via("192.0.2.0/24", RouteProtocol::ebgp, {"10.1.1.4"});
  BOOST_TEST(t.hops("192.0.2.1") == "10.1.1.4%1");
  t.via("192.0.2.0/24", RouteProtocol::static_route, {"10.1.1.5"});
  BOOST_TEST(t.hops("192.0.2.1") == "10.1.1.5%1");
  BOOST_TEST(t.fib.remove(p("192.0.2.0/24"), RouteProtocol::static_route));
  BOOST_TEST(t.hops("192.0.2.1") == "10.1.1.4%1");
  BOOST_TEST(!t.fib.remove(p("192.0.2.0/24"), RouteProtocol::static_route));
}

BOOST_AUTO_TEST_CASE(a_route_whose_interface_is_down_gives_way) {
  Table t;
  t.via("0.0.0.0/0", RouteProtocol::static_route, {"10.2.0.1"});
  t.via("192.0.2.0/24", RouteProtocol::ibgp, {"10.1.1.8", "10.2.0.8"});
  BOOST_TEST(t.hops("192.0.2.1") == "10.1.1.8%1 10.2.0.8%2");
  t.fib.set_interface_up(1, false);
  BOOST_TEST(t.hops("192.0.2.1") == "10.2.0.8%2");  // one ECMP member less
  BOOST_TEST(t.hops("10.1.1.8") == "10.2.0.1%2");   // the connected route is gone: the default
  t.fib.set_interface_up(2, false);
  BOOST_TEST(t.hops("192.0.2.1") == "-");
  t.fib.set_interface_up(1, true);
  BOOST_TEST(t.hops("192.0.2.1") == "10.1.1.8%1");
}

BOOST_AUTO_TEST_CASE(gateways_resolve_through_static_routes_but_not_through_bgp_or_the_default) {
  Table t;
  t.via("192.0.2.0/24", RouteProtocol::ibgp, {"203.0.113.1"});
  BOOST_TEST(t.hops("192.0.2.1") == "-");
  t.via("203.0.113.0/24", RouteProtocol::ibgp, {"10.1.1.8"});
  BOOST_TEST(t.hops("192.0.2.1") == "-");
  t.via("0.0.0.0/0", RouteProtocol::static_route, {"10.1.1.1"});
  BOOST_TEST(t.hops("192.0.2.1") ==
             "10.1.1.1%1");  // a packet takes the default; the route is unused
  BOOST_TEST(t.fib.active(p("192.0.2.0/24")) == nullptr);
  t.via("203.0.113.0/24", RouteProtocol::static_route, {"10.2.0.9"});
  BOOST_TEST(t.hops("192.0.2.1") == "10.2.0.9%2");
  t.fib.remove(p("203.0.113.0/24"), RouteProtocol::static_route);
  t.fib.resolve_via_default(true);
  BOOST_REQUIRE(t.fib.active(p("192.0.2.0/24")) != nullptr);
  BOOST_TEST(t.hops("192.0.2.1") == "10.1.1.1%1");
}

BOOST_AUTO_TEST_CASE(two_gateways_that_resolve_to_each_other_lead_nowhere) {
  Table t;
  t.via("198.51.100.0/24", RouteProtocol::static_route, {"203.0.113.1"});
  t.via("203.0.113.0/24", RouteProtocol::static_route, {"198.51.100.1"});
  BOOST_TEST(t.hops("198.51.100.5") == "-");
  BOOST_TEST(!t.fib.reachable(a("203.0.113.1")));
}

BOOST_AUTO_TEST_CASE(every_change_in_use_is_told_once_with_before_and_after) {
  Table t;
  t.time = TimePoint(5s);
  t.via("192.0.2.0/24", RouteProtocol::ibgp, {"10.1.1.8"});
  t.via("192.0.2.0/24", RouteProtocol::ibgp, {"10.1.1.8"});  // the same again: no change
  t.via("192.0.2.0/24", RouteProtocol::ibgp, {"10.1.1.9"});
  t.fib.remove(p("192.0.2.0/24"), RouteProtocol::ibgp);
  BOOST_REQUIRE(t.changes.size() == 3U);
  BOOST_TEST(!t.changes[0].before);
  BOOST_TEST((t.changes[0].at == TimePoint(5s)));
  BOOST_TEST((t.changes[1].before->next_hops[0].gateway == a("10.1.1.8")));
  BOOST_TEST((t.changes[1].after->next_hops[0].gateway == a("10.1.1.9")));
  BOOST_TEST(!t.changes[2].after);
}

BOOST_AUTO_TEST_CASE(a_watcher_hears_when_a_next_hop_goes_and_comes) {
  Table t;
  std::vector<bool> heard;
  t.fib.watch(a("10.1.1.8"), "bgp", [&](const net::IpAddress&, bool up) { heard.push_back(up); });
  t.fib.set_interface_up(2, false);  // has nothing to do with it
  t.fib.set_interface_up(1, false);
  t.fib.set_interface_up(1, true);
  BOOST_TEST(heard == std::vector<bool>({false, true}), boost::test_tools::per_element());
  t.fib.unwatch(a("10.1.1.8"), "bgp");
  t.fib.set_interface_up(1, false);
  BOOST_TEST(heard.size() == 2U);
}

BOOST_AUTO_TEST_CASE(blackhole_and_snapshot) {
  Table t;
  t.fib.replace({.prefix = p("172.16.1.0/26"),
                 .kind = RouteKind::blackhole,
                 .protocol = RouteProtocol::kernel});
  const ActiveRoute* active = t.fib.lookup(a("172.16.1.9"));
  BOOST_REQUIRE(active != nullptr);
  BOOST_TEST((active->route.kind == RouteKind::blackhole));
  std::vector<std::string> prefixes;
  for (const auto& route : t.fib.snapshot()) prefixes.push_back(route.route.prefix.to_string());
  const std::vector<std::string> in_order{"10.1.1.0/24", "10.2.0.0/24", "172.16.1.0/26"};
  BOOST_TEST(prefixes == in_order, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(flow_hash_spreads_and_seeds_are_independent) {
  // 4 000 flows over 4 members: 1 000 each, standard deviation sqrt(4000 * 1/4 * 3/4) = 27.4;
  // within 5 of them.
  std::vector<int> members(4);
  int both_zero = 0;
  for (std::uint16_t port = 0; port < 4000; ++port) {
    const Flow flow{0x0a02000a, 0x0a320050, static_cast<std::uint16_t>(32768 + port), 80, 6};
    const auto here = pick_next_hop(flow_hash(flow, 1), 4);
    const auto there = pick_next_hop(flow_hash(flow, 2), 4);
    BOOST_TEST(pick_next_hop(flow_hash(flow, 1), 4) == here);
    ++members[here];
    both_zero += here == 0 && there == 0;
  }
  for (const int count : members) BOOST_TEST(std::abs(count - 1000) < 137);
  // Independent: 1/16 of 4 000 = 250, standard deviation sqrt(4000/16 * 15/16) = 15.3.
  BOOST_TEST(std::abs(both_zero - 250) < 77);
}
