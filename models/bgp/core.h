// The inside of Speaker: neighbours, the Loc-RIB and what flows between them. A change marks its
// prefix; after the profile's decision delay the decision process runs over the marked ones, tells
// the sink and the observer, and touches the neighbours, which advertise when their time has come.
#pragma once

#include <map>
#include <set>

#include "models/bgp/dampening.h"
#include "models/bgp/decision.h"
#include "models/bgp/neighbor.h"
#include "models/bgp/restart_deferral.h"
#include "models/bgp/speaker.h"

namespace seatrial::bgp {

class Speaker::Core final : public SessionOwner {
 public:
  Core(io::Host& host, SpeakerConfig config, Dependencies dependencies, StartMode mode);

  bool start();
  void shutdown();
  void originate(OriginatedRoute route);
  void withdraw(const net::Prefix& prefix);
  void add_neighbor(NeighborConfig config);
  void remove_neighbor(const net::IpAddress& peer);
  void nexthops_changed();
  bool clear(const net::IpAddress& peer, ClearKind kind);
  bool set_shutdown(const net::IpAddress& peer, bool down, const std::string& message);
  void interface_down(const net::IpAddress& local);
  Neighbor* neighbor(const net::IpAddress& peer) const;

  const SpeakerConfig& config() const { return config_; }
  std::vector<SessionSnapshot> sessions() const;
  SessionSnapshot snapshot(const Neighbor& neighbor) const;
  std::vector<RouteSnapshot> loc_rib() const;
  std::optional<RouteSnapshot> route(const net::Prefix& prefix) const;
  std::vector<AdjRouteSnapshot> adj_rib_in(const Neighbor& neighbor) const;
  std::vector<AdjRouteSnapshot> adj_rib_out(const Neighbor& neighbor) const;

  // --- SessionOwner
  const SpeakerConfig& speaker_config() const override { return config_; }
  void established(Session& session) override;
  void lost(Session& session, const FsmCause& end) override;
  void update(Session& session, DecodedUpdate update) override;
  void route_refresh(Session& session, const RouteRefreshMessage& refresh) override;
  void changed(const SessionEvent& event) override;
  void counted(const MessageEvent& event) override;
  bool restarting() const override;
  bool within_reach(const Session& session) const override;
  std::unique_ptr<LivenessWatch> watch(const Session& session,
                                       Liveness::Callback callback) override;

 private:
  struct Route {
    std::vector<Candidate> candidates;  // in order of arrival
    Decision decision;
    std::uint32_t next_local_id = 1;
    // What was last told to the others.
    std::optional<Candidate> best;
    std::vector<NextHop> next_hops;  // in the sink when not empty
  };
  struct Identity {
    RouteSource source;
    net::IpAddress peer;
    std::uint32_t path_id;
  };

  struct AggregateState {
    Aggregate config;
    bool active = false;
    bool dirty = false;
  };
  // Of a prefix's local paths a `network` has the identifier 0.
  static constexpr std::uint32_t aggregate_path_id = 1;
  // FRR's and Quagga's weight of what the router itself originates; it makes the local path win, as
  // BIRD's protocol preference does.
  static constexpr std::uint32_t local_weight = 32768;

  DecisionOptions decision_options() const;
  std::optional<std::uint32_t> metric_to(const PathAttributes& attributes) const;
  std::optional<std::uint32_t> local_metric(const net::Prefix& prefix,
                                            const OriginatedRoute& route) const;
  void import(Neighbor& neighbor, const Nlri& nlri, const PathAttributes& attributes);
  // core_sessions.cc
  bool listen(net::Family family);
  void begin(Neighbor& neighbor, Duration after = {});
  void accepted(std::unique_ptr<io::Stream> stream);
  bool make_dynamic(const net::IpAddress& from);
  Neighbor& make_neighbor(NeighborConfig config);
  void reap_dynamic();
  // core_messages.cc
  void end_of_rib(Neighbor& neighbor, AfiSafi family);
  void check_limit(Neighbor& neighbor, AfiSafi family);
  void reimport(Neighbor& neighbor);
  void reimport(Neighbor& neighbor, const Nlri& nlri);
  // core_restart.cc
  std::unique_ptr<PeerRestart> make_restart(Neighbor& neighbor);
  void drop(const Neighbor& neighbor, const Nlri& nlri);
  void flush(Neighbor& neighbor, AfiSafi family);
  void sweep(Neighbor& neighbor, AfiSafi family);
  void make_long_lived(Neighbor& neighbor, AfiSafi family);
  void restart_over();
  // core_dampening.cc
  void flapped(const Neighbor& n, const Nlri& nlri, bool withdrawn);
  bool dampened(const Neighbor& n, const Nlri& nlri) const;
  void reuse();
  // core_derived.cc
  void touch_aggregates(const net::Prefix& part);
  void run_aggregates();
  void run_aggregate(const net::Prefix& prefix, AggregateState& state);
  PathAttributes aggregate_of(const Aggregate& how,
                              const std::vector<const PathAttributes*>& parts) const;
  bool suppressed(const net::Prefix& prefix, const Neighbor& n, const Candidate& path) const;
  std::optional<PathAttributes> default_for(const Neighbor& n, const net::Prefix& prefix) const;
  // core.cc
  void put(const net::Prefix& prefix, Candidate candidate);
  void remove(const net::Prefix& prefix, const Identity& identity);
  void mark(const net::Prefix& prefix);
  void run_decisions();
  void run_decision(const net::Prefix& prefix);
  void tell_sink(const net::Prefix& prefix, Route& route, std::vector<NextHop> next_hops);
  Neighbor::AdvertisedPaths desired(const Neighbor& neighbor, const net::Prefix& prefix);
  // The paths that RFC 7911 lets go to this neighbour, as indices of candidates.
  std::vector<std::size_t> paths_to_send(const Neighbor& neighbor, const Route& route) const;
  std::string summary(const Route& route) const;
  RouteSnapshot describe(const net::Prefix& prefix, const Route& route) const;

  io::Host& host_;
  SpeakerConfig config_;
  Dependencies dependencies_;
  AttributePool pool_;
  std::map<net::IpAddress, std::unique_ptr<Neighbor>> neighbors_;
  std::vector<std::unique_ptr<Neighbor>> removed_;
  std::map<net::Prefix, OriginatedRoute> originated_;
  std::map<net::Prefix, AggregateState> aggregates_;
  std::optional<Dampener> dampener_;
  std::unique_ptr<io::Timer> reuse_timer_;
  net::PrefixMap<Route> loc_rib_;
  std::set<net::Prefix> marked_;
  std::unique_ptr<io::Timer> decision_timer_;
  std::map<net::Family, std::unique_ptr<io::Listener>> listeners_;
  std::unique_ptr<io::Timer> reaper_;  // of dynamic neighbours
  RestartDeferral deferral_;
  StartMode mode_;
  TimePoint started_{};
  bool running_ = false;
};

}  // namespace seatrial::bgp
