// Wire forms are written out by hand from RFC 1035 section 4 (and 2782 for SRV, 6891 for OPT).
#include "models/dns/codec.h"

#include <boost/test/unit_test.hpp>

using namespace seatrial;
using namespace seatrial::dns;

namespace {

using Wire = std::vector<std::uint8_t>;

// "\x03" "abc" style literals hold NULs, so the length comes from the array.
template <std::size_t N>
Wire wire(const char (&text)[N]) {
  return Wire(text, text + N - 1);
}

// Header: id 0x1234, QR AA RD, 1 question, 1 answer. The answer's name points at offset 12.
const Wire a_response = wire(
    "\x12\x34\x85\x00\x00\x01\x00\x01\x00\x00\x00\x00"
    "\x03"
    "app\x07"
    "example\x00\x00\x01\x00\x01"
    "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04\x0a\x00\x00\x07");

Message a_message() {
  Message m;
  m.id = 0x1234;
  m.response = true;
  m.authoritative = true;
  m.questions = {{"app.example", Type::a}};
  m.answers = {{"app.example", Type::a, 30, *net::IpAddress::parse("10.0.0.7")}};
  return m;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_compressed_answer_is_read) {
  const auto m = decode(a_response);
  BOOST_REQUIRE(m.has_value());
  BOOST_TEST((*m == a_message()));
}

BOOST_AUTO_TEST_CASE(an_answer_is_written_with_compression) {
  const auto bytes = encode(a_message());
  BOOST_REQUIRE(bytes.has_value());
  BOOST_TEST(*bytes == a_response, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_come_out_in_lower_case) {
  auto shouted = a_response;
  for (std::size_t i = 13; i < 24; ++i) {
    if (shouted[i] >= 'a' && shouted[i] <= 'z')
      shouted[i] = static_cast<std::uint8_t>(shouted[i] - 32);
  }
  const auto m = decode(shouted);
  BOOST_REQUIRE(m.has_value());
  BOOST_TEST(m->questions.front().name == "app.example");
  BOOST_TEST(canonical_name("App.Example.") == "app.example");
  BOOST_TEST(canonical_name(".").empty());
}

BOOST_AUTO_TEST_CASE(a_query_with_edns_carries_its_size) {
  // RD, one question (AAAA), one additional: root, type 41, "class" 4096, TTL 0, no data.
  const auto bytes = wire(
      "\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01"
      "\x01"
      "x\x00\x00\x1c\x00\x01"
      "\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x00");
  Message m;
  m.id = 7;
  m.questions = {{"x", Type::aaaa}};
  m.edns_udp_size = 4096;
  const auto read = decode(bytes);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST((*read == m));
  BOOST_TEST(encode(m).value() == bytes, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_srv_record_has_the_layout_of_rfc_2782) {
  // Priority 0, weight 100, port 8080, target not compressed (RFC 2782).
  const auto bytes = wire(
      "\x00\x01\x81\x00\x00\x01\x00\x01\x00\x00\x00\x00"
      "\x05_http\x04_tcp\x01s\x00\x00\x21\x00\x01"
      "\xc0\x0c\x00\x21\x00\x01\x00\x00\x00\x05\x00\x0b"
      "\x00\x00\x00\x64\x1f\x90\x01p\x01q\x00");
  const auto m = decode(bytes);
  BOOST_REQUIRE(m.has_value());
  BOOST_REQUIRE(m->answers.size() == 1u);
  BOOST_TEST(m->answers[0].name == "_http._tcp.s");
  BOOST_TEST((std::get<Srv>(m->answers[0].data) == Srv{0, 100, 8080, "p.q"}));
  BOOST_TEST(encode(*m).value() == bytes, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_kind_of_record_survives_the_way_to_the_wire_and_back) {
  Message m;
  m.response = true;
  m.rcode = Rcode::name_error;
  m.questions = {{"z", Type::any}};
  m.answers = {
      {"a.z", Type::aaaa, 1, *net::IpAddress::parse("2001:db8::1")},
      {"b.z", Type::cname, 2, std::string("a.z")},
      {"c.z", Type::ns, 3, std::string("ns.z")},
      {"4.3.2.1.in-addr.arpa", Type::ptr, 4, std::string("a.z")},
      // Above 255 octets: two character strings on the wire (RFC 1035 section 3.3.14).
      {"d.z", Type::txt, 5, "quote\" and; semicolon " + std::string(300, 't')},
      {"", static_cast<Type>(65280), 6, std::string("\\# 2 ab01")},  // RFC 3597, the root's
  };
  m.authority = {{"z", Type::soa, 30, Soa{"ns.z", "admin.z", 1, 7200, 1800, 86400, 5}}};
  const auto bytes = encode(m);
  BOOST_REQUIRE_MESSAGE(bytes.has_value(), bytes.error().message);
  const auto back = decode(*bytes);
  BOOST_REQUIRE_MESSAGE(back.has_value(), back.error().message);
  BOOST_TEST((*back == m));
}

BOOST_AUTO_TEST_CASE(what_has_no_wire_form_is_an_error_that_names_it) {
  Message m;
  m.questions = {{std::string(64, 'x') + ".example", Type::a}};  // RFC 1035: labels up to 63
  const auto long_label = encode(m);
  BOOST_REQUIRE(!long_label.has_value());
  BOOST_TEST(long_label.error().message.find(std::string(64, 'x')) != std::string::npos);
  m.questions = {{"x", Type::a}};
  m.answers = {{"x", Type::a, 1, *net::IpAddress::parse("::1")}};  // IPv6 in an A record
  BOOST_TEST(!encode(m).has_value());
  m.answers = {{"x", Type::srv, 1, std::string("no")}};
  BOOST_TEST(!encode(m).has_value());
}

BOOST_AUTO_TEST_CASE(cut_and_broken_messages_are_errors) {
  for (std::size_t length = 0; length < a_response.size(); ++length) {
    BOOST_TEST(!decode(io::Bytes(a_response).first(length)).has_value(), length);
  }
  auto loop = a_response;
  loop[12] = 0xc0;  // the question's name points at itself
  loop[13] = 0x0c;
  BOOST_TEST(!decode(loop).has_value());
  auto chaos = a_response;
  chaos[12 + 13 + 3] = 3;  // class CH of the question
  const auto result = decode(chaos);
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST(result.error().message.find("class 3") != std::string::npos);
}
