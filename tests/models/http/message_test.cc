#include "models/http/message.h"

#include <boost/test/unit_test.hpp>

using namespace seatrial;
using namespace seatrial::http;

BOOST_AUTO_TEST_SUITE(http_message)

BOOST_AUTO_TEST_CASE(a_head_keeps_order_and_spelling) {
  RequestHead head{"GET", "/x?y=1", 10, {{"hOst", "a"}, {"X-B", "c"}}};
  BOOST_TEST(serialize(head) == "GET /x?y=1 HTTP/1.0\r\nhOst: a\r\nX-B: c\r\n\r\n");
  ResponseHead answer;
  answer.status = 404;
  BOOST_TEST(serialize(answer, "no") == "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
}

BOOST_AUTO_TEST_CASE(fields_compare_without_case) {
  Fields fields{{"Connection", "Upgrade, CLOSE"}, {"X", "1"}, {"x", "2"}};
  BOOST_TEST(fields.has_token("connection", "close"));
  BOOST_TEST(!fields.has_token("connection", "clos"));
  BOOST_TEST(fields.joined("X") == "1, 2");
  fields.set("X", "3");
  BOOST_TEST(fields.size() == 2U);
}

BOOST_AUTO_TEST_CASE(dates) {
  // RFC 9110 section 5.6.7's own example; 784111777 by `date -u -d`.
  BOOST_TEST(format_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST(format_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

BOOST_AUTO_TEST_CASE(chunks) {
  BOOST_TEST(chunk(io::as_bytes("0123456789abcdef")) == "10\r\n0123456789abcdef\r\n");
  BOOST_TEST(chunk({}).empty());  // it would end the body
}

BOOST_AUTO_TEST_CASE(keep_alive) {
  BOOST_TEST(wants_keep_alive(11, {}));
  BOOST_TEST(!wants_keep_alive(11, {{"Connection", "close"}}));
  BOOST_TEST(!wants_keep_alive(10, {}));
  BOOST_TEST(wants_keep_alive(10, {{"Connection", "Keep-Alive"}}));
}

BOOST_AUTO_TEST_SUITE_END()
