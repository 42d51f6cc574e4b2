#include "models/frr/describe.h"

#include <algorithm>
#include <chrono>

namespace seatrial::frr {
namespace {

std::string seconds(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + " s";
}

void add(std::string& to, const std::string& what) {
  to += (to.empty() ? "" : ", ") + what;
}

// "prefix-list P, filter-list F, route-map R": the reader labels lists by their commands.
std::string chain(const std::vector<bgp::Policy>& policies, net::Family family) {
  std::string out;
  for (const auto& policy : policies) {
    if (policy.family && *policy.family != family) continue;
    if (policy.clauses.empty()) continue;
    const auto& label = policy.clauses.front().label;
    const bool list = label.find_first_not_of("0123456789") != std::string::npos;
    add(out, (list ? label : "route-map") + " " + policy.name);
  }
  return out;
}

std::string timers_of(const bgp::SpeakerConfig& speaker, const bgp::NeighborConfig& neighbor) {
  return "hold " + seconds(neighbor.hold_time.value_or(speaker.profile.hold_time)) +
         ", keepalive " +
         seconds(neighbor.keepalive_time.value_or(speaker.profile.keepalive_time)) +
         ", connect retry " +
         seconds(neighbor.connect_retry.value_or(speaker.profile.retry_after_failure));
}

bool is_internal(const bgp::SpeakerConfig& speaker, const bgp::NeighborConfig& neighbor) {
  return neighbor.remote_as.kind == bgp::RemoteAs::Kind::internal ||
         (neighbor.remote_as.kind == bgp::RemoteAs::Kind::number &&
          neighbor.remote_as.asn == speaker.asn);
}

std::string multipath(const bgp::SpeakerConfig& speaker, net::Family family) {
  const auto& own = speaker.in(family);
  return std::to_string(own.multipath_ebgp.value_or(speaker.profile.multipath_ebgp)) +
         " eBGP and " +
         std::to_string(own.multipath_ibgp.value_or(speaker.profile.multipath_ibgp)) + " iBGP";
}

std::string session_of(const bgp::NeighborConfig& n) {
  std::string out;
  if (n.shutdown) add(out, "shut down");
  if (n.passive) add(out, "passive");
  if (n.local_address) add(out, "from " + n.local_address->to_string());
  if (n.port != bgp::default_port) add(out, "port " + std::to_string(n.port));
  if (n.ebgp_multihop) add(out, "ebgp-multihop " + std::to_string(*n.ebgp_multihop));
  if (n.ttl_security) add(out, "ttl-security " + std::to_string(*n.ttl_security));
  if (!n.password.empty()) add(out, "TCP-MD5");
  if (n.local_as) add(out, "local-as " + n.local_as->asn.to_string());
  if (n.extended_next_hop) add(out, "extended next hop");
  if (n.bfd) {
    add(out, "BFD " + std::to_string(n.bfd->detect_multiplier) + " x " +
                 std::to_string(n.bfd->receive_interval / 1ms) + " ms" +
                 (n.bfd->multihop ? " multihop" : ""));
  }
  return out;
}

std::string family_of(const bgp::NeighborConfig& n) {
  std::string out;
  if (n.route_reflector_client) add(out, "route-reflector-client");
  if (n.route_server_client) add(out, "route-server-client");
  if (n.next_hop_self == bgp::NextHopSelf::unless_reflected) add(out, "next-hop-self");
  if (n.next_hop_self == bgp::NextHopSelf::always) add(out, "next-hop-self force");
  if (n.allowas_in > 0) add(out, "allowas-in " + std::to_string(n.allowas_in));
  if (n.allowas_in_origin) add(out, "allowas-in origin");
  if (n.as_override) add(out, "as-override");
  if (n.remove_private_as != bgp::RemovePrivateAs::never) add(out, "remove-private-AS");
  if (n.soft_reconfiguration_inbound) add(out, "soft-reconfiguration inbound");
  if (n.default_originate) add(out, "default-originate");
  if (n.add_path.send) add(out, "addpath-tx-all-paths");
  if (n.add_path.send_best_per_as) add(out, "addpath-tx-bestpath-per-AS");
  if (n.weight > 0) add(out, "weight " + std::to_string(n.weight));
  if (n.max_prefixes) {
    add(out, "maximum-prefix " + std::to_string(n.max_prefixes->limit) +
                 (n.max_prefixes->warning_only ? " warning-only" : ""));
  }
  if (n.max_prefixes_out) add(out, "maximum-prefix-out " + std::to_string(*n.max_prefixes_out));
  if (n.conditional) add(out, "advertise-map " + n.conditional->routes.front().name);
  return out;
}

void describe_family(std::string& out, const bgp::SpeakerConfig& speaker,
                     const bgp::NeighborConfig& neighbor, net::Family family) {
  const auto& n = neighbor.in(family);
  const bool denies = !is_internal(speaker, neighbor) &&
                      speaker.ebgp_default_deny.value_or(speaker.profile.ebgp_default_deny);
  const auto policies = [&](const std::vector<bgp::Policy>& list) {
    auto text = chain(list, family);
    if (!text.empty()) return text;
    return std::string(denies ? "nothing (RFC 8212: no policy)" : "everything");
  };
  const bool v4 = family == net::Family::ipv4;
  out += std::string("      ") + (v4 ? "IPv4" : "IPv6") + " in: " + policies(n.import_policy) +
         "; out: " + policies(n.export_policy);
  if (const auto flags = family_of(n); !flags.empty()) out += "; " + flags;
  out += '\n';
}

void describe_peer(std::string& out, const bgp::SpeakerConfig& speaker,
                   const bgp::NeighborConfig& neighbor, const std::string& name) {
  out += "    " + name + ": AS " + neighbor.remote_as.to_string() +
         (is_internal(speaker, neighbor) ? " (iBGP)" : " (eBGP)");
  if (!neighbor.peer_group.empty()) out += ", peer-group " + neighbor.peer_group;
  out += ", " + timers_of(speaker, neighbor);
  if (const auto session = session_of(neighbor); !session.empty()) out += ", " + session;
  out += '\n';
  for (const auto& family : neighbor.families) {
    describe_family(out, speaker, neighbor,
                    family == bgp::ipv4_unicast ? net::Family::ipv4 : net::Family::ipv6);
  }
}

}  // namespace

std::string describe(const Config& config) {
  std::string out = "  profile " + config.profile + '\n';
  for (const auto& interface : config.interfaces) {
    std::string addresses;
    for (const auto& own : interface.addresses) {
      add(addresses, own.address.to_string() + "/" + std::to_string(own.length));
    }
    out += "  interface " + interface.name + ": " + (addresses.empty() ? "no address" : addresses) +
           (interface.shutdown ? ", shut down" : "") + '\n';
  }
  if (!config.bgp) return out + "  no BGP\n";
  const auto& speaker = *config.bgp;
  out += "  AS " + speaker.asn.to_string();
  if (speaker.confederation) {
    out += " of confederation " + speaker.confederation->identifier.to_string();
  }
  out += ", router id " + speaker.router_id.to_string();
  if (!config.router_id_from.empty()) out += " (" + config.router_id_from + ")";
  if (speaker.cluster_id) out += ", cluster id " + speaker.cluster_id->to_string();
  out += "\n  hold " + seconds(speaker.profile.hold_time) + ", keepalive " +
         seconds(speaker.profile.keepalive_time) + ", multipath " +
         multipath(speaker, net::Family::ipv4);
  const auto of_ipv6 = multipath(speaker, net::Family::ipv6);
  if (of_ipv6 != multipath(speaker, net::Family::ipv4)) out += " (IPv6: " + of_ipv6 + ")";
  if (speaker.multipath_relax.value_or(speaker.profile.multipath_relax)) out += ", relaxed";
  out += '\n';
  std::string networks;
  for (const auto& network : speaker.networks) add(networks, network.prefix.to_string());
  for (const auto& aggregate : speaker.aggregates) {
    add(networks, "aggregate " + aggregate.prefix.to_string() +
                      (aggregate.summary_only ? " summary-only" : ""));
  }
  out += "  originates: " + (networks.empty() ? "nothing" : networks) + '\n';
  out += speaker.neighbors.empty() && speaker.dynamic_ranges.empty() ? "  no neighbours\n"
                                                                     : "  neighbours:\n";
  for (const auto& neighbor : speaker.neighbors) {
    describe_peer(out, speaker, neighbor, neighbor.address.to_string());
  }
  for (const auto& range : speaker.dynamic_ranges) {
    describe_peer(out, speaker, range.peer, "whoever connects from " + range.prefix.to_string());
  }
  return out;
}

}  // namespace seatrial::frr
