#include "models/bfd/bgp_liveness.h"

namespace seatrial::bfd {
namespace {

class Watch final : public bgp::LivenessWatch {
 public:
  explicit Watch(std::unique_ptr<SessionHandle> session) : session_(std::move(session)) {}

 private:
  std::unique_ptr<SessionHandle> session_;
};

}  // namespace

std::unique_ptr<bgp::LivenessWatch> BgpLiveness::watch(const bgp::LivenessTarget& target,
                                                       Callback callback) {
  SessionConfig config;
  config.peer = target.peer;
  config.local = target.local;
  config.multihop = target.config.multihop;
  config.receive_interval = target.config.receive_interval;
  config.transmit_interval = target.config.transmit_interval;
  config.detect_multiplier = target.config.detect_multiplier;
  config.passive = target.config.passive;
  config.minimum_ttl = target.config.minimum_ttl;
  const bool admin_down_counts = agent_.profile().admin_down_is_down;
  return std::make_unique<Watch>(agent_.open(
      config, [admin_down_counts, told = std::move(callback)](const SessionEvent& event) {
        if (event.to == State::up) {
          told({.alive = true,
                .control_plane_independent = event.remote_control_plane_independent,
                .reason = "BFD up"});
          return;
        }
        // Init and Down before the first Up are no news, and neither is what we did ourselves.
        if (event.from != State::up || event.to == State::admin_down) return;
        // RFC 5882 section 3.2: a peer's AdminDown says nothing about the path.
        if (event.remote_state == State::admin_down && !admin_down_counts) return;
        told({.alive = false,
              .control_plane_independent = event.remote_control_plane_independent,
              .reason = "BFD down: " + to_string(event.diagnostic)});
      }));
}

}  // namespace seatrial::bfd
