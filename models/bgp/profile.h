// What the RFCs leave open and each daemon decides: timers, jitter, coalescing, tie-breaks,
// defaults. Data only; a row's source stands beside it in profile.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/bgp/constants.h"
#include "models/net/units.h"

namespace seatrial::bgp {

enum class MedMode {
  eliminate,      // RFC 4271 section 9.1.2.2 c: independent of order
  deterministic,  // grouped by neighbouring AS first
  pairwise,       // in order of arrival, newest first: the result can depend on the order
};

enum class LastTieBreak {
  router_id,        // RFC 4271 section 9.1.2.2 f
  oldest_external,  // between two external paths the one already selected stays, then router id
};

struct Profile {
  std::string name;

  // Session timers.
  Duration hold_time = 90s;           // offered in OPEN; 0: no keepalives
  Duration keepalive_time = 30s;      // used when less than a third of the negotiated hold time
  Duration open_hold_time = 240s;     // while the peer's OPEN is awaited: RFC 4271's "large value"
  double keepalive_jitter_low = 1.0;  // the interval is multiplied by a number in [low, high]
  double keepalive_jitter_high = 1.0;

  // Connecting.
  Duration start_delay = 0s;            // from start to the first attempt
  bool start_delay_accepts = true;      // a peer's connection is accepted meanwhile
  Duration connect_timeout = 120s;      // an attempt without an answer is given up
  Duration retry_after_failure = 120s;  // from a failed attempt to the next
  Duration retry_max = 120s;            // doubling up to here; equal: constant
  double retry_jitter_low = 1.0;
  double retry_jitter_high = 1.0;
  Duration error_wait_min = 0s;                     // in Idle after a protocol error, doubling ...
  Duration error_wait_max = 0s;                     // ... up to here
  bool error_wait_accepts = false;                  // a peer's connection is accepted meanwhile
  std::uint8_t bfd_down_subcode = cease::bfd_down;  // of the Cease when BFD says Down (RFC 9384)

  // Advertising.
  Duration first_update_delay = 0s;  // from Established to the first UPDATE
  Duration decision_delay = 0s;      // changes are collected this long before the decision runs
  Duration mrai_ibgp = 0s;           // RFC 4271 section 9.2.1.1
  Duration mrai_ebgp = 0s;
  bool end_of_rib = false;  // sent even when graceful restart was not negotiated

  // Decision.
  std::uint32_t default_local_pref = 100;
  MedMode med_mode = MedMode::eliminate;
  LastTieBreak last_tie_break = LastTieBreak::router_id;
  unsigned multipath_ebgp = 1;  // most next hops; 1: no multipath
  unsigned multipath_ibgp = 1;
  bool multipath_relax = false;  // paths of equal length but different AS_PATH count as equal

  // Checks.
  bool ebgp_default_deny = false;     // RFC 8212
  bool enforce_first_as = false;      // RFC 4271 section 6.3: leftmost AS is the peer's
  bool network_import_check = false;  // a `network` needs the prefix in the routing table

  // Capabilities offered besides multiprotocol, route refresh and 4-octet AS.
  bool announce_extended_message = false;
  // Offered only by profiles whose procedures exist here; see README.md.
  std::optional<Duration> graceful_restart_time;
};

// "rfc", "frr-8.4-traditional", "frr-8.4-datacenter", "quagga-1.2", "bird-2.0",
// "bird-1.6-calico-3.25", "gobgp-3.10"; nullptr for another name.
const Profile* profile_named(std::string_view name);
std::vector<std::string_view> profile_names();

}  // namespace seatrial::bgp
