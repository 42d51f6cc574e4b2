// The inside of Speaker: neighbours, the table of paths and what flows between them. A change marks
// its prefix; after the profile's decision delay the decision process runs over the marked ones,
// tells the sink and the observer, and notes what has changed in a log, which the neighbours read
// when their time to advertise has come.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "models/bgp/change_log.h"
#include "models/bgp/dampening.h"
#include "models/bgp/decision.h"
#include "models/bgp/neighbor.h"
#include "models/bgp/restart_deferral.h"
#include "models/bgp/rib.h"
#include "models/bgp/speaker.h"
#include "models/bgp/update_group.h"

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
  // What import made of one announcement.
  struct Imported {
    AttributesRef attributes;  // nothing: refused
    std::uint32_t metric = Candidate::unreachable;
    std::uint32_t weight = 0;
  };
  struct Marked {
    net::Prefix prefix;
    Route* route = nullptr;  // goes nowhere while it is marked
  };

  struct AggregateState {
    Aggregate config;
    bool active = false;
    bool dirty = false;
  };
  // Of a prefix's local paths.
  static constexpr std::uint32_t network_path_id = 0;
  static constexpr std::uint32_t aggregate_path_id = 1;
  // FRR's and Quagga's weight of what the router itself originates; it makes the local path win, as
  // BIRD's protocol preference does.
  static constexpr std::uint32_t local_weight = 32768;

  DecisionOptions decision_options(net::Family family) const;
  std::uint32_t metric_to(const PathAttributes& attributes) const;
  std::uint32_t local_metric(const net::Prefix& prefix, const OriginatedRoute& route) const;
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
  // core_restart.cc
  std::unique_ptr<PeerRestart> make_restart(Neighbor& neighbor);
  void mark_stale(Neighbor& neighbor, AfiSafi family);
  void flush(Neighbor& neighbor, AfiSafi family);
  void sweep(Neighbor& neighbor, AfiSafi family);
  void make_long_lived(Neighbor& neighbor, AfiSafi family);
  void restart_over();
  // core_dampening.cc
  void flapped(const Neighbor& n, const Nlri& nlri, bool withdrawn);
  bool dampened(const Neighbor& n, const Nlri& nlri);
  void reuse();
  void await_reuse();
  std::optional<Dampener>& dampener(net::Family family) {
    return dampeners_[family == net::Family::ipv4 ? 0 : 1];
  }
  // core_derived.cc
  void touch_aggregates(const net::Prefix& part);
  void run_aggregates();
  void run_aggregate(const net::Prefix& prefix, AggregateState& state);
  PathAttributes aggregate_of(const Aggregate& how,
                              const std::vector<const PathAttributes*>& parts) const;
  bool is_aggregate(const Candidate& path) const {
    return path.origin == &own_ && path.path_id == aggregate_path_id;
  }
  bool suppressed(const net::Prefix& prefix, const Neighbor& n, const Candidate& path) const;
  AttributesRef unsuppressed(const net::Prefix& prefix, const Neighbor& n, const Candidate& path);
  std::optional<PathAttributes> default_for(const Neighbor& n, const net::Prefix& prefix) const;
  // core_conditional.cc
  void start_conditions();
  void check_conditions();
  bool some_route_passes(const std::vector<Policy>& policy, net::Family family) const;
  bool withheld(const net::Prefix& prefix, const Neighbor& n, const Candidate& path) const;
  bool over_limit(const net::Prefix& prefix, const Neighbor& n) const;
  bool in_table(const net::Prefix& prefix, const Candidate& best) const;
  void begin_max_med();
  void end_max_med();
  // core_paths.cc
  void take(Neighbor& neighbor, const std::vector<Nlri>& announced,
            const AttributesRef& attributes);
  void take_back(Neighbor& neighbor, const std::vector<Nlri>& withdrawn);
  Imported judge(const Neighbor& neighbor, const net::Prefix& prefix,
                 const PathAttributes& announced, const AttributesRef& same,
                 bool without_policy = false) const;
  void import(Neighbor& neighbor, const net::Prefix& prefix, Route& route, Candidate& path);
  void import(Neighbor& neighbor, const net::Prefix& prefix, Route& route, Candidate& path,
              const Imported& made);
  void refuse(Neighbor& neighbor, const net::Prefix& prefix, Route& route, Candidate& path);
  void erase(Neighbor& neighbor, const net::Prefix& prefix, Route& route, Candidate& path);
  // f(const net::Prefix&, Route&, Candidate&) for every path of the neighbour; f may erase it.
  template <typename F>
  void for_each_path(const Neighbor& neighbor, net::Family family, F f);
  void put_local(const net::Prefix& prefix, std::uint32_t path_id, AttributesRef attributes,
                 std::uint32_t metric);
  void remove_local(const net::Prefix& prefix, std::uint32_t path_id);
  void mark(const net::Prefix& prefix, Route& route);
  // core.cc
  void wake();
  void run_decisions();
  void run_decision(const net::Prefix& prefix, Route& route, const DecisionOptions& options);
  void advertise(std::uint64_t from);
  void touch_default(Neighbor& neighbor);
  UpdateGroup& join_group(const Neighbor& neighbor);
  void leave_group(const Neighbor& neighbor);
  Neighbor::AdvertisedPaths desired(const Neighbor& neighbor, const net::Prefix& prefix);
  // The paths that RFC 7911 lets go to this neighbour, as indices.
  std::vector<std::size_t> paths_to_send(const Neighbor& neighbor, net::Family family,
                                         const Route& route) const;
  std::string summary(const Route& route) const;
  RouteSnapshot describe(const net::Prefix& prefix, const Route& route) const;

  io::Host& host_;
  SpeakerConfig config_;
  Dependencies dependencies_;
  mutable AttributePool pool_;
  PathOrigin own_;  // of local paths
  ChangeLog changes_;
  std::map<net::IpAddress, std::unique_ptr<Neighbor>> neighbors_;
  std::vector<std::unique_ptr<Neighbor>> removed_;
  std::map<net::Prefix, OriginatedRoute> originated_;
  std::map<net::Prefix, AggregateState> aggregates_;
  std::array<std::optional<Dampener>, 2> dampeners_;  // of IPv4, of IPv6
  std::unique_ptr<io::Timer> reuse_timer_;
  std::unique_ptr<io::Timer> condition_timer_;
  std::unique_ptr<io::Timer> max_med_timer_;
  // To whom what `advertise-map` permits does not go now.
  std::set<std::pair<net::IpAddress, net::Family>> withheld_;
  Rib rib_;
  std::vector<Marked> marked_;
  std::vector<std::unique_ptr<UpdateGroup>> groups_;
  unsigned last_group_ = 0;
  bool first_updates_due_ = false;  // at the next wakeup of the process, for some neighbour
  bool paths_are_sent_ = false;     // to some neighbour, by RFC 7911
  std::map<net::IpAddress, std::size_t> own_addresses_;  // of Established sessions
  std::unique_ptr<io::Timer> decision_timer_;
  std::map<net::Family, std::unique_ptr<io::Listener>> listeners_;
  std::unique_ptr<io::Timer> reaper_;  // of dynamic neighbours
  RestartDeferral deferral_;
  StartMode mode_;
  TimePoint started_{};
  bool running_ = false;
};

template <typename F>
void Speaker::Core::for_each_path(const Neighbor& n, net::Family family, F f) {
  if (n.received(family).paths == 0) return;
  const auto& peer = n.session().config().address;
  std::vector<std::uint32_t> ids;
  rib_.for_each([&](const net::Prefix& prefix, Route& route) {
    if (prefix.family() != family) return;
    ids.clear();
    for (const auto& path : route) {
      if (path.origin->peer == peer) ids.push_back(path.path_id);
    }
    for (const auto id : ids) f(prefix, route, *route.find(peer, id));
  });
}

}  // namespace seatrial::bgp
