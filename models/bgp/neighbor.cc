#include "models/bgp/neighbor.h"

#include <algorithm>
#include <unordered_map>

namespace seatrial::bgp {

Neighbor::Neighbor(io::Host& host, SessionOwner& owner, const SpeakerConfig& speaker,
                   NeighborConfig config, ChangeLog& changes, Desired desired)
    : host_(host),
      speaker_(speaker),
      session_(host, owner, std::move(config)),
      desired_(std::move(desired)),
      import_reach_{reach_of(session_.config().in(net::Family::ipv4).import_policy),
                    reach_of(session_.config().in(net::Family::ipv6).import_policy)},
      changes_(changes),
      flush_timer_(host.timer([this] { flush(); })) {
  origins_.push_back(std::make_unique<PathOrigin>());
}

RuleContext Neighbor::rules() const {
  const auto& agreed = session_.negotiated();
  RuleContext rules{speaker_,          session_.config(),
                    session_.kind(),   session_.local_address(),
                    agreed.peer.asn,   agreed.peer.id,
                    agreed.long_lived, agreed.extended_next_hop,
                    &watch_.link,      group_ == nullptr || group_->members < 2};
  rules.explain = false;
  return rules;
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

void Neighbor::established(UpdateGroup& group) {
  group_ = &group;
  changes_.start();
  const PathOrigin origin{session_.config().address,
                          session_.source(),
                          session_.negotiated().peer.id,
                          session_.config().in(net::Family::ipv4).route_reflector_client,
                          session_.config().in(net::Family::ipv6).route_reflector_client,
                          session_.kind() == PeerKind::confederation,
                          session_.config().route_server_client,
                          session_.negotiated().peer.asn};
  if (*origins_.back() != origin) origins_.push_back(std::make_unique<PathOrigin>(origin));
  earliest_flush_ = host_.now() + speaker_.profile.first_update_delay;
  end_of_rib_due_ = speaker_.profile.end_of_rib || session_.negotiated().graceful_restart;
  first_ = true;
  schedule();
}

bool Neighbor::wake() {
  if (!first_ || !session_.established()) return false;
  if (held_) return true;
  earliest_flush_ = host_.now();
  flush_timer_->arm(earliest_flush_);
  return true;
}

void Neighbor::lost() {
  group_ = nullptr;
  changes_.stop();
  flush_timer_->cancel();
  pending_.clear();
  refresh_due_.clear();
  adj_rib_out_.clear();
  advertised_ = {};
}

void Neighbor::touch(const net::Prefix& prefix) {
  if (!session_.established() || !carries(prefix.family())) return;
  pending_.push_back(prefix);
  if (pending_.size() >= tidy_at_) tidy();
  schedule();
}

void Neighbor::changed(net::Family family) {
  if (session_.established() && carries(family)) schedule();
}

void Neighbor::catch_up() {
  const std::array<bool, 2> carried{carries(net::Family::ipv4), carries(net::Family::ipv6)};
  const std::array<bool, 2> all{sends_paths(net::Family::ipv4), sends_paths(net::Family::ipv6)};
  // Where what came from this neighbour is not sent back, and there is nothing to take back.
  const bool own_matters = speaker_.profile.returns_routes || !adj_rib_out_.empty() ||
                           session_.config().default_originate;
  changes_.read([&](const ChangeLog::Change& change) {
    const auto family = change.prefix.address().is_v4() ? 0U : 1U;
    if (!carried[family]) return;
    const bool own = change.origin == origin() && !own_matters;
    if (all[family] || (change.best && !own)) pending_.push_back(change.prefix);
  });
  tidy();
}

// In order, each once.
void Neighbor::tidy() {
  if (!std::is_sorted(pending_.begin(), pending_.end())) {
    std::sort(pending_.begin(), pending_.end());
  }
  pending_.erase(std::unique(pending_.begin(), pending_.end()), pending_.end());
  tidy_at_ = std::max<std::size_t>(1024, 2 * pending_.size());
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
    pending_.push_back(prefix);
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
  auto& count = advertised_[prefix.address().is_v4() ? 0 : 1];
  if (wanted.empty()) {
    if (sent == nullptr) return;
    adj_rib_out_.erase(prefix);
    --count;
  } else if (sent != nullptr) {
    *sent = std::move(wanted);
  } else {
    adj_rib_out_[prefix] = std::move(wanted);
    ++count;
  }
}

void Neighbor::send(const Group& group) {
  const auto& codec = session_.negotiated().codec;
  const auto family = group.prefixes.front().prefix.family();
  const auto& with_ids = codec.add_path_send;
  const bool ids =
      std::find(with_ids.begin(), with_ids.end(),
                family == net::Family::ipv4 ? ipv4_unicast : ipv6_unicast) != with_ids.end();
  session_.send(group_->encoded(group.attributes, group.prefixes), group.prefixes.size(), ids);
}

void Neighbor::flush() {
  if (!session_.established() || held_) return;
  first_ = false;
  catch_up();
  const auto refreshed = std::exchange(refresh_due_, {});
  for (const auto family : refreshed) session_.send_refresh(family, RefreshSubtype::begin);
  // Groups in the order of their first prefix, so that the order of bytes depends on no pointer.
  std::vector<Group> groups;
  std::array<std::unordered_map<const PathAttributes*, std::size_t>, 2> group_of;  // by family
  UpdateMessage withdrawals;
  for (const auto& prefix : pending_) {
    update(prefix, withdrawals.withdrawn, [&](const Advertised& path) {
      auto& known = group_of[prefix.address().is_v4() ? 0 : 1];
      const auto [found, added] = known.emplace(path.attributes.get(), groups.size());
      if (added) groups.push_back({path.attributes, {}});
      groups[found->second].prefixes.push_back({prefix, path.path_id});
    });
  }
  std::vector<net::Prefix>().swap(pending_);  // and gives the memory back
  tidy_at_ = 1024;
  if (!withdrawals.withdrawn.empty()) session_.send(withdrawals);
  for (const auto& group : groups) send(group);
  for (const auto family : refreshed) session_.send_refresh(family, RefreshSubtype::end);
  if (end_of_rib_due_) {
    end_of_rib_due_ = false;
    for (const auto family : session_.config().families) {
      if (carries(family == ipv4_unicast ? net::Family::ipv4 : net::Family::ipv6)) {
        session_.send_end_of_rib(family);
      }
    }
  }
  // RFC 4271 section 9.2.1.1: after a withdrawal, too.
  if (!groups.empty() || !withdrawals.withdrawn.empty()) {
    earliest_flush_ = host_.now() + advertisement_interval();
  }
}

}  // namespace seatrial::bgp
