// An in-memory network for tests of sans-IO models: hosts with addresses, a virtual clock, streams
// and datagrams with a fixed one-way delay, and the faults that models must notice.
//
//   FakeNetwork net;                       // 1 ms one way
//   auto& a = net.host("a", "10.0.0.1");
//   auto& b = net.host("b", "10.0.0.2");
//   ... give a and b to models ...
//   net.run_for(10s);
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/io/host.h"

namespace seatrial::test {

class FakeHost;

class FakeNetwork {
 public:
  explicit FakeNetwork(Duration one_way_delay = std::chrono::milliseconds(1),
                       std::uint64_t seed = 1);
  ~FakeNetwork();

  FakeHost& host(const std::string& name, const std::string& address);  // made on first use
  TimePoint now() const { return now_; }
  void run_until(TimePoint end);
  void run_for(Duration d) { run_until(now_ + d); }
  // Runs until `done` holds or `limit` passed; returns done().
  bool run_until(const std::function<bool()>& done, Duration limit);

  // Everything between the two hosts is lost (both ways) until healed; streams notice nothing.
  void cut(const std::string& a, const std::string& b);
  void heal(const std::string& a, const std::string& b);

  // --- used by the fake host ---
  void at(TimePoint when, std::function<void()> f);
  bool connected(const FakeHost& a, const FakeHost& b) const;
  FakeHost* owner(const net::IpAddress& address) const;
  Duration delay() const { return delay_; }
  io::RandomStreams& random() { return random_; }

 private:
  friend class FakeHost;
  Duration delay_;
  TimePoint now_{};
  std::uint64_t sequence_ = 0;
  std::map<std::pair<TimePoint, std::uint64_t>, std::function<void()>> events_;
  std::vector<std::unique_ptr<FakeHost>> hosts_;
  std::map<net::IpAddress, FakeHost*> owners_;
  std::set<std::pair<const FakeHost*, const FakeHost*>> cuts_;
  io::RandomStreams random_;
};

struct FakeStreamState;
struct FakeListenerState;
struct FakeDatagramState;

class FakeHost : public io::Host {
 public:
  FakeHost(FakeNetwork& network, std::string name) : network_(network), name_(std::move(name)) {}

  void add_address(const std::string& address);

  const std::string& name() const override { return name_; }
  TimePoint now() const override { return network_.now_; }
  std::unique_ptr<io::Timer> timer(std::function<void()> callback) override;
  void post(std::function<void()> callback) override;
  void spend(Duration cpu, std::function<void()> then) override;
  std::unique_ptr<io::Stream> connect(const net::Endpoint& remote, io::StreamHandler* handler,
                                      const io::ConnectOptions& options = {}) override;
  std::unique_ptr<io::Listener> listen(const net::Endpoint& local, io::AcceptHandler accept,
                                       const io::ListenOptions& options = {}) override;
  std::unique_ptr<io::DatagramSocket> bind_datagram(const net::Endpoint& local,
                                                    io::DatagramHandler* handler) override;
  io::RandomStream& random(std::string_view stream) override;

  FakeNetwork& network() { return network_; }
  const net::IpAddress& address() const { return addresses_.front(); }

  // --- used by the fake streams and sockets ---
  FakeListenerState* listener_for(const net::Endpoint& local) const;
  FakeDatagramState* socket_for(const net::Endpoint& local) const;

 private:
  friend class FakeNetwork;
  friend struct FakeStreamState;
  friend struct FakeListenerState;
  friend struct FakeDatagramState;

  FakeNetwork& network_;
  std::string name_;
  std::vector<net::IpAddress> addresses_;
  std::uint16_t next_port_ = 32768;
  TimePoint cpu_free_{};
  std::map<net::Endpoint, std::weak_ptr<FakeListenerState>> listeners_;
  std::map<net::Endpoint, std::weak_ptr<FakeDatagramState>> sockets_;
};

}  // namespace seatrial::test
