#include "models/bgp/neighbor.h"

#include <algorithm>
#include <unordered_map>

namespace seatrial::bgp {

Neighbor::Neighbor(io::Host& host, SessionOwner& owner, const SpeakerConfig& speaker,
                   NeighborConfig config, Desired desired)
    : host_(host),
      speaker_(speaker),
      session_(host, owner, std::move(config)),
      desired_(std::move(desired)),
      flush_timer_(host.timer([this] { flush(); })) {}

RuleContext Neighbor::rules() const {
  const auto& agreed = session_.negotiated();
  return {speaker_,        session_.config(), session_.kind(),   session_.local_address(),
          agreed.peer.asn, agreed.peer.id,    agreed.long_lived, agreed.extended_next_hop};
}

bool Neighbor::carries(net::Family family) const {
  const auto wanted = family == net::Family::ipv4 ? ipv4_unicast : ipv6_unicast;
  const auto& both = session_.negotiated().families;
  return std::ranges::find(both, wanted) != both.end();
}

bool Neighbor::sends_paths(net::Family family) const {
  const auto wanted = family == net::Family::ipv4 ? ipv4_unicast : ipv6_unicast;
  const auto& agreed = session_.negotiated().codec.add_path_send;
  return std::ranges::find(agreed, wanted) != agreed.end();
}

void Neighbor::established() {
  earliest_flush_ = host_.now() + speaker_.profile.first_update_delay;
  end_of_rib_due_ = speaker_.profile.end_of_rib || session_.negotiated().graceful_restart;
  first_ = true;
  schedule();
}

void Neighbor::wake() {
  if (!first_ || held_ || !session_.established()) return;
  earliest_flush_ = host_.now();
  flush_timer_->arm(earliest_flush_);
}

void Neighbor::lost() {
  flush_timer_->cancel();
  pending_.clear();
  refresh_due_.clear();
  adj_rib_out_.clear();
}

void Neighbor::touch(const net::Prefix& prefix) {
  if (!session_.established() || !carries(prefix.family())) return;
  pending_.insert(prefix);
  schedule();
}

void Neighbor::hold(bool held) {
  const bool released = std::exchange(held_, held) && !held;
  if (released && session_.established()) schedule();
}

void Neighbor::resend(AfiSafi family) {
  const auto wanted = family == ipv4_unicast ? net::Family::ipv4 : net::Family::ipv6;
  if (!carries(wanted)) return;
  if (session_.negotiated().enhanced_route_refresh) refresh_due_.insert(family);
  adj_rib_out_.for_each([&](const net::Prefix& prefix, AdvertisedPaths& sent) {
    if (prefix.family() != wanted) return;
    for (auto& path : sent) path.attributes.reset();
    pending_.insert(prefix);
  });
  schedule();
}

Duration Neighbor::advertisement_interval() const {
  return session_.config().advertisement_interval.value_or(
      session_.internal() ? speaker_.profile.mrai_ibgp : speaker_.profile.mrai_ebgp);
}

void Neighbor::schedule() {
  if (flush_timer_->armed()) return;
  flush_timer_->arm(std::max(host_.now(), earliest_flush_));
}

template <typename Announce>
void Neighbor::update(const net::Prefix& prefix, std::vector<Nlri>& withdrawn, Announce announce) {
  auto wanted = desired_(*this, prefix);
  auto* sent = adj_rib_out_.find(prefix);
  const auto in = [](const AdvertisedPaths& paths, std::uint32_t id) {
    return std::ranges::find(paths, id, &Advertised::path_id);
  };
  if (sent != nullptr) {
    for (const auto& path : *sent) {
      if (in(wanted, path.path_id) == wanted.end()) withdrawn.push_back({prefix, path.path_id});
    }
  }
  for (const auto& path : wanted) {
    if (sent != nullptr) {
      const auto known = in(*sent, path.path_id);
      if (known != sent->end() && known->attributes == path.attributes) continue;
    }
    announce(path);
  }
  if (wanted.empty()) {
    if (sent != nullptr) adj_rib_out_.erase(prefix);
  } else {
    adj_rib_out_[prefix] = std::move(wanted);
  }
}

void Neighbor::send(Group& group) {
  UpdateMessage update;
  update.attributes = *group.attributes;
  if (group.attributes->next_hop->is_v4()) {
    update.announced = std::move(group.prefixes);
    session_.send(update);
    return;
  }
  update.mp_next_hop = group.attributes->next_hop;
  update.mp_link_local = group.attributes->link_local_next_hop;
  // One MP_REACH_NLRI is of one family; IPv4 is there by RFC 8950.
  const auto v6 = std::stable_partition(
      group.prefixes.begin(), group.prefixes.end(),
      [](const Nlri& nlri) { return nlri.prefix.family() == net::Family::ipv4; });
  for (const auto& [from, to] :
       {std::pair(group.prefixes.begin(), v6), std::pair(v6, group.prefixes.end())}) {
    if (from == to) continue;
    update.mp_announced.assign(from, to);
    session_.send(update);
  }
}

void Neighbor::flush() {
  if (!session_.established() || held_) return;
  first_ = false;
  const auto refreshed = std::exchange(refresh_due_, {});
  for (const auto family : refreshed) session_.send_refresh(family, RefreshSubtype::begin);
  // Groups in the order of their first prefix, so that the order of bytes depends on no pointer.
  std::vector<Group> groups;
  std::unordered_map<const PathAttributes*, std::size_t> group_of;
  UpdateMessage withdrawals;
  for (const auto& prefix : pending_) {
    update(prefix, withdrawals.withdrawn, [&](const Advertised& path) {
      const auto [found, added] = group_of.emplace(path.attributes.get(), groups.size());
      if (added) groups.push_back({path.attributes, {}});
      groups[found->second].prefixes.push_back({prefix, path.path_id});
    });
  }
  pending_.clear();
  if (!withdrawals.withdrawn.empty()) session_.send(withdrawals);
  for (auto& group : groups) send(group);
  for (const auto family : refreshed) session_.send_refresh(family, RefreshSubtype::end);
  if (end_of_rib_due_) {
    end_of_rib_due_ = false;
    for (const auto family : session_.config().families) {
      if (carries(family == ipv4_unicast ? net::Family::ipv4 : net::Family::ipv6)) {
        session_.send_end_of_rib(family);
      }
    }
  }
  if (!groups.empty()) earliest_flush_ = host_.now() + advertisement_interval();
}

}  // namespace seatrial::bgp
