// A longest-prefix-match table: a tree bitmap (Eatherton, Varghese and Dittia, "Tree Bitmap:
// Hardware/Software IP Lookups with Incremental Updates", 2004) with a stride of four bits, one
// tree per address family. A node covers the lengths 4d+1 to 4d+4 below its path; two bitmaps say
// which of its prefixes have a value and which nibbles lead on, and two dense arrays hold them, so
// that sixteen neighbouring /24s share one node. Iteration is in address order, shorter prefix
// first, and so is deterministic.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "models/net/address.h"

namespace seatrial::net {

template <typename T>
class PrefixMap {
 public:
  PrefixMap() = default;
  PrefixMap(PrefixMap&& other) noexcept { swap(other); }
  PrefixMap& operator=(PrefixMap&& other) noexcept {
    PrefixMap taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~PrefixMap() { clear(); }

  // The value at exactly `prefix`, made if absent. It stays where it is until it is erased.
  T& operator[](const Prefix& prefix) {
    const Place place(prefix);
    Node* node = &root(prefix.family());
    for (int depth = 0; depth < place.depth; ++depth) {
      const auto nibble = nibble_of(prefix.address(), depth);
      const auto at = child_index(*node, nibble);
      if (!has_child(*node, nibble)) {
        insert(node->children, population(node->child_bits), at, Node{});
        node->child_bits |= static_cast<std::uint16_t>(1U << nibble);
      }
      node = &node->children[at];
    }
    const auto at = value_index(*node, place.index);
    if (!has_value(*node, place.index)) {
      insert(node->values, population(node->value_bits), at, pool_.make());
      node->value_bits |= 1U << place.index;
      ++size_;
    }
    return *node->values[at];
  }

  T* find(const Prefix& prefix) { return const_cast<T*>(std::as_const(*this).find(prefix)); }
  const T* find(const Prefix& prefix) const {
    const Place place(prefix);
    const Node* node = descend(prefix.address(), place.depth);
    return node != nullptr ? value(*node, place.index) : nullptr;
  }

  // The most specific entry that contains what was asked for; none has no value.
  struct Match {
    std::optional<Prefix> prefix;
    const T* value = nullptr;
    explicit operator bool() const { return value != nullptr; }
  };
  Match longest_match(const IpAddress& address) const { return best(address, address.bits()); }
  // The longest entry that contains all of `prefix`, itself included.
  Match longest_cover(const Prefix& prefix) const {
    return best(prefix.address(), prefix.length());
  }

  bool erase(const Prefix& prefix) {
    const Place place(prefix);
    std::array<Node*, max_depth + 1> path{};
    path[0] = &root(prefix.family());
    for (int depth = 0; depth < place.depth; ++depth) {
      const auto nibble = nibble_of(prefix.address(), depth);
      auto& node = *path[static_cast<std::size_t>(depth)];
      if (!has_child(node, nibble)) return false;
      path[static_cast<std::size_t>(depth) + 1] = &node.children[child_index(node, nibble)];
    }
    auto& node = *path[static_cast<std::size_t>(place.depth)];
    if (!has_value(node, place.index)) return false;
    const auto at = value_index(node, place.index);
    pool_.drop(node.values[at]);
    remove(node.values, population(node.value_bits), at);
    node.value_bits &= ~(1U << place.index);
    --size_;
    for (int depth = place.depth; depth > 0; --depth) {  // a node without anything is not needed
      const auto& empty = *path[static_cast<std::size_t>(depth)];
      if (empty.value_bits != 0 || empty.child_bits != 0) break;
      auto& above = *path[static_cast<std::size_t>(depth) - 1];
      const auto nibble = nibble_of(prefix.address(), depth - 1);
      remove(above.children, population(above.child_bits), child_index(above, nibble));
      above.child_bits &= static_cast<std::uint16_t>(~(1U << nibble));
    }
    return true;
  }

  void clear() {
    for (auto& node : roots_) release(node);
    size_ = 0;
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // f(const Prefix&, T&) for every entry, IPv4 first, in address order. f must not change the
  // table.
  template <typename F>
  void for_each(F&& f) {
    std::as_const(*this).for_each(
        [&f](const Prefix& prefix, const T& value) { f(prefix, const_cast<T&>(value)); });
  }
  template <typename F>
  void for_each(F&& f) const {
    for (const auto family : {Family::ipv4, Family::ipv6}) {
      Walk<F> walk{f, family, {}};
      walk.subtree(root(family), 0, 1, 0);
    }
  }
  // As for_each, for the entries inside `covering` (itself included).
  template <typename F>
  void for_each_within(const Prefix& covering, F&& f) const {
    const Place place(covering);
    const Node* node = descend(covering.address(), place.depth);
    if (node == nullptr) return;
    Walk<F> walk{f, covering.family(), {}};
    std::ranges::copy(covering.address().bytes(), walk.octets.begin());
    walk.subtree(*node, place.depth, place.index, place.level);
  }

 private:
  static constexpr int stride = 4;
  static constexpr int max_depth = 31;  // of an IPv6 host prefix

  // A prefix's bit in value_bits is its number in the node's binary heap: 1 for the node's own path
  // (which only the root's /0 uses), 2 and 3 for one bit more, ... 16 to 31 for four.
  struct Node {
    std::uint32_t value_bits = 0;
    std::uint16_t child_bits = 0;
    T** values = nullptr;
    Node* children = nullptr;
  };

  // Where a prefix lives: the node at `depth`, and its number there.
  struct Place {
    int depth;
    int level;  // bits beyond the node's path
    unsigned index;
    explicit Place(const Prefix& prefix)
        : depth(prefix.length() == 0 ? 0 : (prefix.length() - 1) / stride),
          level(prefix.length() - stride * depth),
          index((1U << level) |
                (level == 0 ? 0U
                            : unsigned{nibble_of(prefix.address(), depth)} >> (stride - level))) {}
  };

  // std::popcount without a call: the machines that binaries are made for need not have the
  // instruction.
  static int population(std::uint32_t bits) {
    bits -= (bits >> 1) & 0x55555555U;
    bits = (bits & 0x33333333U) + ((bits >> 2) & 0x33333333U);
    bits = (bits + (bits >> 4)) & 0x0F0F0F0FU;
    return static_cast<int>((bits * 0x01010101U) >> 24);
  }
  static std::uint8_t nibble_of(const IpAddress& address, int depth) {
    const auto octet = address.bytes()[static_cast<std::size_t>(depth) / 2];
    return depth % 2 == 0 ? octet >> 4 : octet & 15;
  }
  static bool has_value(const Node& node, unsigned index) {
    return ((node.value_bits >> index) & 1) != 0;
  }
  static bool has_child(const Node& node, unsigned nibble) {
    return ((node.child_bits >> nibble) & 1) != 0;
  }
  static std::size_t value_index(const Node& node, unsigned index) {
    return static_cast<std::size_t>(population(node.value_bits & ((1U << index) - 1)));
  }
  static std::size_t child_index(const Node& node, unsigned nibble) {
    return static_cast<std::size_t>(
        population(static_cast<std::uint32_t>(node.child_bits) & ((1U << nibble) - 1)));
  }
  static const T* value(const Node& node, unsigned index) {
    return has_value(node, index) ? node.values[value_index(node, index)] : nullptr;
  }

  // Arrays have room for a power of two, so that their length says when they are full.
  template <typename U>
  static void insert(U*& array, int count, std::size_t at, U item) {
    const auto used = static_cast<std::size_t>(count);
    if (used == 0 || std::has_single_bit(used)) {
      auto* larger = new U[used == 0 ? 1 : 2 * used];
      std::copy_n(array, used, larger);
      delete[] std::exchange(array, larger);
    }
    std::copy_backward(array + at, array + used, array + used + 1);
    array[at] = item;
  }
  template <typename U>
  static void remove(U*& array, int count, std::size_t at) {
    std::copy(array + at + 1, array + count, array + at);
    if (count == 1) delete[] std::exchange(array, nullptr);
  }

  const Node* descend(const IpAddress& address, int depth) const {
    const Node* node = &root(address.family());
    for (int at = 0; at < depth; ++at) {
      const auto nibble = nibble_of(address, at);
      if (!has_child(*node, nibble)) return nullptr;
      node = &node->children[child_index(*node, nibble)];
    }
    return node;
  }

  // The longest entry of at most `most` bits on the way to `address`.
  Match best(const IpAddress& address, int most) const {
    Match found;
    const Node* node = &root(address.family());
    int found_length = 0;
    if (const auto* all = value(*node, 1)) found.value = all;
    for (int depth = 0; stride * depth < most; ++depth) {
      const unsigned nibble = nibble_of(address, depth);
      for (int level = std::min(stride, most - stride * depth); level > 0; --level) {
        const auto* here = value(*node, (1U << level) | (nibble >> (stride - level)));
        if (here == nullptr) continue;
        found.value = here;
        found_length = stride * depth + level;
        break;
      }
      if (!has_child(*node, nibble)) break;
      node = &node->children[child_index(*node, nibble)];
    }
    if (found) found.prefix = Prefix(address, found_length);
    return found;
  }

  template <typename F>
  struct Walk {
    F& f;
    Family family;
    std::array<std::uint8_t, 16> octets;

    void subtree(const Node& node, int depth, unsigned index, int level) {
      put_nibble(depth, (index << (stride - level)) & 15);
      if (const auto* found = value(node, index)) f(prefix(stride * depth + level), *found);
      if (level < stride) {
        subtree(node, depth, 2 * index, level + 1);
        subtree(node, depth, 2 * index + 1, level + 1);
      } else if (has_child(node, index & 15)) {
        subtree(node.children[child_index(node, index & 15)], depth + 1, 1, 0);
      }
    }
    void put_nibble(int depth, unsigned nibble) {
      auto& octet = octets[static_cast<std::size_t>(depth) / 2];
      octet = static_cast<std::uint8_t>(depth % 2 == 0 ? nibble << 4 : (octet & 0xf0U) | nibble);
    }
    Prefix prefix(int length) const {
      return {*IpAddress::from_bytes({octets.data(), family == Family::ipv4 ? 4U : 16U}), length};
    }
  };

  // Values by the chunk, so that one costs no allocation of its own and none ever moves.
  class Pool {
   public:
    T* make() {
      if (free_ == nullptr) grow();
      Slot* slot = std::exchange(free_, free_->next);
      return new (slot->storage) T();
    }
    void drop(T* value) {
      value->~T();
      auto* slot = reinterpret_cast<Slot*>(value);
      slot->next = std::exchange(free_, slot);
    }
    void swap(Pool& other) noexcept {
      std::swap(free_, other.free_);
      chunks_.swap(other.chunks_);
      std::swap(chunk_size_, other.chunk_size_);
    }

   private:
    union Slot {
      Slot* next;
      alignas(T) std::byte storage[sizeof(T)];
    };
    void grow() {
      chunks_.push_back(std::make_unique<Slot[]>(chunk_size_));
      for (std::size_t i = chunk_size_; i > 0; --i) {
        auto& slot = chunks_.back()[i - 1];
        slot.next = std::exchange(free_, &slot);
      }
      chunk_size_ = std::min<std::size_t>(512, chunk_size_ * 2);
    }

    Slot* free_ = nullptr;
    std::vector<std::unique_ptr<Slot[]>> chunks_;
    std::size_t chunk_size_ = 4;
  };

  void release(Node& node) {
    for (int i = 0; i < population(node.value_bits); ++i) pool_.drop(node.values[i]);
    for (int i = 0; i < population(node.child_bits); ++i) release(node.children[i]);
    delete[] node.values;
    delete[] node.children;
    node = {};
  }

  void swap(PrefixMap& other) noexcept {
    roots_.swap(other.roots_);
    pool_.swap(other.pool_);
    std::swap(size_, other.size_);
  }

  Node& root(Family family) { return roots_[family == Family::ipv4 ? 0 : 1]; }
  const Node& root(Family family) const { return roots_[family == Family::ipv4 ? 0 : 1]; }

  std::array<Node, 2> roots_{};
  Pool pool_;
  std::size_t size_ = 0;
};

}  // namespace seatrial::net
