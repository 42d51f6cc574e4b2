// Rewriting the addresses and ports of a packet. The simulation carries no checksums (the capture
// fills them in), so there is none to correct.
#pragma once

#include <optional>

#include "sim/forwarding/forwarding.h"

namespace seatrial::sim {

// Makes `packet` a packet of `flow`; copies it only when a port changes.
void rewrite(PacketInFlight& packet, const Flow& flow);

// The flow that an ICMP error is about (its quoted header and first octets), seen as it was sent.
// Nothing for other ICMP messages.
std::optional<Flow> quoted_flow(const PacketInFlight& packet);
// Replaces the quoted flow.
void rewrite_quoted(PacketInFlight& packet, const Flow& flow);

std::uint8_t tcp_flags_of(const PacketInFlight& packet);

}  // namespace seatrial::sim
