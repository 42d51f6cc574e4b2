// What the lines of a file say, before groups are applied and names are looked up: that needs the
// whole file, since FRR lets a line refer to what comes later.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/diagnostics/diagnostics.h"
#include "models/frr/config.h"
#include "models/net/address.h"

namespace seatrial::frr {

// The name of something that is defined elsewhere in the file.
struct Reference {
  std::string name;
  Position position;
};

// What a neighbour or a peer group says of itself. Absent means: as the group, else the default.
struct PeerSettings {
  std::optional<bgp::RemoteAs> remote_as;
  std::optional<std::string> description;
  std::optional<Reference> update_source;
  std::optional<int> ebgp_multihop;
  std::optional<int> ttl_security;
  std::optional<std::string> password;
  std::optional<bgp::BfdConfig> bfd;
  std::optional<Duration> keepalive;
  std::optional<Duration> hold;
  std::optional<Duration> connect_retry;
  std::optional<Duration> advertisement_interval;
  std::optional<bool> passive;
  std::optional<bool> shutdown;
  std::optional<std::uint16_t> port;
  // address-family ipv4 unicast
  std::optional<bool> activate;
  std::optional<bool> route_reflector_client;
  std::optional<bgp::NextHopSelf> next_hop_self;
  std::optional<bool> next_hop_unchanged;
  std::optional<unsigned> allowas_in;
  std::optional<bool> send_community;
  std::optional<std::uint32_t> maximum_prefix;
  std::optional<std::uint32_t> weight;
  std::optional<Reference> route_map_in;
  std::optional<Reference> route_map_out;
  std::optional<Reference> prefix_list_in;
  std::optional<Reference> prefix_list_out;

  // Takes from `group` what this does not say.
  void inherit(const PeerSettings& group);
};

struct PeerDraft {
  std::string name;  // an address, or a group's name
  Position position;
  bool is_group = false;
  std::optional<Reference> group;
  PeerSettings settings;
};

struct NetworkDraft {
  net::Prefix prefix;
  std::optional<Reference> route_map;
  Position position;
};

struct BgpDraft {
  net::Asn asn;
  Position position;
  std::optional<net::IpAddress> router_id;
  std::optional<net::IpAddress> cluster_id;
  bool default_ipv4_unicast = true;
  std::optional<bool> ebgp_requires_policy;  // absent: the profile decides
  std::optional<bool> import_check;          // absent: on, as in FRR
  std::optional<bool> multipath_relax;
  std::optional<bool> deterministic_med;
  std::optional<bool> always_compare_med;
  std::optional<bool> compare_router_id;
  std::optional<std::uint32_t> default_local_preference;
  std::optional<Duration> keepalive;
  std::optional<Duration> hold;
  std::optional<std::uint32_t> maximum_paths;
  std::optional<std::uint32_t> maximum_paths_ibgp;
  std::vector<NetworkDraft> networks;
  std::optional<Reference> redistribute_connected;  // the route map's name may be empty
  std::optional<Reference> redistribute_static;
  std::vector<PeerDraft> peers;  // in the order of their first lines
};

struct PrefixRuleDraft {
  std::uint32_t sequence = 0;
  bool permit = true;
  net::Prefix prefix;
  int least = 0;  // the lengths that match
  int most = 0;
  Position position;
};

struct CommunityRuleDraft {
  std::uint32_t sequence = 0;
  bool permit = true;
  std::vector<std::uint32_t> communities;  // all of them must be there
  Position position;
};

struct RouteMapEntryDraft {
  std::uint32_t sequence = 0;
  bool permit = true;
  std::optional<Reference> match_prefix_list;  // of several lines, FRR keeps the last
  std::optional<Reference> match_community;
  bool exact_community = false;
  std::optional<std::uint32_t> set_local_preference;
  std::optional<std::uint32_t> set_metric;
  std::optional<std::uint32_t> set_weight;
  std::optional<std::vector<std::uint32_t>> set_communities;
  bool additive_communities = false;
  std::vector<net::Asn> prepend;
  std::optional<net::IpAddress> set_next_hop;
  std::optional<std::uint8_t> set_origin;  // RFC 4271 5.1.1: 0 IGP, 1 EGP, 2 INCOMPLETE
  Position position;
};

struct Draft {
  std::string file;
  Config config;  // what needs no second look
  std::optional<Position> defaults_position;
  std::optional<net::IpAddress> router_id;  // zebra's
  std::optional<BgpDraft> bgp;
  std::map<std::string, std::vector<PrefixRuleDraft>> prefix_lists;
  std::map<std::string, std::vector<CommunityRuleDraft>> community_lists;
  std::map<std::string, std::map<std::uint32_t, RouteMapEntryDraft>> route_maps;
};

}  // namespace seatrial::frr
