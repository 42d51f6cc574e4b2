// What a speaker is told. Built by the FRR reader, by Calico's model, by the C++ API; nothing here
// depends on where it came from, but every neighbour remembers its place in the file for messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/bgp/constants.h"
#include "models/bgp/path_attributes.h"
#include "models/bgp/policy.h"
#include "models/bgp/profile.h"
#include "models/diagnostics/diagnostics.h"
#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::bgp {

struct RemoteAs {
  enum class Kind { number, internal, external };
  Kind kind = Kind::number;
  Asn asn;  // when a number

  static RemoteAs number(std::uint32_t value) { return {Kind::number, {value}}; }
  static RemoteAs internal() { return {Kind::internal, {}}; }
  static RemoteAs external() { return {Kind::external, {}}; }
  bool accepts(Asn local, Asn remote) const;
  std::string to_string() const;
};

enum class NextHopSelf {
  never,
  unless_reflected,  // `next-hop-self`: on routes learned by eBGP or originated here
  always,            // `next-hop-self force`: on reflected routes too
};

struct AddPathConfig {
  bool receive = false;
  bool send = false;
};

struct NeighborConfig {
  net::IpAddress address;
  RemoteAs remote_as;
  std::string description;
  std::uint16_t port = default_port;            // where the peer listens
  std::optional<net::IpAddress> local_address;  // update-source; otherwise the host chooses
  bool passive = false;                         // never connects, only accepts
  bool shutdown = false;                        // configured, administratively down
  std::string password;                         // TCP-MD5 (RFC 2385), where the host can
  std::optional<int> ebgp_multihop;             // sent TTL; eBGP without it sends TTL 1
  std::optional<int> ttl_security;              // GTSM (RFC 5082): hops; 1 accepts only TTL 255

  // Override the profile.
  std::optional<Duration> hold_time;
  std::optional<Duration> keepalive_time;
  std::optional<Duration> connect_retry;
  std::optional<Duration> advertisement_interval;

  bool route_reflector_client = false;
  NextHopSelf next_hop_self = NextHopSelf::never;
  bool next_hop_unchanged = false;  // eBGP too (`attribute-unchanged next-hop`)
  unsigned allowas_in = 0;          // own AS accepted this often in AS_PATH
  std::uint32_t weight = 0;         // of every path from this neighbour
  bool send_community = true;
  bool ebgp_requires_policy = true;           // RFC 8212, where the profile has it
  std::optional<std::uint32_t> max_prefixes;  // Cease/1 when exceeded
  AddPathConfig add_path;
  std::vector<AfiSafi> families = {ipv4_unicast};

  // All must permit, in order; an empty list is no policy (which RFC 8212 may deny on eBGP).
  std::vector<Policy> import_policy;
  std::vector<Policy> export_policy;

  Position position;
};

// A route this speaker originates: a `network` statement, a Calico block, a service address.
struct OriginatedRoute {
  net::Prefix prefix;
  Origin origin = Origin::igp;
  std::optional<net::IpAddress> next_hop;  // otherwise the session's local address
  std::optional<std::uint32_t> med;
  std::optional<std::uint32_t> local_pref;
  std::vector<Community> communities;
  std::vector<LargeCommunity> large_communities;
  // Subject to SpeakerConfig::import_check (a `network`, not a redistributed route).
  bool check_import = true;
  Position position;
};

struct SpeakerConfig {
  Asn asn;
  RouterId router_id;
  Profile profile;
  std::vector<NeighborConfig> neighbors;
  std::vector<OriginatedRoute> networks;
  std::optional<unsigned> multipath_ebgp;  // otherwise the profile's
  std::optional<unsigned> multipath_ibgp;
  std::optional<bool> multipath_relax;
  std::optional<bool> deterministic_med;
  bool always_compare_med = false;
  std::optional<RouterId> cluster_id;  // otherwise the router id
  net::IpAddress listen_address;       // 0.0.0.0: all
  std::uint16_t listen_port = default_port;
  bool listen = true;
  std::optional<bool> import_check;       // otherwise the profile's
  std::optional<bool> ebgp_default_deny;  // otherwise the profile's
};

}  // namespace seatrial::bgp
