// Calico's address management: pools are cut into blocks, blocks become affine to nodes, pods get
// addresses out of blocks. The order in which a node looks: a free address in its own blocks, an
// unclaimed block, an empty block of another node (reclaimed), and at last, unless affinity is
// strict, a free address in another node's block (borrowed).
//
// The blocks of a pool are tried from a start that is drawn from the node's name, then in address
// order around the pool, so that nodes seldom race for a block. Calico seeds Go's random source
// with the FNV-1 hash of the name; here the hash modulo the number of blocks is the start itself.
// The order is as stable and as spread out, but a given name does not start at Calico's very block.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/calico/resources.h"

namespace seatrial::calico {

struct Assignment {
  net::IpAddress address;
  net::Prefix block;
  bool borrowed = false;  // the block is another node's
};

class Ipam {
 public:
  explicit Ipam(std::vector<IpPool> pools, IpamSettings settings = {});
  Ipam(const Ipam&) = delete;  // blocks point at their pools
  Ipam& operator=(const Ipam&) = delete;

  // A node has to be known before it is given addresses; labels decide the pools it may use.
  void add_node(const std::string& name, Labels labels = {});

  // The next address for `handle` (one pod). Nothing when every permitted pool is exhausted: the
  // pod stays pending. `pools` names the pools to use (the annotation
  // cni.projectcalico.org/ipv4pools).
  std::optional<Assignment> assign(const std::string& node, const std::string& handle,
                                   const std::vector<std::string>& pools = {});
  // False when the address was not assigned. The block stays affine, as in Calico.
  bool release(const net::IpAddress& address);
  // Releases what a pod holds and says how many addresses that was.
  std::size_t release_handle(const std::string& handle);

  // The addresses that a node's blocks cover are its own to announce: called when a block becomes
  // affine to a node (true) and when it is taken from it (false), before the first address of it is
  // returned.
  using AffinityObserver =
      std::function<void(const std::string& node, const net::Prefix& block, bool affine)>;
  void observe_affinity(AffinityObserver observer) { observer_ = std::move(observer); }

  std::vector<net::Prefix> blocks_of(const std::string& node) const;  // in address order
  std::optional<std::string> owner(const net::Prefix& block) const;
  const std::string* handle_of(const net::IpAddress& address) const;
  std::size_t assigned_count() const;

  // The order in which `node` looks through a pool's blocks: the index of the first of `blocks`.
  static std::uint64_t first_block(const std::string& node, std::uint64_t blocks);

 private:
  struct Block {
    std::string owner;
    const IpPool* pool = nullptr;
    std::uint64_t fresh = 0;             // ordinals from here on were never assigned
    std::deque<std::uint64_t> released;  // free again; used after the fresh ones, oldest first
    std::map<std::uint64_t, std::string> held;  // ordinal -> handle
  };
  using Blocks = std::map<net::Prefix, Block>;

  std::vector<const IpPool*> pools_for(const std::string& node,
                                       const std::vector<std::string>& names) const;
  std::optional<Assignment> from_block(Blocks::value_type& entry, const std::string& node,
                                       const std::string& handle);
  Blocks::value_type* unclaimed(const std::string& node, const IpPool& pool);
  Blocks::value_type* reclaimable(const std::string& node, const IpPool& pool);
  void set_owner(Blocks::value_type& entry, const std::string& node);
  template <typename F>
  Blocks::value_type* visit(const std::string& node, const IpPool& pool, F&& wanted);

  std::vector<IpPool> pools_;
  IpamSettings settings_;
  std::map<std::string, Labels> nodes_;
  Blocks blocks_;
  std::map<net::IpAddress, net::Prefix> assigned_;
  AffinityObserver observer_;
};

}  // namespace seatrial::calico
