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
  incremental,    // what is new against the best so far: the result depends on the history
};

// Between which paths MED counts, `always-compare-med` apart. RFC 4271 section 9.1.2.2 c has one
// neighbouring AS, or none, RFC 5065 section 5.3 leaves out the confederation's own segments.
enum class MedScope {
  neighbor,      // that; what is only inside the confederation when asked for
  or_no_length,  // FRR: of one member AS, too, and all that left no AS; not what begins with a set
  or_none,       // BIRD: all without a neighbouring AS, too, wherever in the confederation
};

enum class LastTieBreak {
  router_id,        // RFC 4271 section 9.1.2.2 f
  oldest_external,  // between two external paths the one already selected stays, then router id
};

enum class GracefulRestartMode {
  by_profile,
  disabled,  // no capability
  helper,    // the capability with no family: keeps a restarting peer's routes
  restarter  // the capability with the families, too
};

// Which next hops an external peer is told as they are (RFC 4271 section 5.1.3, "third party").
enum class SharedNextHop {
  never,
  subnet,     // one on a subnet that we share with the peer
  interface,  // one behind the interface of the peer, a hop away
};

struct Jitter {
  double low = 1.0;
  double high = 1.0;
};

// Which NOTIFICATION of the peer is an error, as far as the waits go.
enum class NotificationWait {
  error,             // any
  when_established,  // any in Established
  unless_cease,      // any but Cease
};

struct Profile {
  std::string name;

  // Session timers.
  Duration hold_time = 90s;        // offered in OPEN; 0: no keepalives
  Duration keepalive_time = 30s;   // used when less than a third of the negotiated hold time
  Duration open_hold_time = 240s;  // while the peer's OPEN is awaited: RFC 4271's "large value"
  Jitter keepalive_jitter;         // of the interval

  // Connecting. Each wait is multiplied by a number in [low, high].
  Duration start_delay = 0s;            // from start to the first attempt
  bool start_delay_accepts = true;      // a peer's connection is accepted meanwhile
  bool start_delay_after_end = false;   // on top of the waits after the end of a connection
  Duration connect_timeout = 120s;      // an attempt without an answer is given up
  Duration retry_after_failure = 120s;  // from a failed attempt to the next
  Duration retry_max = 120s;            // doubling up to here; equal: constant
  Duration end_wait = 0s;               // in Idle after a connection's end
  Duration error_wait_min = 0s;         // in Idle after a protocol error, doubling ...
  Duration error_wait_max = 0s;         // ... up to here
  bool error_wait_accepts = false;      // a peer's connection is accepted meanwhile
  bool hold_expiry_is_error = true;     // as far as the waits go
  NotificationWait notification_wait = NotificationWait::error;
  Jitter start_jitter;        // of start_delay
  Jitter retry_jitter;        // of connect_timeout and retry_after_failure
  Jitter wait_jitter;         // of end_wait and error_wait
  Duration jitter_step = 0s;  // jitter in whole steps of this; 0: any

  // Ending.
  std::uint8_t shutdown_subcode = cease::admin_shutdown;  // of the Cease when the process ends
  // ... but to a peer with whom graceful restart was agreed on it only closes the connection.
  bool silent_end_with_restart = false;
  std::uint8_t bfd_down_subcode = cease::bfd_down;  // of the Cease when BFD says Down (RFC 9384)
  bool tracks_links = true;  // an external session falls with the interface that it goes over
  // The kernel's routes when the process is killed, or terminated.
  bool leaves_routes_killed = false;
  bool leaves_routes_terminated = false;

  // Advertising.
  Duration first_update_delay = 0s;     // from Established to the first UPDATE
  bool first_update_on_wakeup = false;  // ... or until any session sends or hears something
  Duration decision_delay = 0s;         // changes are collected this long before the decision runs
  Duration mrai_ibgp = 0s;              // RFC 4271 section 9.2.1.1
  Duration mrai_ebgp = 0s;
  bool end_of_rib = false;  // sent even when graceful restart was not negotiated
  std::optional<std::uint32_t> originated_med;  // of what is originated without one
  // What is reflected keeps its attributes: an outbound policy can only stop it.
  bool reflects_unchanged = false;
  SharedNextHop shared_next_hop = SharedNextHop::subnet;
  bool passes_link_local =
      false;                      // the link-local address of a next hop (RFC 2545) goes on with it
  bool returns_routes = false;    // to where they came from, as to everybody else
  bool clients_in_pairs = false;  // a route server's MED passes only from a client to a client
  bool blackhole_stays = false;   // what comes with BLACKHOLE (RFC 7999) gets NO_EXPORT
  bool heeds_graceful_shutdown = true;  // RFC 8326 section 4.2, without a policy

  // Decision.
  std::uint32_t default_local_pref = 100;
  MedMode med_mode = MedMode::eliminate;
  LastTieBreak last_tie_break = LastTieBreak::router_id;
  unsigned multipath_ebgp = 1;  // most next hops; 1: no multipath
  unsigned multipath_ibgp = 1;
  bool multipath_relax = false;  // paths of equal length but different AS_PATH count as equal
  bool multipath_by_address =
      false;  // the next hops are taken in their order, not in that of arrival
  MedScope med_scope = MedScope::neighbor;
  bool member_over_internal = false;  // another member AS's path over iBGP's (RFC 5065 section 5.3)

  // Dampening (RFC 2439): penalties decay in whole steps, and paths come back at a tick of a clock
  // that runs from the start (section 4.8.6); 0: at the moment itself.
  Duration dampening_step = 0s;
  Duration dampening_tick = 0s;

  // Checks.
  bool ebgp_default_deny = false;     // RFC 8212
  bool enforce_first_as = false;      // RFC 4271 section 6.3: leftmost AS is the peer's
  bool network_import_check = false;  // a `network` needs the prefix in the routing table

  // Capabilities offered besides multiprotocol, route refresh and 4-octet AS.
  bool announce_extended_message = false;  // RFC 8654
  bool cisco_route_refresh = false;        // code 128, too
  bool enhanced_route_refresh = false;     // RFC 7313
  bool add_path_receive = false;           // RFC 7911: for every family, unasked
  bool announce_host_name = false;
  GracefulRestartMode graceful_restart = GracefulRestartMode::helper;  // RFC 4724
  bool graceful_restart_notification = false;                          // RFC 8538: the N bit
  bool long_lived = false;  // RFC 9494: the capability even without a stale time of our own
  bool long_lived_families = false;      // ... with the families, of stale time 0
  bool stale_timer = true;               // a helper bounds what is kept from the loss on
  bool restart_bit_after_start = false;  // the R bit for the restart time after every start
  bool restart_defers = true;            // RFC 4724 section 4.1
  bool restart_serves_unaware = false;   // ... but not towards peers that need not be waited for
  Duration restart_wait_max = 360s;      // the deferral's end, where nothing else is configured
  bool starts_restarting = false;        // as if after a crash, whatever was before
};

// "rfc", "frr-8.4-traditional", "frr-8.4-datacenter", "quagga-1.2", "bird-2.0",
// "bird-1.6-calico-3.25", "gobgp-3.10"; nullptr for another name.
const Profile* profile_named(std::string_view name);
std::vector<std::string_view> profile_names();

}  // namespace seatrial::bgp
