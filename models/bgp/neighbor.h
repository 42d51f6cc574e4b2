// One neighbour as the RIBs see it: its session, Adj-RIB-In, Adj-RIB-Out and what still has to be
// advertised. Advertisements are collected until the profile lets them out (first UPDATE delay,
// MRAI) and leave grouped by equal attributes.
#pragma once

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
  // What should be advertised for a prefix now; nullptr: nothing.
  using Desired = std::function<AttributesRef(const Neighbor&, const net::Prefix&)>;

  Neighbor(io::Host& host, SessionOwner& owner, const SpeakerConfig& speaker, NeighborConfig config,
           Desired desired);

  Session& session() { return session_; }
  const Session& session() const { return session_; }
  RuleContext rules() const;
  bool carries(net::Family family) const;  // negotiated

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
  const net::PrefixMap<AttributesRef>& adj_rib_out() const { return adj_rib_out_; }

 private:
  void schedule();
  void flush();
  Duration advertisement_interval() const;

  io::Host& host_;
  const SpeakerConfig& speaker_;
  Session session_;
  Desired desired_;
  AdjRibIn adj_rib_in_;
  net::PrefixMap<AttributesRef> adj_rib_out_;
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
