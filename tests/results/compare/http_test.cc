// HTTP, time, DNS, ARP and plain octets by meaning.
#include <boost/test/unit_test.hpp>

#include "models/dns/codec.h"
#include "tests/results/compare/support.h"

namespace seatrial::results {
namespace {

using namespace test;

std::string get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: cafe\r\n\r\n";
}
std::string ok(std::string_view body, std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT") {
  return "HTTP/1.1 200 OK\r\nDate: " + std::string(date) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

// One connection a target, 100 ms apart.
Frames requests(const std::vector<std::string>& targets, std::uint16_t port = 40000) {
  Frames frames;
  Duration at{};
  for (const auto& target : targets) {
    Talk(frames, at, port++).open().client(get(target)).server(ok("body of " + target)).close();
    at += 100ms;
  }
  return frames;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(messages_by_meaning)

BOOST_AUTO_TEST_CASE(another_take_of_requests_is_the_same) {
  const auto out = compared(requests({"/a", "/b"}), requests({"/a", "/b"}, 50000));
  BOOST_TEST(out.same, all_words(out));
}

BOOST_AUTO_TEST_CASE(a_dropped_response_is_named_with_its_request) {
  Frames a, b;
  Talk(a, 0s).open().client(get("/a")).server(ok("1")).client(get("/b")).server(ok("2")).close();
  Talk(b, 0s).open().client(get("/a")).server(ok("1")).client(get("/b")).close();
  const auto out = compared(a, b);
  BOOST_REQUIRE(out.findings.size() == 1U);
  BOOST_TEST(out.findings[0].what == "missing in B: response 200 to GET /b");
  BOOST_TEST(out.findings[0].a->frame == 7U);
}

BOOST_AUTO_TEST_CASE(a_connection_more_in_the_middle_shifts_nothing) {
  const auto out = compared(requests({"/a", "/b", "/c", "/d"}), requests({"/a", "/c", "/d"}));
  BOOST_REQUIRE(out.findings.size() == 1U);
  BOOST_TEST(out.findings[0].what == "missing in B: connection of 3 messages");
  BOOST_TEST(out.findings[0].context.at(1).starts_with("request GET /b"));
}

BOOST_AUTO_TEST_CASE(another_status_and_another_body_are_fields) {
  Frames a, b;
  Talk(a, 0s).open().client(get("/a")).server(ok("1")).close();
  Talk(b, 0s).open().client(get("/a")).server(
      "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 1\r\n\r\n1");
  const auto out = compared(a, b);
  BOOST_TEST(all_words(out) == "response 200 to GET /a: status 200 in A, 502 in B");
}

BOOST_AUTO_TEST_CASE(date_and_segmentation_do_not_matter) {
  Frames a, b;
  Talk(a, 0s).open().client(get("/a")).server(ok("12345")).close();
  const auto response = ok("12345", "Mon, 07 Nov 1994 08:49:37 GMT");
  Talk(b, 0s)
      .open()
      .client(get("/a"))
      .server(response.substr(0, 20))
      .ack_by_client()
      .server(response.substr(20))
      .close();
  const auto out = compared(a, b);
  BOOST_TEST(out.same, all_words(out));
  // At the layer of streams the Date is an octet like another.
  const auto streams = compared(a, b, at_layer(Layer::streams));
  BOOST_REQUIRE(streams.findings.size() == 1U);
  // "HTTP/1.1 200 OK\r\nDate: " has 17 + 6 octets.
  BOOST_TEST(streams.findings[0].what == "the stream differs from octet 23 on");
}

BOOST_AUTO_TEST_CASE(a_refused_connection_is_not_one_that_stands) {
  Frames a, b;
  Talk(a, 0s).open().close();
  Talk(b, 0s).refuse();
  BOOST_TEST(all_words(compared(a, b)) ==
             "connection that is established: how the connection began established in A, refused "
             "in B");
}

BOOST_AUTO_TEST_CASE(one_ack_more_is_one_finding_at_the_layer_of_frames) {
  Frames a, b;
  Talk(a, 0s).open().client(get("/a")).server(ok("1")).server("more").close();
  Talk(b, 0s).open().client(get("/a")).ack_by_client().server(ok("1")).server("more").close();
  const auto out = compared(a, b, at_layer(Layer::frames));
  BOOST_REQUIRE(out.findings.size() == 1U);
  BOOST_TEST(out.findings[0].what.starts_with("only in B: ACK, seq "));
  BOOST_TEST(out.findings[0].b->frame == 5U);
}

BOOST_AUTO_TEST_CASE(fields_of_frames_are_named_counted_and_can_be_ignored) {
  auto a = requests({"/a"});
  auto b = a;
  for (auto& [at, frame] : b) frame[22] = 63;  // TTL: 14 + 8
  const auto out = compared(a, b, at_layer(Layer::frames));
  BOOST_REQUIRE(out.findings.size() == 1U);
  BOOST_TEST(out.findings[0].what == "TTL 64 in A, 63 in B, the first of " +
                                         std::to_string(a.size()) + " frames that differ so");
  BOOST_TEST(compared(a, b, ignoring({"ip.ttl"}, Layer::frames)).same);
  BOOST_TEST(compared(a, b).same);  // and no message says it
}

BOOST_AUTO_TEST_CASE(a_shift_is_one_finding_whatever_comes_late) {
  const auto a = requests({"/a", "/b", "/c", "/d"});
  auto b = a;
  for (std::size_t i = b.size() / 2; i < b.size(); ++i) b[i].at += 3s;
  const auto out = compared(a, b);
  BOOST_REQUIRE(out.findings.size() == 1U);
  // Half of 4 connections with 3 messages each.
  BOOST_TEST(out.findings[0].what ==
             "3.000 s later in B: connection that is established and 5 more of 12");
  CompareOptions wide;
  wide.tolerance.time = 4s;
  BOOST_TEST(compared(a, b, wide).same);
  CompareOptions narrow;
  narrow.tolerance.time = 5ms;
  BOOST_TEST(compared(a, b, narrow).findings.size() == 1U);
  BOOST_TEST(compared(a, a, narrow).same);
}

BOOST_AUTO_TEST_CASE(a_whole_capture_that_is_shifted) {
  const auto a = requests({"/a", "/b", "/c"});
  auto b = a;
  for (auto& frame : b) frame.at += 150ms;  // the captures still overlap
  CompareOptions options;
  options.tolerance.time = 5ms;
  const auto out = compared(a, b, options);
  BOOST_REQUIRE(out.findings.size() == 1U);
  BOOST_TEST(out.findings[0].what.starts_with("150.000 ms later in B: "), all_words(out));
  // The same packets, down to the sequence numbers, long after the first capture's end.
  auto late = a;
  for (auto& frame : late) frame.at += 1h;
  BOOST_TEST(all_words(compared(a, late)).starts_with("3600.000 s later in B: "));
  // Another take, an hour later, is no shift.
  auto take = requests({"/a", "/b", "/c"}, 50000);
  for (auto& frame : take) frame.at += 1h;
  BOOST_TEST(compared(a, take, options).same);
}

BOOST_AUTO_TEST_CASE(response_times_within_a_share) {
  Frames a, b;
  Talk(a, 0s).open().client(get("/a")).pause(99ms).server(ok("1")).close();
  Talk(b, 0s).open().client(get("/a")).pause(129ms).server(ok("1")).close();
  CompareOptions options;
  options.tolerance.rtt = 0.10;
  const auto out = compared(a, b, options);
  BOOST_REQUIRE(out.findings.size() == 1U);
  BOOST_TEST(out.findings[0].what ==
             "response 200 to GET /a: answered after 100.000 ms in A, after 130.000 ms in B");
  options.tolerance.rtt = 0.25;  // 30 of 130 are 23 %
  BOOST_TEST(compared(a, b, options).same);
}

BOOST_AUTO_TEST_CASE(dns_answers_are_a_set) {
  const auto answer = [](std::uint16_t id, const std::vector<std::uint32_t>& addresses) {
    dns::Message message;
    message.id = id;
    message.response = true;
    message.questions = {{"app.example.com", dns::Type::a}};
    for (const auto address : addresses) {
      message.answers.push_back({"app.example.com", dns::Type::a, 5, net::IpAddress::v4(address)});
    }
    return Frames{{0s, ip_frame(17, 2, 1,
                                u16(53) + u16(4000) + u16(8 + dns::encode(message)->size()) +
                                    u16(0) + *dns::encode(message))}};
  };
  BOOST_TEST(compared(answer(1, {7, 8}), answer(2, {8, 7})).same);
  const auto out = compared(answer(1, {7, 8}), answer(2, {8, 9}));
  BOOST_TEST(all_words(out) ==
             "DNS response to app.example.com A: answers app.example.com A 0.0.0.7; "
             "app.example.com A 0.0.0.8 in A, app.example.com A 0.0.0.8; app.example.com A "
             "0.0.0.9 in B");
}

BOOST_AUTO_TEST_CASE(arp_is_who_is_where) {
  const auto claim = [](std::uint8_t mac, std::uint8_t host) {
    return ethernet(0x0806) + Bytes{0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, mac, 10, 0, 0, host} +
           Bytes{2, 0, 0, 0, 0, 9, 10, 0, 0, 9};
  };
  const Frames a{{0s, claim(1, 1)}, {1ms, claim(2, 2)}, {2ms, claim(1, 1)}};
  // Other cards, one for one, and asked less often.
  const Frames b{{0s, claim(11, 1)}, {1ms, claim(12, 2)}};
  BOOST_TEST(compared(a, b).same);
  // Two hosts at one address.
  const Frames stolen{{0s, claim(1, 1)}, {1ms, claim(2, 2)}, {2ms, claim(3, 1)}};
  const auto out = compared(a, stolen);
  BOOST_TEST(all_words(out) == "only in B: 10.0.0.1 is at 02:00:00:00:00:03");
}

BOOST_AUTO_TEST_CASE(octets_of_an_unknown_protocol_and_datagrams) {
  Frames a, b;
  Talk(a, 0s, 40000, 9999).open().client("hello world").server("abc").close();
  Talk(b, 0s, 40000, 9999).open().client("hello w0rld").server("abc").close();
  const auto out = compared(a, b);
  BOOST_REQUIRE(out.findings.size() == 1U);
  BOOST_TEST(out.findings[0].what == "the stream differs from octet 7 on");
  BOOST_TEST(out.findings[0].fields.at(0).a.find("\"hello world\"") != std::string::npos);
  const Frames x{{0s, ip_frame(17, 1, 2, udp(9, octets("one")))}};
  const Frames y{{0s, ip_frame(17, 1, 2, udp(9, octets("two")))}};
  BOOST_TEST(!compared(x, y).same);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::results
