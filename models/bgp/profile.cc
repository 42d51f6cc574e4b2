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
  p.keepalive_jitter_low = 0.75;  // [rfc] 4271 section 10
  p.keepalive_jitter_high = 1.0;
  p.retry_jitter_low = 0.75;
  p.retry_jitter_high = 1.0;
  p.error_wait_min = 60s;  // [rfc] 1771 section 8: start timer of 60 s, doubled each time
  p.error_wait_max = 240s;
  p.mrai_ibgp = 5s;  // [rfc] 4271 section 10
  p.mrai_ebgp = 30s;
  p.ebgp_default_deny = true;  // [rfc] 8212
  p.enforce_first_as = true;   // [rfc] 4271 section 6.3
  return p;
}

Profile frr_traditional() {
  Profile p;
  p.name = "frr-8.4-traditional";
  p.hold_time = 180s;  // [src] DFLT_BGP_HOLDTIME, DFLT_BGP_KEEPALIVE
  p.keepalive_time = 60s;
  p.start_delay = 1s;  // [src] BGP_INIT_START_TIMER
  p.connect_timeout = 120s;
  p.retry_after_failure = 30s;  // [src] DFLT_BGP_TIMERS_CONNECT, doubling to 120 s
  p.retry_max = 120s;
  p.error_wait_min = 2s;  // [src] the start timer doubles after each error, to 120 s
  p.error_wait_max = 120s;
  p.error_wait_accepts = true;
  p.first_update_delay = 1100ms;  // [meas] 8.4.4: 1 s of update-group coalescing and the work queue
  p.decision_delay = 50ms;        // [src] the hold of bgpd's main processing queue
  p.end_of_rib = true;            // [meas] sent without graceful restart negotiated
  p.med_mode = MedMode::pairwise;
  p.last_tie_break = LastTieBreak::oldest_external;
  p.multipath_ebgp = 256;  // [src] MULTIPATH_NUM of Debian's build
  p.multipath_ibgp = 256;
  p.ebgp_default_deny = true;
  p.network_import_check = true;
  return p;
}

Profile frr_datacenter() {
  Profile p = frr_traditional();
  p.name = "frr-8.4-datacenter";
  p.hold_time = 9s;  // [src] [meas] OPEN carries 9, keepalives every 3.000 s
  p.keepalive_time = 3s;
  p.retry_after_failure = 10s;  // [src]
  p.med_mode = MedMode::deterministic;
  p.ebgp_default_deny = false;
  return p;
}

Profile quagga() {
  Profile p = frr_traditional();
  p.name = "quagga-1.2";         // [src]; not in Debian 12, so nothing here is measured
  p.retry_after_failure = 120s;  // [src] BGP_DEFAULT_CONNECT_RETRY
  p.retry_max = 120s;
  p.first_update_delay = 0s;
  p.mrai_ibgp = 5s;  // [src] BGP_DEFAULT_IBGP_ROUTEADV, BGP_DEFAULT_EBGP_ROUTEADV
  p.mrai_ebgp = 30s;
  p.multipath_ebgp = 1;
  p.multipath_ibgp = 1;
  p.ebgp_default_deny = false;
  p.network_import_check = false;
  return p;
}

Profile bird2() {
  Profile p;
  p.name = "bird-2.0";
  p.hold_time = 240s;  // [src] [meas] OPEN carries 240
  p.keepalive_time = 80s;
  p.keepalive_jitter_low = 0.75;  // [src] bgp_start_timer, [meas] 2.3 to 2.9 s of 3
  p.keepalive_jitter_high = 1.0;
  p.start_delay = 5s;  // [src] connect delay time
  p.connect_timeout = 120s;
  p.retry_after_failure = 5s;  // [src] a refused attempt goes back to the connect delay
  p.retry_max = 5s;
  p.retry_jitter_low = 0.75;
  p.retry_jitter_high = 1.0;
  p.error_wait_min = 60s;  // [src] error wait time 60, 300
  p.error_wait_max = 300s;
  p.bfd_down_subcode = 0;        // [meas] 2.0.12
  p.first_update_delay = 280ms;  // [meas] 2.0.12
  p.med_mode = MedMode::pairwise;
  p.multipath_relax = true;
  p.ebgp_default_deny = true;  // [src] BIRD 2 wants an explicit import and export on eBGP
  return p;
}

Profile bird_calico() {
  Profile p = bird2();
  p.name = "bird-1.6-calico-3.25";
  p.start_delay =
      2s;  // [src] Calico's template: connect delay 2, connect retry 5, error wait 5, 30
  p.connect_timeout = 5s;
  p.retry_after_failure = 2s;
  p.retry_max = 2s;
  p.error_wait_min = 5s;
  p.error_wait_max = 30s;
  p.multipath_ebgp = 16;  // [src] merge paths on; BIRD's default limit
  p.multipath_ibgp = 16;
  p.ebgp_default_deny = false;  // [src] BIRD 1.6
  return p;
}

Profile gobgp() {
  Profile p;
  p.name = "gobgp-3.10";
  p.hold_time = 90s;  // [src]
  p.keepalive_time = 30s;
  p.start_delay = 0s;
  p.retry_after_failure = 120s;
  p.retry_max = 120s;
  p.error_wait_min = 30s;  // [src] idle hold time after reset
  p.error_wait_max = 30s;
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
