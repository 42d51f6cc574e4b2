// The second half of the reading: names become the things they name, groups are applied.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "models/bgp/policy.h"
#include "models/frr/draft.h"

namespace seatrial::frr {

// Looks lists and route maps up and makes bgp::Policy of them; a name that is not defined is an
// error where it stands. Each is made once and shared.
class PolicyTable {
 public:
  PolicyTable(const Draft& draft, Diagnostics& diagnostics)
      : draft_(draft), diagnostics_(diagnostics) {}

  std::shared_ptr<const bgp::Policy> route_map(const Reference& reference);
  // Lists as policies of their own: a neighbour's prefix-list, distribute-list and filter-list.
  std::optional<bgp::Policy> prefix_list(const Reference& reference, net::Family family);
  std::optional<bgp::Policy> distribute_list(const Reference& reference, net::Family family);
  std::optional<bgp::Policy> filter_list(const Reference& reference);
  // Complains about route maps that refer to lists that are not there, used or not.
  void check_all();

 private:
  bgp::PrefixListRef find_prefix_list(const Reference& reference, bool v6);
  bgp::AccessListRef find_access_list(const Reference& reference, bool v6);
  bgp::AsPathListRef find_as_path_list(const Reference& reference);
  bgp::CommunityListRef find_community_list(const Reference& reference);
  bgp::LargeCommunityListRef find_large_community_list(const Reference& reference);
  bgp::ExtendedCommunityListRef find_extended_community_list(const Reference& reference);
  void match_list(const std::string& command, const Reference& reference, bgp::PolicyMatch& match);
  bgp::PolicyClause clause(const RouteMapEntryDraft& entry);

  const Draft& draft_;
  Diagnostics& diagnostics_;
  std::map<std::string, std::shared_ptr<const bgp::Policy>> route_maps_;
  std::set<std::string> in_work_;  // route maps on the way down a chain of calls
  std::map<std::string, bgp::PrefixListRef> prefix_lists_;
  std::map<std::string, bgp::PrefixListRef> prefix_lists_v6_;
  std::map<std::string, bgp::AccessListRef> access_lists_;
  std::map<std::string, bgp::AccessListRef> access_lists_v6_;
  std::map<std::string, bgp::AsPathListRef> as_path_lists_;
  std::map<std::string, bgp::CommunityListRef> community_lists_;
  std::map<std::string, bgp::LargeCommunityListRef> large_community_lists_;
  std::map<std::string, bgp::ExtendedCommunityListRef> extended_community_lists_;
};

// Makes neighbours of the peers, groups and listen ranges of `router bgp`.
class NeighborTable {
 public:
  NeighborTable(const Draft& draft, Diagnostics& diagnostics, PolicyTable& policies,
                const bgp::SpeakerConfig& speaker)
      : draft_(draft),
        bgp_(*draft.bgp),
        diagnostics_(diagnostics),
        policies_(policies),
        speaker_(speaker) {}

  std::vector<bgp::NeighborConfig> neighbors();
  std::vector<bgp::DynamicRange> ranges();

 private:
  std::optional<PeerSettings> settings_of(const PeerDraft& peer);
  const PeerDraft* group(const Reference& reference);
  std::optional<net::IpAddress> far_end(const PeerDraft& peer);
  bool is_own_address(const PeerDraft& peer, const net::IpAddress& address);
  bool internal(const bgp::RemoteAs& remote_as) const;
  bgp::NeighborConfig neighbor(const PeerDraft& peer, const std::optional<net::IpAddress>& address,
                               const PeerSettings& settings);
  void set_session(const PeerDraft& peer, const SessionSettings& session,
                   bgp::NeighborConfig& neighbor);
  void set_families(const PeerDraft& peer, const PeerSettings& settings,
                    bgp::NeighborConfig& neighbor);
  void set_family(const FamilySettings& family, bgp::NeighborConfig& neighbor);
  void set_conditional(const FamilySettings& family, bgp::NeighborConfig& neighbor);
  void deny_without_policy(bgp::NeighborConfig& neighbor) const;
  void set_policies(const FamilySettings& settings, net::Family family,
                    bgp::NeighborConfig& neighbor);
  std::optional<bgp::BfdConfig> bfd(const SessionSettings& session,
                                    const bgp::NeighborConfig& neighbor);
  void apply(const BfdSettings& settings, bgp::BfdConfig& out);
  bool directly_connected(const net::IpAddress& address) const;
  std::optional<net::IpAddress> source_address(const Reference& source, net::Family family);

  const Draft& draft_;
  const BgpDraft& bgp_;
  Diagnostics& diagnostics_;
  PolicyTable& policies_;
  const bgp::SpeakerConfig& speaker_;
};

// Applies groups, looks names up, checks what FRR checks and makes the Config.
Config resolve(Draft draft, Diagnostics& diagnostics, std::string_view profile);

}  // namespace seatrial::frr
