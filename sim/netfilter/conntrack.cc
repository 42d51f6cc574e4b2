#include "sim/netfilter/conntrack.h"

#include <algorithm>

namespace seatrial::sim {

namespace {
constexpr std::uint8_t fin_flag = 0x01;
constexpr std::uint8_t reset_flag = 0x04;
constexpr std::uint8_t ack_flag = 0x10;
}  // namespace

Conntrack::Match Conntrack::find(const Flow& flow, TimePoint now) {
  Match match;
  if (const auto original = by_original_.find(flow); original != by_original_.end()) {
    match = {original->second.get(), Direction::original};
  } else if (const auto reply = by_reply_.find(flow); reply != by_reply_.end()) {
    match = {reply->second, Direction::reply};
  }
  if (match && match.connection->expires <= now) {
    remove(*match.connection);
    return {};
  }
  return match;
}

Connection& Conntrack::add(const Flow& original, TimePoint now) {
  if (by_original_.size() >= sweep_at_) sweep(now);
  auto& slot = by_original_[original];
  if (slot != nullptr) remove(*slot);  // expired, or find() would have told
  auto connection = std::make_unique<Connection>();
  connection->original = original;
  connection->reply = original.reversed();
  connection->expires = now + timeouts_.other;
  Connection& made = *connection;
  by_original_[original] = std::move(connection);
  by_reply_.try_emplace(made.reply, &made);
  return made;
}

bool Conntrack::set_reply(Connection& connection, const Flow& reply, TimePoint now) {
  if (reply == connection.reply) return true;
  if (by_original_.contains(reply) && find(reply, now)) return false;
  if (by_reply_.contains(reply) && find(reply, now)) return false;
  const auto old = by_reply_.find(connection.reply);
  if (old != by_reply_.end() && old->second == &connection) by_reply_.erase(old);
  connection.reply = reply;
  by_reply_[reply] = &connection;
  return true;
}

void Conntrack::remove(Connection& connection) {
  const auto reply = by_reply_.find(connection.reply);
  if (reply != by_reply_.end() && reply->second == &connection) by_reply_.erase(reply);
  const Flow original = connection.original;  // dies with the entry
  by_original_.erase(original);
}

void Conntrack::note(Connection& connection, Direction direction, std::uint8_t tcp_flags,
                     TimePoint now) {
  if (direction == Direction::reply) connection.replied = true;
  Duration timeout = timeouts_.other;
  if (connection.original.protocol == protocol_udp) {
    timeout = connection.replied ? timeouts_.udp_assured : timeouts_.udp;
  } else if (connection.original.protocol == protocol_tcp) {
    if ((tcp_flags & reset_flag) != 0) {
      timeout = timeouts_.tcp_closed;
    } else {
      if ((tcp_flags & fin_flag) != 0) connection.fin[static_cast<std::size_t>(direction)] = true;
      const bool third_step =
          direction == Direction::original && connection.replied && (tcp_flags & ack_flag) != 0;
      connection.established = connection.established || third_step;
      const bool closing = connection.fin[0] || connection.fin[1];
      timeout = closing                  ? timeouts_.tcp_fin
                : connection.established ? timeouts_.tcp_established
                                         : timeouts_.tcp_syn;
    }
  }
  connection.expires = now + timeout;
}

void Conntrack::sweep(TimePoint now) {
  remove_if([now](const Connection& connection) { return connection.expires <= now; });
  sweep_at_ = std::max<std::size_t>(1024, by_original_.size() * 2);
}

}  // namespace seatrial::sim
