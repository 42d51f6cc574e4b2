#include "models/bfd/agent.h"

#include <algorithm>

#include "models/io/hops.h"

namespace seatrial::bfd {
namespace {

constexpr int full_hops = 255;
constexpr int default_minimum_ttl = 254;     // bfdd's for multihop sessions
constexpr std::uint16_t first_port = 49152;  // RFC 5881 section 4
constexpr std::uint64_t port_count = 65536 - first_port;
constexpr int port_attempts = 64;

net::IpAddress any_address(net::Family family) {
  return family == net::Family::ipv4 ? net::IpAddress::v4(0) : *net::IpAddress::parse("::");
}

int minimum_ttl(const SessionConfig& config) {
  return config.multihop ? config.minimum_ttl.value_or(default_minimum_ttl) : full_hops;
}

}  // namespace

struct Agent::Entry {
  std::unique_ptr<Session> session;
  std::unique_ptr<io::DatagramSocket> socket;
  std::map<std::uint64_t, Listener> listeners;
  std::unique_ptr<io::Timer> leave;
  int minimum_ttl = full_hops;
};

struct Agent::Receiver : public io::HopsHandler {
  Agent& agent;
  bool multihop;
  std::unique_ptr<io::DatagramSocket> socket;
  int minimum_ttl = full_hops;

  Receiver(Agent& owner, bool far) : agent(owner), multihop(far) {}
  void on_datagram(const net::Endpoint& from, const net::Endpoint& to, io::Bytes bytes) override {
    agent.receive(multihop, from, to, bytes, std::nullopt);
  }
  void on_datagram_over(const net::Endpoint& from, const net::Endpoint& to, io::Bytes bytes,
                        int hops) override {
    agent.receive(multihop, from, to, bytes, hops);
  }
};

class Agent::Handle final : public SessionHandle {
 public:
  Handle(Agent& agent, Key key, std::uint64_t listener)
      : agent_(agent), key_(key), listener_(listener) {}
  ~Handle() override { agent_.release(key_, listener_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  SessionSnapshot snapshot() const override {
    return agent_.entries_.at(key_)->session->snapshot();
  }

 private:
  Agent& agent_;
  Key key_;
  std::uint64_t listener_;
};

Agent::Agent(io::Host& host, const Profile& profile, Observer* observer)
    : host_(host),
      profile_(profile),
      observer_(observer),
      reaper_(host.timer([this] { dead_.clear(); })) {}

Agent::~Agent() = default;

std::unique_ptr<SessionHandle> Agent::open(const SessionConfig& config, Listener listener) {
  const Key key{config.peer, config.multihop,
                config.local.value_or(any_address(config.peer.family()))};
  const auto known = entries_.find(key);
  auto& entry = known == entries_.end() ? make(key, config) : *known->second;
  entry.listeners[++next_listener_] = std::move(listener);
  return std::make_unique<Handle>(*this, key, next_listener_);
}

Agent::Entry& Agent::make(const Key& key, const SessionConfig& config) {
  if (const auto old = leaving_.find(key); old != leaving_.end()) {
    old->second->leave.reset();
    old->second->socket.reset();  // it says no more
    dead_.push_back(std::move(old->second));
    leaving_.erase(old);
    reaper_->arm(host_.now());
  }
  listen(config);
  auto made = std::make_unique<Entry>();
  auto& entry = *made;
  entry.socket = sending_socket(config.peer.family());
  entry.minimum_ttl = minimum_ttl(config);
  const net::Endpoint to{config.peer, config.multihop ? multihop_port : single_hop_port};
  entry.session = std::make_unique<Session>(
      host_, profile_, config, new_discriminator(),
      [&entry, to, source = config.local](io::Bytes bytes) {
        if (entry.socket) entry.socket->send(to, bytes, source);
      },
      [this, &entry](const SessionEvent& event) {
        if (observer_ != nullptr) observer_->bfd_changed(event);
        // A listener may add and remove listeners, itself included.
        const auto listeners = entry.listeners;
        for (const auto& [id, listener] : listeners) {
          if (entry.listeners.contains(id) && listener) listener(event);
        }
      });
  entries_[key] = std::move(made);
  entry.session->start();
  return entry;
}

void Agent::release(const Key& key, std::uint64_t listener) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  auto& entry = *found->second;
  entry.listeners.erase(listener);
  if (!entry.listeners.empty()) return;
  auto gone = std::move(found->second);
  entries_.erase(found);
  const auto wait = gone->session->detection_time();
  if (wait > Duration::zero()) gone->session->set_shutdown(true);
  entry.leave = host_.timer([this, key] {
    const auto left = leaving_.find(key);
    if (left == leaving_.end()) return;
    dead_.push_back(std::move(left->second));
    leaving_.erase(left);
    reaper_->arm(host_.now());
  });
  entry.leave->arm(host_.now() + wait);
  leaving_[key] = std::move(gone);
}

bool Agent::set_shutdown(const net::IpAddress& peer, bool shutdown) {
  bool found = false;
  for (auto& [key, entry] : entries_) {
    if (key.peer != peer) continue;
    entry->session->set_shutdown(shutdown);
    found = true;
  }
  return found;
}

bool Agent::set_timers(const net::IpAddress& peer, Duration receive_interval,
                       Duration transmit_interval, unsigned detect_multiplier) {
  bool found = false;
  for (auto& [key, entry] : entries_) {
    if (key.peer != peer) continue;
    entry->session->set_timers(receive_interval, transmit_interval, detect_multiplier);
    found = true;
  }
  return found;
}

std::vector<SessionSnapshot> Agent::sessions() const {
  std::vector<SessionSnapshot> out;
  for (const auto& [key, entry] : entries_) out.push_back(entry->session->snapshot());
  return out;
}

// ------------------------------------------------------------------ sockets

void Agent::listen(const SessionConfig& config) {
  const auto family = config.peer.family();
  auto& receiver = receivers_[{family, config.multihop}];
  if (!receiver) {
    receiver = std::make_unique<Receiver>(*this, config.multihop);
    const auto port = config.multihop ? multihop_port : single_hop_port;
    receiver->socket = host_.bind_datagram({any_address(family), port}, receiver.get());
    if (receiver->socket == nullptr) {
      sockets_open_ = false;
      return;
    }
  }
  receiver->minimum_ttl = std::min(receiver->minimum_ttl, minimum_ttl(config));
  if (receiver->socket) receiver->socket->set_hops(std::nullopt, receiver->minimum_ttl);
}

// RFC 5881 section 4: a source port of its own for each session, from the dynamic range.
std::unique_ptr<io::DatagramSocket> Agent::sending_socket(net::Family family) {
  auto& random = host_.random("bfd/port");
  for (int i = 0; i < port_attempts; ++i) {
    const auto port = static_cast<std::uint16_t>(first_port + random.below(port_count));
    auto socket = host_.bind_datagram({any_address(family), port}, nullptr);
    if (socket == nullptr) continue;
    socket->set_hops(full_hops, std::nullopt);
    return socket;
  }
  sockets_open_ = false;
  return nullptr;
}

std::uint32_t Agent::new_discriminator() {
  auto& random = host_.random("bfd/discriminator");
  const auto taken = [this](std::uint32_t value) {
    const auto has = [value](const auto& entries) {
      return std::any_of(entries.begin(), entries.end(), [value](const auto& item) {
        return item.second->session->discriminator() == value;
      });
    };
    return has(entries_) || has(leaving_);
  };
  for (;;) {
    const auto value = static_cast<std::uint32_t>(random.next());
    if (value != 0 && !taken(value)) return value;
  }
}

// ------------------------------------------------------------------ reception

void Agent::receive(bool multihop, const net::Endpoint& from, const net::Endpoint& to,
                    io::Bytes bytes, std::optional<int> hops) {
  const auto packet = decode(bytes);
  if (!packet) return discard(packet.error());
  auto* entry = entry_for(multihop, from.address, to.address, *packet);
  if (entry == nullptr) return discard("no session with " + from.address.to_string());
  if (hops && *hops < entry->minimum_ttl) {
    return discard("TTL " + std::to_string(*hops) + " from " + from.address.to_string() +
                   ", expected at least " + std::to_string(entry->minimum_ttl));
  }
  if (packet->authentication) return discard("authenticated, and no authentication is in use");
  entry->session->receive(*packet, to.address);
}

// Section 6.8.6: by our discriminator where the peer knows it, else by the addresses.
Agent::Entry* Agent::entry_for(bool multihop, const net::IpAddress& from, const net::IpAddress& to,
                               const ControlPacket& packet) {
  for (auto& [key, entry] : entries_) {
    if (key.peer != from || key.multihop != multihop) continue;
    if (packet.your_discriminator != 0) {
      if (entry->session->discriminator() == packet.your_discriminator) return entry.get();
    } else if (key.local.is_unspecified() || key.local == to) {
      return entry.get();
    }
  }
  return nullptr;
}

void Agent::discard(std::string why) {
  ++discarded_;
  last_discard_ = std::move(why);
}

}  // namespace seatrial::bfd
