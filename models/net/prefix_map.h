// A longest-prefix-match table: a path-compressed binary trie (Patricia), one per address family.
// Lookups walk at most one node per distinct prefix length on the path; iteration is in address
// order, shorter prefix first, and so is deterministic.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "models/net/address.h"

namespace seatrial::net {

template <typename T>
class PrefixMap {
 public:
  PrefixMap() = default;
  PrefixMap(PrefixMap&&) noexcept = default;
  PrefixMap& operator=(PrefixMap&&) noexcept = default;

  // The value at exactly `prefix`, made if absent.
  T& operator[](const Prefix& prefix) {
    Node* node = insert(root(prefix.family()), prefix);
    if (!node->value) {
      node->value.emplace();
      ++size_;
    }
    return *node->value;
  }

  T* find(const Prefix& prefix) { return const_cast<T*>(std::as_const(*this).find(prefix)); }
  const T* find(const Prefix& prefix) const {
    const Node* node = root(prefix.family()).get();
    while (node != nullptr && node->prefix.length() <= prefix.length()) {
      if (node->prefix.length() == prefix.length()) {
        return node->prefix == prefix && node->value ? &*node->value : nullptr;
      }
      if (!node->prefix.contains(prefix)) return nullptr;
      node = node->child(prefix.address().bit(node->prefix.length())).get();
    }
    return nullptr;
  }

  // The most specific entry that contains `address`; nullptr when none does.
  struct Match {
    const Prefix* prefix = nullptr;
    const T* value = nullptr;
    explicit operator bool() const { return value != nullptr; }
  };
  Match longest_match(const IpAddress& address) const {
    Match best;
    const Node* node = root(address.family()).get();
    while (node != nullptr && node->prefix.contains(address)) {
      if (node->value) best = {&node->prefix, &*node->value};
      if (node->prefix.length() == address.bits()) break;
      node = node->child(address.bit(node->prefix.length())).get();
    }
    return best;
  }

  // The longest entry that contains all of `prefix`, itself included.
  Match longest_cover(const Prefix& prefix) const {
    Match best;
    const Node* node = root(prefix.family()).get();
    while (node != nullptr && node->prefix.contains(prefix)) {
      if (node->value) best = {&node->prefix, &*node->value};
      if (node->prefix.length() == prefix.length()) break;
      node = node->child(prefix.address().bit(node->prefix.length())).get();
    }
    return best;
  }

  bool erase(const Prefix& prefix) {
    const bool erased = erase(root(prefix.family()), prefix);
    if (erased) --size_;
    return erased;
  }

  void clear() {
    roots_ = {};
    size_ = 0;
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // f(const Prefix&, T&) for every entry, IPv4 first, in address order. f must not change the
  // table.
  template <typename F>
  void for_each(F&& f) {
    for (auto& r : roots_) visit(r.get(), f);
  }
  template <typename F>
  void for_each(F&& f) const {
    for (const auto& r : roots_) visit(static_cast<const Node*>(r.get()), f);
  }
  // As for_each, for the entries inside `covering` (itself included).
  template <typename F>
  void for_each_within(const Prefix& covering, F&& f) const {
    const Node* node = root(covering.family()).get();
    while (node != nullptr && node->prefix.length() < covering.length()) {
      if (!node->prefix.contains(covering)) return;
      node = node->child(covering.address().bit(node->prefix.length())).get();
    }
    if (node != nullptr && covering.contains(node->prefix)) visit(node, f);
  }

 private:
  struct Node {
    Prefix prefix;
    std::optional<T> value;
    std::array<std::unique_ptr<Node>, 2> children;

    const std::unique_ptr<Node>& child(bool bit) const { return children[bit ? 1 : 0]; }
    std::unique_ptr<Node>& child(bool bit) { return children[bit ? 1 : 0]; }
  };
  using Link = std::unique_ptr<Node>;

  static int common_length(const Prefix& a, const Prefix& b) {
    const int most = std::min(a.length(), b.length());
    const auto x = a.address().bytes();
    const auto y = b.address().bytes();
    for (std::size_t i = 0; i < x.size() && static_cast<int>(i) * 8 < most; ++i) {
      const auto differ = static_cast<std::uint8_t>(x[i] ^ y[i]);
      if (differ != 0) return std::min(most, static_cast<int>(i) * 8 + std::countl_zero(differ));
    }
    return most;
  }

  static Node* insert(Link& start, const Prefix& prefix) {
    Link* link = &start;
    while (*link) {
      Node& node = **link;
      const int common = common_length(node.prefix, prefix);
      if (common == node.prefix.length()) {
        if (common == prefix.length()) return &node;
        link = &node.child(prefix.address().bit(common));
        continue;
      }
      // Split: a branch (or the new entry itself) goes above the node.
      auto above = std::make_unique<Node>();
      above->prefix = Prefix(prefix.address(), common);
      const bool side = node.prefix.address().bit(common);
      above->child(side) = std::move(*link);
      *link = std::move(above);
      if (common == prefix.length()) return link->get();
      link = &(*link)->child(!side);
    }
    *link = std::make_unique<Node>();
    (*link)->prefix = prefix;
    return link->get();
  }

  static bool erase(Link& link, const Prefix& prefix) {
    if (!link || !link->prefix.contains(prefix)) return false;
    bool erased = false;
    if (link->prefix == prefix) {
      erased = link->value.has_value();
      link->value.reset();
    } else {
      erased = erase(link->child(prefix.address().bit(link->prefix.length())), prefix);
    }
    if (!link->value) {  // a branch with fewer than two children is not needed
      auto& [left, right] = link->children;
      if (!left || !right) {
        Link child = std::move(left ? left : right);
        link = std::move(child);
      }
    }
    return erased;
  }

  template <typename N, typename F>
  static void visit(N* node, F& f) {
    if (node == nullptr) return;
    if (node->value) f(node->prefix, *node->value);
    visit(static_cast<N*>(node->children[0].get()), f);
    visit(static_cast<N*>(node->children[1].get()), f);
  }

  Link& root(Family family) { return roots_[family == Family::ipv4 ? 0 : 1]; }
  const Link& root(Family family) const { return roots_[family == Family::ipv4 ? 0 : 1]; }

  std::array<Link, 2> roots_;
  std::size_t size_ = 0;
};

}  // namespace seatrial::net
