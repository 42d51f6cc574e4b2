// Two speakers on an in-memory network, each written down: what one says the other hears.
#include "results/mrt/speaker_dump.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "results/mrt/attributes.h"
#include "results/mrt/reader.h"
#include "tests/results/mrt/octets.h"
#include "tests/support/fake_network.h"

namespace seatrial::results::mrt::test {
namespace {

bgp::Octets octets_of(const std::string& text) {
  return {text.begin(), text.end()};
}

// The records of a kind; a message's octets live as long as `file`.
template <typename Body>
std::vector<Body> all(const bgp::Octets& file) {
  std::vector<Body> out;
  Reader reader(file);
  while (auto record = reader.next().value()) {
    if (const auto* body = std::get_if<Body>(&record->body)) out.push_back(*body);
  }
  return out;
}

std::vector<bgp::Octets> messages(const bgp::Octets& file, bool sent) {
  std::vector<bgp::Octets> out;
  for (const auto& m : all<Message>(file)) {
    if (m.sent == sent) out.emplace_back(m.data.begin(), m.data.end());
  }
  return out;
}

bgp::SpeakerConfig config(std::uint32_t asn, const std::string& address, const std::string& peer,
                          std::uint32_t peer_as, const std::string& network) {
  bgp::SpeakerConfig c;
  c.asn = {asn};
  c.router_id = bgp::RouterId::from(ip(address));
  c.profile = *bgp::profile_named("rfc");
  c.profile.ebgp_default_deny = false;
  bgp::NeighborConfig n;
  n.address = ip(peer);
  n.remote_as = bgp::RemoteAs::number(peer_as);
  n.passive = address == "10.0.0.2";  // one connection: nothing is lost in a collision
  c.neighbors = {n};
  c.networks.push_back({.prefix = prefix(network)});
  return c;
}

struct Pair {
  seatrial::test::FakeNetwork net;
  std::ostringstream left_out, right_out;
  UpdateWriter left_writer{left_out, {}}, right_writer{right_out, {}};
  bgp::Speaker left, right;

  Pair()
      : left(net.host("left", "10.0.0.1"),
             config(65001, "10.0.0.1", "10.0.0.2", 4200000002, "192.0.2.0/24"),
             {.observer = &left_writer}),
        right(net.host("right", "10.0.0.2"),
              config(4200000002, "10.0.0.2", "10.0.0.1", 65001, "198.51.100.0/24"),
              {.observer = &right_writer}) {
    left.start();
    right.start();
    net.run_for(40s);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_one_side_sent_the_other_received, Pair) {
  const auto a = octets_of(left_out.str());
  const auto b = octets_of(right_out.str());
  BOOST_TEST_REQUIRE(left.session(ip("10.0.0.2"))->established_count == 1U);
  const auto said = messages(a, true);
  BOOST_TEST(said.size() >= 3U);  // OPEN, KEEPALIVE, UPDATE
  BOOST_TEST((said == messages(b, false)));
  BOOST_TEST((messages(b, true) == messages(a, false)));
  for (const auto& m : all<Message>(a)) {
    BOOST_TEST((m.peering == Peering{{4200000002}, {65001}, 0, ip("10.0.0.2"), ip("10.0.0.1")}));
  }
}

BOOST_FIXTURE_TEST_CASE(state_changes_form_a_chain_up_to_established, Pair) {
  auto state = bgp::State::idle;
  const auto a = octets_of(left_out.str());
  for (const auto& change : all<StateChange>(a)) {
    BOOST_TEST((change.from == state));
    BOOST_TEST((change.peering.peer == ip("10.0.0.2")));
    BOOST_TEST(change.peering.peer_as.value == 4200000002U);
    state = change.to;
  }
  BOOST_TEST((state == bgp::State::established));
}

BOOST_FIXTURE_TEST_CASE(the_table_has_own_routes_and_the_peers_as_received, Pair) {
  const auto now = net.now();
  const auto table = table_dump(left, "left", now, {});
  const auto peers = all<PeerIndexTable>(table);
  BOOST_REQUIRE(peers.size() == 1U);
  BOOST_TEST(peers[0].collector.to_string() == "10.0.0.1");
  BOOST_TEST(peers[0].view == "left");
  const std::vector<Peer> expected{{{}, {}, {}}, {{0x0A000002}, ip("10.0.0.2"), {4200000002}}};
  BOOST_TEST((peers[0].peers == expected));

  const auto ribs = all<Rib>(table);
  BOOST_REQUIRE(ribs.size() == 2U);
  BOOST_TEST((ribs[0].prefix == prefix("192.0.2.0/24")));
  BOOST_TEST(ribs[0].entries.at(0).peer == 0);
  const auto own = decode_attributes(ribs[0].entries[0].attributes).value();
  BOOST_TEST((own.next_hop == net::IpAddress{}));
  BOOST_TEST(own.as_path.empty());

  BOOST_TEST((ribs[1].prefix == prefix("198.51.100.0/24")));
  BOOST_TEST(ribs[1].sequence == 1U);
  const auto& entry = ribs[1].entries.at(0);
  BOOST_TEST(entry.peer == 1);
  const auto learned = decode_attributes(entry.attributes).value();
  BOOST_TEST((learned == *left.adj_rib_in(ip("10.0.0.2")).at(0).attributes));
  BOOST_TEST(learned.as_path.to_string() == "4200000002");
  BOOST_TEST((learned.next_hop == ip("10.0.0.2")));

  // Heard when the UPDATE came.
  Timestamp came{};
  const auto a = octets_of(left_out.str());
  Reader reader(a);
  while (auto record = reader.next().value()) {
    const auto* m = std::get_if<Message>(&record->body);
    const bool update = m != nullptr && !m->sent && m->data[18] == 2 && m->data.size() > 23;
    if (update && came == Timestamp{}) came = record->at;
  }
  BOOST_TEST((entry.originated == std::chrono::floor<std::chrono::seconds>(came)));
  BOOST_TEST(all<Rib>(empty_table_dump(left, "left", now, {})).empty());
}

BOOST_AUTO_TEST_CASE(an_epoch_moves_every_stamp) {
  // 2023-11-14T22:13:20Z, and 1.5 s and 999 ns into the run.
  const Epoch epoch{std::chrono::seconds(1'700'000'000)};
  BOOST_TEST(epoch.at(TimePoint{} + 1'500'000'999ns).count() == 1'700'000'001'500'000);
  BOOST_TEST(Epoch{}.at(TimePoint{} + 1'500'000'999ns).count() == 1'500'000);
}

BOOST_AUTO_TEST_CASE(only_updates_depend_on_the_octets_of_an_as_number) {
  std::ostringstream out;
  UpdateWriter writer(out, {});
  for (const auto type : {bgp::MessageType::keepalive, bgp::MessageType::update}) {
    writer.message({.speaker = "x",
                    .peer = ip("10.0.0.2"),
                    .type = type,
                    .four_octet_as = false,
                    .data = keepalive});
  }
  const auto file = octets_of(out.str());
  const auto read = all<Message>(file);
  BOOST_REQUIRE(read.size() == 2U);
  BOOST_TEST(read[0].four_octet_as);
  BOOST_TEST(!read[1].four_octet_as);
}

}  // namespace seatrial::results::mrt::test
