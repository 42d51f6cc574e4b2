// One neighbour as the RIBs see it: its session, what it has announced in numbers (the paths are in
// rib.h's table), Adj-RIB-Out and what still has to be advertised. Advertisements are collected
// until the profile lets them out (first UPDATE delay, MRAI) and leave grouped by equal attributes.
#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "models/bgp/change_log.h"
#include "models/bgp/peer_restart.h"
#include "models/bgp/policy_reach.h"
#include "models/bgp/session.h"
#include "models/bgp/update_group.h"
#include "models/net/prefix_map.h"

namespace seatrial::bgp {

class Neighbor {
 public:
  // One path as it is sent. The identifier is 0 where RFC 7911 was not agreed on.
  struct Advertised {
    std::uint32_t path_id = 0;
    AttributesRef attributes;
  };
  using AdvertisedPaths = boost::container::small_vector<Advertised, 1>;
  // What should be advertised for a prefix now, by ascending identifier.
  using Desired = std::function<AdvertisedPaths(const Neighbor&, const net::Prefix&)>;

  Neighbor(io::Host& host, SessionOwner& owner, const SpeakerConfig& speaker, NeighborConfig config,
           ChangeLog& changes, Desired desired);

  Session& session() { return session_; }
  const Session& session() const { return session_; }
  RuleContext rules() const;
  bool carries(net::Family family) const;      // negotiated
  bool sends_paths(net::Family family) const;  // RFC 7911: more than the best

  // --- Adj-RIB-In
  // Paths of one address family in the table that are this neighbour's.
  struct Received {
    std::size_t paths = 0;
    std::size_t accepted = 0;  // by import checks and policy
    std::size_t stale = 0;
  };
  Received& received(net::Family family) { return received_[family == net::Family::ipv4 ? 0 : 1]; }
  const Received& received(net::Family family) const {
    return received_[family == net::Family::ipv4 ? 0 : 1];
  }
  // Of the paths that come in now; what came before may have another.
  const PathOrigin* origin() const { return origins_.back().get(); }
  PolicyReach import_reach(net::Family family) const {
    return import_reach_[family == net::Family::ipv4 ? 0 : 1];
  }

  // What the owner keeps beside: set right after construction, and what came of the limit.
  struct Watch {
    std::unique_ptr<PeerRestart> restart;
    std::unique_ptr<io::Timer> limit_timer;  // until the session may start again
    bool limit_warned = false;
    bool dynamic = false;        // made by a DynamicRange
    net::IpAddress own_address;  // our end of the session that lasts or was the last
    Link link;                   // while Established
  };
  Watch& watch() { return watch_; }
  const Watch& watch() const { return watch_; }

  // --- Adj-RIB-Out
  // `group`: the one that the session belongs to while it lasts.
  void established(UpdateGroup& group);
  void lost();
  UpdateGroup* group() const { return group_; }
  // The process woke up: what waits since Established for the profile's first UPDATE leaves. False
  // when there is no such thing.
  bool wake();
  // Look at this prefix at the next flush, whatever the log of changes says.
  void touch(const net::Prefix& prefix);
  // The log has grown by changes in this family.
  void changed(net::Family family);
  // Takes what it has not read yet out of the log.
  void catch_up();
  // Everything sent is sent again (ROUTE-REFRESH), between BoRR and EoRR where RFC 7313 was agreed
  // on.
  void resend(AfiSafi family);
  // While held nothing leaves: a restarting speaker has not chosen yet.
  void hold(bool held);
  const net::PrefixMap<AdvertisedPaths>& adj_rib_out() const { return adj_rib_out_; }
  std::size_t advertised(net::Family family) const {  // prefixes
    return advertised_[family == net::Family::ipv4 ? 0 : 1];
  }

 private:
  struct Group {
    AttributesRef attributes;
    std::vector<Nlri> prefixes;
  };
  void schedule();
  void flush();
  // Brings what was sent for a prefix to what is wanted now.
  template <typename Announce>
  void update(const net::Prefix& prefix, std::vector<Nlri>& withdrawn, Announce announce);
  void send(const Group& group);
  Duration advertisement_interval() const;
  void tidy();

  io::Host& host_;
  const SpeakerConfig& speaker_;
  Session session_;
  Desired desired_;
  std::array<PolicyReach, 2> import_reach_;
  std::array<Received, 2> received_;
  std::vector<std::unique_ptr<const PathOrigin>> origins_;  // older ones for stale paths
  UpdateGroup* group_ = nullptr;
  net::PrefixMap<AdvertisedPaths> adj_rib_out_;
  std::array<std::size_t, 2> advertised_{};
  std::vector<net::Prefix> pending_;
  std::size_t tidy_at_ = 1024;  // pending ones
  ChangeLog::Reader changes_;
  std::unique_ptr<io::Timer> flush_timer_;
  TimePoint earliest_flush_{};
  bool end_of_rib_due_ = false;
  bool held_ = false;
  bool first_ = false;  // nothing was advertised since Established
  std::set<AfiSafi> refresh_due_;
  Watch watch_;
};

}  // namespace seatrial::bgp
