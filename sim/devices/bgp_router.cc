#include "sim/devices/bgp_router.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "models/bgp/negotiation.h"

namespace seatrial::sim {
namespace {

constexpr const char* watch_key = "bgp";
// From the last End-of-RIB until what it did not confirm leaves the kernel: BIRD 1.6.8 1.0
// s, 2.0.12 1.4 s, FRR 8.4.4 0.03 to 0.3 s (tests/models/bgp/timelines).
constexpr Duration bird_prune_delay = 1s;
constexpr Duration prune_delay = 30ms;
// zebra's `rib-stale-time`: how long it keeps a dead bgpd's routes at most.
constexpr Duration zebra_stale_time = 500s;

bool is_bird(const bgp::Profile& profile) {
  return std::string_view(profile.name).starts_with("bird-");
}

bool is_bgp(RouteProtocol protocol) {
  return protocol == RouteProtocol::ibgp || protocol == RouteProtocol::ebgp;
}

}  // namespace

BgpRouter::BgpRouter(Machine& machine, bgp::SpeakerConfig config, bgp::Observer* observer,
                     bfd::Observer* bfd_observer)
    : machine_(machine),
      config_(std::move(config)),
      observer_(observer),
      bfd_observer_(bfd_observer),
      prune_(machine.host().timer([this] { prune(); })) {
  machine_.fib().watch_interfaces(
      watch_key, [this](int interface, bool up) { interface_changed(interface, up); });
  make_process(bgp::StartMode::fresh);
}

BgpRouter::~BgpRouter() {
  machine_.fib().unwatch_interfaces(watch_key);
  for (const auto& address : watched_) machine_.fib().unwatch(address, watch_key);
}

// ------------------------------------------------------------------ the process

void BgpRouter::make_process(bgp::StartMode mode) {
  process_ = std::make_unique<io::Process>(machine_.host());
  recheck_ = process_->timer([this] { speaker_->nexthops_changed(); });
  // BIRD speaks BFD itself; FRR's bfdd is a process of its own.
  io::Host& bfd_host =
      is_bird(config_.profile) ? static_cast<io::Host&>(*process_) : machine_.host();
  bfd_ =
      std::make_unique<bfd::Agent>(bfd_host, bfd::profile_of(config_.profile.name), bfd_observer_);
  liveness_ = std::make_unique<bfd::BgpLiveness>(*bfd_);
  speaker_ = std::make_unique<bgp::Speaker>(
      *process_, config_,
      bgp::Dependencies{
          .sink = this, .resolver = this, .observer = observer_, .liveness = liveness_.get()},
      mode);
  for (const auto& [prefix, route] : originated_) speaker_->originate(route);
}

bool BgpRouter::start() {
  if (!speaker_) {
    const bool again = config_.profile.starts_restarting || !left_.empty();
    const bool restarting = again && restarts_gracefully();
    if (restarting && config_.profile.restart_defers) waiting_.emplace();
    make_process(restarting ? bgp::StartMode::restarting : bgp::StartMode::fresh);
    if (!restarting) prune();
    if (restarting && restart_observer_) restart_observer_(true);
  }
  return speaker_->start();
}

void BgpRouter::kill() {
  if (!speaker_) return;
  report_end("the daemon was killed");
  end(End::killed);
}

void BgpRouter::terminate() {
  if (!speaker_) return;
  if (process_->frozen()) process_->thaw();  // a signal of its own ends a stopped process as well
  keeps_ = leaves_routes(End::terminated);
  speaker_->shutdown();
  keeps_ = false;
  end(End::terminated);
}

void BgpRouter::freeze() {
  if (speaker_) process_->freeze();
}

void BgpRouter::thaw() {
  if (speaker_) process_->thaw();
}

// A frozen daemon does what its operator asked once it goes on.
void BgpRouter::clear() {
  if (!speaker_) return;
  process_->post([this] {
    for (const auto& session : speaker_->sessions()) speaker_->clear(session.peer);
  });
}

void BgpRouter::clear_soft() {
  if (!speaker_) return;
  process_->post([this] {
    for (const auto& session : speaker_->sessions()) speaker_->refresh(session.peer);
  });
}

void BgpRouter::clear(const net::IpAddress& peer, bgp::ClearKind kind) {
  if (!speaker_) return;
  process_->post([this, peer, kind] { speaker_->clear(peer, kind); });
}

void BgpRouter::end(End how) {
  recheck_.reset();
  speaker_.reset();  // the kernel closes its connections
  liveness_.reset();
  bfd_.reset();
  process_.reset();
  waiting_.reset();
  prune_->cancel();
  const auto installed = std::exchange(installed_, {});
  if (leaves_routes(how)) {
    left_.insert(installed.begin(), installed.end());
    if (!is_bird(config_.profile)) io::arm_in(machine_.host(), *prune_, zebra_stale_time);
  } else {
    for (const auto& prefix : installed) remove(prefix);
  }
}

// With any of its peers: zebra and BIRD's kernel protocol know one graceful restart for all.
bool BgpRouter::restarts_gracefully() const {
  return std::ranges::any_of(config_.neighbors, [&](const auto& neighbor) {
    return bgp::restart_config(config_, neighbor).mode == bgp::GracefulRestartMode::restarter;
  });
}

bool BgpRouter::leaves_routes(End how) const {
  const auto& profile = config_.profile;
  if (how == End::terminated) return profile.leaves_routes_terminated;
  return profile.leaves_routes_killed || restarts_gracefully();
}

// Nobody else can tell of a killed daemon's sessions and table.
void BgpRouter::report_end(const std::string& reason) {
  if (observer_ == nullptr) return;
  const auto& host = machine_.host();
  for (const auto& session : speaker_->sessions()) {
    if (session.state == bgp::State::idle) continue;
    observer_->session_changed({.speaker = host.name(),
                                .time = host.now(),
                                .peer = session.peer,
                                .from = session.state,
                                .to = bgp::State::idle,
                                .reason = reason,
                                .local = session.local_address,
                                .local_as = session.local_as,
                                .peer_as = session.remote_as});
  }
  for (const auto& route : speaker_->loc_rib()) {
    if (route.paths.empty() || !route.paths.front().best) continue;
    observer_->rib_changed(
        {.speaker = host.name(), .time = host.now(), .prefix = route.prefix, .reason = reason});
  }
}

void BgpRouter::restart_done() {
  for (const auto& [prefix, next_hops] :
       std::exchange(waiting_, std::nullopt).value_or(decltype(waiting_)::value_type())) {
    install(prefix, next_hops);
  }
  if (restart_observer_) restart_observer_(false);
  // [meas] bgpd 8.4.4 tells zebra that it is done only with `preserve-fw-state`.
  const bool told = is_bird(config_.profile) || config_.graceful_restart.preserve_forwarding;
  if (left_.empty() || !told) return;
  io::arm_in(machine_.host(), *prune_, is_bird(config_.profile) ? bird_prune_delay : prune_delay);
}

// What its predecessor left and the new process has not confirmed.
void BgpRouter::prune() {
  for (const auto& prefix : std::exchange(left_, {})) remove(prefix);
}

// bgpd hears of it from zebra, BIRD from the kernel; a stopped process once it goes on.
void BgpRouter::interface_changed(int interface, bool up) {
  if (up || !speaker_) return;
  process_->post([this, interface] {
    for (const auto& own : machine_.addresses(interface)) speaker_->interface_down(own.address);
  });
}

void BgpRouter::originate(const bgp::OriginatedRoute& route) {
  originated_[route.prefix] = route;
  if (!speaker_) return;
  process_->post([this, route] { speaker_->originate(route); });
}

void BgpRouter::withdraw(const net::Prefix& prefix) {
  originated_.erase(prefix);
  if (!speaker_) return;
  process_->post([this, prefix] { speaker_->withdraw(prefix); });
}

// ------------------------------------------------------------------ the table

void BgpRouter::route_changed(const net::Prefix& prefix, std::span<const bgp::NextHop> next_hops) {
  if (waiting_) {
    (*waiting_)[prefix] = {next_hops.begin(), next_hops.end()};
  } else {
    install(prefix, next_hops);
  }
}

void BgpRouter::install(const net::Prefix& prefix, std::span<const bgp::NextHop> next_hops) {
  const auto selected = speaker_->route(prefix);
  const bool external = selected && !selected->paths.empty() &&
                        selected->paths.front().source == bgp::RouteSource::ebgp;
  const auto protocol = external ? RouteProtocol::ebgp : RouteProtocol::ibgp;
  Route route{.prefix = prefix, .kind = RouteKind::via, .protocol = protocol};
  for (const auto& hop : next_hops) route.next_hops.push_back(NextHop::via(hop.address));
  installed_.insert(prefix);
  left_.erase(prefix);
  // A prefix is never offered by both: a best path that changed its source replaces the old offer.
  machine_.fib().remove(prefix, external ? RouteProtocol::ibgp : RouteProtocol::ebgp);
  machine_.fib().replace(std::move(route));
}

void BgpRouter::route_removed(const net::Prefix& prefix) {
  if (keeps_) return;
  if (waiting_) {
    waiting_->erase(prefix);
    return;
  }
  installed_.erase(prefix);
  remove(prefix);
}

void BgpRouter::remove(const net::Prefix& prefix) {
  machine_.fib().remove(prefix, RouteProtocol::ibgp);
  machine_.fib().remove(prefix, RouteProtocol::ebgp);
}

std::optional<std::uint32_t> BgpRouter::resolve(const net::IpAddress& next_hop) const {
  if (watched_.insert(next_hop).second) {
    machine_.fib().watch(next_hop, watch_key, [this](const net::IpAddress&, bool) {
      // One interface takes many next hops with it: tell the speaker once.
      if (!recheck_ || recheck_->armed()) return;
      recheck_->arm(machine_.host().now());
    });
  }
  if (!machine_.fib().reachable(next_hop)) return std::nullopt;
  return 0;
}

bool BgpRouter::has_route(const net::Prefix& prefix) const {
  const auto* route = machine_.fib().active(prefix);
  return route != nullptr && !is_bgp(route->route.protocol);
}

bgp::Link BgpRouter::link(const net::IpAddress& local, const net::IpAddress& peer) const {
  for (int i = 0; i < machine_.interface_count(); ++i) {
    const auto& own = machine_.addresses(i);
    if (std::ranges::find(own, local, &net::InterfaceAddress::address) != own.end()) {
      return bgp::link_of(own, peer);
    }
  }
  return {};
}

bool BgpRouter::connected(const net::IpAddress& address) const {
  for (int i = 0; i < machine_.interface_count(); ++i) {
    if (!machine_.fib().interface_up(i)) continue;
    for (const auto& own : machine_.addresses(i)) {
      if (own.subnet().contains(address)) return true;
    }
  }
  return false;
}

}  // namespace seatrial::sim
