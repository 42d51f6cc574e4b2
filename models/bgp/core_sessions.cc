// The neighbours of a speaker: configured, found by a range (`bgp listen range`), shut, cleared and
// removed while it runs, and who may connect.
#include "models/bgp/core.h"

namespace seatrial::bgp {

namespace {

// A daemon starts one session after the other, and a hundred routers that start together do not ask
// for a hundred addresses in the same instant. FRR 8.4.4 with 100 neighbours on one subnet sends
// its first ARP requests 35 us apart (median; 3.8 ms for all of them).
constexpr Duration start_spacing = 35us;

}  // namespace

bool Speaker::Core::start() {
  running_ = true;
  started_ = host_.now();
  start_conditions();
  bool listening = !config_.listen || listen(net::Family::ipv4);
  for (const auto& range : config_.dynamic_ranges) {
    if (config_.listen && range.prefix.family() == net::Family::ipv6) {
      listening = listen(net::Family::ipv6) && listening;
    }
  }
  if (mode_ == StartMode::restarting) {
    for (auto& [address, n] : neighbors_) {
      const auto& config = n->session().config();
      const auto mode = restart_config(config_, config).mode;
      if (!config.shutdown && mode == GracefulRestartMode::restarter) {
        deferral_.await(address, config.families);
      }
    }
    const auto& profile = config_.profile;
    deferral_.start(config_.graceful_restart.select_deferral.value_or(profile.restart_wait_max),
                    {.choice = profile.restart_defers && !profile.restart_serves_unaware,
                     .ready_peers = profile.restart_defers});
  }
  Duration after{};
  for (auto& [address, n] : neighbors_) {
    begin(*n, after);
    after += start_spacing;
  }
  return listening;
}

// An unspecified listening address means every address of both families, as the daemons have it;
// IPv6 is asked for when a neighbour may come by it.
bool Speaker::Core::listen(net::Family family) {
  auto address = config_.listen_address;
  if (family == net::Family::ipv6) {
    if (address != net::IpAddress()) return true;
    address = *net::IpAddress::parse("::");
  }
  auto& listener = listeners_[family];
  if (!listener) {
    // RFC 5082: who calls with GTSM takes no SYN+ACK of a smaller TTL either.
    const bool secured = std::ranges::any_of(
        config_.neighbors, [](const auto& neighbor) { return neighbor.ttl_security.has_value(); });
    io::ListenOptions options;
    if (secured) options.ttl = 255;
    listener = host_.listen(
        {address, config_.listen_port},
        [this](std::unique_ptr<io::Stream> stream) { accepted(std::move(stream)); }, options);
  }
  return listener != nullptr;
}

void Speaker::Core::begin(Neighbor& n, Duration after) {
  if (config_.listen && !n.session().config().address.is_v4()) listen(net::Family::ipv6);
  n.session().start(after);
}

void Speaker::Core::accepted(std::unique_ptr<io::Stream> stream) {
  const auto from = stream->remote().address;
  if (neighbor(from) == nullptr && !make_dynamic(from)) return;  // closed at once
  neighbor(from)->session().accept(std::move(stream));
}

// The most specific range that holds the address makes the neighbour.
bool Speaker::Core::make_dynamic(const net::IpAddress& from) {
  const DynamicRange* best = nullptr;
  for (const auto& range : config_.dynamic_ranges) {
    if (range.prefix.contains(from) &&
        (best == nullptr || range.prefix.length() > best->prefix.length())) {
      best = &range;
    }
  }
  const auto dynamic = std::ranges::count_if(
      neighbors_, [](const auto& entry) { return entry.second->watch().dynamic; });
  if (best == nullptr || best->peer.shutdown ||
      static_cast<unsigned>(dynamic) >= config_.dynamic_limit) {
    return false;
  }
  auto config = best->peer;
  config.address = from;
  config.passive = true;
  make_neighbor(std::move(config)).watch().dynamic = true;
  begin(*neighbor(from));
  return true;
}

void Speaker::Core::shutdown() {
  running_ = false;
  listeners_.clear();
  for (auto& [address, n] : neighbors_) {
    auto& session = n->session();
    const bool silent = config_.profile.silent_end_with_restart && session.established() &&
                        session.negotiated().graceful_restart;
    session.stop(silent ? NotificationMessage()
                        : NotificationMessage(ErrorCode::cease, config_.profile.shutdown_subcode),
                 "shut down");
    n->watch().restart->forget();
    for (const auto family : {ipv4_unicast, ipv6_unicast}) flush(*n, family);
  }
  run_decisions();
}

void Speaker::Core::add_neighbor(NeighborConfig config) {
  const auto address = config.address;
  remove_neighbor(address);
  auto& n = make_neighbor(std::move(config));
  config_.neighbors.push_back(n.session().config());
  if (running_) begin(n);
}

Neighbor& Speaker::Core::make_neighbor(NeighborConfig config) {
  const auto address = config.address;
  auto made = std::make_unique<Neighbor>(
      host_, *this, config_, std::move(config), changes_,
      [this](const Neighbor& n, const net::Prefix& prefix) { return desired(n, prefix); });
  auto& n = *(neighbors_[address] = std::move(made));
  n.watch().restart = make_restart(n);
  return n;
}

void Speaker::Core::remove_neighbor(const net::IpAddress& peer) {
  const auto found = neighbors_.find(peer);
  if (found == neighbors_.end()) return;
  auto& n = *found->second;
  n.session().stop(NotificationMessage(ErrorCode::cease, cease::peer_deconfigured),
                   "neighbour removed");
  n.watch().restart->forget();
  for (const auto family : {ipv4_unicast, ipv6_unicast}) flush(n, family);
  deferral_.gone(peer);
  // The call may come from inside a callback of this very session.
  removed_.push_back(std::move(found->second));
  neighbors_.erase(found);
  std::erase_if(config_.neighbors, [&](const auto& c) { return c.address == peer; });
  wake();  // the next decision run deletes it
}

// Dynamic neighbours live as long as their session, or what is kept over its restart.
void Speaker::Core::reap_dynamic() {
  std::vector<net::IpAddress> over;
  for (const auto& [address, n] : neighbors_) {
    const auto state = n->session().state();
    if (n->watch().dynamic && state < State::open_sent && !n->watch().restart->active()) {
      over.push_back(address);
    }
  }
  for (const auto& address : over) remove_neighbor(address);
}

bool Speaker::Core::set_shutdown(const net::IpAddress& peer, bool down,
                                 const std::string& message) {
  auto* n = neighbor(peer);
  if (n == nullptr) return false;
  if (n->watch().limit_timer) n->watch().limit_timer->cancel();
  n->session().set_shutdown(down, message);
  for (auto& config : config_.neighbors) {
    if (config.address == peer) config = n->session().config();
  }
  if (!down) return true;
  n->watch().restart->forget();
  for (const auto family : {ipv4_unicast, ipv6_unicast}) flush(*n, family);
  deferral_.gone(peer);
  return true;
}

void Speaker::Core::interface_down(const net::IpAddress& local) {
  if (!config_.fast_external_failover || !config_.profile.tracks_links) return;
  for (auto& [address, n] : neighbors_) {
    auto& session = n->session();
    if (session.direct() && session.local_address() == local) session.link_down();
  }
}

bool Speaker::Core::within_reach(const Session& session) const {
  return !session.direct() || dependencies_.resolver == nullptr ||
         dependencies_.resolver->connected(session.config().address);
}

Neighbor* Speaker::Core::neighbor(const net::IpAddress& peer) const {
  const auto found = neighbors_.find(peer);
  return found == neighbors_.end() ? nullptr : found->second.get();
}

void Speaker::Core::changed(const SessionEvent& event) {
  if (event.to < State::open_sent && !config_.dynamic_ranges.empty()) reaper_->arm(host_.now());
  if (dependencies_.observer != nullptr) dependencies_.observer->session_changed(event);
}

void Speaker::Core::counted(const MessageEvent& event) {
  if (first_updates_due_) {
    first_updates_due_ = false;
    for (auto& [address, n] : neighbors_) first_updates_due_ = n->wake() || first_updates_due_;
  }
  if (dependencies_.observer != nullptr) dependencies_.observer->message(event);
}

// As bgpd decides it: several hops are an iBGP peer on no subnet of ours, and `ebgp-multihop`.
std::unique_ptr<LivenessWatch> Speaker::Core::watch(const Session& session,
                                                    Liveness::Callback callback) {
  if (dependencies_.liveness == nullptr) return nullptr;
  const auto& config = session.config();
  LivenessTarget target{config.address, config.local_address, *config.bfd};
  const bool far = session.internal() ? dependencies_.resolver != nullptr &&
                                            !dependencies_.resolver->connected(config.address)
                                      : config.ebgp_multihop.value_or(1) > 1;
  target.config.multihop = target.config.multihop || far;
  return dependencies_.liveness->watch(target, std::move(callback));
}

}  // namespace seatrial::bgp
