// Which port a MAC address was last seen on, one table for all VLANs keyed by both (IEEE 802.1Q
// section 8.8, independent learning). Entries age without a timer: an entry that was not refreshed
// for the aging time is treated as absent when it is looked up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "models/net/units.h"
#include "sim/ethernet/frame.h"

namespace seatrial::sim {

struct FdbEntry {
  VlanId vlan;
  std::uint64_t mac = 0;
  std::size_t port = 0;
  TimePoint last_seen;
  friend bool operator==(const FdbEntry&, const FdbEntry&) = default;
};

class ForwardingDatabase {
 public:
  ForwardingDatabase(Duration aging, std::size_t capacity) : aging_(aging), capacity_(capacity) {}

  enum class Learned { added, refreshed, moved, full };
  Learned learn(VlanId vlan, std::uint64_t mac, std::size_t port, TimePoint now);
  std::optional<std::size_t> find(VlanId vlan, std::uint64_t mac, TimePoint now) const;
  void flush_port(std::size_t port);
  // What is not aged out, by VLAN and address.
  std::vector<FdbEntry> entries(TimePoint now) const;

 private:
  struct Location {
    std::size_t port = 0;
    TimePoint last_seen;
  };
  struct Hash {
    std::size_t operator()(std::uint64_t key) const noexcept {
      // Allocated addresses differ in their low bits only; a multiply spreads them (Fibonacci).
      return static_cast<std::size_t>((key * 0x9e37'79b9'7f4a'7c15U) >> 16);
    }
  };
  static std::uint64_t key(VlanId vlan, std::uint64_t mac) {
    return (std::uint64_t{vlan.value} << 48) | mac;
  }
  bool aged(const Location& location, TimePoint now) const {
    return now - location.last_seen >= aging_;
  }

  Duration aging_;
  std::size_t capacity_;
  std::unordered_map<std::uint64_t, Location, Hash> locations_;
};

}  // namespace seatrial::sim
