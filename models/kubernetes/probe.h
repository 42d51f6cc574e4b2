// Readiness probes as the kubelet makes them: an HTTP GET or a TCP connect from the node to the
// pod's address (kubelet 1.26, pkg/probe). 2xx and 3xx are success; no answer within the timeout is
// not.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "models/io/host.h"
#include "models/kubernetes/objects.h"

namespace seatrial::kubernetes {

// One probe in flight. `done(success, detail)` is called once, later; deleting it ends the probe.
class ProbeAttempt : private io::StreamHandler {
 public:
  using Done = std::function<void(bool success, const std::string& detail)>;
  ProbeAttempt(io::Host& host, const Probe& probe, const net::Endpoint& target, Done done);
  ~ProbeAttempt() override;
  ProbeAttempt(const ProbeAttempt&) = delete;
  ProbeAttempt& operator=(const ProbeAttempt&) = delete;

 private:
  struct Parser;
  void on_connected() override;
  void on_data(io::Bytes bytes) override;
  void on_end() override;
  void on_closed(io::CloseReason reason) override;
  void judge();
  void finish(bool success, std::string detail);

  const Probe& probe_;
  net::Endpoint target_;
  Done done_;
  std::unique_ptr<Parser> parser_;
  std::unique_ptr<io::Timer> timeout_;
  std::unique_ptr<io::Stream> stream_;
};

// The probes of one container, period after period, and what they say together.
class Prober {
 public:
  using Changed = std::function<void()>;
  using Probed = std::function<void(bool success, const std::string& detail)>;
  // The first probe comes after `jitter`, and none before the probe's initial delay.
  Prober(io::Host& host, Probe probe, const net::Endpoint& target, Duration jitter, Changed changed,
         Probed probed);

  bool ready() const { return ready_; }

 private:
  void tick();
  void result(bool success, const std::string& detail);

  io::Host& host_;
  Probe probe_;
  net::Endpoint target_;
  Changed changed_;
  Probed probed_;
  TimePoint started_;
  bool ready_ = false;
  bool last_ = false;
  int in_a_row_ = 0;
  std::unique_ptr<ProbeAttempt> attempt_;
  std::unique_ptr<io::Timer> timer_;
};

}  // namespace seatrial::kubernetes
