#include "sim/devices/bgp_router.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace seatrial::sim {
namespace {

constexpr const char* watch_key = "bgp";
constexpr Duration kernel_scan = 2s;      // Calico's template: scan time 2
constexpr Duration recovery_wait = 240s;  // BIRD: graceful restart wait

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
  make_process();
}

BgpRouter::~BgpRouter() {
  for (const auto& address : watched_) machine_.fib().unwatch(address, watch_key);
}

// ------------------------------------------------------------------ the process

void BgpRouter::make_process() {
  process_ = std::make_unique<io::Process>(machine_.host());
  recheck_ = process_->timer([this] { speaker_->nexthops_changed(); });
  // BIRD speaks BFD itself; FRR's bfdd is a process of its own.
  io::Host& bfd_host = std::string_view(config_.profile.name).starts_with("bird-")
                           ? static_cast<io::Host&>(*process_)
                           : machine_.host();
  bfd_ =
      std::make_unique<bfd::Agent>(bfd_host, bfd::profile_of(config_.profile.name), bfd_observer_);
  liveness_ = std::make_unique<bfd::BgpLiveness>(*bfd_);
  speaker_ = std::make_unique<bgp::Speaker>(
      *process_, config_,
      bgp::Dependencies{
          .sink = this, .resolver = this, .observer = observer_, .liveness = liveness_.get()});
  for (const auto& [prefix, route] : originated_) speaker_->originate(route);
}

bool BgpRouter::start() {
  if (!speaker_) make_process();
  if (!left_.empty()) {
    prune_by_ = machine_.host().now() + recovery_wait;
    settling_ = true;
    prune_->arm(machine_.host().now() + kernel_scan);
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

void BgpRouter::end(End how) {
  recheck_.reset();
  speaker_.reset();  // the kernel closes its connections
  liveness_.reset();
  bfd_.reset();
  process_.reset();
  prune_->cancel();
  const auto installed = std::exchange(installed_, {});
  if (leaves_routes(how)) {
    left_.insert(installed.begin(), installed.end());
  } else {
    for (const auto& prefix : installed) remove(prefix);
  }
}

bool BgpRouter::leaves_routes(End how) const {
  const std::string_view profile = config_.profile.name;
  if (!profile.starts_with("bird-")) return false;
  return how == End::killed || profile.find("calico") != profile.npos;
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

// BIRD's kernel protocol deletes what its predecessor left once its recovery is over: when every
// neighbour is back, at the latest after the graceful restart wait time.
void BgpRouter::prune() {
  if (!speaker_) return;
  const auto sessions = speaker_->sessions();
  const bool all_back = std::ranges::all_of(
      sessions, [](const auto& s) { return s.state == bgp::State::established; });
  if (!all_back && machine_.host().now() < prune_by_) {
    prune_->arm(machine_.host().now() + kernel_scan);
    return;
  }
  if (all_back && std::exchange(settling_, false)) {  // their routes come first
    prune_->arm(machine_.host().now() + kernel_scan);
    return;
  }
  for (const auto& prefix : std::exchange(left_, {})) remove(prefix);
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

bool BgpRouter::connected(const net::IpAddress& address) const {
  for (int i = 0; i < machine_.interface_count(); ++i) {
    for (const auto& own : machine_.addresses(i)) {
      if (own.subnet().contains(address)) return true;
    }
  }
  return false;
}

}  // namespace seatrial::sim
