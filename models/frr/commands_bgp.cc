// The commands of `router bgp` that are about the speaker, as bgpd's bgp_vty has them.
#include <array>

#include "models/frr/reader.h"

namespace seatrial::frr {
namespace {

constexpr auto acts = Effect::acts;
constexpr auto harmless = Effect::harmless;
constexpr auto no_effect = Effect::no_effect;
constexpr auto unsupported = Effect::unsupported;

Duration seconds_of(Reader& r, std::size_t index) {
  return std::chrono::seconds(r.number(index));
}

bgp::SpeakerConfig& speaker(Reader& r) {
  return r.bgp().speaker;
}
bgp::GracefulRestartConfig& restart(Reader& r) {
  return r.bgp().speaker.graceful_restart;
}

// A switch: the command sets the member, `no` clears it.
template <auto member>
void flag(Reader& r) {
  speaker(r).*member = !r.negated();
}

void timers(Reader& r) {
  // bgp_vty: "hold time value must be either 0 or greater than 3"; RFC 4271 section 4.2 takes 3.
  if (r.number(1) == 1 || r.number(1) == 2) {
    r.diagnostics().error(r.at(r.value(1)), "hold time " + r.value(1).text + " s",
                          "0 or at least 3 (RFC 4271 section 4.2)");
  }
  r.bgp().keepalive = seconds_of(r, 0);
  r.bgp().hold = seconds_of(r, 1);
}

void cluster_id(Reader& r) {
  const auto address = net::IpAddress::parse(r.value(0).text);
  speaker(r).cluster_id = bgp::RouterId::from(address ? *address : net::IpAddress::v4(r.number(0)));
}

void confederation_peers(Reader& r) {
  for (std::size_t i = 0; i < r.value_count(); ++i) {
    const auto asn = net::Asn::parse(r.value(i).text);
    if (!asn || asn->value == 0) {
      r.diagnostics().error(r.at(r.value(i)), "'" + r.value(i).text + "' is not an AS number",
                            "AS numbers");
    } else if (*asn == r.bgp().asn) {
      // bgp_confederation_peers_add takes it; it says nothing.
      r.diagnostics().warning(r.at(r.value(i)),
                              "AS " + r.value(i).text + " is this router's own member AS",
                              "the other member ASes");
    } else {
      r.bgp().confederation_peers.push_back(*asn);
    }
  }
}

void bestpath_med(Reader& r) {
  for (std::size_t i = 0; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    if (word.text == "confed") {
      speaker(r).med_confederation = !r.negated();
    } else if (word.text == "missing-as-worst") {
      speaker(r).missing_med_is_worst = !r.negated();
    } else {
      r.diagnostics().error(r.at(word), "unexpected '" + word.text + "'",
                            "'confed' or 'missing-as-worst'");
    }
  }
}

void listen_range(Reader& r) {
  r.bgp().ranges.push_back({*net::Prefix::parse_lenient(r.value(0).text), r.reference(1)});
}

// `on-startup` beside `administrative` changes nothing: what is for good holds.
void max_med(Reader& r) {
  bgp::MaxMed out;
  if (r.value_count() > 0) out.value = r.number(0);
  speaker(r).max_med = out;
}

void max_med_on_startup(Reader& r) {
  if (speaker(r).max_med && !speaker(r).max_med->after_start) return;
  bgp::MaxMed out{.after_start = seconds_of(r, 0)};
  if (r.value_count() > 1) out.value = r.number(1);
  speaker(r).max_med = out;
}

void other_address_family(Reader& r) {
  r.skip_until("exit-address-family");
}

constexpr std::array rows = {
    Row{"bgp router-id ADDR4", acts, [](Reader& r) { r.bgp().router_id = r.address(0); }},
    Row{"no bgp router-id ANY", acts, [](Reader& r) { r.bgp().router_id.reset(); }},
    Row{"bgp cluster-id ADDR4|<1-4294967295>", acts, cluster_id},
    Row{"no bgp cluster-id ANY", acts, [](Reader& r) { speaker(r).cluster_id.reset(); }},
    Row{"bgp confederation identifier ASN", acts,
        [](Reader& r) { r.bgp().confederation = net::Asn::parse(r.value(0).text); }},
    Row{"no bgp confederation identifier ANY", acts,
        [](Reader& r) { r.bgp().confederation.reset(); }},
    Row{"bgp confederation peers LINE", acts, confederation_peers},
    Row{"no bgp confederation peers LINE", unsupported},
    // What a new neighbour has.
    Row{"[no] bgp default ipv4-unicast", acts,
        [](Reader& r) { r.bgp().default_ipv4_unicast = !r.negated(); }},
    Row{"[no] bgp default ipv6-unicast", acts,
        [](Reader& r) { r.bgp().default_ipv6_unicast = !r.negated(); }},
    Row{"[no] bgp default ipv4-multicast|ipv4-vpn|ipv4-labeled-unicast|ipv4-flowspec|"
        "ipv6-multicast|ipv6-vpn|ipv6-labeled-unicast|ipv6-flowspec|l2vpn-evpn",
        no_effect},
    Row{"bgp default local-preference <0-4294967295>", acts,
        [](Reader& r) { speaker(r).default_local_pref = r.number(0); }},
    Row{"no bgp default local-preference ANY", acts,
        [](Reader& r) { speaker(r).default_local_pref.reset(); }},
    Row{"[no] bgp default show-hostname|show-nexthop-hostname", harmless},
    Row{"[no] bgp default subgroup-pkt-queue-max ANY", harmless},
    Row{"[no] bgp default shutdown", acts,
        [](Reader& r) { r.bgp().default_shutdown = !r.negated(); }},
    Row{"[no] bgp ebgp-requires-policy", acts, flag<&bgp::SpeakerConfig::ebgp_default_deny>},
    Row{"[no] bgp network import-check", acts, flag<&bgp::SpeakerConfig::import_check>},
    Row{"[no] bgp network import-check exact", acts, flag<&bgp::SpeakerConfig::import_check>},
    // Sessions.
    Row{"timers bgp <0-65535> <0-65535>", acts, timers},
    Row{"no timers bgp ANY", acts,
        [](Reader& r) {
          r.bgp().keepalive.reset();
          r.bgp().hold.reset();
        }},
    Row{"bgp minimum-holdtime <1-65535>", acts,
        [](Reader& r) { speaker(r).minimum_hold_time = seconds_of(r, 0); }},
    Row{"no bgp minimum-holdtime ANY", acts,
        [](Reader& r) { speaker(r).minimum_hold_time.reset(); }},
    Row{"[no] bgp fast-external-failover", acts, flag<&bgp::SpeakerConfig::fast_external_failover>},
    Row{"[no] bgp fast-convergence", no_effect},
    Row{"[no] bgp shutdown", acts, [](Reader& r) { r.bgp().shutdown = !r.negated(); }},
    Row{"bgp shutdown message LINE", acts,
        [](Reader& r) {
          r.bgp().shutdown = true;
          r.bgp().shutdown_message = r.rest(0);
        }},
    Row{"no bgp shutdown message ANY", acts, [](Reader& r) { r.bgp().shutdown = false; }},
    Row{"bgp listen limit <1-65535>", acts,
        [](Reader& r) { speaker(r).dynamic_limit = r.number(0); }},
    Row{"no bgp listen limit ANY", acts, [](Reader& r) { speaker(r).dynamic_limit = 100; }},
    Row{"bgp listen range PREFIX peer-group WORD", acts, listen_range},
    Row{"no bgp listen range ANY", unsupported},
    Row{"[no] bgp disable-ebgp-connected-route-check", acts,
        [](Reader& r) { r.bgp().disable_connected_check = !r.negated(); }},
    Row{"[no] bgp hard-administrative-reset", no_effect},
    Row{"[no] bgp log-neighbor-changes", harmless},
    Row{"read-quanta <1-10>", harmless},
    Row{"write-quanta <1-64>", harmless},
    Row{"no read-quanta|write-quanta ANY", harmless},
    Row{"[no] coalesce-time ANY", no_effect},
    Row{"[no] update-delay ANY", no_effect},
    // Graceful restart and shutdown.
    Row{"bgp graceful-restart", acts,
        [](Reader& r) { restart(r).mode = bgp::GracefulRestartMode::restarter; }},
    Row{"no bgp graceful-restart", acts,
        [](Reader& r) { restart(r).mode = bgp::GracefulRestartMode::helper; }},
    Row{"[no] bgp graceful-restart-disable", acts,
        [](Reader& r) {
          restart(r).mode =
              r.negated() ? bgp::GracefulRestartMode::helper : bgp::GracefulRestartMode::disabled;
        }},
    Row{"[no] bgp graceful-restart preserve-fw-state", acts,
        [](Reader& r) { restart(r).preserve_forwarding = !r.negated(); }},
    Row{"[no] bgp graceful-restart notification", acts,
        [](Reader& r) { restart(r).notification = !r.negated(); }},
    Row{"bgp graceful-restart restart-time <0-4095>", acts,
        [](Reader& r) { restart(r).restart_time = seconds_of(r, 0); }},
    Row{"bgp graceful-restart stalepath-time <1-4095>", acts,
        [](Reader& r) { restart(r).stale_time = seconds_of(r, 0); }},
    Row{"bgp graceful-restart select-defer-time <0-3600>", acts,
        [](Reader& r) { restart(r).select_deferral = seconds_of(r, 0); }},
    Row{"bgp graceful-restart rib-stale-time <1-3600>", no_effect},  // zebra's
    Row{"no bgp graceful-restart restart-time ANY", acts,
        [](Reader& r) { restart(r).restart_time = bgp::GracefulRestartConfig{}.restart_time; }},
    Row{"no bgp graceful-restart stalepath-time ANY", acts,
        [](Reader& r) { restart(r).stale_time = bgp::GracefulRestartConfig{}.stale_time; }},
    Row{"no bgp graceful-restart select-defer-time ANY", acts,
        [](Reader& r) { restart(r).select_deferral.reset(); }},
    Row{"no bgp graceful-restart rib-stale-time ANY", harmless},
    Row{"bgp long-lived-graceful-restart stale-time <1-4294967295>", acts,
        [](Reader& r) { restart(r).long_lived_stale = seconds_of(r, 0); }},
    Row{"no bgp long-lived-graceful-restart stale-time ANY", acts,
        [](Reader& r) { restart(r).long_lived_stale.reset(); }},
    Row{"[no] bgp graceful-shutdown", acts, flag<&bgp::SpeakerConfig::graceful_shutdown>},
    // The decision.
    Row{"[no] bgp bestpath as-path multipath-relax (no-as-set)", acts,
        flag<&bgp::SpeakerConfig::multipath_relax>},
    Row{"bgp bestpath as-path multipath-relax as-set", unsupported},
    Row{"no bgp bestpath as-path multipath-relax as-set", acts,
        flag<&bgp::SpeakerConfig::multipath_relax>},
    Row{"[no] bgp bestpath as-path ignore", acts, flag<&bgp::SpeakerConfig::as_path_ignore>},
    Row{"[no] bgp bestpath as-path confed", acts,
        flag<&bgp::SpeakerConfig::as_path_counts_confederation>},
    Row{"[no] bgp bestpath compare-routerid", acts, flag<&bgp::SpeakerConfig::compare_router_id>},
    Row{"[no] bgp bestpath med LINE", acts, bestpath_med},
    Row{"[no] bgp bestpath bandwidth ANY", no_effect},
    Row{"[no] bgp bestpath peer-type multipath-relax", acts,
        [](Reader& r) { r.bgp().speaker.peer_type_relax = !r.negated(); }},
    Row{"[no] bgp deterministic-med", acts, flag<&bgp::SpeakerConfig::deterministic_med>},
    Row{"[no] bgp always-compare-med", acts, flag<&bgp::SpeakerConfig::always_compare_med>},
    // What is sent and taken.
    Row{"[no] bgp client-to-client reflection", acts,
        flag<&bgp::SpeakerConfig::client_to_client_reflection>},
    Row{"[no] bgp reject-as-sets", acts, flag<&bgp::SpeakerConfig::reject_as_sets>},
    Row{"[no] bgp route-reflector allow-outbound-policy", acts,
        [](Reader& r) { r.bgp().reflector_policy = !r.negated(); }},
    Row{"bgp max-med administrative", acts, max_med},
    Row{"bgp max-med administrative <0-4294967295>", acts, max_med},
    Row{"bgp max-med on-startup <5-86400>", acts, max_med_on_startup},
    Row{"bgp max-med on-startup <5-86400> <0-4294967295>", acts, max_med_on_startup},
    Row{"no bgp max-med administrative|on-startup ANY", acts,
        [](Reader& r) { speaker(r).max_med.reset(); }},
    Row{"[no] bgp suppress-fib-pending", no_effect},
    Row{"[no] bgp suppress-duplicates", harmless},  // the model never sends the same twice
    Row{"[no] bgp allow-martian-nexthop", no_effect},
    Row{"bgp conditional-advertisement timer <5-240>", acts,
        [](Reader& r) { speaker(r).condition_interval = seconds_of(r, 0); }},
    Row{"no bgp conditional-advertisement timer ANY", acts,
        [](Reader& r) { speaker(r).condition_interval = 60s; }},
    Row{"[no] bgp route-map delay-timer ANY", harmless},  // of changes while running
    Row{"no synchronization|auto-summary", harmless},     // IOS's and Quagga's: never on
    // Monitoring, other planes.
    Row{"[no] bmp ANY", no_effect},
    Row{"[no] segment-routing srv6", unsupported},
    Row{"[no] sid ANY", unsupported},
    Row{"vnc defaults", unsupported, [](Reader& r) { r.skip_until("exit-vnc"); }},
    Row{"vnc nve-group|l2-group WORD", unsupported, [](Reader& r) { r.skip_until("exit-vnc"); }},
    Row{"vrf-policy WORD", unsupported, [](Reader& r) { r.skip_until("exit-vrf-policy"); }},
    Row{"[no] vnc ANY", unsupported},
    Row{"no vrf-policy WORD", unsupported},
    Row{"address-family ipv4", acts, [](Reader& r) { r.enter(Context::ipv4_unicast); }},
    Row{"address-family ipv4 unicast", acts, [](Reader& r) { r.enter(Context::ipv4_unicast); }},
    Row{"address-family ipv6", acts, [](Reader& r) { r.enter(Context::ipv6_unicast); }},
    Row{"address-family ipv6 unicast", acts, [](Reader& r) { r.enter(Context::ipv6_unicast); }},
    Row{"address-family ipv4|ipv6 multicast|vpn|labeled-unicast|flowspec", unsupported,
        other_address_family},
    Row{"address-family l2vpn evpn", unsupported, other_address_family},
};

}  // namespace

std::span<const Row> bgp_commands() {
  return rows;
}

}  // namespace seatrial::frr
