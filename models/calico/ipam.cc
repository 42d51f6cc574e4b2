#include "models/calico/ipam.h"

#include <algorithm>
#include <array>

namespace seatrial::calico {
namespace {

// address + (index << shift), over the whole width of the address.
net::IpAddress plus(const net::IpAddress& address, std::uint64_t index, int shift) {
  std::array<std::uint8_t, 16> octets{};
  const auto bytes = address.bytes();
  std::ranges::copy(bytes, octets.begin());
  auto carry = static_cast<Uint128>(index) << shift;
  for (auto i = bytes.size(); i-- > 0 && carry != 0;) {
    carry += octets[i];
    octets[i] = static_cast<std::uint8_t>(carry & 0xff);
    carry >>= 8;
  }
  return *net::IpAddress::from_bytes(std::span(octets).first(bytes.size()));
}

std::uint64_t ordinal_of(const net::Prefix& block, const net::IpAddress& address) {
  std::uint64_t ordinal = 0;
  for (int i = block.length(); i < address.bits(); ++i) {
    ordinal = (ordinal << 1) | (address.bit(i) ? 1U : 0U);
  }
  return ordinal;
}

std::uint64_t power_of_two(int bits) {
  return std::uint64_t{1} << std::clamp(bits, 0, 62);
}

std::uint64_t block_count(const IpPool& pool) {
  return power_of_two(pool.block_size - pool.cidr.length());
}

net::Prefix block_at(const IpPool& pool, std::uint64_t index) {
  return {plus(pool.cidr.address(), index, pool.cidr.address().bits() - pool.block_size),
          pool.block_size};
}

std::uint64_t capacity(const net::Prefix& block) {
  return power_of_two(block.address().bits() - block.length());
}

}  // namespace

Ipam::Ipam(std::vector<IpPool> pools, IpamSettings settings)
    : pools_(std::move(pools)), settings_(settings) {}

void Ipam::add_node(const std::string& name, Labels labels) {
  nodes_[name] = std::move(labels);
}

std::uint64_t Ipam::first_block(const std::string& node, std::uint64_t blocks) {
  std::uint32_t hash = 2166136261U;  // FNV-1, 32 bits: multiply, then xor
  for (const char c : node) {
    hash *= 16777619U;
    hash ^= static_cast<std::uint8_t>(c);
  }
  return blocks == 0 ? 0 : hash % blocks;
}

std::vector<const IpPool*> Ipam::pools_for(const std::string& node,
                                           const std::vector<std::string>& names) const {
  std::vector<const IpPool*> out;
  const auto known = nodes_.find(node);
  if (known == nodes_.end()) return out;
  for (const auto& pool : pools_) {
    // A pool asked for by name is used whatever its node selector says, as the annotation does.
    const bool named = std::ranges::find(names, pool.name) != names.end();
    if (pool.disabled || !pool.for_workloads) continue;
    if (names.empty() ? pool.node_selector.matches(known->second) : named) out.push_back(&pool);
  }
  return out;
}

// The first block of the pool, in the node's own order, that `wanted(prefix, entry or nullptr)`
// accepts; it is made when it does not exist yet.
template <typename F>
Ipam::Blocks::value_type* Ipam::visit(const std::string& node, const IpPool& pool, F&& wanted) {
  const auto count = block_count(pool);
  const auto start = first_block(node, count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto prefix = block_at(pool, (start + i) % count);
    const auto found = blocks_.find(prefix);
    auto* entry = found == blocks_.end() ? nullptr : &*found;
    if (!wanted(entry)) continue;
    if (entry == nullptr) {
      entry = &*blocks_.try_emplace(prefix).first;
      entry->second.pool = &pool;
    }
    return entry;
  }
  return nullptr;
}

Ipam::Blocks::value_type* Ipam::unclaimed(const std::string& node, const IpPool& pool) {
  return visit(node, pool, [](const auto* entry) { return entry == nullptr; });
}

Ipam::Blocks::value_type* Ipam::reclaimable(const std::string& node, const IpPool& pool) {
  return visit(node, pool, [&](const auto* entry) {
    return entry != nullptr && entry->second.owner != node && entry->second.held.empty();
  });
}

void Ipam::set_owner(Blocks::value_type& entry, const std::string& node) {
  auto& [prefix, block] = entry;
  if (!block.owner.empty() && observer_) observer_(block.owner, prefix, false);
  block.owner = node;
  block.fresh = 0;  // Calico deletes a reclaimed block and makes it anew
  block.released.clear();
  if (observer_) observer_(node, prefix, true);
}

std::optional<Assignment> Ipam::from_block(Blocks::value_type& entry, const std::string& node,
                                           const std::string& handle) {
  auto& [prefix, block] = entry;
  std::uint64_t ordinal = 0;
  if (block.fresh < capacity(prefix)) {
    ordinal = block.fresh++;
  } else if (!block.released.empty()) {
    ordinal = block.released.front();
    block.released.pop_front();
  } else {
    return std::nullopt;
  }
  const auto address = plus(prefix.address(), ordinal, 0);
  block.held[ordinal] = handle;
  assigned_.emplace(address, prefix);
  return Assignment{address, prefix, block.owner != node};
}

std::optional<Assignment> Ipam::assign(const std::string& node, const std::string& handle,
                                       const std::vector<std::string>& pools) {
  const auto permitted = pools_for(node, pools);
  const auto is_permitted = [&](const IpPool* pool) {
    return std::ranges::find(permitted, pool) != permitted.end();
  };
  int owned = 0;
  for (auto& entry : blocks_) {
    if (entry.second.owner != node) continue;
    ++owned;
    if (!is_permitted(entry.second.pool)) continue;
    if (auto out = from_block(entry, node, handle)) return out;
  }
  if (owned < settings_.most_blocks_per_node) {
    for (const auto find : {&Ipam::unclaimed, &Ipam::reclaimable}) {
      for (const auto* pool : permitted) {
        if (auto* entry = (this->*find)(node, *pool)) {
          set_owner(*entry, node);
          return from_block(*entry, node, handle);
        }
      }
    }
  }
  if (settings_.strict_affinity) return std::nullopt;
  for (const auto* pool : permitted) {
    const auto free = [&](const auto* entry) {
      return entry != nullptr &&
             (entry->second.fresh < capacity(entry->first) || !entry->second.released.empty());
    };
    if (auto* entry = visit(node, *pool, free)) return from_block(*entry, node, handle);
  }
  return std::nullopt;
}

bool Ipam::release(const net::IpAddress& address) {
  const auto found = assigned_.find(address);
  if (found == assigned_.end()) return false;
  auto& block = blocks_.at(found->second);
  const auto ordinal = ordinal_of(found->second, address);
  block.held.erase(ordinal);
  block.released.push_back(ordinal);
  assigned_.erase(found);
  return true;
}

std::size_t Ipam::release_handle(const std::string& handle) {
  std::vector<net::IpAddress> addresses;
  for (const auto& [address, prefix] : assigned_) {
    if (*handle_of(address) == handle) addresses.push_back(address);
  }
  for (const auto& address : addresses) release(address);
  return addresses.size();
}

std::vector<net::Prefix> Ipam::blocks_of(const std::string& node) const {
  std::vector<net::Prefix> out;
  for (const auto& [prefix, block] : blocks_) {
    if (block.owner == node) out.push_back(prefix);
  }
  return out;
}

std::optional<std::string> Ipam::owner(const net::Prefix& block) const {
  const auto found = blocks_.find(block);
  if (found == blocks_.end()) return std::nullopt;
  return found->second.owner;
}

const std::string* Ipam::handle_of(const net::IpAddress& address) const {
  const auto found = assigned_.find(address);
  if (found == assigned_.end()) return nullptr;
  return &blocks_.at(found->second).held.at(ordinal_of(found->second, address));
}

std::size_t Ipam::assigned_count() const {
  return assigned_.size();
}

}  // namespace seatrial::calico
