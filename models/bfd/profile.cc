// Each value was read from captures of the daemon in a network namespace (tests/interop/test_bfd.py
// holds the models to them). Both daemons jitter uniformly between 75 and 100 %, and send at once
// when the session goes Up (with Poll) or Down.
#include "models/bfd/profile.h"

namespace seatrial::bfd {

const Profile& rfc() {
  static const Profile profile{.name = "rfc",
                               .receive_interval = 300ms,
                               .transmit_interval = 300ms,
                               .detect_multiplier = 3,
                               .slow_interval = 1s,
                               .slow_receive_interval = std::nullopt,
                               .init_at_once = true,
                               .admin_down_is_down = false};
  return profile;
}

const Profile& frr_8_4() {
  // While not Up it announces 1 s for receiving, too, and an Init waits for the next period. With
  // the peer in AdminDown bgpd ends the session with Cease/BFD Down.
  static const Profile profile{.name = "frr-8.4",
                               .receive_interval = 300ms,
                               .transmit_interval = 300ms,
                               .detect_multiplier = 3,
                               .slow_interval = 1s,
                               .slow_receive_interval = 1s,
                               .init_at_once = false,
                               .admin_down_is_down = true};
  return profile;
}

const Profile& bird_2_0() {
  // 2.0.12: rx 10 ms, tx 100 ms, idle tx 1 s, multiplier 5. A peer in AdminDown ends the BGP
  // session ("BFD session down"), too.
  static const Profile profile{.name = "bird-2.0",
                               .receive_interval = 10ms,
                               .transmit_interval = 100ms,
                               .detect_multiplier = 5,
                               .slow_interval = 1s,
                               .slow_receive_interval = std::nullopt,
                               .init_at_once = true,
                               .admin_down_is_down = true};
  return profile;
}

const Profile& profile_of(std::string_view bgp_profile) {
  if (bgp_profile.starts_with("frr-")) return frr_8_4();
  if (bgp_profile.starts_with("bird-")) return bird_2_0();
  return rfc();
}

}  // namespace seatrial::bfd
