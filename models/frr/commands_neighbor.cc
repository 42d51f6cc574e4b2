// The commands of `router bgp` about a neighbour's session.
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

// A switch: the command sets the member, `no` clears it, a group's setting included.
template <auto member>
void flag(Reader& r) {
  r.peer().*member = !r.negated();
}

// `no` of a value: as the group, else the default.
template <auto member>
void reset(Reader& r) {
  (r.peer().*member).reset();
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
  if (peer.settings.session.remote_as) said_twice(r, peer, "a remote-as");
  peer.settings.session.remote_as = as;
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

void by_interface(Reader& r) {
  auto& peer = r.peer_draft(r.value(0));
  if (net::IpAddress::parse(peer.name) || peer.is_group) {
    r.diagnostics().error(r.at(r.value(0)), "'" + peer.name + "' is no interface",
                          "the name of one");
    return;
  }
  if (!peer.by_interface && r.bgp().default_shutdown) peer.settings.session.shutdown = true;
  peer.by_interface = true;
}

void timers(Reader& r) {
  if (r.number(2) == 1 || r.number(2) == 2) {
    r.diagnostics().error(r.at(r.value(2)), "hold time " + r.value(2).text + " s",
                          "0 or at least 3 (RFC 4271 section 4.2)");
  }
  r.peer().keepalive = seconds_of(r, 1);
  r.peer().hold = seconds_of(r, 2);
}

void local_as(Reader& r, bool no_prepend, bool replace_as) {
  const auto asn = *net::Asn::parse(r.value(1).text);
  if (asn == r.bgp().asn) {  // bgp_vty: "Cannot have local-as same as BGP AS number"
    r.diagnostics().error(r.at(r.value(1)), "local-as is this router's own AS " + asn.to_string(),
                          "another AS number");
    return;
  }
  r.peer().local_as = bgp::LocalAs{asn, no_prepend, replace_as};
}

void local_role(Reader& r) {
  const auto& name = r.value(1).text;
  r.peer().role = name == "provider"    ? bgp::Role::provider
                  : name == "rs-server" ? bgp::Role::rs_server
                  : name == "rs-client" ? bgp::Role::rs_client
                  : name == "customer"  ? bgp::Role::customer
                                        : bgp::Role::peer;
  r.peer().role_strict = r.value_count() > 2;
}

template <bgp::GracefulRestartMode mode>
void graceful_restart(Reader& r) {
  if (r.negated()) {
    r.peer().graceful_restart.reset();
  } else {
    r.peer().graceful_restart = mode;
  }
}

void shutdown_message(Reader& r) {
  r.peer().shutdown = true;
  r.peer().shutdown_message = r.rest(1);
}

// As FRR 7 writes it.
void bfd_timers(Reader& r) {
  bgp::BfdConfig timers;
  timers.detect_multiplier = r.number(1);
  timers.receive_interval = std::chrono::milliseconds(r.number(2));
  timers.transmit_interval = std::chrono::milliseconds(r.number(3));
  r.peer().bfd = true;
  r.peer().bfd_timers = timers;
}

using Session = SessionSettings;

// TCP_MD5SIG takes 80 octets, and so does bgpd.
void password(Reader& r) {
  constexpr std::size_t longest = 80;
  auto text = r.rest(1);
  if (text.size() > longest) {
    r.diagnostics().error(r.at(r.value(1)),
                          "a password of " + std::to_string(text.size()) + " octets",
                          "at most " + std::to_string(longest));
    return;
  }
  r.peer().password = std::move(text);
}

constexpr std::array rows = {
    Row{"neighbor PEER remote-as ASN|internal|external", acts, remote_as},
    Row{"neighbor PEER peer-group", acts, peer_group},
    Row{"neighbor PEER peer-group WORD", acts, peer_group_member},
    Row{"neighbor PEER description LINE", acts,
        [](Reader& r) { r.peer().description = r.rest(1); }},
    Row{"no neighbor PEER description ANY", acts, reset<&Session::description>},
    Row{"neighbor PEER update-source WORD", acts,
        [](Reader& r) { r.peer().update_source = r.reference(1); }},
    Row{"no neighbor PEER update-source ANY", acts, reset<&Session::update_source>},
    Row{"neighbor PEER ebgp-multihop", acts, [](Reader& r) { r.peer().ebgp_multihop = 255; }},
    Row{"neighbor PEER ebgp-multihop <1-255>", acts,
        [](Reader& r) { r.peer().ebgp_multihop = static_cast<int>(r.number(1)); }},
    Row{"no neighbor PEER ebgp-multihop ANY", acts, reset<&Session::ebgp_multihop>},
    Row{"neighbor PEER ttl-security hops <1-254>", acts,
        [](Reader& r) { r.peer().ttl_security = static_cast<int>(r.number(1)); }},
    Row{"no neighbor PEER ttl-security hops <1-254>", acts, reset<&Session::ttl_security>},
    Row{"[no] neighbor PEER disable-connected-check|enforce-multihop", acts,
        flag<&Session::disable_connected_check>},
    Row{"neighbor PEER password LINE", acts, password},
    Row{"no neighbor PEER password ANY", acts, reset<&Session::password>},
    Row{"neighbor PEER port <0-65535>", acts,
        [](Reader& r) { r.peer().port = static_cast<std::uint16_t>(r.number(1)); }},
    Row{"no neighbor PEER port ANY", acts, reset<&Session::port>},
    Row{"neighbor PEER timers <0-65535> <0-65535>", acts, timers},
    Row{"no neighbor PEER timers ANY", acts,
        [](Reader& r) {
          r.peer().keepalive.reset();
          r.peer().hold.reset();
        }},
    Row{"neighbor PEER timers connect <1-65535>", acts,
        [](Reader& r) { r.peer().connect_retry = seconds_of(r, 1); }},
    Row{"no neighbor PEER timers connect ANY", acts, reset<&Session::connect_retry>},
    Row{"neighbor PEER timers delayopen <1-240>", no_effect},
    Row{"no neighbor PEER timers delayopen ANY", harmless},
    Row{"neighbor PEER advertisement-interval <0-600>", acts,
        [](Reader& r) { r.peer().advertisement_interval = seconds_of(r, 1); }},
    Row{"no neighbor PEER advertisement-interval ANY", acts,
        reset<&Session::advertisement_interval>},
    Row{"[no] neighbor PEER passive", acts, flag<&Session::passive>},
    Row{"[no] neighbor PEER shutdown", acts, flag<&Session::shutdown>},
    Row{"neighbor PEER shutdown message LINE", acts, shutdown_message},
    Row{"no neighbor PEER shutdown message ANY", acts,
        [](Reader& r) {
          r.peer().shutdown = false;
          r.peer().shutdown_message.reset();
        }},
    Row{"neighbor PEER shutdown rtt ANY", no_effect},
    Row{"no neighbor PEER shutdown rtt ANY", harmless},
    Row{"[no] neighbor PEER bfd", acts,
        [](Reader& r) {
          r.peer().bfd = !r.negated();
          if (r.negated()) r.peer().bfd_profile.reset();
        }},
    Row{"neighbor PEER bfd <2-255> <50-60000> <50-60000>", acts, bfd_timers},
    Row{"neighbor PEER bfd profile WORD", acts,
        [](Reader& r) {
          r.peer().bfd = true;
          r.peer().bfd_profile = r.reference(1);
        }},
    Row{"no neighbor PEER bfd profile ANY", acts, reset<&Session::bfd_profile>},
    Row{"[no] neighbor PEER bfd check-control-plane-failure", acts,
        [](Reader& r) {
          if (!r.negated()) r.peer().bfd = true;
          r.peer().bfd_checks_control_plane = !r.negated();
        }},
    Row{"[no] neighbor PEER graceful-restart", acts,
        graceful_restart<bgp::GracefulRestartMode::restarter>},
    Row{"[no] neighbor PEER graceful-restart-helper", acts,
        graceful_restart<bgp::GracefulRestartMode::helper>},
    Row{"[no] neighbor PEER graceful-restart-disable", acts,
        graceful_restart<bgp::GracefulRestartMode::disabled>},
    Row{"neighbor PEER local-as ASN", acts, [](Reader& r) { local_as(r, false, false); }},
    Row{"neighbor PEER local-as ASN no-prepend", acts, [](Reader& r) { local_as(r, true, false); }},
    Row{"neighbor PEER local-as ASN no-prepend replace-as", acts,
        [](Reader& r) { local_as(r, true, true); }},
    Row{"no neighbor PEER local-as ANY", acts, reset<&Session::local_as>},
    Row{"neighbor PEER local-role provider|rs-server|rs-client|customer|peer", acts, local_role},
    Row{"neighbor PEER local-role provider|rs-server|rs-client|customer|peer "
        "strict-mode|strict-mode",
        acts, local_role},
    Row{"no neighbor PEER local-role ANY", acts, reset<&Session::role>},
    Row{"[no] neighbor PEER enforce-first-as", acts, flag<&Session::enforce_first_as>},
    Row{"[no] neighbor PEER capability extended-nexthop", acts, flag<&Session::extended_next_hop>},
    Row{"[no] neighbor PEER capability dynamic", no_effect},
    Row{"[no] neighbor PEER dont-capability-negotiate", acts,
        flag<&Session::dont_capability_negotiate>},
    Row{"[no] neighbor PEER strict-capability-match", acts,
        flag<&Session::strict_capability_match>},
    Row{"[no] neighbor PEER override-capability", no_effect},
    Row{"[no] neighbor PEER extended-optional-parameters", no_effect},
    Row{"[no] neighbor PEER sender-as-path-loop-detection", acts,
        flag<&Session::sender_loop_detection>},
    Row{"[no] neighbor PEER disable-link-bw-encoding-ieee", no_effect},
    Row{"[no] neighbor PEER solo", harmless},  // of update groups, which are invisible
    Row{"[no] neighbor PEER tcp-mss ANY", no_effect},
    Row{"neighbor PEER interface v6only ANY", unsupported},
    Row{"neighbor PEER interface", acts, by_interface},
    Row{"neighbor PEER interface remote-as ASN|internal|external", acts,
        [](Reader& r) {
          by_interface(r);
          remote_as(r);
        }},
    Row{"neighbor PEER interface peer-group WORD", acts,
        [](Reader& r) {
          by_interface(r);
          peer_group_member(r);
        }},
    Row{"neighbor PEER interface WORD", no_effect},  // of a link-local address
    Row{"no neighbor PEER interface ANY", unsupported},
    Row{"no neighbor PEER", unsupported},
    Row{"no neighbor PEER peer-group|remote-as ANY", unsupported},
};

}  // namespace

std::span<const Row> neighbor_commands() {
  return rows;
}

}  // namespace seatrial::frr
