// One process of a host: what a daemon is run in so that it can be frozen and go on (SIGSTOP and
// SIGCONT) without its model knowing. While it is frozen the host's TCP goes on acknowledging until
// the receive windows are full, timers expire unseen, and nothing is said; afterwards everything
// that came is told in the order in which it came.
//
// A killed process is one whose model is deleted: the host closes its streams.
#pragma once

#include "models/io/host.h"

namespace seatrial::io {

class Process final : public Host {
 public:
  // `host` must outlive the process; everything made by it must be gone before it.
  explicit Process(Host& host);
  ~Process() override;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void freeze();
  void thaw();
  bool frozen() const;

  const std::string& name() const override { return host_.name(); }
  TimePoint now() const override { return host_.now(); }
  std::unique_ptr<Timer> timer(std::function<void()> callback) override;
  void post(std::function<void()> callback) override;
  void spend(Duration cpu, std::function<void()> then) override;
  std::unique_ptr<Stream> connect(const net::Endpoint& remote, StreamHandler* handler,
                                  const ConnectOptions& options) override;
  std::unique_ptr<Listener> listen(const net::Endpoint& local, AcceptHandler accept,
                                   const ListenOptions& options) override;
  std::unique_ptr<DatagramSocket> bind_datagram(const net::Endpoint& local,
                                                DatagramHandler* handler) override;
  RandomStream& random(std::string_view stream) override { return host_.random(stream); }

 private:
  struct State;
  Host& host_;
  std::shared_ptr<State> state_;
};

}  // namespace seatrial::io
