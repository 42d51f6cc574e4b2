// The session with one neighbour: its connections (two while a collision is resolved, RFC 4271
// section 6.8), what it offers and accepts in an OPEN, and its counters.
//
// The first connection's state machine lives as long as the session and does the reconnecting. A
// connection of the peer that arrives while that one is busy gets a machine of its own; whichever
// survives takes the first's place.
#pragma once

#include <memory>
#include <vector>

#include "models/bgp/config.h"
#include "models/bgp/connection.h"
#include "models/bgp/liveness.h"
#include "models/bgp/observer.h"
#include "models/bgp/snapshot.h"

namespace seatrial::bgp {

class Session;

class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  virtual const SpeakerConfig& speaker_config() const = 0;
  virtual void established(Session& session) = 0;
  virtual void lost(Session& session, const FsmCause& end) = 0;  // left Established
  virtual void update(Session& session, DecodedUpdate update) = 0;
  virtual void route_refresh(Session& session, const RouteRefreshMessage& refresh) = 0;
  virtual void changed(const SessionEvent& event) = 0;
  virtual void counted(const MessageEvent& event) = 0;
  virtual bool restarting() const { return false; }  // for the R bit of RFC 4724
  // False while a peer that must be on a connected subnet is on none.
  virtual bool within_reach(const Session& session) const {
    (void)session;
    return true;
  }
  // For a neighbour with `bfd`; nullptr where nothing can watch it.
  virtual std::unique_ptr<LivenessWatch> watch(const Session& session,
                                               Liveness::Callback callback) {
    (void)session, (void)callback;
    return nullptr;
  }
};

class Session final : public ConnectionOwner {
 public:
  Session(io::Host& host, SessionOwner& owner, NeighborConfig config);
  ~Session() override;

  // `after`: this much later than the profile would.
  void start(Duration after = {});
  // Without a word to the peer when the NOTIFICATION has no code.
  void stop(const NotificationMessage& notification, const std::string& reason);
  // stop(), then start again after the profile's wait.
  void restart(const NotificationMessage& notification, const std::string& reason);
  // `shutdown` while running (RFC 9003), and back.
  void set_shutdown(bool down, const std::string& message);
  // Ends at once whatever runs over a link that is gone; reconnects as after any lost connection.
  void link_down();
  // Asks again whether the peer is within reach.
  void reconsider();
  // The peer's connection; closed when it is not welcome.
  void accept(std::unique_ptr<io::Stream> stream);

  const NeighborConfig& config() const { return config_; }
  State state() const { return primary_->state(); }
  bool established() const { return state() == State::established; }
  PeerKind kind() const { return peer_kind(owner_.speaker_config(), config_); }
  bool internal() const { return kind() == PeerKind::internal; }
  // An external peer that must be on a connected subnet: no multihop, no `disable-connected-check`.
  bool direct() const;
  const Negotiated& negotiated() const { return primary_->negotiated(); }
  const net::IpAddress& local_address() const { return local_address_; }
  RouteSource source() const { return internal() ? RouteSource::ibgp : RouteSource::ebgp; }
  void send(const UpdateMessage& update);
  // Announcements that are written already, of so many prefixes.
  void send(const std::vector<Octets>& updates, std::size_t announced, bool path_ids);
  void send_end_of_rib(AfiSafi family);
  void send_refresh(AfiSafi family, RefreshSubtype subtype);
  bool request_refresh();
  SessionSnapshot snapshot() const;  // without the prefix counts

  // --- ConnectionOwner
  net::Endpoint remote_endpoint() const override { return {config_.address, config_.port}; }
  io::ConnectOptions connect_options() const override;
  OpenMessage local_open() const override;
  tl::expected<Negotiated, MessageError> negotiate(const OpenMessage& open) const override;
  bool survives_collision(Connection& connection, const OpenMessage& open) override;
  Duration jittered(FsmTimer timer, Duration after) override;
  Duration jittered_idle_hold(Duration wait, Duration delay) override;
  void connection_changed(Connection& connection, State from, State to,
                          const FsmCause& cause) override;
  void update(Connection& connection, DecodedUpdate update) override;
  void route_refresh(Connection& connection, const RouteRefreshMessage& refresh) override;
  void counted(const Connection& connection, const CountedMessage& message) override;

 private:
  const Profile& profile() const { return owner_.speaker_config().profile; }
  FsmTiming timing() const;
  Duration with(const Jitter& jitter, Duration after);
  void begin();
  // Our hop limits: what is sent and the least that is taken.
  struct Hops {
    std::optional<int> sent;
    std::optional<int> least;
  };
  Hops hops() const;
  NotificationMessage hardened(const NotificationMessage& notification) const;
  Asn peer_as(const Connection& connection) const;
  std::unique_ptr<Connection> make_connection(bool restarts);
  void promote_secondary();
  void report(State from, State to, const FsmCause& cause);
  void bury(std::unique_ptr<Connection> connection);
  void liveness_changed(const LivenessChange& change);

  io::Host& host_;
  SessionOwner& owner_;
  NeighborConfig config_;
  std::unique_ptr<Connection> primary_;
  std::unique_ptr<Connection> secondary_;
  std::vector<std::unique_ptr<Connection>> dead_;  // deleted outside their own callbacks
  std::unique_ptr<io::Timer> reaper_;
  std::unique_ptr<LivenessWatch> watch_;  // while started
  bool started_ = false;
  bool out_of_reach_ = false;  // waits for reconsider()
  net::IpAddress local_address_;
  TimePoint since_{};
  std::uint64_t established_count_ = 0;
  MessageCounters sent_;
  MessageCounters received_;
  FsmCause last_;
  std::optional<SessionEnd> last_end_;
  std::optional<TimePoint> last_read_;
  std::optional<TimePoint> last_written_;
  std::optional<TimePoint> last_update_;
  std::vector<AfiSafi> end_of_rib_sent_;
  std::vector<AfiSafi> end_of_rib_received_;
};

}  // namespace seatrial::bgp
