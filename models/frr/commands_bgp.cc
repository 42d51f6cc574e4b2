// The commands of `router bgp` and of `address-family ipv4 unicast`, as bgpd's bgp_vty has them.
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

// RFC 4271 4.2: a hold time is 0 or at least 3 s.
void check_hold(Reader& r, std::size_t index) {
  if (r.number(index) == 1 || r.number(index) == 2) {
    r.diagnostics().error(r.at(r.value(index)), "hold time " + r.value(index).text + " s",
                          "0 or at least 3 (RFC 4271 section 4.2)");
  }
}

void bgp_timers(Reader& r) {
  check_hold(r, 1);
  r.bgp().keepalive = seconds_of(r, 0);
  r.bgp().hold = seconds_of(r, 1);
}

void peer_timers(Reader& r) {
  check_hold(r, 2);
  r.peer().keepalive = seconds_of(r, 1);
  r.peer().hold = seconds_of(r, 2);
}

void peer_bfd(Reader& r) {
  bgp::BfdConfig bfd;
  bfd.detect_multiplier = static_cast<unsigned>(r.number(1));
  bfd.receive_interval = std::chrono::milliseconds(r.number(2));
  bfd.transmit_interval = std::chrono::milliseconds(r.number(3));
  r.peer().bfd = bfd;
}

void cluster_id(Reader& r) {
  const auto address = net::IpAddress::parse(r.value(0).text);
  r.bgp().cluster_id = address ? *address : net::IpAddress::v4(r.number(0));
}

void said_twice(Reader& r, const PeerDraft& peer, const std::string& what) {
  r.diagnostics().error(r.at(r.value(0)),
                        "neighbor " + peer.name + " has " + what + " already, since line " +
                            std::to_string(peer.position.line),
                        "one definition of a neighbor");
}

void remote_as(Reader& r) {
  auto& peer = r.peer_draft(r.value(0));
  const auto& text = r.value(1).text;
  const auto asn = net::Asn::parse(text);
  const auto as = asn                  ? bgp::RemoteAs::number(asn->value)
                  : text == "internal" ? bgp::RemoteAs::internal()
                                       : bgp::RemoteAs::external();
  if (peer.settings.remote_as) said_twice(r, peer, "a remote-as");
  peer.settings.remote_as = as;
}

void peer_group(Reader& r) {
  auto& peer = r.peer_draft(r.value(0));
  if (net::IpAddress::parse(peer.name)) {
    r.diagnostics().error(r.at(r.value(0)), "'" + peer.name + "' cannot name a peer group",
                          "a name that is no address");
    return;
  }
  peer.is_group = true;
}

void peer_group_member(Reader& r) {
  auto& peer = r.peer_draft(r.value(0));
  if (peer.group) said_twice(r, peer, "a peer-group");
  peer.group = r.reference(1);
}

void route_map_of_peer(Reader& r) {
  auto& slot = r.value(2).text == "in" ? r.peer().route_map_in : r.peer().route_map_out;
  slot = r.reference(1);
}

void prefix_list_of_peer(Reader& r) {
  auto& slot = r.value(2).text == "in" ? r.peer().prefix_list_in : r.peer().prefix_list_out;
  slot = r.reference(1);
}

void network(Reader& r) {
  NetworkDraft draft{.prefix = *net::Prefix::parse_lenient(r.value(0).text), .position = r.here()};
  if (r.value_count() > 1) draft.route_map = r.reference(1);
  for (const auto& known : r.bgp().networks) {
    if (known.prefix == draft.prefix) {
      r.diagnostics().error(r.at(r.value(0)),
                            "network " + draft.prefix.to_string() + " is given already, at line " +
                                std::to_string(known.position.line),
                            "one line for it");
      return;
    }
  }
  r.bgp().networks.push_back(std::move(draft));
}

void redistribute(Reader& r) {
  auto& slot =
      r.value(0).text == "connected" ? r.bgp().redistribute_connected : r.bgp().redistribute_static;
  slot = r.value_count() > 1 ? r.reference(1) : Reference{"", r.here()};
}

void other_address_family(Reader& r) {
  r.skip_until("exit-address-family");
}

constexpr std::array bgp_rows = {
    Row{"bgp router-id ADDR", acts, [](Reader& r) { r.bgp().router_id = r.address(0); }},
    Row{"[no] bgp default ipv4-unicast", acts,
        [](Reader& r) { r.bgp().default_ipv4_unicast = !r.negated(); }},
    Row{"bgp default local-preference <0-4294967295>", acts,
        [](Reader& r) { r.bgp().default_local_preference = r.number(0); }},
    Row{"[no] bgp default show-hostname|show-nexthop-hostname", harmless},
    Row{"[no] bgp default subgroup-pkt-queue-max ANY", harmless},
    Row{"[no] bgp default ipv4-multicast|ipv4-vpn|ipv4-labeled-unicast|ipv4-flowspec|ipv6-unicast|"
        "ipv6-multicast|ipv6-vpn|ipv6-labeled-unicast|ipv6-flowspec|l2vpn-evpn",
        no_effect},
    Row{"bgp default shutdown ANY", unsupported},
    Row{"no bgp default shutdown", harmless},
    Row{"no bgp default local-preference ANY", unsupported},
    Row{"no bgp router-id|cluster-id|confederation|listen|max-med|dampening ANY", unsupported},
    Row{"bgp shutdown ANY", unsupported},
    Row{"no bgp shutdown", harmless},
    Row{"[no] bgp network import-check exact", unsupported},
    Row{"[no] bgp route-reflector allow-outbound-policy", unsupported},
    Row{"[no] bgp bestpath peer-type multipath-relax", unsupported},
    Row{"[no] bgp hard-administrative-reset", no_effect},
    Row{"[no] bgp disable-ebgp-connected-route-check", no_effect},
    Row{"[no] bgp allow-martian-nexthop", no_effect},
    Row{"[no] bgp long-lived-graceful-restart ANY", no_effect},
    Row{"[no] bgp conditional-advertisement ANY", no_effect},
    Row{"[no] segment-routing|sid ANY", unsupported},
    Row{"no timers bgp ANY", unsupported},
    Row{"no synchronization|auto-summary", harmless},  // Quagga's and IOS's: off is all there is
    Row{"[no] bgp ebgp-requires-policy", acts,
        [](Reader& r) { r.bgp().ebgp_requires_policy = !r.negated(); }},
    Row{"[no] bgp network import-check", acts,
        [](Reader& r) { r.bgp().import_check = !r.negated(); }},
    Row{"bgp cluster-id ADDR|<1-4294967295>", acts, cluster_id},
    Row{"[no] bgp log-neighbor-changes", harmless},
    Row{"[no] bgp bestpath as-path multipath-relax (no-as-set|as-set)", acts,
        [](Reader& r) { r.bgp().multipath_relax = !r.negated(); }},
    Row{"[no] bgp bestpath compare-routerid", acts,
        [](Reader& r) { r.bgp().compare_router_id = !r.negated(); }},
    Row{"[no] bgp bestpath as-path confed|ignore", unsupported},
    Row{"[no] bgp bestpath med ANY", unsupported},
    Row{"[no] bgp bestpath bandwidth ANY", unsupported},
    Row{"[no] bgp deterministic-med", acts,
        [](Reader& r) { r.bgp().deterministic_med = !r.negated(); }},
    Row{"[no] bgp always-compare-med", acts,
        [](Reader& r) { r.bgp().always_compare_med = !r.negated(); }},
    Row{"timers bgp <0-65535> <0-65535>", acts, bgp_timers},
    Row{"[no] bgp graceful-restart ANY", no_effect},
    Row{"[no] bgp graceful-restart-disable", harmless},
    Row{"[no] bgp suppress-fib-pending", no_effect},
    Row{"[no] bgp suppress-duplicates", no_effect},
    Row{"[no] bgp fast-external-failover", no_effect},
    Row{"[no] bgp fast-convergence", no_effect},
    Row{"update-delay ANY", no_effect},
    Row{"[no] bgp minimum-holdtime ANY", no_effect},
    Row{"[no] bgp reject-as-sets", no_effect},
    Row{"bgp client-to-client reflection", harmless},
    Row{"no bgp client-to-client reflection", unsupported},
    Row{"bgp confederation ANY", unsupported},
    Row{"bgp listen ANY", unsupported},
    Row{"bgp dampening ANY", unsupported},
    Row{"bgp graceful-shutdown", unsupported},
    Row{"bgp max-med ANY", unsupported},
    Row{"[no] coalesce-time ANY", no_effect},
    Row{"read-quanta|write-quanta <1-64>", harmless},
    Row{"address-family ipv4", acts, [](Reader& r) { r.enter(Context::ipv4_unicast); }},
    Row{"address-family ipv4 unicast", acts, [](Reader& r) { r.enter(Context::ipv4_unicast); }},
    Row{"address-family ipv4 multicast|vpn|labeled-unicast|flowspec", unsupported,
        other_address_family},
    Row{"address-family ipv6|l2vpn ANY", unsupported, other_address_family},
    Row{"neighbor PEER remote-as ASN|internal|external", acts, remote_as},
    Row{"neighbor PEER peer-group", acts, peer_group},
    Row{"neighbor PEER peer-group WORD", acts, peer_group_member},
    Row{"neighbor PEER description LINE", acts,
        [](Reader& r) { r.peer().description = r.rest(1); }},
    Row{"neighbor PEER update-source WORD", acts,
        [](Reader& r) { r.peer().update_source = r.reference(1); }},
    Row{"neighbor PEER ebgp-multihop", acts, [](Reader& r) { r.peer().ebgp_multihop = 255; }},
    Row{"neighbor PEER ebgp-multihop <1-255>", acts,
        [](Reader& r) { r.peer().ebgp_multihop = static_cast<int>(r.number(1)); }},
    Row{"neighbor PEER password LINE", acts, [](Reader& r) { r.peer().password = r.rest(1); }},
    Row{"neighbor PEER timers <0-65535> <0-65535>", acts, peer_timers},
    Row{"neighbor PEER timers connect <1-65535>", acts,
        [](Reader& r) { r.peer().connect_retry = seconds_of(r, 1); }},
    Row{"neighbor PEER port <1-65535>", acts,
        [](Reader& r) { r.peer().port = static_cast<std::uint16_t>(r.number(1)); }},
    Row{"[no] neighbor PEER passive", acts, [](Reader& r) { r.peer().passive = !r.negated(); }},
    Row{"[no] neighbor PEER shutdown", acts, [](Reader& r) { r.peer().shutdown = !r.negated(); }},
    Row{"neighbor PEER shutdown message LINE", acts, [](Reader& r) { r.peer().shutdown = true; }},
    Row{"neighbor PEER bfd", acts, [](Reader& r) { r.peer().bfd = bgp::BfdConfig{}; }},
    Row{"neighbor PEER bfd <2-255> <50-60000> <50-60000>", acts, peer_bfd},
    Row{"[no] neighbor PEER bfd ANY", no_effect},
    Row{"[no] neighbor PEER graceful-restart|graceful-restart-helper|graceful-restart-disable",
        no_effect},
    Row{"neighbor PEER advertisement-interval <0-600>", acts,
        [](Reader& r) { r.peer().advertisement_interval = seconds_of(r, 1); }},
    Row{"neighbor PEER ttl-security hops <1-254>", acts,
        [](Reader& r) { r.peer().ttl_security = static_cast<int>(r.number(1)); }},
    Row{"[no] neighbor PEER capability ANY", no_effect},
    Row{"[no] neighbor PEER dont-capability-negotiate", no_effect},
    Row{"[no] neighbor PEER strict-capability-match", no_effect},
    Row{"[no] neighbor PEER disable-connected-check", no_effect},
    Row{"[no] neighbor PEER solo", no_effect},
    Row{"neighbor PEER interface ANY", unsupported},
    Row{"neighbor PEER shutdown rtt ANY", unsupported},
    Row{"[no] neighbor PEER enforce-multihop|override-capability|extended-optional-parameters|"
        "sender-as-path-loop-detection|disable-link-bw-encoding-ieee",
        no_effect},
    Row{"[no] neighbor PEER tcp-mss ANY", no_effect},
    Row{"no neighbor PEER", unsupported},
    Row{"no neighbor PEER advertisement-interval|description|ebgp-multihop|interface|local-as|"
        "password|peer-group|port|remote-as|timers|ttl-security|update-source ANY",
        unsupported},
    Row{"neighbor PEER local-as ANY", unsupported},
    Row{"neighbor PEER local-role ANY", unsupported},
    Row{"neighbor PEER enforce-first-as", unsupported},
    Row{"no neighbor PEER enforce-first-as", harmless},
};

constexpr std::array address_family_rows = {
    Row{"network PREFIX4", acts, network},
    Row{"network PREFIX4 route-map WORD", acts, network},
    Row{"network PREFIX4 backdoor", unsupported},
    Row{"network PREFIX4 label-index ANY", unsupported},
    Row{"network ADDR", unsupported},
    Row{"network ADDR mask ANY", unsupported},
    Row{"no network|redistribute|maximum-paths|aggregate-address|distance|table-map|import|export|"
        "rd|rt|label ANY",
        unsupported},
    Row{"redistribute connected|static", acts, redistribute},
    Row{"redistribute connected|static route-map WORD", acts, redistribute},
    Row{"redistribute WORD ANY", unsupported},
    Row{"maximum-paths <1-256>", acts, [](Reader& r) { r.bgp().maximum_paths = r.number(0); }},
    Row{"maximum-paths ibgp <1-256>", acts,
        [](Reader& r) { r.bgp().maximum_paths_ibgp = r.number(0); }},
    Row{"maximum-paths ibgp <1-256> equal-cluster-length", unsupported},
    Row{"aggregate-address ANY", unsupported},
    Row{"table-map WORD", unsupported},
    Row{"distance ANY", unsupported},
    Row{"import|export|rd|rt|label ANY", unsupported},
    Row{"[no] neighbor PEER activate", acts, [](Reader& r) { r.peer().activate = !r.negated(); }},
    Row{"[no] neighbor PEER route-reflector-client", acts,
        [](Reader& r) { r.peer().route_reflector_client = !r.negated(); }},
    Row{"[no] neighbor PEER next-hop-self", acts,
        [](Reader& r) {
          r.peer().next_hop_self =
              r.negated() ? bgp::NextHopSelf::never : bgp::NextHopSelf::unless_reflected;
        }},
    Row{"neighbor PEER next-hop-self force", acts,
        [](Reader& r) { r.peer().next_hop_self = bgp::NextHopSelf::always; }},
    // The speaker keeps what it was sent and asks again by route refresh: nothing to choose.
    Row{"[no] neighbor PEER soft-reconfiguration inbound", harmless},
    Row{"[no] neighbor PEER send-community (all|both|standard)", acts,
        [](Reader& r) { r.peer().send_community = !r.negated(); }},
    Row{"[no] neighbor PEER send-community extended|large", no_effect},
    Row{"neighbor PEER maximum-prefix <1-4294967295>", acts,
        [](Reader& r) { r.peer().maximum_prefix = r.number(1); }},
    Row{"neighbor PEER maximum-prefix <1-4294967295> (<1-100>) warning-only", no_effect},
    Row{"neighbor PEER maximum-prefix <1-4294967295> (<1-100>) restart <1-65535>", unsupported},
    Row{"neighbor PEER maximum-prefix <1-4294967295> (<1-100>) force", unsupported},
    Row{"neighbor PEER maximum-prefix-out ANY", unsupported},
    Row{"neighbor PEER advertise-map|disable-addpath-rx|nexthop-local|soo|accept-own ANY",
        unsupported},
    Row{"neighbor PEER next-hop-self all", acts,
        [](Reader& r) { r.peer().next_hop_self = bgp::NextHopSelf::always; }},
    Row{"no neighbor PEER next-hop-self force|all", acts,
        [](Reader& r) { r.peer().next_hop_self = bgp::NextHopSelf::never; }},
    Row{"no neighbor PEER advertise-map|allowas-in|as-override|attribute-unchanged|"
        "default-originate|distribute-list|filter-list|maximum-prefix|maximum-prefix-out|"
        "prefix-list|remove-private-AS|route-map|route-server-client|unsuppress-map|weight ANY",
        unsupported},
    Row{"neighbor PEER attribute-unchanged", unsupported},
    Row{"neighbor PEER maximum-prefix <1-4294967295> <1-100>", acts,
        [](Reader& r) { r.peer().maximum_prefix = r.number(1); }},
    Row{"neighbor PEER weight <0-65535>", acts, [](Reader& r) { r.peer().weight = r.number(1); }},
    Row{"neighbor PEER route-map WORD in|out", acts, route_map_of_peer},
    Row{"neighbor PEER prefix-list WORD in|out", acts, prefix_list_of_peer},
    Row{"neighbor PEER distribute-list|filter-list|unsuppress-map ANY", unsupported},
    Row{"neighbor PEER default-originate ANY", unsupported},
    Row{"neighbor PEER allowas-in", acts, [](Reader& r) { r.peer().allowas_in = 3; }},
    Row{"neighbor PEER allowas-in <1-10>", acts,
        [](Reader& r) { r.peer().allowas_in = r.number(1); }},
    Row{"neighbor PEER allowas-in origin", unsupported},
    Row{"neighbor PEER as-override", unsupported},
    Row{"neighbor PEER remove-private-AS ANY", unsupported},
    Row{"neighbor PEER route-server-client", unsupported},
    Row{"neighbor PEER attribute-unchanged next-hop", acts,
        [](Reader& r) { r.peer().next_hop_unchanged = true; }},
    Row{"neighbor PEER attribute-unchanged as-path|med ANY", unsupported},
    Row{"neighbor PEER addpath-tx-all-paths|addpath-tx-bestpath-per-AS", unsupported},
};

}  // namespace

std::span<const Row> bgp_commands() {
  return bgp_rows;
}
std::span<const Row> address_family_commands() {
  return address_family_rows;
}

}  // namespace seatrial::frr
