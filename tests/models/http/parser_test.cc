#include "models/http/parser.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace seatrial;
using namespace seatrial::http;

namespace {

// "head body(abc) complete": what a parser reports until it needs more.
template <class Parser>
std::string events(Parser& parser) {
  std::string log;
  for (;;) {
    const auto event = parser.next();
    switch (event.kind) {
      case EventKind::need_more:
        return log;
      case EventKind::head:
        log += "head ";
        break;
      case EventKind::body:
        log += "body(" + std::string(io::as_text(event.body)) + ") ";
        break;
      case EventKind::complete:
        return log + "complete";
      case EventKind::error:
        return log + "error " + std::to_string(event.status);
    }
  }
}

template <class Parser>
std::string events(Parser& parser, std::string_view bytes) {
  parser.push(io::as_bytes(bytes));
  return events(parser);
}

const std::string chunked_response =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(http_parser)

BOOST_AUTO_TEST_CASE(pipelined_requests_come_one_at_a_time) {
  RequestParser parser;
  // Given two requests in one segment, when the first is read,
  BOOST_TEST(events(parser,
                    "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /b "
                    "HTTP/1.0\r\n\r\n") == "head body(abc) complete");
  BOOST_TEST(parser.head().method == "POST");
  BOOST_TEST(parser.keep_alive());
  // then the second waits until it is asked for.
  BOOST_TEST(events(parser) == "");
  parser.restart();
  BOOST_TEST(events(parser) == "head complete");
  BOOST_TEST(parser.head().target == "/b");
  BOOST_TEST(!parser.keep_alive());  // RFC 9112 section 9.3: HTTP/1.0 closes unless asked
  BOOST_TEST(parser.buffered() == 0U);
}

BOOST_AUTO_TEST_CASE(every_split_of_a_chunked_body_gives_the_same_octets) {
  for (std::size_t cut = 1; cut < chunked_response.size(); ++cut) {
    ResponseParser parser;
    auto log = events(parser, chunked_response.substr(0, cut));
    if (!log.ends_with("complete")) log += events(parser, chunked_response.substr(cut));
    std::string body;
    for (std::size_t i = log.find("body("); i != std::string::npos; i = log.find("body(", i + 1)) {
      body += log.substr(i + 5, log.find(')', i) - i - 5);
    }
    BOOST_TEST_CONTEXT("cut at " << cut << ": " << log) {
      BOOST_TEST(body == "abcde");
      BOOST_TEST(log.ends_with("complete"));
    }
  }
}

BOOST_AUTO_TEST_CASE(octet_by_octet) {
  ResponseParser parser;
  std::string log;
  for (const char c :
       std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")) {
    log += events(parser, std::string(1, c));
  }
  BOOST_TEST(log == "head complete");
}

BOOST_AUTO_TEST_CASE(responses_without_a_body) {
  // RFC 9112 section 6.3: 204, 304 and answers to HEAD have none, whatever their fields say.
  ResponseParser parser;
  BOOST_TEST(events(parser, "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n") ==
             "head complete");
  BOOST_TEST((parser.framing() == BodyFraming::none));
  parser.restart(true);
  BOOST_TEST(events(parser, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") == "head complete");
  BOOST_TEST(parser.content_length().value() == 9U);
  BOOST_TEST(parser.keep_alive());
}

BOOST_AUTO_TEST_CASE(interim_responses_are_passed_over) {
  ResponseParser parser;
  BOOST_TEST(events(parser,
                    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
                    "1\r\n\r\nx") == "head body(x) complete");
  BOOST_TEST(parser.head().status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_until_close_ends_with_the_stream) {
  ResponseParser parser;
  BOOST_TEST(events(parser, "HTTP/1.0 200 OK\r\n\r\nabc") == "head body(abc) ");
  BOOST_TEST((parser.framing() == BodyFraming::until_close));
  BOOST_TEST(!parser.keep_alive());
  parser.push_end();
  BOOST_TEST(events(parser) == "complete");
}

BOOST_AUTO_TEST_CASE(an_early_end_is_an_error) {
  ResponseParser parser;
  BOOST_TEST(events(parser, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc") ==
             "head body(abc) ");
  parser.push_end();
  const auto event = parser.next();
  BOOST_TEST((event.kind == EventKind::error));
  BOOST_TEST((event.error == ErrorKind::ended_early));
}

BOOST_AUTO_TEST_CASE(errors_name_the_status_a_server_answers) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"FOO BAR\r\n\r\n", "error 400"},
      {"GET / HTTP/2.0\r\n\r\n", "error 505"},
      {"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "error 400"},
      // RFC 9112 section 6.1: both is an attempt at smuggling.
      {"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "error 400"},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", "head error 400"},
      {"GET / HTTP/1.1\r\nX: " + std::string(40'000, 'a') + "\r\n\r\n", "error 431"},
  };
  for (const auto& [bytes, expected] : cases) {
    RequestParser parser;
    BOOST_TEST_CONTEXT(bytes.substr(0, 60)) {
      BOOST_TEST(events(parser, bytes) == expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(many_small_fields_reach_the_limit_too) {
  RequestParser parser(Limits{.head = 1000});
  std::string log = events(parser, "GET / HTTP/1.1\r\n");
  for (int i = 0; i < 200 && log.empty(); ++i) log += events(parser, "A: 23456\r\n");  // 10 octets
  BOOST_TEST(log == "error 431");
}

BOOST_AUTO_TEST_CASE(empty_lines_before_a_request_are_ignored) {
  RequestParser parser;  // RFC 9112 section 2.2
  BOOST_TEST(events(parser, "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n") == "head complete");
}

BOOST_AUTO_TEST_SUITE_END()
