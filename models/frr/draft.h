// What the lines of a file say, before groups are applied and names are looked up: that needs the
// whole file, since FRR lets a line refer to what comes later.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
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
struct SessionSettings {
  std::optional<bgp::RemoteAs> remote_as;
  std::optional<std::string> description;
  std::optional<Reference> update_source;
  std::optional<int> ebgp_multihop;
  std::optional<int> ttl_security;
  std::optional<std::string> password;
  std::optional<Duration> keepalive;
  std::optional<Duration> hold;
  std::optional<Duration> connect_retry;
  std::optional<Duration> advertisement_interval;
  std::optional<bool> passive;
  std::optional<bool> shutdown;
  std::optional<std::string> shutdown_message;
  std::optional<std::uint16_t> port;
  std::optional<bgp::LocalAs> local_as;
  std::optional<bgp::Role> role;
  std::optional<bool> role_strict;
  std::optional<bgp::GracefulRestartMode> graceful_restart;
  std::optional<bool> bfd;
  std::optional<bgp::BfdConfig> bfd_timers;  // with `bfd MULTIPLIER RECEIVE TRANSMIT`
  std::optional<Reference> bfd_profile;
  std::optional<bool> bfd_checks_control_plane;
  std::optional<bool> extended_next_hop;
  std::optional<bool> dont_capability_negotiate;
  std::optional<bool> strict_capability_match;
  std::optional<bool> sender_loop_detection;
  std::optional<bool> disable_connected_check;
  std::optional<bool> enforce_first_as;
};

// `advertise-map ROUTES exist-map|non-exist-map CONDITION`
struct ConditionalDraft {
  Reference routes;
  Reference condition;
  bool while_exists = true;
};

// ... in one address family.
struct FamilySettings {
  std::optional<bool> activate;
  std::optional<bool> route_reflector_client;
  std::optional<bool> route_server_client;
  std::optional<bgp::NextHopSelf> next_hop_self;
  std::optional<bool> next_hop_unchanged;
  std::optional<bool> as_path_unchanged;
  std::optional<bool> med_unchanged;
  std::optional<bool> link_local_unchanged;
  std::optional<unsigned> allowas_in;
  std::optional<bool> allowas_in_origin;
  std::optional<bool> as_override;
  std::optional<bgp::RemovePrivateAs> remove_private_as;
  std::optional<bool> send_community;
  std::optional<bool> send_extended_community;
  std::optional<bool> send_large_community;
  std::optional<bgp::MaxPrefixes> maximum_prefix;
  std::optional<std::uint32_t> maximum_prefix_out;
  std::optional<std::uint32_t> weight;
  std::optional<bool> soft_reconfiguration;
  std::optional<bool> add_path_all;
  std::optional<bool> add_path_best_per_as;
  std::optional<bool> add_path_refused;
  std::optional<Reference> default_originate;  // the route map's name may be empty
  std::optional<Reference> route_map_in;
  std::optional<Reference> route_map_out;
  std::optional<Reference> prefix_list_in;
  std::optional<Reference> prefix_list_out;
  std::optional<Reference> filter_list_in;
  std::optional<Reference> filter_list_out;
  std::optional<Reference> distribute_list_in;
  std::optional<Reference> distribute_list_out;
  std::optional<Reference> unsuppress_map;
  std::optional<ConditionalDraft> conditional;
};

struct PeerSettings {
  SessionSettings session;
  FamilySettings ipv4;
  FamilySettings ipv6;

  // Takes from `group` what this does not say.
  void inherit(const PeerSettings& group);
};

struct PeerDraft {
  std::string name;  // an address, or a group's name
  Position position;
  bool is_group = false;
  bool by_interface = false;  // the name is that of the interface to the neighbour
  std::optional<Reference> group;
  PeerSettings settings;
};

struct NetworkDraft {
  net::Prefix prefix;
  std::optional<Reference> route_map;
  Position position;
};

struct RedistributeDraft {
  bgp::SourceProtocol protocol = bgp::SourceProtocol::connected;
  net::Family family = net::Family::ipv4;
  std::optional<Reference> route_map;
  std::optional<std::uint32_t> metric;
  Position position;
};

struct AggregateDraft {
  bgp::Aggregate aggregate;  // without its policies
  std::optional<Reference> route_map;
  std::optional<Reference> suppress_map;
};

struct ListenRangeDraft {
  net::Prefix prefix;
  Reference group;
};

struct BgpDraft {
  net::Asn asn;
  Position position;
  // What needs no second look; its lists of peers and routes are filled by resolve.
  bgp::SpeakerConfig speaker;
  std::optional<net::IpAddress> router_id;
  bool default_ipv4_unicast = true;
  bool default_ipv6_unicast = false;
  bool default_shutdown = false;
  bool reflector_policy = false;  // may change what is reflected
  bool disable_connected_check = false;
  bool shutdown = false;
  std::string shutdown_message;
  std::optional<net::Asn> confederation;
  std::vector<net::Asn> confederation_peers;
  std::optional<Duration> keepalive;
  std::optional<Duration> hold;
  std::vector<NetworkDraft> networks;
  std::vector<RedistributeDraft> redistributed;
  std::vector<AggregateDraft> aggregates;
  std::vector<ListenRangeDraft> ranges;
  std::optional<Reference> table_map_ipv4;
  std::optional<Reference> table_map_ipv6;
  std::vector<PeerDraft> peers;  // in the order of their first lines
};

// Of a `profile` or a `peer` of the bfd block; absent: bfdd's default.
struct BfdSettings {
  std::optional<Duration> receive_interval;
  std::optional<Duration> transmit_interval;
  std::optional<unsigned> detect_multiplier;
  std::optional<bool> passive;
  std::optional<int> minimum_ttl;
  std::optional<Reference> profile;
  std::optional<bool> multihop;
  bool shutdown = false;
  Position position;
};

template <typename Entry>
using Lists = std::map<std::string, std::vector<Entry>>;

struct RouteMapEntryDraft {
  std::uint32_t sequence = 0;
  bool permit = true;
  bgp::PolicyMatch match;  // but for the lists, which are looked up later
  bgp::PolicySet set;
  // By the words before the list's name, as "ip address prefix-list"; of several lines with the
  // same words FRR keeps the last.
  std::map<std::string, Reference> match_lists;
  std::optional<Reference> delete_communities;
  std::optional<Reference> delete_large_communities;
  std::optional<Reference> call;
  bgp::PolicyClause::Exit exit = bgp::PolicyClause::Exit::stop;
  std::uint32_t go_to = 0;
  Position position;
};

struct Draft {
  std::string file;
  Config config;  // what needs no second look
  std::optional<Position> defaults_position;
  std::optional<net::IpAddress> router_id;  // zebra's
  bool graceful_shutdown = false;           // of all BGP instances
  std::optional<BgpDraft> bgp;
  // zebra's `ip protocol bgp|any route-map NAME`, by "ip" or "ipv6" and the protocol.
  std::map<std::pair<std::string, std::string>, Reference> protocol_maps;
  // IPv4 and IPv6 lists of one name are two lists.
  Lists<bgp::PrefixListEntry> prefix_lists;
  Lists<bgp::PrefixListEntry> prefix_lists_v6;
  Lists<bgp::AccessListEntry> access_lists;
  Lists<bgp::AccessListEntry> access_lists_v6;
  Lists<bgp::AsPathListEntry> as_path_lists;
  Lists<bgp::CommunityListEntry<bgp::Community>> community_lists;
  Lists<bgp::CommunityListEntry<bgp::LargeCommunity>> large_community_lists;
  Lists<bgp::CommunityListEntry<bgp::ExtendedCommunity>> extended_community_lists;
  std::map<std::string, std::map<std::uint32_t, RouteMapEntryDraft>> route_maps;
  std::map<std::string, BfdSettings> bfd_profiles;
  std::map<net::IpAddress, BfdSettings> bfd_peers;
};

}  // namespace seatrial::frr
