#include "results/mrt/reader.h"

#include <boost/test/unit_test.hpp>

#include "models/bgp/path_attributes.h"
#include "results/mrt/attributes.h"
#include "tests/results/mrt/octets.h"

namespace seatrial::results::mrt::test {
namespace {

std::string error_of(const bgp::Octets& file) {
  Reader reader(file);
  const auto record = reader.next();
  return record ? "" : record.error().to_string();
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_written_is_read_back) {
  const Peering p{{4200000001}, {64512}, 3, ip("2001:db8::2"), ip("2001:db8::4")};
  const PeerIndexTable table{{1}, "v", {{{2}, ip("10.0.0.2"), {64513}}}};
  Rib rib{.sequence = 9, .prefix = prefix("2001:db8:1::/48"), .add_path = true};
  rib.entries.push_back({1, std::chrono::seconds(77), 4, {1, 2, 3}});
  bgp::Octets file;
  const Timestamp at(5'000'123);
  for (const auto& record :
       {encode(at, StateChange{p, bgp::State::established, bgp::State::idle}),
        encode(at, Message{p, true, true, true, keepalive}), encode(at, table), encode(at, rib)}) {
    file.insert(file.end(), record.begin(), record.end());
  }
  Reader reader(file);
  const auto change = reader.next().value().value();
  BOOST_TEST(change.at.count() == 5'000'123);
  BOOST_TEST((std::get<StateChange>(change.body).peering == p));
  BOOST_TEST((std::get<StateChange>(change.body).from == bgp::State::established));
  BOOST_TEST((std::get<StateChange>(change.body).to == bgp::State::idle));
  const auto message = std::get<Message>(reader.next().value().value().body);
  BOOST_TEST((message.peering == p));
  BOOST_TEST((message.sent && message.four_octet_as && message.add_path));
  BOOST_TEST((bgp::Octets(message.data.begin(), message.data.end()) == keepalive));
  const auto peers = reader.next().value().value();
  BOOST_TEST(peers.at.count() == 5'000'000);  // TABLE_DUMP_V2 has whole seconds
  BOOST_TEST(std::get<PeerIndexTable>(peers.body).view == "v");
  BOOST_TEST((std::get<PeerIndexTable>(peers.body).peers == table.peers));
  const auto back = std::get<Rib>(reader.next().value().value().body);
  BOOST_TEST(back.sequence == 9U);
  BOOST_TEST((back.prefix == rib.prefix));
  BOOST_REQUIRE(back.entries.size() == 1U);
  BOOST_TEST(back.entries[0].path_id == 4U);
  BOOST_TEST(back.entries[0].originated.count() == 77);
  BOOST_TEST((back.entries[0].attributes == bgp::Octets{1, 2, 3}));
  BOOST_TEST(!reader.next().value().has_value());
}

BOOST_AUTO_TEST_CASE(attributes_come_back_and_a_next_hop_may_be_the_speaker_itself) {
  bgp::PathAttributes a;
  a.origin = bgp::Origin::egp;
  a.as_path.segments = {{bgp::AsSegment::Type::set, {{65001}, {65002}}}};
  a.next_hop = net::IpAddress{};
  a.local_pref = 200;
  a.atomic_aggregate = true;
  a.aggregator = bgp::Aggregator{{65001}, ip("10.0.0.9")};
  a.large_communities = {{{64512, 1, 2}}};
  a.unknown = {{0xC0, 99, {1}}};
  BOOST_TEST((decode_attributes(encode_attributes(a)).value() == a));
  a.next_hop = ip("2001:db8::2");
  a.link_local_next_hop = ip("fe80::2");
  BOOST_TEST((decode_attributes(encode_attributes(a)).value() == a));
  BOOST_TEST(decode_attributes(hex("40 01 02 00")).error() == "ORIGIN runs past the end");
  BOOST_TEST(decode_attributes(hex("40 01 01 03")).error() == "ORIGIN is malformed, 1 octets");
}

BOOST_AUTO_TEST_CASE(a_file_that_was_cut_says_where) {
  const auto whole = encode(Timestamp(0), Message{.data = keepalive});
  auto file = whole;
  file.insert(file.end(), whole.begin(), whole.end() - 1);
  Reader reader(file);
  BOOST_TEST(reader.next().value().has_value());
  // 12 + 4 + 8 + 4 + 8 + 19 = 55 octets a record.
  BOOST_TEST(reader.next().error().to_string() ==
             "offset 55: error: cut short: 54 octets are left of a record of 55");
  BOOST_TEST(!reader.next().value().has_value());
  BOOST_TEST(error_of({1, 2, 3}) ==
             "offset 0: error: cut short: 3 octets are left of a record of 12");
}

BOOST_AUTO_TEST_CASE(a_wrong_record_does_not_hide_the_next) {
  auto file = encode(Timestamp(0), StateChange{});
  file[file.size() - 1] = 9;  // a state that is none
  const auto good = encode(Timestamp(1), StateChange{});
  file.insert(file.end(), good.begin(), good.end());
  Reader reader(file);
  BOOST_TEST(reader.next().error().to_string() ==
             "offset 0: error: record of type 17, subtype 5: state 9, expected 1 (Idle) to 6 "
             "(Established)");
  BOOST_TEST(reader.next().value()->at.count() == 1);
}

BOOST_AUTO_TEST_CASE(bodies_that_are_wrong) {
  auto family = encode(Timestamp(0), StateChange{});
  family[header_size + 4 + 8 + 3] = 3;
  BOOST_TEST(error_of(family) ==
             "offset 0: error: record of type 17, subtype 5: address family 3, expected 1 (IPv4) "
             "or 2 (IPv6)");
  auto fraction = encode(Timestamp(0), StateChange{});
  fraction[header_size] = 1;  // 0x01000000
  BOOST_TEST(error_of(fraction) ==
             "offset 0: error: record of type 17, subtype 5: 16777216 microseconds, expected less "
             "than 1000000");
  BOOST_TEST(error_of(hex("00000000 000D 0002 00000005 00000000 21")) ==
             "offset 0: error: record of type 13, subtype 2: a prefix of 33 bits, expected at "
             "most 32");
  BOOST_TEST(error_of(hex("00000000 000D 0001 00000008 00000000 0000 0001")) ==
             "offset 0: error: record of type 13, subtype 1: fields run past the record's end");
  BOOST_TEST(error_of(hex("00000000 000D 0001 00000009 00000000 0000 0000 00")) ==
             "offset 0: error: record of type 13, subtype 1: 1 octets are left behind its fields");
}

BOOST_AUTO_TEST_CASE(other_types_are_passed_over) {
  // OSPFv2 is type 11.
  const auto file = hex("00000005 000B 0000 00000003 010203");
  Reader reader(file);
  const auto record = reader.next().value().value();
  BOOST_TEST(record.type == 11);
  BOOST_TEST(std::holds_alternative<Other>(record.body));
  BOOST_TEST(!reader.next().value().has_value());
}

}  // namespace seatrial::results::mrt::test
