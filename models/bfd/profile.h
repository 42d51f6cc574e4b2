// What RFC 5880 leaves open and a daemon decides, as measured (profile.cc names each source).
#pragma once

#include <optional>
#include <string_view>

#include "models/net/units.h"

namespace seatrial::bfd {

struct Profile {
  std::string_view name;
  // Asked for where nothing is configured.
  Duration receive_interval;
  Duration transmit_interval;
  unsigned detect_multiplier = 3;
  // Section 6.8.3: Desired Min TX while not Up; at least a second.
  Duration slow_interval;
  // Required Min RX announced while not Up; otherwise the configured one.
  std::optional<Duration> slow_receive_interval;
  // The answer to a peer's Down is sent at once, not with the next periodic packet.
  bool init_at_once = true;
  // The client is told Down when the peer goes AdminDown, against RFC 5882 section 3.2.
  bool admin_down_is_down = false;
};

const Profile& rfc();      // nothing beyond the RFCs; the daemons' usual 300 ms x 3
const Profile& frr_8_4();  // bfdd
const Profile& bird_2_0();
// The BFD that comes with a BGP daemon's profile: "frr-8.4-datacenter", "bird-2.0", ...
const Profile& profile_of(std::string_view bgp_profile);

}  // namespace seatrial::bfd
