// io::Host on real sockets (Boost.Asio, one thread): the same protocol object that runs in the
// simulation peers with a real daemon. Linux only, because TTL security, TCP-MD5, IP_PKTINFO and
// the error queue are.
//
//   io::LiveHost host("core1");
//   bgp::Speaker speaker(host, ...);
//   host.run();
//
// TCP_NODELAY is set on every stream, as routing daemons and proxies do. A failed setsockopt for
// something that was asked for (TTL, MD5, source address) fails the stream: a session without the
// protection that its configuration demands must not come up.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "models/io/host.h"

namespace seatrial::io {

class LiveHost : public Host {
 public:
  // Without a seed the random streams are seeded by the system's randomness.
  explicit LiveHost(std::string name, std::optional<std::uint64_t> seed = std::nullopt);
  ~LiveHost() override;  // after everything made by it is gone
  LiveHost(const LiveHost&) = delete;
  LiveHost& operator=(const LiveHost&) = delete;

  // Runs callbacks until stop(); returns at once if stop() came first.
  void run();
  // Returns when `done` holds or `limit` passed; returns done(). For tests.
  bool run_until(const std::function<bool()>& done, Duration limit);
  void run_for(Duration duration);
  // May be called from any callback.
  void stop();
  // Calls back on each of these signals (SIGTERM, SIGINT, ...), from the loop.
  void on_signal(std::initializer_list<int> signals, std::function<void(int)> callback);

  // For what else has to run in this loop, such as a control socket.
  boost::asio::io_context& loop();

  const std::string& name() const override;
  TimePoint now() const override;
  std::unique_ptr<Timer> timer(std::function<void()> callback) override;
  void post(std::function<void()> callback) override;
  void spend(Duration cpu, std::function<void()> then) override;
  std::unique_ptr<Stream> connect(const net::Endpoint& remote, StreamHandler* handler,
                                  const ConnectOptions& options = {}) override;
  std::unique_ptr<Listener> listen(const net::Endpoint& local, AcceptHandler accept,
                                   const ListenOptions& options = {}) override;
  std::unique_ptr<DatagramSocket> bind_datagram(const net::Endpoint& local,
                                                DatagramHandler* handler) override;
  RandomStream& random(std::string_view name) override;

  // What could not be listened on, and why: "0.0.0.0:179: Permission denied".
  const std::vector<std::string>& refusals() const;

  // The MD5 password a listener demands of these peers (RFC 2385), for every listener of this host,
  // open now or later. ListenOptions has no per-peer part, and the kernel's keys are per prefix.
  // False when the kernel refuses.
  bool set_listener_md5(const net::Prefix& peers, const std::string& password);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace seatrial::io
