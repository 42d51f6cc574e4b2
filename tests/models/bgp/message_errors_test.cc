// What RFC 4271 section 6.1 and 6.2, RFC 5492, 6286, 7313, 7607 and 9072 make of a malformed
// header, OPEN or ROUTE-REFRESH: the NOTIFICATION, its data included. Every length is that of its
// parts, unless the length is what is wrong.
#include <boost/test/unit_test.hpp>

#include "models/bgp/codec.h"
#include "models/bgp/framer.h"

namespace seatrial::bgp::test {
namespace {

Octets joined(std::initializer_list<Octets> parts) {
  Octets all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
Octets with_length(const Octets& value) {
  return joined({{static_cast<std::uint8_t>(value.size())}, value});
}
Octets header(std::size_t length, std::uint8_t type) {
  const Octets marker(16, 0xFF);
  return joined(
      {marker, {static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length), type}});
}

// Empty: nothing against it.
struct Answer {
  std::string name;
  Octets data;
};
std::ostream& operator<<(std::ostream& out, const Answer& a) {
  out << (a.name.empty() ? "accepted" : a.name) << " [";
  for (const auto octet : a.data) out << ' ' << int{octet};
  return out << " ]";
}
bool operator==(const Answer& a, const Answer& b) {
  return a.name == b.name && a.data == b.data;
}

// The message as it comes from the stream: the framer, then the decoder of its type.
Answer answer_to(const Octets& message, bool extended = false) {
  Framer framer;
  if (extended) framer.allow_extended_messages();
  framer.feed(message);
  const auto frame = framer.next();
  const auto of = [](const MessageError& error) {
    BOOST_TEST(!error.section.empty());
    BOOST_TEST(!error.detail.empty());
    return Answer{error.notification.to_string(), error.notification.data};
  };
  if (!frame) return of(frame.error());
  if (!*frame) return {"more to come", {}};
  const auto& body = (*frame)->body;
  switch ((*frame)->type) {
    case MessageType::open:
      if (const auto open = decode_open(body); !open) return of(open.error());
      break;
    case MessageType::update:
      if (const auto update = decode_update(body, {}); !update) return of(update.error());
      break;
    case MessageType::notification:
      if (const auto n = decode_notification(body); !n) return of(n.error());
      break;
    case MessageType::route_refresh:
      if (const auto refresh = decode_route_refresh(body); !refresh) return of(refresh.error());
      break;
    case MessageType::keepalive:
      break;
  }
  return {};
}

struct Fields {
  std::uint8_t version = 4;
  Octets my_as{0xFD, 0xE9};
  Octets hold_time{0, 90};
  Octets id{10, 0, 0, 1};
};
Octets open(const Fields& f, const Octets& parameters) {
  const auto body = joined({{f.version}, f.my_as, f.hold_time, f.id, parameters});
  return joined({header(19 + body.size(), 1), body});
}
Octets open(const Fields& f) {
  return open(f, {0});
}
// One parameter of type 2 with these capabilities.
Octets capable(const Octets& capabilities) {
  return open({}, with_length(joined({{2}, with_length(capabilities)})));
}

const Answer accepted;

BOOST_AUTO_TEST_SUITE(message_errors)

BOOST_AUTO_TEST_CASE(a_header_is_checked) {
  BOOST_TEST(answer_to(header(19, 4)) == accepted);
  auto wrong = header(19, 4);
  wrong[15] = 0xFE;
  BOOST_TEST(answer_to(wrong) == (Answer{"Message Header Error/Connection Not Synchronized", {}}));
  const auto bad_length = [](std::uint8_t high, std::uint8_t low) {
    return Answer{"Message Header Error/Bad Message Length", {high, low}};
  };
  // The least and the most of each type: RFC 4271 section 4, RFC 8654 section 4.
  BOOST_TEST(answer_to(header(18, 4)) == bad_length(0, 18));
  BOOST_TEST(answer_to(header(20, 4)) == bad_length(0, 20));
  BOOST_TEST(answer_to(header(28, 1)) == bad_length(0, 28));
  BOOST_TEST(answer_to(header(22, 2)) == bad_length(0, 22));
  BOOST_TEST(answer_to(header(20, 3)) == bad_length(0, 20));
  BOOST_TEST(answer_to(header(4097, 2)) == bad_length(0x10, 1));
  BOOST_TEST(answer_to(header(4097, 2), true) == (Answer{"more to come", {}}));
  BOOST_TEST(answer_to(header(4097, 1), true) == bad_length(0x10, 1));
  BOOST_TEST(answer_to(header(4097, 4), true) == bad_length(0x10, 1));
  for (const std::uint8_t type : {0, 6, 255}) {
    BOOST_TEST(answer_to(header(23, type)) ==
               (Answer{"Message Header Error/Bad Message Type", {type}}));
  }
}

BOOST_AUTO_TEST_CASE(an_opens_fields_are_checked) {
  BOOST_TEST(answer_to(open({})) == accepted);
  // The data is the version that would do.
  for (const std::uint8_t version : {0, 3, 5}) {
    BOOST_TEST(answer_to(open({.version = version})) ==
               (Answer{"OPEN Message Error/Unsupported Version Number", {0, 4}}));
  }
  BOOST_TEST(answer_to(open({.my_as = {0, 0}})) == (Answer{"OPEN Message Error/Bad Peer AS", {}}));
  const Octets four_octet_as{2, 6, 65, 4, 0, 0, 0xFD, 0xEA};
  BOOST_TEST(answer_to(open({.my_as = {0, 0}}, with_length(four_octet_as))) ==
             (Answer{"OPEN Message Error/Bad Peer AS", {}}));
  BOOST_TEST(answer_to(open({.id = {0, 0, 0, 0}})) ==
             (Answer{"OPEN Message Error/Bad BGP Identifier", {}}));
  // RFC 6286: any other number is an identifier, of a multicast address, too.
  BOOST_TEST(answer_to(open({.id = {224, 0, 0, 1}})) == accepted);
  BOOST_TEST(answer_to(open({.hold_time = {0, 0}})) == accepted);
  BOOST_TEST(answer_to(open({.hold_time = {0, 3}})) == accepted);
  BOOST_TEST(answer_to(open({.hold_time = {0xFF, 0xFF}})) == accepted);
  for (const std::uint8_t seconds : {1, 2}) {
    BOOST_TEST(answer_to(open({.hold_time = {0, seconds}})) ==
               (Answer{"OPEN Message Error/Unacceptable Hold Time", {0, seconds}}));
  }
}

BOOST_AUTO_TEST_CASE(an_opens_parameters_are_checked) {
  const Answer unspecific{"OPEN Message Error", {}};
  BOOST_TEST(answer_to(open({}, {1})) == unspecific);        // ... of 1, which is not there
  BOOST_TEST(answer_to(open({}, {0, 2, 0})) == unspecific);  // more than is said
  BOOST_TEST(answer_to(open({}, {1, 2})) == unspecific);     // a type without a length
  BOOST_TEST(answer_to(open({}, with_length({2, 3, 2, 0}))) == unspecific);  // a value cut
  // RFC 4271 section 6.2: 1, authentication, is of the past.
  for (const std::uint8_t type : {0, 1, 3, 254}) {
    BOOST_TEST(answer_to(open({}, with_length({type, 0}))) ==
               (Answer{"OPEN Message Error/Unsupported Optional Parameter", {}}));
  }
  BOOST_TEST(answer_to(capable({})) == accepted);
  BOOST_TEST(answer_to(capable({2})) == unspecific);           // a code without a length
  BOOST_TEST(answer_to(capable({1, 4, 0, 1})) == unspecific);  // a value cut
  BOOST_TEST(answer_to(capable({250, 1, 7})) == accepted);     // unknown: RFC 5492 section 3
  // RFC 7607 section 2, RFC 6793: the AS of the capability counts. FRR and BIRD send it back.
  BOOST_TEST(answer_to(capable({65, 4, 0, 0, 0, 0})) ==
             (Answer{"OPEN Message Error/Bad Peer AS", {0, 0, 0, 0}}));
}

// RFC 4271 section 6.2: a parameter that is recognized but malformed is 2/0. FRR 8.4.4 and BIRD
// 2.0.12, sent these OPENs, answer so; where only one of them does (BIRD: 2, 70 and 71), the length
// is that of the capability's RFC.
BOOST_AUTO_TEST_CASE(a_capability_has_the_length_of_its_rfc) {
  struct Wrong {
    std::uint8_t code;
    std::vector<std::size_t> sizes;
  };
  const std::vector<Wrong> all{
      {1, {0, 3, 5}},      // RFC 4760 section 8: 4
      {2, {1}},            // RFC 2918 section 2: 0
      {5, {5, 7}},         // RFC 8950 section 4: of 6 each
      {6, {1}},            // RFC 8654 section 3: 0
      {9, {0, 2}},         // RFC 9234 section 4.1: 1
      {64, {0, 1, 3, 5}},  // RFC 4724 section 3: 2, and 4 each
      {65, {0, 2, 8}},     // RFC 6793 section 3: 4
      {69, {3, 5}},        // RFC 7911 section 4: of 4 each
      {70, {1}},           // RFC 7313 section 3.1: 0
      {71, {6, 8}},        // RFC 9494 section 3.1: of 7 each
      {73, {0, 1}},        // draft-walton-bgp-hostname-capability: two lengths at least
  };
  for (const auto& [code, sizes] : all) {
    for (const auto size : sizes) {
      BOOST_TEST_CONTEXT("capability " << int{code} << " of " << size) {
        const auto capability = joined({{code}, with_length(Octets(size, 1))});
        BOOST_TEST(answer_to(capable(capability)) == (Answer{"OPEN Message Error", {}}));
      }
    }
  }
  // Octets behind the names are passed over; the old route refresh is of no RFC.
  BOOST_TEST(answer_to(capable({73, 5, 1, 'a', 1, 'b', 'c'})) == accepted);
  BOOST_TEST(answer_to(capable({128, 1, 7})) == accepted);
}

// RFC 9072 section 2: what looks like a type of 255 says it, and the length before it nothing.
BOOST_AUTO_TEST_CASE(an_opens_parameters_may_be_long) {
  const Octets capability{2, 0, 2, 2, 0};  // one parameter with a length of two octets
  const Octets extended =
      joined({{255, 0, static_cast<std::uint8_t>(capability.size())}, capability});
  for (const std::uint8_t said : {255, 1}) {
    BOOST_TEST(answer_to(open({}, joined({{said}, extended}))) == accepted);
  }
  const Answer unspecific{"OPEN Message Error", {}};
  BOOST_TEST(answer_to(open({}, {255, 255})) == unspecific);
  BOOST_TEST(answer_to(open({}, {255, 255, 0})) == unspecific);
  BOOST_TEST(answer_to(open({}, {255, 255, 0, 9, 2, 0, 0})) == unspecific);
}

BOOST_AUTO_TEST_CASE(a_route_refreshs_length_is_checked) {
  const auto refresh = [](const Octets& body) {
    return joined({header(19 + body.size(), 5), body});
  };
  const auto wrong = [](const Octets& message) {
    return Answer{"ROUTE-REFRESH Message Error/Invalid Message Length", message};
  };
  BOOST_TEST(answer_to(refresh({0, 1, 0, 1})) == accepted);
  BOOST_TEST(answer_to(refresh({0, 1, 9, 1})) == accepted);  // ignored: RFC 7313 section 5
  BOOST_TEST(answer_to(refresh({0, 1, 0, 1, 1, 64, 0})) == accepted);  // filters: RFC 5291
  for (const std::uint8_t subtype : {1, 2}) {
    BOOST_TEST(answer_to(refresh({0, 1, subtype, 1})) == accepted);
    const auto long_one = refresh({0, 1, subtype, 1, 0});
    BOOST_TEST(answer_to(long_one) == wrong(long_one));
    const auto short_one = refresh({0, 1, subtype});
    BOOST_TEST(answer_to(short_one) == wrong(short_one));
  }
  for (const Octets& body : {Octets{}, {0, 1}, {0, 1, 0}}) {
    const auto length = static_cast<std::uint8_t>(19 + body.size());
    BOOST_TEST(answer_to(refresh(body)) ==
               (Answer{"Message Header Error/Bad Message Length", {0, length}}));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
