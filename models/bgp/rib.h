// The one table of a speaker: for each prefix every path that a neighbour announced or that the
// speaker made itself, in order of arrival. It is Adj-RIBs-In and Loc-RIB (RFC 4271 section 3.2) at
// once: a path that policy refused stays in its place without being a candidate. Full tables are
// large and nearly all of their prefixes have one path, so the first lives in the route itself and
// a route is 64 octets.
#pragma once

#include <boost/container/small_vector.hpp>
#include <memory>
#include <optional>

#include "models/bgp/decision.h"
#include "models/bgp/observer.h"
#include "models/net/prefix_map.h"

namespace seatrial::bgp {

// A vector of candidates with room for one inside.
class PathList {
 public:
  PathList() {}  // NOLINT(modernize-use-equals-default): the union has no default
  PathList(const PathList&) = delete;
  PathList& operator=(const PathList&) = delete;
  ~PathList() { resize_down(0); }

  Candidate* begin() { return size_ > 1 ? many_.paths : size_ == 1 ? &one_ : nullptr; }
  Candidate* end() { return begin() + size_; }
  const Candidate* begin() const { return const_cast<PathList*>(this)->begin(); }
  const Candidate* end() const { return begin() + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Candidate& operator[](std::size_t i) { return begin()[i]; }
  const Candidate& operator[](std::size_t i) const { return begin()[i]; }

  // References to others do not survive these two.
  Candidate& push_back(Candidate candidate);
  void erase(Candidate* candidate);

 private:
  void resize_down(std::uint32_t to);

  struct Many {
    Candidate* paths;
    std::uint32_t capacity;
  };
  union {
    Candidate one_;  // when size_ is 1
    Many many_;      // when it is more
  };
  std::uint32_t size_ = 0;
};

// Most are one, and no allocation.
using NextHops = boost::container::small_vector<NextHop, 2>;

struct Route : PathList {
  // The choice as it was last told to the others, once it is no longer found in the paths.
  struct Told {
    Candidate best;  // without attributes: there was none
    NextHops next_hops;
  };

  bool marked = false;  // to be decided on
  std::unique_ptr<Told> told;

  // A local path's peer is the unspecified address.
  Candidate* find(const net::IpAddress& peer, std::uint32_t path_id);
  const Candidate* best() const;    // of the last run, as it is now
  const Candidate* chosen() const;  // ... as it was when it was chosen
  NextHops next_hops() const;       // of the last run, sorted
  bool has_candidates() const;
  std::uint16_t free_local_id() const;
  // To be called before `path` changes or goes.
  void about_to_change(const Candidate& path);
};
static_assert(sizeof(Candidate) == 48 && sizeof(Route) == 64);

using Rib = net::PrefixMap<Route>;

}  // namespace seatrial::bgp
