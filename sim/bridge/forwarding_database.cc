#include "sim/bridge/forwarding_database.h"

#include <algorithm>

namespace seatrial::sim {

ForwardingDatabase::Learned ForwardingDatabase::learn(VlanId vlan, std::uint64_t mac,
                                                      std::size_t port, TimePoint now) {
  const auto found = locations_.find(key(vlan, mac));
  if (found != locations_.end()) {
    Location& location = found->second;
    const bool was_aged = aged(location, now);
    const bool moved = location.port != port;
    location = {port, now};
    if (was_aged) return Learned::added;
    return moved ? Learned::moved : Learned::refreshed;
  }
  if (locations_.size() >= capacity_) {
    std::erase_if(locations_, [&](const auto& entry) { return aged(entry.second, now); });
    if (locations_.size() >= capacity_) return Learned::full;
  }
  locations_.emplace(key(vlan, mac), Location{port, now});
  return Learned::added;
}

std::optional<std::size_t> ForwardingDatabase::find(VlanId vlan, std::uint64_t mac,
                                                    TimePoint now) const {
  const auto found = locations_.find(key(vlan, mac));
  if (found == locations_.end() || aged(found->second, now)) return std::nullopt;
  return found->second.port;
}

void ForwardingDatabase::flush_port(std::size_t port) {
  std::erase_if(locations_, [&](const auto& entry) { return entry.second.port == port; });
}

std::vector<FdbEntry> ForwardingDatabase::entries(TimePoint now) const {
  std::vector<FdbEntry> entries;
  for (const auto& [key, location] : locations_) {
    if (aged(location, now)) continue;
    const VlanId vlan{static_cast<std::uint16_t>(key >> 48)};
    entries.push_back({vlan, key & 0xffff'ffff'ffffU, location.port, location.last_seen});
  }
  std::ranges::sort(entries, [](const FdbEntry& a, const FdbEntry& b) {
    return a.vlan != b.vlan ? a.vlan < b.vlan : a.mac < b.mac;
  });
  return entries;
}

}  // namespace seatrial::sim
