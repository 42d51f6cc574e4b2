// What a speaker is told. Built by the FRR reader, by Calico's model, by the C++ API; nothing here
// depends on where it came from, but every neighbour remembers its place in the file for messages.
#pragma once

#include <cstdint>
#include <memory>
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

struct AddPathConfig {  // RFC 7911
  bool receive = false;
  bool send = false;              // every path (`addpath-tx-all-paths`)
  bool send_best_per_as = false;  // the best of each neighbouring AS
  friend bool operator==(const AddPathConfig&, const AddPathConfig&) = default;
};

// `local-as`: the AS that this session's peer is shown (draft-mitchell-bgp-local-as, as FRR does).
struct LocalAs {
  Asn asn;
  bool no_prepend = false;  // not put into the AS_PATH of what the peer sends
  bool replace_as = false;  // alone in the AS_PATH of what the peer is sent
  friend bool operator==(const LocalAs&, const LocalAs&) = default;
};

enum class RemovePrivateAs {
  never,
  when_all_private,          // `remove-private-AS`
  all,                       // `... all`
  when_all_private_replace,  // `... replace-AS`: by our own AS
  all_replace,
};

// RFC 9234 section 4: what this speaker is towards the peer.
enum class Role : std::uint8_t {
  provider = 0,
  rs_server = 1,
  rs_client = 2,
  customer = 3,
  peer = 4
};

struct GracefulRestartConfig {  // RFC 4724
  GracefulRestartMode mode = GracefulRestartMode::by_profile;
  Duration restart_time = 120s;  // announced
  Duration stale_time = 360s;    // a helper's bound from re-establishment to the End-of-RIB
  std::optional<Duration> select_deferral;   // of a restarter; otherwise as the profile has it
  bool preserve_forwarding = false;          // the F bit of each family
  bool notification = false;                 // RFC 8538: the N bit, where the profile has none
  std::optional<Duration> long_lived_stale;  // RFC 9494
};

struct BfdConfig {  // RFC 5880 timers as asked for by this side
  Duration receive_interval = 300ms;
  Duration transmit_interval = 300ms;
  unsigned detect_multiplier = 3;
  bool multihop = false;  // RFC 5883
  bool passive = false;
  std::optional<int> minimum_ttl;
  bool check_control_plane_failure = false;
};

struct MaxPrefixes {
  std::uint32_t limit = 0;
  unsigned threshold_percent = 75;  // reported when exceeded
  bool warning_only = false;
  std::optional<Duration> restart;  // started again after it; otherwise stays down until cleared
  friend bool operator==(const MaxPrefixes&, const MaxPrefixes&) = default;
};

// `advertise-map`: what it permits goes out only while some route of the RIB passes the condition,
// or only while none does. Looked at from time to time (SpeakerConfig::condition_interval).
struct ConditionalAdvertisement {
  std::vector<Policy> routes;
  std::vector<Policy> condition;
  bool while_exists = true;
};

// `bgp max-med`: the MED of everything that is sent, for good or for so long after the start.
struct MaxMed {
  std::uint32_t value = 4294967294;
  std::optional<Duration> after_start;
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
  bool disable_connected_check = false;         // an eBGP peer one hop away need not share a subnet
  std::string shutdown_message;                 // RFC 9003, with `shutdown`
  std::optional<BfdConfig> bfd;
  std::string peer_group;  // for reports

  // What is offered in the OPEN.
  std::optional<LocalAs> local_as;
  std::optional<Role> role;                // RFC 9234
  bool role_strict = false;                // a peer without a role is refused
  bool extended_next_hop = false;          // RFC 8950
  bool dont_capability_negotiate = false;  // no capabilities at all
  bool strict_capability_match = false;    // a peer that lacks one of ours is refused
  std::optional<bool> extended_message;    // RFC 8654; otherwise the profile's
  std::optional<GracefulRestartConfig> graceful_restart;  // otherwise the speaker's

  // Override the profile.
  std::optional<Duration> hold_time;
  std::optional<Duration> keepalive_time;
  std::optional<Duration> connect_retry;
  std::optional<Duration> advertisement_interval;

  bool route_reflector_client = false;
  NextHopSelf next_hop_self = NextHopSelf::never;
  bool next_hop_unchanged = false;     // eBGP too (`attribute-unchanged next-hop`)
  bool link_local_unchanged = false;   // RFC 2545's second address (`nexthop-local unchanged`)
  bool as_path_unchanged = false;      // eBGP too: our AS is not prepended
  bool med_unchanged = false;          // eBGP too
  bool route_server_client = false;    // RFC 7947: all three unchanged
  unsigned allowas_in = 0;             // own AS accepted this often in AS_PATH
  bool allowas_in_origin = false;      // ... only as the origin
  bool as_override = false;            // the peer's AS in AS_PATH becomes ours
  bool sender_loop_detection = false;  // what has the peer's AS in AS_PATH is not sent
  RemovePrivateAs remove_private_as = RemovePrivateAs::never;
  std::optional<bool> enforce_first_as;  // otherwise the profile's
  std::uint32_t weight = 0;              // of every path from this neighbour
  bool send_community = true;
  bool send_extended_community = true;
  bool send_large_community = true;
  bool ebgp_requires_policy = true;         // RFC 8212, where the profile has it
  std::optional<MaxPrefixes> max_prefixes;  // Cease/1 when exceeded
  AddPathConfig add_path;
  // 0.0.0.0/0 or ::/0 whatever the RIB has; the policies decide on it, and may set attributes.
  bool default_originate = false;
  std::vector<Policy> default_originate_policy;
  bool soft_reconfiguration_inbound = false;  // what was refused is kept to be looked at again
  std::vector<Policy> unsuppress;             // lets suppressed routes out
  std::vector<AfiSafi> families = {ipv4_unicast};

  // All must permit, in order; an empty list is no policy (which RFC 8212 may deny on eBGP).
  std::vector<Policy> import_policy;
  std::vector<Policy> export_policy;
  std::optional<std::uint32_t> max_prefixes_out;  // more than that are not advertised
  std::optional<ConditionalAdvertisement> conditional;

  // Where IPv6 unicast is told other things than IPv4: a copy with the flags, limits and policies
  // of IPv6. What concerns the session is read from this object alone.
  std::shared_ptr<const NeighborConfig> ipv6;
  const NeighborConfig& in(net::Family family) const {
    return family == net::Family::ipv6 && ipv6 ? *ipv6 : *this;
  }

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

struct Confederation {  // RFC 5065; the speaker's own AS is its member AS
  Asn identifier;
  std::vector<Asn> members;  // the other member ASes
};

struct Aggregate {  // RFC 4271 section 9.2.2.2
  net::Prefix prefix;
  bool as_set = false;        // AS_PATH and communities of the parts
  bool summary_only = false;  // the parts are suppressed
  std::optional<Origin> origin;
  bool matching_med_only = false;
  std::vector<Policy> policy;    // sets the aggregate's attributes
  std::vector<Policy> suppress;  // the parts that it permits are suppressed
  Position position;
};

struct Dampening {  // RFC 2439
  Duration half_life = 900s;
  std::uint32_t reuse = 750;
  std::uint32_t suppress = 2000;
  Duration maximum = 3600s;
};

// What FRR is told in an `address-family`, of the speaker and not of a neighbour.
struct FamilyConfig {
  std::optional<unsigned> multipath_ebgp;  // otherwise the profile's
  std::optional<unsigned> multipath_ibgp;
  bool equal_cluster_length = false;  // of the paths of an iBGP multipath
  std::optional<Dampening> dampening;
};

// `bgp listen range`: who connects from there is a neighbour like the template.
struct DynamicRange {
  net::Prefix prefix;
  NeighborConfig peer;  // without an address
};

struct SpeakerConfig {
  Asn asn;
  RouterId router_id;
  Profile profile;
  std::vector<NeighborConfig> neighbors;
  std::vector<OriginatedRoute> networks;
  FamilyConfig ipv4;
  FamilyConfig ipv6;
  std::optional<bool> multipath_relax;  // otherwise the profile's
  bool peer_type_relax = false;         // multipath of internal and external paths together
  std::optional<bool> deterministic_med;
  bool always_compare_med = false;
  bool as_path_ignore = false;                      // `bgp bestpath as-path ignore`
  bool as_path_counts_confederation = false;        // `bgp bestpath as-path confed`
  bool med_confederation = false;                   // `bgp bestpath med confed`
  bool missing_med_is_worst = false;                // `bgp bestpath med missing-as-worst`
  std::optional<bool> compare_router_id;            // otherwise the profile's last tie-break
  std::optional<std::uint32_t> default_local_pref;  // otherwise the profile's
  bool client_to_client_reflection = true;          // RFC 4456 section 10
  bool reject_as_sets = false;
  bool graceful_shutdown = false;      // RFC 8326: everything goes out with the community
  bool fast_external_failover = true;  // an eBGP session falls with its interface
  std::optional<Duration> minimum_hold_time;
  std::optional<Confederation> confederation;
  GracefulRestartConfig graceful_restart;
  std::vector<Aggregate> aggregates;
  std::vector<DynamicRange> dynamic_ranges;
  unsigned dynamic_limit = 100;
  std::optional<MaxMed> max_med;
  Duration condition_interval = 60s;   // of ConditionalAdvertisement
  std::vector<Policy> table_map;       // what of the Loc-RIB goes into the routing table
  std::optional<RouterId> cluster_id;  // otherwise the router id
  net::IpAddress listen_address;       // 0.0.0.0: all
  std::uint16_t listen_port = default_port;
  bool listen = true;
  std::optional<bool> import_check;       // otherwise the profile's
  std::optional<bool> ebgp_default_deny;  // otherwise the profile's

  const FamilyConfig& in(net::Family family) const {
    return family == net::Family::ipv6 ? ipv6 : ipv4;
  }
  FamilyConfig& in(net::Family family) { return family == net::Family::ipv6 ? ipv6 : ipv4; }
};

}  // namespace seatrial::bgp
