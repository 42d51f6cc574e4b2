#include "models/bgp/peer_restart.h"

#include <algorithm>
#include <array>

namespace seatrial::bgp {
namespace {

bool preserves(const Capabilities& theirs, AfiSafi family, bool long_lived) {
  if (theirs.graceful_restart) {
    for (const auto& entry : theirs.graceful_restart->families) {
      if (entry.family == family && entry.forwarding_preserved) return true;
    }
  }
  return long_lived && theirs.long_lived &&
         std::ranges::any_of(*theirs.long_lived, [&](const auto& entry) {
           return entry.family == family && entry.forwarding_preserved;
         });
}

}  // namespace

PeerRestart::PeerRestart(io::Host& host, Actions actions)
    : host_(host), actions_(std::move(actions)) {
  restart_timer_ = host.timer([this] { restart_expired(); });
  stale_timer_ = host.timer([this] {
    std::vector<AfiSafi> overdue;
    for (const auto& [family, f] : families_) {
      if (f.phase != RestartPhase::long_lived) overdue.push_back(family);
    }
    for (const auto family : overdue) finish(family);
  });
}

void PeerRestart::lost(const std::vector<Kept>& kept, Duration stale_time) {
  stale_timer_->cancel();
  std::erase_if(families_, [&](const auto& entry) {
    return std::ranges::find(kept, entry.first, &Kept::family) == kept.end();
  });
  Duration wait{};
  for (const auto& k : kept) {
    auto& f = families_[k.family];
    // A second restart before the first was over: what is stale from then goes (RFC 4724 section
    // 4.2), unless its long wait still runs.
    const bool goes_on = f.long_lived_timer && f.long_lived_timer->armed();
    if (!goes_on) actions_.sweep(k.family);
    f.long_lived = k.long_lived;
    actions_.mark(k.family);
    enter(k.family, RestartPhase::waiting);
    wait = std::max(wait, k.restart_time);
  }
  if (kept.empty()) return;
  io::arm_in(host_, *restart_timer_, wait);
  if (stale_time > Duration::zero()) io::arm_in(host_, *stale_timer_, stale_time);
}

void PeerRestart::established(const Capabilities& theirs) {
  restart_timer_->cancel();
  std::vector<AfiSafi> lost;
  for (auto& [family, f] : families_) {
    if (preserves(theirs, family, f.long_lived > Duration::zero())) {
      enter(family, RestartPhase::returned);
    } else {
      lost.push_back(family);
    }
  }
  for (const auto family : lost) finish(family);
  if (!active()) stale_timer_->cancel();
}

void PeerRestart::end_of_rib(AfiSafi family) {
  const auto found = families_.find(family);
  if (found != families_.end() && found->second.phase == RestartPhase::returned) finish(family);
  if (!active()) stale_timer_->cancel();
}

void PeerRestart::forget() {
  restart_timer_->cancel();
  stale_timer_->cancel();
  families_.clear();
}

void PeerRestart::restart_expired() {
  std::vector<AfiSafi> over;
  for (auto& [family, f] : families_) {
    if (f.phase != RestartPhase::waiting) continue;
    if (f.long_lived <= Duration::zero()) {
      over.push_back(family);
      continue;
    }
    if (!f.long_lived_timer) {
      f.long_lived_timer = host_.timer([this, family = family] { finish(family); });
    }
    if (!f.long_lived_timer->armed()) io::arm_in(host_, *f.long_lived_timer, f.long_lived);
    actions_.long_lived(family);
    enter(family, RestartPhase::long_lived);
  }
  for (const auto family : over) finish(family);
}

void PeerRestart::finish(AfiSafi family) {
  actions_.sweep(family);
  families_.erase(family);
  actions_.report(family, RestartPhase::over);
}

void PeerRestart::enter(AfiSafi family, RestartPhase phase) {
  families_[family].phase = phase;
  actions_.report(family, phase);
}

std::optional<Duration> PeerRestart::left(const io::Timer& timer) const {
  if (!timer.armed()) return std::nullopt;
  return timer.due() - host_.now();
}

std::vector<PeerRestart::Kept> kept_over(const Negotiated& agreed, const FsmCause& end) {
  if (!agreed.graceful_restart || end.unforgiving) return {};
  for (const auto* said : {&end.sent, &end.received}) {
    if (!*said) continue;
    const auto& n = **said;
    const bool hard =
        n.code == static_cast<std::uint8_t>(ErrorCode::cease) && n.subcode == cease::hard_reset;
    if (!agreed.graceful_notification || hard) return {};
  }
  std::vector<PeerRestart::Kept> kept;
  for (const auto family : agreed.restart_families) {
    kept.push_back({family, agreed.restart_time, {}});
  }
  for (const auto& entry : agreed.long_lived_families) {
    const auto stale = std::chrono::seconds(entry.stale_time_s);
    const auto known = std::ranges::find(kept, entry.family, &PeerRestart::Kept::family);
    if (known != kept.end()) {
      known->long_lived = stale;
    } else if (stale > Duration::zero()) {
      kept.push_back({entry.family, {}, stale});
    }
  }
  return kept;
}

std::string_view to_string(RestartPhase phase) {
  constexpr std::array<std::string_view, 4> names{"waiting", "long-lived", "returned", "over"};
  return names[static_cast<std::size_t>(phase)];
}

bool is_hard(const NotificationMessage& n) {
  if (n.code != static_cast<std::uint8_t>(ErrorCode::cease)) return false;
  switch (n.subcode) {
    case cease::max_prefixes:
    case cease::admin_shutdown:
    case cease::peer_deconfigured:
    case cease::admin_reset:
    case cease::bfd_down:
      return true;
    default:
      return false;
  }
}

}  // namespace seatrial::bgp
