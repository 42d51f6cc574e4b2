#include "sim/forwarding/observer.h"

namespace seatrial::sim {

std::string_view to_string(PacketDrop reason) {
  switch (reason) {
    case PacketDrop::no_route:
      return "no_route";
    case PacketDrop::blackhole:
      return "blackhole";
    case PacketDrop::unreachable:
      return "unreachable";
    case PacketDrop::ttl_expired:
      return "ttl_expired";
    case PacketDrop::not_forwarding:
      return "not_forwarding";
    case PacketDrop::interface_down:
      return "interface_down";
    case PacketDrop::too_big:
      return "too_big";
    case PacketDrop::no_neighbour:
      return "no_neighbour";
    case PacketDrop::rejected:
      return "rejected";
    case PacketDrop::filtered:
      return "filtered";
    case PacketDrop::count:
      break;
  }
  return "?";
}

}  // namespace seatrial::sim
