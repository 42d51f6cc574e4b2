// One neighbour as the RIBs see it: its session, Adj-RIB-In, Adj-RIB-Out and what still has to be
// advertised. Advertisements are collected until the profile lets them out (first UPDATE delay,
// MRAI) and leave grouped by equal attributes.
#pragma once

#include <boost/container/small_vector.hpp>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "models/bgp/adj_rib_in.h"
#include "models/bgp/peer_restart.h"
#include "models/bgp/rules.h"
#include "models/bgp/session.h"
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
           Desired desired);

  Session& session() { return session_; }
  const Session& session() const { return session_; }
  RuleContext rules() const;
  bool carries(net::Family family) const;      // negotiated
  bool sends_paths(net::Family family) const;  // RFC 7911: more than the best

  AdjRibIn& adj_rib_in() { return adj_rib_in_; }
  const AdjRibIn& adj_rib_in() const { return adj_rib_in_; }
  // What the owner keeps beside: set right after construction, and what came of the limit.
  struct Watch {
    std::unique_ptr<PeerRestart> restart;
    std::unique_ptr<io::Timer> limit_timer;  // until the session may start again
    bool limit_warned = false;
    bool dynamic = false;  // made by a DynamicRange
  };
  Watch& watch() { return watch_; }
  const Watch& watch() const { return watch_; }

  // --- Adj-RIB-Out
  void established();
  void lost();
  // The process woke up: what waits since Established for the profile's first UPDATE leaves.
  void wake();
  // The Loc-RIB's choice for this prefix changed: look at it at the next flush.
  void touch(const net::Prefix& prefix);
  // Everything sent is sent again (ROUTE-REFRESH), between BoRR and EoRR where RFC 7313 was agreed
  // on.
  void resend(AfiSafi family);
  // While held nothing leaves: a restarting speaker has not chosen yet.
  void hold(bool held);
  const net::PrefixMap<AdvertisedPaths>& adj_rib_out() const { return adj_rib_out_; }

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
  void send(Group& group);
  Duration advertisement_interval() const;

  io::Host& host_;
  const SpeakerConfig& speaker_;
  Session session_;
  Desired desired_;
  AdjRibIn adj_rib_in_;
  net::PrefixMap<AdvertisedPaths> adj_rib_out_;
  std::set<net::Prefix> pending_;
  std::unique_ptr<io::Timer> flush_timer_;
  TimePoint earliest_flush_{};
  bool end_of_rib_due_ = false;
  bool held_ = false;
  bool first_ = false;  // nothing was advertised since Established
  std::set<AfiSafi> refresh_due_;
  Watch watch_;
};

}  // namespace seatrial::bgp
