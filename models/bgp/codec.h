// Bytes to messages and back: RFC 4271 sections 4 and 6, with the revised handling of a bad UPDATE
// of RFC 7606. A decoder returns a value or the NOTIFICATION that the error calls for; errors of an
// attribute that RFC 7606 does not let reset the session come as an outcome beside the value.
#pragma once

#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "models/bgp/message.h"

namespace seatrial::bgp {

using Bytes = std::span<const std::uint8_t>;

// What the two OPENs agreed on, as far as the wire format depends on it.
struct CodecOptions {
  bool four_octet_as = true;
  bool external = false;       // the peer is in another AS: LOCAL_PREF and the like discarded
  bool confederation = false;  // ... in another member AS of ours: LOCAL_PREF may be missing
  std::vector<AfiSafi> add_path_receive;  // families whose NLRI carry a path id, from the peer
  std::vector<AfiSafi> add_path_send;     // and to it
  std::size_t max_size = max_message_size;
};

// A message that ends the session: what to send, and what was wrong in words.
struct MessageError {
  NotificationMessage notification;
  std::string detail;
  std::string_view section = {};  // of the RFC that asks for it: "RFC 4271 section 6.2"
  std::optional<std::uint8_t> attribute = {};  // the type of the path attribute that is wrong
};

// RFC 7606 section 2, mildest first.
enum class Outcome : std::uint8_t { none, attribute_discard, treat_as_withdraw, session_reset };
std::string_view to_string(Outcome outcome);

struct AttributeProblem {
  std::uint8_t code = 0;
  Outcome outcome = Outcome::none;
  std::uint8_t subcode = 0;  // update_error, for a reset
  std::string detail;
  std::string_view section = {};  // of the RFC: "RFC 7606 section 7.1"
};

struct DecodedUpdate {
  UpdateMessage message;
  Outcome outcome = Outcome::none;  // the worst of the problems
  std::vector<AttributeProblem> problems;
};

// `body` is the message without its 19-octet header.
tl::expected<OpenMessage, MessageError> decode_open(Bytes body);
tl::expected<DecodedUpdate, MessageError> decode_update(Bytes body, const CodecOptions& options);
tl::expected<NotificationMessage, MessageError> decode_notification(Bytes body);
tl::expected<RouteRefreshMessage, MessageError> decode_route_refresh(Bytes body);

// Whole messages, header included.
Octets encode(const OpenMessage& open);
Octets encode(const KeepaliveMessage& keepalive);
Octets encode(const NotificationMessage& notification);
Octets encode(const RouteRefreshMessage& refresh);
// As many messages as it takes to stay within options.max_size: withdrawals first, then the
// announcements, all under the same attributes. IPv6 goes into MP_(UN)REACH_NLRI. Attributes that
// leave no room for one prefix give no message for the announcements.
std::vector<Octets> encode(const UpdateMessage& update, const CodecOptions& options);
// RFC 4724 section 2.
Octets encode_end_of_rib(AfiSafi family);

// Shared by the codec's files.
void begin_message(WireWriter& out, MessageType type);
void finish_message(Octets& message);
void encode_capabilities(const Capabilities& capabilities, WireWriter& out);
// Empty, or what is malformed.
std::string decode_capabilities(Bytes parameter, Capabilities& capabilities);
// The AS that is refused, as FRR and BIRD give it for the data of OPEN Message Error/Bad Peer AS.
Octets refused_as(const OpenMessage& open);

}  // namespace seatrial::bgp
