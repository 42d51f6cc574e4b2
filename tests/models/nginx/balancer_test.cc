#include "models/nginx/balancer.h"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace seatrial;
using namespace seatrial::nginx;

namespace {

// Peers a, b, c ... with these weights.
PeerGroup group_of(std::initializer_list<int> weights) {
  PeerGroup group;
  std::uint8_t last = 1;
  for (const int weight : weights) {
    auto peer = std::make_shared<Peer>();
    peer->endpoint = {net::IpAddress::v4(0x0a000000U + last++), 80};
    peer->server = peer->endpoint.to_string();
    peer->weight = peer->effective_weight = weight;
    group.total_weight += weight;
    group.peers.push_back(std::move(peer));
  }
  group.single = group.peers.size() == 1;
  return group;
}

char letter(const PeerGroup& group, const Peer* peer) {
  for (std::size_t i = 0; i < group.peers.size(); ++i) {
    if (group.peers[i].get() == peer) return static_cast<char>('a' + i);
  }
  return '-';
}

std::string sequence(Balancer& balancer, const PeerGroup& group, int count, Request request = {}) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    Walk walk;
    out += letter(group, balancer.pick(group, walk, request));
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nginx_balancer)

BOOST_AUTO_TEST_CASE(smooth_weights) {
  // The sequence of the commit that brought it to nginx (1.3.1, "smooth weighted round-robin"):
  // { 5, 1, 1 } gives a, a, b, a, c, a, a.
  const auto group = group_of({5, 1, 1});
  BOOST_TEST(sequence(*make_round_robin(), group, 14) == "aabacaaaabacaa");
}

BOOST_AUTO_TEST_CASE(a_failed_peer_is_skipped_and_comes_back) {
  const auto group = group_of({1, 1});
  const auto balancer = make_round_robin();
  auto& a = *group.peers[0];
  // Given a fails once at 100 s (max_fails 1, fail_timeout 10 s),
  Walk walk;
  BOOST_TEST(letter(group, balancer->pick(group, walk, {.now = 100})) == 'a');
  BOOST_TEST(report_failure(a, group, 100));
  BOOST_TEST(a.effective_weight == 0);  // 1 - 1 / 1
  // when ten seconds have not passed (now - checked <= fail_timeout), then only b is taken;
  BOOST_TEST(sequence(*balancer, group, 3, {.now = 110}) == "bbb");
  // then it is tried again, and a success forgives it.
  BOOST_TEST(sequence(*balancer, group, 4, {.now = 111}).find('a') != std::string::npos);
  BOOST_TEST(a.fails == 1);
  report_success(a);
  BOOST_TEST(a.fails == 0);
}

BOOST_AUTO_TEST_CASE(the_only_peer_is_never_disabled) {
  const auto group = group_of({1});
  BOOST_TEST(!report_failure(*group.peers[0], group, 5));
  BOOST_TEST(sequence(*make_round_robin(), group, 2, {.now = 5}) == "aa");
  group.peers[0]->down = true;
  BOOST_TEST(sequence(*make_round_robin(), group, 1) == "-");
}

BOOST_AUTO_TEST_CASE(a_retry_takes_another_peer) {
  const auto group = group_of({5, 1});
  Walk walk;
  BOOST_TEST(letter(group, pick_round_robin(group, walk, 0)) == 'a');
  BOOST_TEST(letter(group, pick_round_robin(group, walk, 0)) == 'b');
  BOOST_TEST(letter(group, pick_round_robin(group, walk, 0)) == '-');
}

BOOST_AUTO_TEST_CASE(least_conn_counts_connections_per_weight) {
  const auto group = group_of({1, 2, 1});
  const auto balancer = make_least_conn();
  group.peers[0]->connections = 1;  // 1 / 1
  group.peers[1]->connections = 1;  // 1 / 2: the least but for c
  group.peers[2]->connections = 2;
  BOOST_TEST(sequence(*balancer, group, 2) == "bb");
  // All idle: smooth round robin by weight 1, 2, 1 gives b, a, c, b.
  // current after each: (1,-2,1) b; (-2,0,2) a; ties go to the first: see the sums below.
  //   step 1: 1 2 1 -> b: 1 -2 1; step 2: 2 0 2 -> a: -2 0 2; step 3: -1 2 3 -> c: -1 2 -1;
  //   step 4: 0 4 0 -> b
  const auto idle = group_of({1, 2, 1});
  BOOST_TEST(sequence(*make_least_conn(), idle, 4) == "bacb");
}

BOOST_AUTO_TEST_CASE(ip_hash_uses_three_octets) {
  // 10.1.2.x: 89 -> (89*113+10)%6271 = 3796; (3796*113+1)%6271 = 2521; (2521*113+2)%6271 = 2680;
  // 2680 % 3 = 1: b, whatever the last octet is.
  const auto group = group_of({1, 1, 1});
  const auto balancer = make_ip_hash();
  for (const auto* client : {"10.1.2.3", "10.1.2.200"}) {
    const Request request{.client = *net::IpAddress::parse(client)};
    BOOST_TEST(sequence(*balancer, group, 2, request) == "bb");
  }
}

BOOST_AUTO_TEST_CASE(hash_is_crc32_of_the_key) {
  // crc32("123456789") = 0xcbf43926 (the check value of CRC-32); (0xcbf4) & 0x7fff = 0x4bf4 =
  // 19444; 19444 % 3 = 1: b.
  const auto group = group_of({1, 1, 1});
  BOOST_TEST(sequence(*make_hash(), group, 2, {.key = "123456789"}) == "bb");
}

BOOST_AUTO_TEST_CASE(consistent_hash_moves_only_the_lost_peers_keys) {
  auto three = group_of({1, 1, 1});
  auto two = three;
  two.peers.pop_back();
  two.total_weight = 2;
  const auto before = make_consistent_hash(), after = make_consistent_hash();
  before->prepare(three);
  after->prepare(two);
  int moved = 0, of_lost = 0;
  for (int i = 0; i < 300; ++i) {
    const auto key = "key" + std::to_string(i);
    const auto was = sequence(*before, three, 1, {.key = key});
    const auto is = sequence(*after, two, 1, {.key = key});
    of_lost += was == "c" ? 1 : 0;
    moved += was != is ? 1 : 0;
  }
  BOOST_TEST(of_lost > 50);  // about a third of 300
  BOOST_TEST(moved == of_lost);
}

BOOST_AUTO_TEST_CASE(random_two_prefers_the_idle_one) {
  const auto group = group_of({1, 1});
  const auto balancer = make_random(true);
  io::RandomStream random(1, "test");
  group.peers[0]->connections = 5;
  // Two different peers are drawn, so the other one always wins.
  BOOST_TEST(sequence(*balancer, group, 20, {.random = &random}) == std::string(20, 'b'));
}

BOOST_AUTO_TEST_CASE(random_follows_the_weights) {
  const auto group = group_of({3, 1});
  const auto balancer = make_random(false);
  io::RandomStream random(1, "test");
  const auto drawn = sequence(*balancer, group, 4000, {.random = &random});
  const auto a = std::count(drawn.begin(), drawn.end(), 'a');
  // Mean 3000, standard deviation sqrt(4000 * 3/4 * 1/4) = 27: four of them.
  BOOST_TEST(a > 2890);
  BOOST_TEST(a < 3110);
}

BOOST_AUTO_TEST_CASE(the_real_nginx_chooses_alike) {
  // nginx 1.22.1 with servers 127.0.0.1:18101 (weight 3), :18102 (weight 2), :18103, :18104, one
  // worker, keys key0 to key23: the last digit of each request's $upstream_addr.
  auto group = group_of({3, 2, 1, 1});
  for (std::size_t i = 0; i < group.peers.size(); ++i) {
    group.peers[i]->server = "127.0.0.1:1810" + std::to_string(i + 1);
  }
  const auto by_key = [&group](Balancer& balancer) {
    std::string out;
    for (int i = 0; i < 24; ++i) {
      const auto key = "key" + std::to_string(i);
      const auto picked = sequence(balancer, group, 1, {.key = key});
      out += static_cast<char>(picked[0] - 'a' + '1');
    }
    return out;
  };
  const auto consistent = make_consistent_hash();
  consistent->prepare(group);
  BOOST_TEST(by_key(*make_round_robin()) == "123142112314211231421123");
  BOOST_TEST(by_key(*make_hash()) == "112212224312231241421131");
  BOOST_TEST(by_key(*consistent) == "231121111411111221322124");
}

BOOST_AUTO_TEST_SUITE_END()
