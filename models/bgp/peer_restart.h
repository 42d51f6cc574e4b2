// The helper's side of one neighbour's graceful restart: what is kept when the session is lost, and
// until when. RFC 4724 section 4.2, with the NOTIFICATIONs of RFC 8538 and the second, long wait of
// RFC 9494.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "models/bgp/fsm.h"
#include "models/bgp/negotiation.h"
#include "models/bgp/observer.h"
#include "models/io/host.h"

namespace seatrial::bgp {

class PeerRestart {
 public:
  // What is done to the neighbour's routes of a family.
  struct Actions {
    std::function<void(AfiSafi)> mark;        // all are stale from now on
    std::function<void(AfiSafi)> sweep;       // those still stale go
    std::function<void(AfiSafi)> long_lived;  // those still stale are a last resort
    std::function<void(AfiSafi, RestartPhase)> report;
  };
  struct Kept {
    AfiSafi family;
    Duration restart_time{};
    Duration long_lived{};
  };

  PeerRestart(io::Host& host, Actions actions);

  // `stale_time`: the most that anything is kept, from now on, but for the long wait; 0: no bound.
  void lost(const std::vector<Kept>& kept, Duration stale_time);
  void established(const Capabilities& theirs);
  void end_of_rib(AfiSafi family);
  // Nothing is kept any more: the neighbour goes, or is cleared.
  void forget();
  bool active() const { return !families_.empty(); }
  std::optional<Duration> restart_left() const { return left(*restart_timer_); }
  std::optional<Duration> stale_left() const { return left(*stale_timer_); }

 private:
  struct Family {
    RestartPhase phase = RestartPhase::waiting;
    Duration long_lived{};
    std::unique_ptr<io::Timer> long_lived_timer;
  };

  void restart_expired();
  void finish(AfiSafi family);
  void enter(AfiSafi family, RestartPhase phase);
  std::optional<Duration> left(const io::Timer& timer) const;

  io::Host& host_;
  Actions actions_;
  std::map<AfiSafi, Family> families_;
  std::unique_ptr<io::Timer> restart_timer_;
  std::unique_ptr<io::Timer> stale_timer_;
};

// What is kept of a peer whose session ended so: nothing after a NOTIFICATION, unless both have the
// N bit and it is no Hard Reset.
std::vector<PeerRestart::Kept> kept_over(const Negotiated& agreed, const FsmCause& end);
// Whether a Cease goes out as a Hard Reset where the N bit was agreed on (RFC 8538 section 5).
bool is_hard(const NotificationMessage& notification);

}  // namespace seatrial::bgp
