#include <boost/test/unit_test.hpp>

#include "results/path/path.h"
#include "tests/results/run_of_two.h"

namespace seatrial::results::test {
namespace {

BOOST_AUTO_TEST_SUITE(path)

BOOST_AUTO_TEST_CASE(a_request_is_followed_through_every_proxy) {
  const auto record = run_of_two();
  const PathFinder paths(record);
  const auto path = paths.path_of(0);
  BOOST_TEST(path.edge == "edge1");
  BOOST_TEST(path.ingress_pod == "nginx-ingress/nginx-1");
  BOOST_TEST(path.app_pod == "default/api-1");
  BOOST_REQUIRE(path.legs.size() == 3U);
  BOOST_TEST(path.legs[0].from == "users");
  BOOST_TEST(path.legs[0].to == "edge1");
  BOOST_TEST(path.legs[2].to == "default/api-1");
  BOOST_REQUIRE(path.legs[0].hops.size() == 3U);
  BOOST_TEST(path.legs[0].hops[1].node == "core1");
  BOOST_TEST(path.legs[0].hops[1].out == "eth1");
  BOOST_TEST(path.legs[1].hops.size() == 2U);
}

BOOST_AUTO_TEST_CASE(time_and_path_tell_requests_of_one_connection_apart) {
  const auto record = run_of_two();
  const auto path = PathFinder(record).path_of(1);
  BOOST_TEST(path.edge == "edge2");
  BOOST_TEST(path.app_pod == "default/web-1");
}

BOOST_AUTO_TEST_CASE(a_refused_request_was_carried_by_nobody) {
  const auto record = run_of_two();
  const auto path = PathFinder(record).path_of(2);
  BOOST_TEST(path.edge == "");
  BOOST_TEST(path.app_pod == "");
}

BOOST_AUTO_TEST_CASE(tries_that_failed_before_are_retries) {
  // The ingress controller got nothing from one pod within 1 ms and asked another.
  const auto run = run_of_two();
  Record record;
  for (const auto& pod : run.pods()) record.add(pod);
  for (auto proxy : run.proxies()) {
    if (proxy.role == ProxyRole::ingress && proxy.path == "/web") {
      auto first = proxy;
      first.upstream = endpoint("172.16.1.20:8080");
      first.finished = proxy.started + 100us;
      first.error = "timed out";
      proxy.started += 100us;
      record.add(first);
    }
    record.add(proxy);
  }
  for (const auto& request : run.requests()) record.add(request);
  const PathFinder paths(record);
  BOOST_TEST(paths.path_of(0).retries == 0U);
  BOOST_TEST(paths.path_of(1).retries == 1U);
  BOOST_TEST(paths.path_of(1).app_pod == "default/web-1");
  BOOST_TEST(paths.path_of(2).retries == 0U);
}

BOOST_AUTO_TEST_CASE(a_port_used_again_towards_another_listener_is_another_connection) {
  // A connection is both of its ends (RFC 9293, 3.3.1): 10.2.0.10:40002 to 10.50.0.80:80 is the
  // request's, 10.2.0.10:40002 to 10.50.0.81:80 is not, though it has the same host and path.
  const auto run = run_of_two();
  Record record;
  for (const auto& pod : run.pods()) record.add(pod);
  for (auto proxy : run.proxies()) {
    if (proxy.node == "edge2") {
      proxy.listener = endpoint("10.50.0.80:80");
      auto other = proxy;
      other.node = "edge3";
      other.listener = endpoint("10.50.0.81:80");
      other.upstream_local = endpoint("10.1.1.6:50001");
      other.started += 100us;  // the later one: by time alone it would be preferred
      record.add(other);
    }
    record.add(proxy);
  }
  for (const auto& request : run.requests()) record.add(request);
  const auto path = PathFinder(record).path_of(1);
  BOOST_TEST(path.edge == "edge2");
  BOOST_TEST(path.app_pod == "default/web-1");
  BOOST_TEST(path.retries == 0U);
}

BOOST_AUTO_TEST_CASE(a_translated_address_is_nobodys_listener) {
  // The client asked a Service's address and the packets came to a pod's: nothing matches, so the
  // client's end and the time have to do.
  const auto run = run_of_two();
  Record record;
  for (const auto& pod : run.pods()) record.add(pod);
  for (auto proxy : run.proxies()) {
    if (proxy.node == "edge2") proxy.listener = endpoint("10.1.1.5:80");
    record.add(proxy);
  }
  for (const auto& request : run.requests()) record.add(request);
  const auto path = PathFinder(record).path_of(1);
  BOOST_TEST(path.edge == "edge2");
  BOOST_TEST(path.app_pod == "default/web-1");
}

BOOST_AUTO_TEST_CASE(the_slowest_is_the_slowest_that_was_answered) {
  const auto record = run_of_two();
  const PathFinder paths(record);
  BOOST_TEST((paths.slowest() == std::optional<std::size_t>(0)));
  BOOST_TEST(!paths.slowest("nobody"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::results::test
