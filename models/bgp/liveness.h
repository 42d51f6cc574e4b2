// What tells a BGP session faster than its hold timer that the peer is gone: BFD (RFC 5882 section
// 4.4), as the speaker sees it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "models/bgp/config.h"
#include "models/net/address.h"

namespace seatrial::bgp {

struct LivenessTarget {
  net::IpAddress peer;
  std::optional<net::IpAddress> local;  // where the session has one configured
  BfdConfig config;
};

struct LivenessChange {
  bool alive = false;
  bool control_plane_independent = false;  // RFC 5882 section 4.3.2: the peer's C bit
  std::string reason;                      // "BFD down: control detection time expired"
};

class LivenessWatch {
 public:
  virtual ~LivenessWatch() = default;  // ends the watching
};

class Liveness {
 public:
  using Callback = std::function<void(const LivenessChange&)>;
  virtual ~Liveness() = default;
  // Called back from the loop when the peer is found alive, and when it was and is no more.
  virtual std::unique_ptr<LivenessWatch> watch(const LivenessTarget& target, Callback callback) = 0;
};

}  // namespace seatrial::bgp
