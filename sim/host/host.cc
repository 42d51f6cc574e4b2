#include "sim/host/host.h"

#include <ns3/event-id.h>
#include <ns3/simulator.h>

#include <algorithm>
#include <utility>

#include "sim/ethernet/clock.h"
#include "sim/host/udp.h"
#include "sim/tcp/tcp_protocol.h"

namespace seatrial::sim {

namespace {

using LifePtr = std::shared_ptr<const Host::Life>;

// One event at most is pending. Arming it later leaves that event where it is and arms it again
// when it fires, so that a keepalive pushed back a thousand times costs one event, not a thousand.
class SimTimer final : public io::Timer {
 public:
  SimTimer(LifePtr life, std::function<void()> callback)
      : state_(std::make_shared<State>()), life_(std::move(life)) {
    state_->callback = std::move(callback);
    state_->life = life_;
  }
  ~SimTimer() override {
    state_->event.Cancel();
    state_->armed = false;
  }
  SimTimer(const SimTimer&) = delete;
  SimTimer& operator=(const SimTimer&) = delete;

  void arm(TimePoint at) override {
    at = std::max(at, sim::now());
    state_->armed = true;
    state_->due = at;
    if (state_->event.IsRunning() && state_->event_at <= at) return;
    state_->event.Cancel();
    schedule(state_);
  }
  void cancel() override { state_->armed = false; }
  bool armed() const override { return state_->armed; }
  TimePoint due() const override { return state_->due; }

 private:
  struct State {
    std::function<void()> callback;
    LifePtr life;
    ns3::EventId event;
    TimePoint event_at{};
    TimePoint due{};
    bool armed = false;
  };

  static void schedule(const std::shared_ptr<State>& state) {
    state->event_at = state->due;
    state->event = ns3::Simulator::Schedule(to_ns3(state->due - sim::now()),
                                            [state] { SimTimer::fire(state); });
  }
  static void fire(const std::shared_ptr<State>& state) {
    if (!state->armed || !state->life->powered) return;
    if (state->due > sim::now()) {
      schedule(state);
      return;
    }
    state->armed = false;
    const auto callback = state->callback;  // it may delete the timer
    callback();
  }

  std::shared_ptr<State> state_;
  LifePtr life_;
};

net::Endpoint source_of(const Flow& flow) {
  return flow.from();
}
net::Endpoint destination_of(const Flow& flow) {
  return flow.to();
}

class SimStream final : public io::Stream {
 public:
  SimStream(ns3::Ptr<TcpSocket> socket, const net::Endpoint& remote)
      : socket_(std::move(socket)), remote_(remote) {}
  ~SimStream() override { socket_->close(); }
  SimStream(const SimStream&) = delete;
  SimStream& operator=(const SimStream&) = delete;

  void set_handler(io::StreamHandler* handler) override { socket_->set_handler(handler); }
  void send(io::Bytes bytes) override { socket_->send(bytes); }
  std::size_t unsent() const override { return socket_->unsent(); }
  void shutdown() override { socket_->shutdown(); }
  void abort() override { socket_->abort(); }
  void pause_reading() override { socket_->pause_reading(); }
  void resume_reading() override { socket_->resume_reading(); }
  void set_hops(std::optional<int> ttl, std::optional<int> minimum) override {
    socket_->set_hops(ttl, minimum);
  }
  net::Endpoint local() const override { return source_of(socket_->flow()); }
  net::Endpoint remote() const override {
    return socket_->flow().protocol == protocol_tcp ? destination_of(socket_->flow()) : remote_;
  }

 private:
  ns3::Ptr<TcpSocket> socket_;
  net::Endpoint remote_;
};

class SimListener final : public io::Listener {
 public:
  explicit SimListener(std::shared_ptr<TcpListenerState> state) : state_(std::move(state)) {}
  net::Endpoint local() const override { return state_->local; }

 private:
  std::shared_ptr<TcpListenerState> state_;
};

class SimDatagramSocket final : public io::DatagramSocket {
 public:
  SimDatagramSocket(ns3::Ptr<UdpProtocol> udp, std::shared_ptr<UdpProtocol::Binding> binding)
      : udp_(std::move(udp)), binding_(std::move(binding)) {}
  ~SimDatagramSocket() override { binding_->handler = nullptr; }
  SimDatagramSocket(const SimDatagramSocket&) = delete;
  SimDatagramSocket& operator=(const SimDatagramSocket&) = delete;

  void send(const net::Endpoint& to, io::Bytes bytes,
            std::optional<net::IpAddress> source) override {
    udp_->send(*binding_, to, bytes, source);
  }
  void set_hops(std::optional<int> ttl, std::optional<int> minimum) override {
    if (ttl) binding_->ttl = ttl;
    if (minimum) binding_->minimum_ttl = *minimum;
  }
  net::Endpoint local() const override { return binding_->local; }

 private:
  ns3::Ptr<UdpProtocol> udp_;
  std::shared_ptr<UdpProtocol::Binding> binding_;
};

}  // namespace

Host::Host(std::string name, io::RandomStreams& random, ns3::Ptr<TcpProtocol> tcp,
           ns3::Ptr<UdpProtocol> udp)
    : name_(std::move(name)), random_(random), tcp_(std::move(tcp)), udp_(std::move(udp)) {}

Host::~Host() {
  life_->powered = false;
}

TimePoint Host::now() const {
  return sim::now();
}

std::unique_ptr<io::Timer> Host::timer(std::function<void()> callback) {
  return std::make_unique<SimTimer>(life_, std::move(callback));
}

void Host::post(std::function<void()> callback) {
  ns3::Simulator::ScheduleNow([life = life_, callback = std::move(callback)] {
    if (life->powered) callback();
  });
}

void Host::spend(Duration cpu, std::function<void()> then) {
  cpu = std::max(cpu, Duration::zero());
  cpu_free_ = std::max(cpu_free_, now()) + cpu;
  cpu_used_ += cpu;
  ns3::Simulator::Schedule(to_ns3(cpu_free_ - now()), [life = life_, then = std::move(then)] {
    if (life->powered) then();
  });
}

std::unique_ptr<io::Stream> Host::connect(const net::Endpoint& remote, io::StreamHandler* handler,
                                          const io::ConnectOptions& options) {
  auto socket = tcp_->connect(remote, options.source, handler,
                              {options.ttl, options.minimum_ttl, options.timeout});
  return std::make_unique<SimStream>(std::move(socket), remote);
}

std::unique_ptr<io::Listener> Host::listen(const net::Endpoint& local, io::AcceptHandler accept,
                                           const io::ListenOptions& options) {
  auto state =
      tcp_->listen(local, options.backlog, {options.ttl, options.minimum_ttl, std::nullopt},
                   [accept = std::move(accept)](ns3::Ptr<TcpSocket> socket) {
                     const net::Endpoint remote = destination_of(socket->flow());
                     accept(std::make_unique<SimStream>(std::move(socket), remote));
                   });
  if (state == nullptr) return nullptr;
  return std::make_unique<SimListener>(std::move(state));
}

std::unique_ptr<io::DatagramSocket> Host::bind_datagram(const net::Endpoint& local,
                                                        io::DatagramHandler* handler) {
  auto binding = udp_->bind(local, handler);
  if (binding == nullptr) return nullptr;
  return std::make_unique<SimDatagramSocket>(udp_, std::move(binding));
}

io::RandomStream& Host::random(std::string_view stream) {
  return random_[name_ + "/" + std::string(stream)];
}

void Host::power_off() {
  life_->powered = false;
  tcp_->power_off();
  udp_->power_off();
}

}  // namespace seatrial::sim
