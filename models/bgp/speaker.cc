#include "models/bgp/speaker.h"

#include "models/bgp/core.h"

namespace seatrial::bgp {

Speaker::Speaker(io::Host& host, SpeakerConfig config, Dependencies dependencies, StartMode mode)
    : core_(std::make_unique<Core>(host, std::move(config), dependencies, mode)) {}
Speaker::~Speaker() = default;

bool Speaker::start() {
  return core_->start();
}
void Speaker::shutdown() {
  core_->shutdown();
}
void Speaker::originate(OriginatedRoute route) {
  core_->originate(std::move(route));
}
void Speaker::withdraw(const net::Prefix& prefix) {
  core_->withdraw(prefix);
}
void Speaker::add_neighbor(NeighborConfig neighbor) {
  core_->add_neighbor(std::move(neighbor));
}
void Speaker::remove_neighbor(const net::IpAddress& peer) {
  core_->remove_neighbor(peer);
}
void Speaker::nexthops_changed() {
  core_->nexthops_changed();
}

bool Speaker::clear(const net::IpAddress& peer, ClearKind kind) {
  return core_->clear(peer, kind);
}
bool Speaker::set_shutdown(const net::IpAddress& peer, bool down, const std::string& message) {
  return core_->set_shutdown(peer, down, message);
}
void Speaker::interface_down(const net::IpAddress& local) {
  core_->interface_down(local);
}

bool Speaker::refresh(const net::IpAddress& peer) {
  auto* n = core_->neighbor(peer);
  return n != nullptr && n->session().request_refresh();
}

const SpeakerConfig& Speaker::config() const {
  return core_->config();
}
std::vector<SessionSnapshot> Speaker::sessions() const {
  return core_->sessions();
}
std::optional<SessionSnapshot> Speaker::session(const net::IpAddress& peer) const {
  const auto* n = core_->neighbor(peer);
  if (n == nullptr) return std::nullopt;
  return core_->snapshot(*n);
}
std::vector<RouteSnapshot> Speaker::loc_rib() const {
  return core_->loc_rib();
}
std::optional<RouteSnapshot> Speaker::route(const net::Prefix& prefix) const {
  return core_->route(prefix);
}
std::vector<AdjRouteSnapshot> Speaker::adj_rib_in(const net::IpAddress& peer) const {
  const auto* n = core_->neighbor(peer);
  return n == nullptr ? std::vector<AdjRouteSnapshot>() : core_->adj_rib_in(*n);
}
std::vector<AdjRouteSnapshot> Speaker::adj_rib_out(const net::IpAddress& peer) const {
  const auto* n = core_->neighbor(peer);
  return n == nullptr ? std::vector<AdjRouteSnapshot>() : core_->adj_rib_out(*n);
}

}  // namespace seatrial::bgp
