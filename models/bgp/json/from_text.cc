// JSON as a person or a program wrote it: whatever the text, octets or what is wrong with it.
#include "models/bgp/json/message_json.h"

namespace seatrial::bgp {

tl::expected<Octets, TextError> message_from_text(std::string_view text,
                                                  const JsonOptions& options) {
  Json message;
  try {
    message = Json::parse(text);
  } catch (const Json::parse_error& error) {
    return tl::make_unexpected(TextError{std::max<std::size_t>(error.byte, 1),
                                         "not JSON, expected a message as decode prints it"});
  } catch (const Json::out_of_range&) {  // 1e999; where, the parser does not say
    return tl::make_unexpected(
        TextError{1, "a number out of range, expected what a type of BGP holds"});
  }
  auto octets = message_from_json(message, options);
  if (!octets) return tl::make_unexpected(TextError{1, std::move(octets.error())});
  return *std::move(octets);
}

}  // namespace seatrial::bgp
