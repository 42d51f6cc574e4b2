// The BFD control packet and what section 6.8.6 of RFC 5880 discards.
#include <boost/test/unit_test.hpp>
#include <functional>

#include "tests/models/bfd/bytes.h"

using namespace seatrial;
using namespace seatrial::bfd;
using namespace seatrial::bfd::test;

BOOST_AUTO_TEST_SUITE(bfd_packet)

BOOST_AUTO_TEST_CASE(the_fields_are_where_section_4_1_puts_them) {
  const auto decoded = decode(plain_bytes());
  BOOST_REQUIRE(decoded.has_value());
  BOOST_TEST((*decoded == plain_packet()));
  BOOST_TEST(encode(plain_packet()) == plain_bytes(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_flag_has_its_bit) {
  // Sta(2) P F C A D M, from the most significant bit.
  const std::vector<std::pair<std::uint8_t, std::function<bool(const ControlPacket&)>>> flags = {
      {0x20, [](const auto& p) { return p.poll; }},
      {0x10, [](const auto& p) { return p.final; }},
      {0x08, [](const auto& p) { return p.control_plane_independent; }},
      {0x02, [](const auto& p) { return p.demand; }},
  };
  for (const auto& [bit, says] : flags) {
    auto bytes = plain_bytes();
    bytes[1] |= bit;
    const auto decoded = decode(bytes);
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST(says(*decoded));
    BOOST_TEST(encode(*decoded) == bytes, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(what_section_6_8_6_discards) {
  const auto why = [](const std::function<void(std::vector<std::uint8_t>&)>& spoil) {
    auto bytes = plain_bytes();
    spoil(bytes);
    const auto decoded = decode(bytes);
    return decoded ? std::string("accepted") : decoded.error();
  };
  BOOST_TEST(why([](auto&) {}) == "accepted");
  BOOST_TEST(why([](auto& b) { b[0] = 0x01; }) == "version is not 1");
  BOOST_TEST(why([](auto& b) { b[0] = 0x41; }) == "version is not 1");
  BOOST_TEST(why([](auto& b) { b[3] = 23; }) == "length is less than the minimum");
  BOOST_TEST(why([](auto& b) { b[3] = 25; }) == "length is greater than the payload");
  BOOST_TEST(why([](auto& b) { b.resize(23); }) == "shorter than a control packet");
  BOOST_TEST(why([](auto& b) { b[2] = 0; }) == "detect multiplier is zero");
  BOOST_TEST(why([](auto& b) { b[1] |= 0x01; }) == "multipoint bit is set");
  BOOST_TEST(why([](auto& b) { b[4] = b[5] = b[6] = b[7] = 0; }) == "my discriminator is zero");
  BOOST_TEST(why([](auto& b) { b[8] = b[9] = b[10] = b[11] = 0; }) ==
             "your discriminator is zero in a state other than Down or AdminDown");
  // The same with Down (1 << 6) and AdminDown (0) is how a session begins.
  for (const std::uint8_t state : {0x40, 0x00}) {
    BOOST_TEST(why([state](auto& b) {
                 b[1] = state;
                 b[8] = b[9] = b[10] = b[11] = 0;
               }) == "accepted");
  }
  // Bytes after the packet's own length are the payload's, not the packet's.
  BOOST_TEST(why([](auto& b) { b.push_back(0xff); }) == "accepted");
  // With the A bit 26 bytes at least.
  BOOST_TEST(why([](auto& b) { b[1] |= 0x04; }) == "length is less than the minimum");
  BOOST_TEST(why([](auto& b) { b[1] |= 0x30; }) == "poll and final are both set");
}

BOOST_AUTO_TEST_CASE(authentication_sections_of_each_type) {
  using Type = AuthenticationType;
  // Sections 4.2 to 4.4: a password of 1 to 16 bytes after 3 bytes; 16 bytes of MD5 or 20 of SHA1
  // after 8.
  const std::vector<std::pair<Type, std::size_t>> types = {
      {Type::simple_password, 1}, {Type::simple_password, 16},
      {Type::keyed_md5, 16},      {Type::meticulous_keyed_md5, 16},
      {Type::keyed_sha1, 20},     {Type::meticulous_keyed_sha1, 20},
  };
  for (const auto& [type, size] : types) {
    auto packet = plain_packet();
    Authentication section;
    section.type = type;
    section.key_id = 7;
    if (type != Type::simple_password) section.sequence = 0x01020304;
    section.password.assign(size, 0xab);
    packet.authentication = section;
    const auto bytes = encode(packet);
    const std::size_t header = type == Type::simple_password ? 3 : 8;
    BOOST_TEST(bytes.size() == 24 + header + size);
    BOOST_TEST(bytes[3] == bytes.size());
    BOOST_TEST((bytes[1] & 0x04) != 0);
    BOOST_TEST(bytes[25] == header + size);  // the section's own length
    const auto decoded = decode(bytes);
    BOOST_REQUIRE(decoded.has_value());
    BOOST_TEST((*decoded == packet));

    auto spoiled = bytes;
    spoiled[25] ^= 1;
    BOOST_TEST(!decode(spoiled).has_value());
    spoiled = bytes;
    spoiled[24] = 9;
    BOOST_TEST(!decode(spoiled).has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()
