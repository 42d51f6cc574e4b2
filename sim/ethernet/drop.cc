#include "sim/ethernet/drop.h"

#include <numeric>

namespace seatrial::sim {

std::string_view to_string(DropReason reason) {
  switch (reason) {
    case DropReason::queue_full:
      return "queue full";
    case DropReason::link_down:
      return "link down";
    case DropReason::lost_in_flight:
      return "lost in flight";
    case DropReason::silent_loss:
      return "silent loss";
    case DropReason::oversize:
      return "larger than the MTU";
    case DropReason::vlan:
      return "VLAN not carried";
    case DropReason::malformed:
      return "malformed";
    case DropReason::loop:
      return "layer-2 loop";
  }
  return "unknown";
}

std::uint64_t DeviceCounters::dropped() const {
  return std::accumulate(drops.begin(), drops.end(), std::uint64_t{0});
}

}  // namespace seatrial::sim
