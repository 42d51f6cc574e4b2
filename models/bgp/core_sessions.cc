// The neighbours of a speaker: configured and removed while it runs, and what their sessions
// report: messages that come in, and what an end or a beginning means for the RIBs.
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
  bool listening = true;
  if (config_.listen) {
    listener_ = host_.listen({config_.listen_address, config_.listen_port},
                             [this](std::unique_ptr<io::Stream> stream) {
                               // A peer that is not configured is closed at once.
                               auto* from = neighbor(stream->remote().address);
                               if (from != nullptr) from->session().accept(std::move(stream));
                             });
    listening = listener_ != nullptr;
  }
  Duration after{};
  for (auto& [address, n] : neighbors_) {
    n->session().start(after);
    after += start_spacing;
  }
  return listening;
}

void Speaker::Core::shutdown() {
  running_ = false;
  listener_.reset();
  for (auto& [address, n] : neighbors_) {
    n->session().stop(NotificationMessage(ErrorCode::cease, cease::admin_shutdown), "shut down");
  }
  run_decisions();
}

void Speaker::Core::add_neighbor(NeighborConfig config) {
  const auto address = config.address;
  remove_neighbor(address);
  auto made = std::make_unique<Neighbor>(
      host_, *this, config_, std::move(config),
      [this](const Neighbor& n, const net::Prefix& prefix) { return desired(n, prefix); });
  auto& n = *(neighbors_[address] = std::move(made));
  config_.neighbors.push_back(n.session().config());
  if (running_) n.session().start();
}

void Speaker::Core::remove_neighbor(const net::IpAddress& peer) {
  const auto found = neighbors_.find(peer);
  if (found == neighbors_.end()) return;
  found->second->session().stop(NotificationMessage(ErrorCode::cease, cease::peer_deconfigured),
                                "neighbour removed");
  // The call may come from inside a callback of this very session.
  removed_.push_back(std::move(found->second));
  neighbors_.erase(found);
  std::erase_if(config_.neighbors, [&](const auto& n) { return n.address == peer; });
  mark({});  // the next decision run deletes it
}

Neighbor* Speaker::Core::neighbor(const net::IpAddress& peer) const {
  const auto found = neighbors_.find(peer);
  return found == neighbors_.end() ? nullptr : found->second.get();
}

void Speaker::Core::established(Session& session) {
  auto* n = neighbor(session.config().address);
  if (n == nullptr) return;
  n->established();
  loc_rib_.for_each([&](const net::Prefix& prefix, const Route& route) {
    if (route.best) n->touch(prefix);
  });
}

void Speaker::Core::lost(Session& session) {
  auto* n = neighbor(session.config().address);
  if (n == nullptr) return;
  n->lost();
  for (const auto family : {net::Family::ipv4, net::Family::ipv6}) {
    for (const auto& nlri : n->adj_rib_in().clear(family)) drop(*n, nlri);
  }
}

// What the neighbour announced is no longer a candidate.
void Speaker::Core::drop(const Neighbor& n, const Nlri& nlri) {
  remove(nlri.prefix, {n.session().source(), n.session().config().address, nlri.path_id});
}

void Speaker::Core::update(Session& session, DecodedUpdate decoded) {
  auto* n = neighbor(session.config().address);
  if (n == nullptr) return;
  auto& message = decoded.message;
  const auto withdrawn = [&](const Nlri& nlri) {
    if (n->carries(nlri.prefix.family()) && n->adj_rib_in().erase(nlri)) drop(*n, nlri);
  };
  for (const auto& nlri : message.withdrawn) withdrawn(nlri);
  if (decoded.outcome == Outcome::treat_as_withdraw || !message.attributes) {
    for (const auto& nlri : message.announced) withdrawn(nlri);
    for (const auto& nlri : message.mp_announced) withdrawn(nlri);
    return;
  }
  const auto take = [&](const std::vector<Nlri>& list, const AttributesRef& attributes) {
    for (const auto& nlri : list) {
      if (!n->carries(nlri.prefix.family())) continue;
      if (n->adj_rib_in().put(nlri, attributes, host_.now())) import(*n, nlri, *attributes);
    }
  };
  if (!message.announced.empty()) {
    auto plain = *message.attributes;
    take(message.announced, pool_.intern(std::move(plain)));
  }
  if (!message.mp_announced.empty()) {
    auto mp = std::move(*message.attributes);
    mp.next_hop = message.mp_next_hop;
    mp.link_local_next_hop = message.mp_link_local;
    take(message.mp_announced, pool_.intern(std::move(mp)));
  }
  const auto limit = session.config().max_prefixes;
  if (limit && !limit->warning_only &&
      n->adj_rib_in().paths() > limit->limit) {  // stays down until it is cleared
    session.stop(NotificationMessage(ErrorCode::cease, cease::max_prefixes),
                 std::to_string(n->adj_rib_in().paths()) + " prefixes, at most " +
                     std::to_string(limit->limit) + " allowed");
  }
}

void Speaker::Core::route_refresh(Session& session, const RouteRefreshMessage& refresh) {
  auto* n = neighbor(session.config().address);
  // Subtypes 1 and 2 belong to RFC 7313, which is not offered.
  if (n != nullptr && refresh.subtype == 0) n->resend();
}

void Speaker::Core::changed(const SessionEvent& event) {
  if (dependencies_.observer != nullptr) dependencies_.observer->session_changed(event);
}

void Speaker::Core::counted(const MessageEvent& event) {
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
