#include "tests/support/fake_network.h"

#include <algorithm>
#include <stdexcept>

namespace seatrial::test {

using net::Endpoint;
using net::IpAddress;

// ---------------------------------------------------------------- timers

namespace {

class FakeTimer : public io::Timer {
 public:
  FakeTimer(FakeNetwork& network, std::function<void()> callback)
      : network_(network), state_(std::make_shared<State>()) {
    state_->callback = std::move(callback);
  }
  ~FakeTimer() override { cancel(); }
  void arm(TimePoint at) override {
    const auto generation = ++state_->generation;
    state_->armed = true;
    state_->due = std::max(at, network_.now());
    network_.at(state_->due, [state = state_, generation] {
      if (!state->armed || state->generation != generation) return;
      state->armed = false;
      const auto callback = state->callback;  // the timer may be deleted inside
      callback();
    });
  }
  void cancel() override {
    state_->armed = false;
    ++state_->generation;
  }
  bool armed() const override { return state_->armed; }
  TimePoint due() const override { return state_->due; }

 private:
  struct State {
    std::function<void()> callback;
    std::uint64_t generation = 0;
    bool armed = false;
    TimePoint due{};
  };
  FakeNetwork& network_;
  std::shared_ptr<State> state_;
};

}  // namespace

// ---------------------------------------------------------------- streams

// One end of a connection. The ends point at each other; the user's Stream object points at its
// end.
struct FakeStreamState : std::enable_shared_from_this<FakeStreamState> {
  FakeHost* host = nullptr;
  Endpoint local, remote;
  io::StreamHandler* handler = nullptr;
  std::weak_ptr<FakeStreamState> peer;
  std::shared_ptr<FakeStreamState> self;  // keeps the connection alive until both ends are done
  bool open = true;                       // callbacks still come
  bool sent_end = false;                  // our FIN
  bool got_end = false;                   // the peer's FIN
  bool paused = false;
  std::vector<std::vector<std::uint8_t>> held;  // received while paused
  bool held_end = false;

  FakeNetwork& network() const { return host->network_; }

  // Runs f at the peer, one delay later, unless the path is cut.
  void at_peer(std::function<void(FakeStreamState&)> f) {
    auto other = peer.lock();
    if (!other || !network().connected(*host, *other->host)) return;
    network().at(network().now() + network().delay(), [other, f = std::move(f)] { f(*other); });
  }
  void close(io::CloseReason reason) {
    if (!open) return;
    open = false;
    auto keep = shared_from_this();
    self.reset();
    if (handler != nullptr) handler->on_closed(reason);
  }
  void receive(std::vector<std::uint8_t> bytes) {
    if (!open) return;
    if (paused) {
      held.push_back(std::move(bytes));
    } else if (handler != nullptr) {
      handler->on_data(bytes);
    }
  }
  void receive_end() {
    if (!open || got_end) return;
    if (paused) {
      held_end = true;
      return;
    }
    got_end = true;
    auto keep = shared_from_this();
    if (handler != nullptr) handler->on_end();
    finish_if_done();
  }
  void finish_if_done() {
    if (open && sent_end && got_end) close(io::CloseReason::finished);
  }
};

namespace {

class FakeStream : public io::Stream {
 public:
  explicit FakeStream(std::shared_ptr<FakeStreamState> state) : state_(std::move(state)) {}
  ~FakeStream() override {
    state_->handler = nullptr;
    shutdown();
    state_->open = false;
    state_->self.reset();
  }
  void set_handler(io::StreamHandler* handler) override { state_->handler = handler; }
  void send(io::Bytes bytes) override {
    if (!state_->open || state_->sent_end || bytes.empty()) return;
    std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
    state_->at_peer([copy](FakeStreamState& peer) { peer.receive(copy); });
  }
  std::size_t unsent() const override { return 0; }
  void shutdown() override {
    if (!state_->open || state_->sent_end) return;
    state_->sent_end = true;
    state_->at_peer([](FakeStreamState& peer) { peer.receive_end(); });
    auto state = state_;
    state->network().at(state->network().now(), [state] { state->finish_if_done(); });
  }
  void abort() override {
    if (!state_->open) return;
    state_->open = false;
    state_->at_peer([](FakeStreamState& peer) { peer.close(io::CloseReason::reset); });
    state_->self.reset();
  }
  void pause_reading() override { state_->paused = true; }
  void resume_reading() override {
    if (!state_->paused) return;
    state_->paused = false;
    auto state = state_;
    state->network().at(state->network().now(), [state] {
      auto held = std::move(state->held);
      state->held.clear();
      for (auto& bytes : held) state->receive(std::move(bytes));
      if (state->held_end && !state->paused) {
        state->held_end = false;
        state->receive_end();
      }
    });
  }
  Endpoint local() const override { return state_->local; }
  Endpoint remote() const override { return state_->remote; }

 private:
  std::shared_ptr<FakeStreamState> state_;
};

}  // namespace

struct FakeListenerState {
  FakeHost* host = nullptr;
  Endpoint local;
  io::AcceptHandler accept;
};

struct FakeDatagramState {
  FakeHost* host = nullptr;
  Endpoint local;
  io::DatagramHandler* handler = nullptr;
};

namespace {

class FakeListener : public io::Listener {
 public:
  explicit FakeListener(std::shared_ptr<FakeListenerState> state) : state_(std::move(state)) {}
  Endpoint local() const override { return state_->local; }

 private:
  std::shared_ptr<FakeListenerState> state_;
};

class FakeDatagramSocket : public io::DatagramSocket {
 public:
  explicit FakeDatagramSocket(std::shared_ptr<FakeDatagramState> state)
      : state_(std::move(state)) {}
  ~FakeDatagramSocket() override { state_->handler = nullptr; }
  void send(const Endpoint& to, io::Bytes bytes, std::optional<IpAddress> source) override;
  Endpoint local() const override { return state_->local; }

 private:
  std::shared_ptr<FakeDatagramState> state_;
};

}  // namespace

// ---------------------------------------------------------------- network

FakeNetwork::FakeNetwork(Duration one_way_delay, std::uint64_t seed)
    : delay_(one_way_delay), random_(seed) {}
FakeNetwork::~FakeNetwork() {
  events_.clear();
}

FakeHost& FakeNetwork::host(const std::string& name, const std::string& address) {
  for (auto& h : hosts_) {
    if (h->name() == name) return *h;
  }
  hosts_.push_back(std::make_unique<FakeHost>(*this, name));
  hosts_.back()->add_address(address);
  return *hosts_.back();
}

void FakeNetwork::at(TimePoint when, std::function<void()> f) {
  events_.emplace(std::pair(when, sequence_++), std::move(f));
}

void FakeNetwork::run_until(TimePoint end) {
  while (!events_.empty() && events_.begin()->first.first <= end) {
    auto event = events_.extract(events_.begin());
    now_ = event.key().first;
    event.mapped()();
  }
  now_ = std::max(now_, end);
}

bool FakeNetwork::run_until(const std::function<bool()>& done, Duration limit) {
  const auto end = now_ + limit;
  while (!done()) {
    if (events_.empty() || events_.begin()->first.first > end) {
      now_ = end;
      return done();
    }
    auto event = events_.extract(events_.begin());
    now_ = event.key().first;
    event.mapped()();
  }
  return true;
}

void FakeNetwork::cut(const std::string& a, const std::string& b) {
  const FakeHost* x = nullptr;
  const FakeHost* y = nullptr;
  for (auto& h : hosts_) {
    if (h->name() == a) x = h.get();
    if (h->name() == b) y = h.get();
  }
  if (x == nullptr || y == nullptr) throw std::logic_error("cut: no such host");
  cuts_.insert(std::minmax(x, y));
}

void FakeNetwork::heal(const std::string& a, const std::string& b) {
  std::erase_if(cuts_, [&](const auto& c) {
    return (c.first->name() == a && c.second->name() == b) ||
           (c.first->name() == b && c.second->name() == a);
  });
}

bool FakeNetwork::connected(const FakeHost& a, const FakeHost& b) const {
  return !cuts_.contains(std::minmax(&a, &b));
}

FakeHost* FakeNetwork::owner(const IpAddress& address) const {
  const auto found = owners_.find(address);
  return found == owners_.end() ? nullptr : found->second;
}

// ---------------------------------------------------------------- host

void FakeHost::add_address(const std::string& address) {
  const auto parsed = IpAddress::parse(address);
  if (!parsed) throw std::logic_error("not an address: " + address);
  addresses_.push_back(*parsed);
  network_.owners_[*parsed] = this;
}

std::unique_ptr<io::Timer> FakeHost::timer(std::function<void()> callback) {
  return std::make_unique<FakeTimer>(network_, std::move(callback));
}

void FakeHost::post(std::function<void()> callback) {
  network_.at(now(), std::move(callback));
}

void FakeHost::spend(Duration cpu, std::function<void()> then) {
  cpu_free_ = std::max(cpu_free_, now()) + cpu;
  network_.at(cpu_free_, std::move(then));
}

FakeListenerState* FakeHost::listener_for(const Endpoint& local) const {
  for (const auto& key :
       {local, Endpoint{IpAddress{}, local.port}, Endpoint{*IpAddress::parse("::"), local.port}}) {
    const auto found = listeners_.find(key);
    if (found == listeners_.end()) continue;
    if (auto state = found->second.lock()) return state.get();
  }
  return nullptr;
}

FakeDatagramState* FakeHost::socket_for(const Endpoint& local) const {
  for (const auto& key : {local, Endpoint{IpAddress{}, local.port}}) {
    const auto found = sockets_.find(key);
    if (found == sockets_.end()) continue;
    if (auto state = found->second.lock()) return state.get();
  }
  return nullptr;
}

std::unique_ptr<io::Stream> FakeHost::connect(const Endpoint& remote, io::StreamHandler* handler,
                                              const io::ConnectOptions& options) {
  auto client = std::make_shared<FakeStreamState>();
  client->host = this;
  client->local = {options.source.value_or(addresses_.front()), next_port_++};
  client->remote = remote;
  client->handler = handler;
  client->self = client;

  FakeHost* target = network_.owner(remote.address);
  if (target == nullptr) {
    network_.at(now(), [client] { client->close(io::CloseReason::unreachable); });
  } else if (!network_.connected(*this, *target)) {
    network_.at(now() + options.timeout.value_or(std::chrono::seconds(127)),
                [client] { client->close(io::CloseReason::timed_out); });
  } else {
    network_.at(now() + network_.delay_, [this, client, target, remote] {
      if (!client->open) return;
      auto* listener = target->listener_for(remote);
      if (listener == nullptr) {
        network_.at(now() + network_.delay_, [client] { client->close(io::CloseReason::refused); });
        return;
      }
      auto server = std::make_shared<FakeStreamState>();
      server->host = target;
      server->local = remote;
      server->remote = client->local;
      server->self = server;
      server->peer = client;
      client->peer = server;
      network_.at(now() + network_.delay_, [client] {
        if (client->open && client->handler != nullptr) client->handler->on_connected();
      });
      // The SYN-ACK is under way first, so a server that speaks at once is not heard before it.
      const auto accept = listener->accept;
      accept(std::make_unique<FakeStream>(server));
    });
  }
  return std::make_unique<FakeStream>(client);
}

std::unique_ptr<io::Listener> FakeHost::listen(const Endpoint& local, io::AcceptHandler accept,
                                               const io::ListenOptions&) {
  auto& slot = listeners_[local];
  if (slot.lock()) return nullptr;
  auto state = std::make_shared<FakeListenerState>();
  state->host = this;
  state->local = local;
  state->accept = std::move(accept);
  slot = state;
  return std::make_unique<FakeListener>(std::move(state));
}

std::unique_ptr<io::DatagramSocket> FakeHost::bind_datagram(const Endpoint& local,
                                                            io::DatagramHandler* handler) {
  auto bound = local;
  if (bound.port == 0) bound.port = next_port_++;
  auto& slot = sockets_[bound];
  if (slot.lock()) return nullptr;
  auto state = std::make_shared<FakeDatagramState>();
  state->host = this;
  state->local = bound;
  state->handler = handler;
  slot = state;
  return std::make_unique<FakeDatagramSocket>(std::move(state));
}

io::RandomStream& FakeHost::random(std::string_view stream) {
  return network_.random_[name_ + "/" + std::string(stream)];
}

void FakeDatagramSocket::send(const Endpoint& to, io::Bytes bytes,
                              std::optional<IpAddress> source) {
  auto& host = *state_->host;
  auto& network = host.network();
  Endpoint from = state_->local;
  if (from.address.is_unspecified()) from.address = source.value_or(host.address());
  FakeHost* target = network.owner(to.address);
  if (target == nullptr || !network.connected(host, *target)) return;
  std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  std::weak_ptr<FakeDatagramState> sender = state_;
  network.at(network.now() + network.delay(), [&network, target, from, to, copy, sender] {
    FakeDatagramState* socket = target->socket_for(to);
    if (socket != nullptr) {
      if (socket->handler != nullptr) socket->handler->on_datagram(from, to, copy);
      return;
    }
    network.at(network.now() + network.delay(), [sender, to] {
      if (auto s = sender.lock(); s && s->handler != nullptr) s->handler->on_unreachable(to);
    });
  });
}

}  // namespace seatrial::test
