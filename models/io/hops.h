// For a handler to which it matters over how many hops a datagram came, each sender having a limit
// of its own: DatagramSocket::set_hops() knows one for the whole socket.
#pragma once

#include "models/io/host.h"

namespace seatrial::io {

class HopsHandler : public DatagramHandler {
 public:
  // Instead of on_datagram(), by a host that knows the TTL or hop limit.
  virtual void on_datagram_over(const net::Endpoint& from, const net::Endpoint& to, Bytes bytes,
                                int hops) = 0;
};

// For hosts: as the handler would have it.
inline void deliver(DatagramHandler& handler, const net::Endpoint& from, const net::Endpoint& to,
                    Bytes bytes, std::optional<int> hops) {
  if (auto* asks = hops ? dynamic_cast<HopsHandler*>(&handler) : nullptr) {
    asks->on_datagram_over(from, to, bytes, *hops);
  } else {
    handler.on_datagram(from, to, bytes);
  }
}

}  // namespace seatrial::io
