// HTTP messages from outside: both directions, whole and in two pieces, which must give the same
// messages. An error may be seen earlier in one of them, because the grammar may wait for a whole
// head before it judges a part of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "models/http/parser.h"

namespace {

using namespace seatrial;

// What a parser makes of it: heads counted, bodies joined.
template <class Parser>
std::string run(Parser& parser, io::Bytes first, io::Bytes second) {
  std::string log;
  int messages = 0;
  for (const auto bytes : {first, second}) {
    parser.push(bytes);
    for (bool more = true; more;) {
      const auto event = parser.next();
      switch (event.kind) {
        case http::EventKind::need_more:
          more = false;
          break;
        case http::EventKind::head:
          log += "H";
          (void)http::serialize(parser.head());
          break;
        case http::EventKind::body:
          log.append(io::as_text(event.body));
          break;
        case http::EventKind::complete:
          log += "C";
          if (++messages > 100) return log;
          parser.restart();
          break;
        case http::EventKind::error:
          return log;
      }
    }
  }
  return log;
}

template <class Parser>
void check(io::Bytes bytes) {
  Parser whole, halves;
  const auto one = run(whole, bytes, {});
  const auto two = run(halves, bytes.first(bytes.size() / 2), bytes.subspan(bytes.size() / 2));
  if (!one.starts_with(two) && !two.starts_with(one)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check<http::RequestParser>({data, size});
  check<http::ResponseParser>({data, size});
  return 0;
}
