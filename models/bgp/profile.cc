// Sources: [src] the daemon's own source and documentation of that version, [meas] measured with
// the daemon in a network namespace, [rfc] the RFC. Where a row is not marked the RFC's value
// stands.
#include "models/bgp/profile.h"

#include <array>

namespace seatrial::bgp {
namespace {

Profile rfc() {
  Profile p;  // the member initializers are RFC 4271 section 10's suggestions
  p.name = "rfc";
  p.keepalive_jitter = {0.75, 1.0};  // [rfc] 4271 section 10
  p.retry_jitter = {0.75, 1.0};
  p.wait_jitter = {0.75, 1.0};
  p.error_wait_min = 60s;  // [rfc] 1771 section 8: start timer of 60 s, doubled each time
  p.error_wait_max = 240s;
  p.mrai_ibgp = 5s;  // [rfc] 4271 section 10
  p.mrai_ebgp = 30s;
  p.ebgp_default_deny = true;  // [rfc] 8212
  p.enforce_first_as = true;   // [rfc] 4271 section 6.3
  p.announce_extended_message = true;
  p.enhanced_route_refresh = true;
  p.graceful_restart_notification = true;
  return p;
}

Profile frr_traditional() {
  Profile p;
  p.name = "frr-8.4-traditional";
  p.hold_time = 180s;  // [src] DFLT_BGP_HOLDTIME, DFLT_BGP_KEEPALIVE; [meas]
  p.keepalive_time = 60s;
  p.start_delay = 1s;  // [src] BGP_INIT_START_TIMER; [meas]
  p.connect_timeout = 120s;
  p.retry_after_failure = 120s;  // [meas] 8.4.4, refused or without an answer
  p.retry_max = 120s;
  p.end_wait = 1s;        // [meas] the start timer again
  p.error_wait_min = 2s;  // [src] the start timer doubles after each error, to 120 s; [meas]
  p.error_wait_max = 120s;
  p.error_wait_accepts = true;                               // [meas]
  p.hold_expiry_is_error = false;                            // [meas]
  p.notification_wait = NotificationWait::when_established;  // [meas]
  p.shutdown_subcode = cease::peer_deconfigured;             // [meas] SIGTERM
  p.silent_end_with_restart = true;                          // [meas] SIGTERM
  p.first_update_delay = 1050ms;  // [meas] 1 s of update-group coalescing and the work queue
  p.decision_delay = 50ms;        // [src] the hold of bgpd's main processing queue; [meas]
  p.originated_med = 0;           // [meas]
  p.reflects_unchanged = true;    // [meas] without `bgp route-reflector allow-outbound-policy`
  p.returns_routes = true;        // [meas] these three
  p.clients_in_pairs = true;
  p.blackhole_stays = true;
  p.med_mode = MedMode::pairwise;
  p.med_scope = MedScope::or_no_length;  // [src] bgp_path_info_cmp; [meas]
  p.member_over_internal = true;         // [src] whatever the way to the next hop costs; [meas]
  p.last_tie_break = LastTieBreak::oldest_external;
  p.multipath_ebgp = 256;  // [src] MULTIPATH_NUM of Debian's build
  p.multipath_ibgp = 256;
  p.dampening_step = 5s;  // [src] DELTA_T, DELTA_REUSE; [meas]
  p.dampening_tick = 10s;
  p.multipath_by_address = true;  // [src] bgp_path_info_mpath_cmp; [meas]
  p.ebgp_default_deny = true;
  p.network_import_check = true;
  p.announce_extended_message = true;  // [meas] these in the OPEN
  p.cisco_route_refresh = true;
  p.enhanced_route_refresh = true;
  p.add_path_receive = true;
  p.announce_host_name = true;
  p.graceful_restart_notification = true;
  p.long_lived_families = true;
  p.restart_bit_after_start = true;  // [meas] a fresh start, too
  p.restart_defers = false;          // [meas] its routes leave 1 s after Established all the same
  return p;
}

Profile frr_datacenter() {
  Profile p = frr_traditional();
  p.name = "frr-8.4-datacenter";
  p.hold_time = 9s;  // [src] [meas] OPEN carries 9, keepalives every 3.000 s
  p.keepalive_time = 3s;
  p.retry_after_failure = 10s;  // [src] [meas]
  p.retry_max = 10s;
  p.connect_timeout = 10s;  // [meas]
  p.med_mode = MedMode::deterministic;
  p.ebgp_default_deny = false;
  return p;
}

Profile quagga() {
  Profile p = frr_traditional();
  p.name = "quagga-1.2";  // [src]; not in Debian 12, so nothing here is measured
  p.first_update_delay = 0s;
  p.mrai_ibgp = 5s;  // [src] BGP_DEFAULT_IBGP_ROUTEADV, BGP_DEFAULT_EBGP_ROUTEADV
  p.mrai_ebgp = 30s;
  p.multipath_ebgp = 1;
  p.multipath_ibgp = 1;
  p.blackhole_stays = false;  // [src] younger than Quagga, both
  p.heeds_graceful_shutdown = false;
  p.ebgp_default_deny = false;
  p.network_import_check = false;
  p.announce_extended_message = false;  // [src] younger than Quagga, as what follows
  p.enhanced_route_refresh = false;
  p.add_path_receive = false;
  p.announce_host_name = false;
  p.graceful_restart = GracefulRestartMode::disabled;
  p.graceful_restart_notification = false;
  p.long_lived_families = false;
  p.restart_bit_after_start = false;
  return p;
}

Profile bird2() {
  Profile p;
  p.name = "bird-2.0";
  p.hold_time = 240s;  // [src] [meas] OPEN carries 240
  p.keepalive_time = 80s;
  p.keepalive_jitter = {0.75, 1.0};  // [src] bgp_start_timer, [meas] 2.3 to 2.95 s of 3
  p.start_delay = 5s;                // [src] connect delay time; [meas]
  p.start_delay_after_end = true;    // [meas]
  p.connect_timeout = 120s;
  p.retry_after_failure = 5s;  // [src] a refused attempt goes back to the connect delay; [meas]
  p.retry_max = 5s;
  p.start_jitter = p.retry_jitter = p.wait_jitter = {0.75, 1.0};
  p.error_wait_min = 60s;  // [src] error wait time 60, 300
  p.error_wait_max = 300s;
  p.notification_wait = NotificationWait::unless_cease;  // [meas]
  // [meas] 2.0.12: what a feed has to send is noticed when the process wakes up: after 3 s, or for
  // a KEEPALIVE of its own or anything that comes in.
  p.first_update_delay = 3s;
  p.first_update_on_wakeup = true;
  p.end_of_rib = true;                           // [meas]
  p.shared_next_hop = SharedNextHop::interface;  // [meas] these three
  p.passes_link_local = true;
  p.heeds_graceful_shutdown = false;
  p.med_mode = MedMode::incremental;  // [src] rte_recalculate, without `deterministic med`; [meas]
  p.med_scope = MedScope::or_none;    // [src] bgp_get_neighbor
  p.multipath_relax = true;
  p.ebgp_default_deny = true;       // [src] BIRD 2 wants an explicit import and export on eBGP
  p.bfd_down_subcode = 0;           // [meas] 2.0.12
  p.enhanced_route_refresh = true;  // [meas] these in the OPEN
  p.long_lived = true;
  p.stale_timer = false;            // [src]
  p.leaves_routes_killed = true;    // [meas] a terminated one takes them out
  p.restart_serves_unaware = true;  // [src] only sessions with gr_wait are held; [meas]
  p.restart_wait_max = 240s;        // [src] graceful restart wait time; [meas]
  return p;
}

Profile bird_calico() {
  Profile p = bird2();
  p.name = "bird-1.6-calico-3.25";
  // [src] Calico's template: connect delay 2, connect retry 5, error wait 5, 30
  p.start_delay = 2s;
  p.connect_timeout = 5s;
  p.retry_after_failure = 2s;
  p.retry_max = 2s;
  p.jitter_step = 1s;  // [meas] BIRD 1.6's timers know whole seconds: 2 stays 2, 5 is 4 or 5
  p.error_wait_min = 5s;
  p.error_wait_max = 30s;
  p.first_update_delay = 0s;  // [meas] 1.6.8: 2 ms
  p.first_update_on_wakeup = false;
  p.multipath_ebgp = 16;  // [src] merge paths on; BIRD's default limit
  p.multipath_ibgp = 16;
  p.ebgp_default_deny = false;                          // [src] BIRD 1.6
  p.graceful_restart = GracefulRestartMode::restarter;  // [src] Calico's template
  p.leaves_routes_terminated = true;  // [src] its kernel protocol has `persist`; [meas]
  p.starts_restarting = true;         // [src] calico-node runs `bird -R`
  return p;
}

Profile gobgp() {
  Profile p;
  p.name = "gobgp-3.10";
  p.hold_time = 90s;  // [src]
  p.keepalive_time = 30s;
  p.start_delay = 5s;  // [meas] 5 to 9 s, whole ones
  p.start_jitter = {1.0, 1.8};
  p.start_delay_after_end = true;
  p.end_wait = 5s;  // [meas] 10 to 14 s after any end
  p.error_wait_min = 5s;
  p.error_wait_max = 5s;
  p.retry_after_failure = 120s;  // [meas] 133 s, 164 s
  p.retry_max = 120s;
  p.retry_jitter = {1.0, 2.0};
  p.jitter_step = 1s;
  p.shutdown_subcode = cease::peer_deconfigured;  // [meas] SIGTERM
  p.announce_host_name = true;                    // [meas]
  p.shared_next_hop = SharedNextHop::never;       // [src] external peers are told its own address
  p.heeds_graceful_shutdown = false;              // [src] a policy's business
  p.graceful_restart = GracefulRestartMode::disabled;
  p.tracks_links = false;  // [meas]
  return p;
}

const std::array<Profile, 7>& table() {
  static const std::array<Profile, 7> rows{rfc(),   frr_traditional(), frr_datacenter(), quagga(),
                                           bird2(), bird_calico(),     gobgp()};
  return rows;
}

}  // namespace

const Profile* profile_named(std::string_view name) {
  for (const auto& row : table()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::vector<std::string_view> profile_names() {
  std::vector<std::string_view> names;
  for (const auto& row : table()) names.push_back(row.name);
  return names;
}

}  // namespace seatrial::bgp
