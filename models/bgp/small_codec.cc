// The header, and the small messages: KEEPALIVE, NOTIFICATION (RFC 4271 section 4.5) with what its
// data says (RFC 9003, RFC 8538), ROUTE-REFRESH (RFC 2918, RFC 7313).
#include <algorithm>

#include "models/bgp/codec.h"

namespace seatrial::bgp {

void begin_message(WireWriter& out, MessageType type) {
  for (int i = 0; i < 16; ++i) out.u8(0xFF);
  out.u16(0);
  out.u8(static_cast<std::uint8_t>(type));
}

void finish_message(Octets& message) {
  WireWriter(message).patch_u16(16, message.size());
}

Octets encode(const KeepaliveMessage&) {
  Octets message;
  WireWriter out(message);
  begin_message(out, MessageType::keepalive);
  finish_message(message);
  return message;
}

Octets encode(const NotificationMessage& notification) {
  Octets message;
  WireWriter out(message);
  begin_message(out, MessageType::notification);
  out.u8(notification.code);
  out.u8(notification.subcode);
  out.bytes(notification.data);
  finish_message(message);
  return message;
}

namespace {

constexpr std::size_t longest_shutdown_message = 255;

bool speaks(const NotificationMessage& n) {
  return n.code == static_cast<std::uint8_t>(ErrorCode::cease) &&
         (n.subcode == cease::admin_shutdown || n.subcode == cease::admin_reset);
}

}  // namespace

NotificationMessage cease_with_message(std::uint8_t subcode, std::string_view message) {
  if (message.empty()) return {ErrorCode::cease, subcode};
  auto size = std::min(message.size(), longest_shutdown_message);
  // Not inside a character: 10xxxxxx goes on with one.
  while (size < message.size() && size > 0 && (message[size] & 0xC0) == 0x80) --size;
  Octets data{static_cast<std::uint8_t>(size)};
  data.insert(data.end(), message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size));
  return {ErrorCode::cease, subcode, std::move(data)};
}

std::optional<std::string> shutdown_message(const NotificationMessage& n) {
  if (!speaks(n) || n.data.empty() || n.data[0] == 0 || n.data[0] >= n.data.size()) {
    return std::nullopt;
  }
  std::string text(n.data.begin() + 1, n.data.begin() + 1 + n.data[0]);
  // What is printed comes from outside.
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

NotificationMessage hard_reset(const NotificationMessage& about) {
  Octets data{about.code, about.subcode};
  data.insert(data.end(), about.data.begin(), about.data.end());
  return {ErrorCode::cease, cease::hard_reset, std::move(data)};
}

std::string NotificationMessage::describe() const {
  auto text = to_string();
  if (const auto message = shutdown_message(*this)) {
    text += " \"" + *message + "\"";
  } else if (code == static_cast<std::uint8_t>(ErrorCode::cease) && subcode == cease::hard_reset &&
             data.size() >= 2) {
    const NotificationMessage inner(static_cast<ErrorCode>(data[0]), data[1],
                                    {data.begin() + 2, data.end()});
    // One level is all that RFC 8538 knows.
    text += " (" + inner.to_string();
    if (const auto text_inside = shutdown_message(inner)) text += " \"" + *text_inside + "\"";
    text += ")";
  }
  return text;
}

tl::expected<NotificationMessage, MessageError> decode_notification(Bytes body) {
  WireReader in(body);
  NotificationMessage notification;
  notification.code = in.u8();
  notification.subcode = in.u8();
  if (in.failed()) {
    return tl::make_unexpected(
        MessageError{NotificationMessage(ErrorCode::message_header, header_error::bad_length),
                     "NOTIFICATION", "RFC 4271 section 6.1"});
  }
  const auto rest = in.rest();
  notification.data.assign(rest.begin(), rest.end());
  return notification;
}

Octets encode(const RouteRefreshMessage& refresh) {
  Octets message;
  WireWriter out(message);
  begin_message(out, MessageType::route_refresh);
  out.u16(refresh.family.afi);
  out.u8(refresh.subtype);
  out.u8(refresh.family.safi);
  finish_message(message);
  return message;
}

tl::expected<RouteRefreshMessage, MessageError> decode_route_refresh(Bytes body) {
  WireReader in(body);
  RouteRefreshMessage refresh;
  refresh.family.afi = in.u16();
  refresh.subtype = in.u8();
  const bool demarcates = !in.failed() && (refresh.subtype == 1 || refresh.subtype == 2);
  refresh.family.safi = in.u8();
  // A longer request carries outbound route filters (RFC 5291), which this speaker never offers.
  if (!in.failed() && (in.empty() || !demarcates)) return refresh;
  Octets message;
  WireWriter out(message);
  begin_message(out, MessageType::route_refresh);
  out.bytes(body);
  finish_message(message);
  MessageError error;
  error.detail = "ROUTE-REFRESH of " + std::to_string(message.size()) + " octets";
  if (demarcates) {  // the data is the whole message
    error.notification = NotificationMessage(
        ErrorCode::route_refresh, route_refresh_error::invalid_length, std::move(message));
    error.section = "RFC 7313 section 5";
  } else {
    error.notification = NotificationMessage(ErrorCode::message_header, header_error::bad_length,
                                             {message[16], message[17]});
    error.section = "RFC 4271 section 6.1";
  }
  return tl::make_unexpected(std::move(error));
}

}  // namespace seatrial::bgp
