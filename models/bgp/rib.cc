#include "models/bgp/rib.h"

#include <algorithm>
#include <new>

namespace seatrial::bgp {

Candidate& PathList::push_back(Candidate candidate) {
  if (size_ == 0) {
    new (&one_) Candidate(std::move(candidate));
  } else if (size_ == 1 || size_ == many_.capacity) {
    // A prefix has about as many paths as there are peers that give it: little room to spare.
    const std::uint32_t capacity = size_ == 1 ? 2 : size_ + std::max(2U, size_ / 4);
    auto* larger = std::allocator<Candidate>().allocate(capacity);
    std::uninitialized_move(begin(), end(), larger);
    std::destroy(begin(), end());
    if (size_ > 1) std::allocator<Candidate>().deallocate(many_.paths, many_.capacity);
    many_ = {larger, capacity};
    new (larger + size_) Candidate(std::move(candidate));
  } else {
    new (many_.paths + size_) Candidate(std::move(candidate));
  }
  ++size_;
  return (*this)[size_ - 1];
}

void PathList::erase(Candidate* candidate) {
  std::move(candidate + 1, end(), candidate);
  resize_down(size_ - 1);
}

void PathList::resize_down(std::uint32_t to) {
  if (size_ <= 1) {
    if (to < size_) one_.~Candidate();
    size_ = to;
    return;
  }
  std::destroy(begin() + to, end());
  if (to <= 1) {
    const auto many = many_;
    if (to == 1) {
      new (&one_) Candidate(std::move(many.paths[0]));
      many.paths[0].~Candidate();
    }
    std::allocator<Candidate>().deallocate(many.paths, many.capacity);
  }
  size_ = to;
}

Candidate* Route::find(const net::IpAddress& peer, std::uint32_t path_id) {
  auto* found = std::find_if(begin(), end(), [&](const Candidate& c) {
    return c.path_id == path_id && c.origin->peer == peer;
  });
  return found == end() ? nullptr : found;
}

const Candidate* Route::best() const {
  const auto* found = std::find_if(begin(), end(), [](const Candidate& c) { return c.best; });
  return found == end() ? nullptr : found;
}

const Candidate* Route::chosen() const {
  if (!told) return best();
  return told->best.attributes ? &told->best : nullptr;
}

NextHops Route::next_hops() const {
  NextHops out;
  for (const auto& c : *this) {
    if (c.multipath && c.origin->source != RouteSource::local) {
      out.push_back({*c.attributes->next_hop});
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool Route::has_candidates() const {
  return std::any_of(begin(), end(), [](const Candidate& c) { return c.attributes != nullptr; });
}

std::uint16_t Route::free_local_id() const {
  std::uint32_t highest = 0;
  for (const auto& c : *this) highest = std::max<std::uint32_t>(highest, c.local_id);
  if (highest < 0xFFFF) return static_cast<std::uint16_t>(highest + 1);
  std::uint32_t id = 1;  // a path took the last: look for one that is free again
  while (id < 0xFFFF &&
         std::any_of(begin(), end(), [&](const Candidate& c) { return c.local_id == id; })) {
    ++id;
  }
  return static_cast<std::uint16_t>(id);
}

void Route::about_to_change(const Candidate& path) {
  if (told || !(path.best || path.multipath)) return;
  told = std::make_unique<Told>();
  if (const auto* chosen = best()) told->best = *chosen;
  told->next_hops = next_hops();
}

}  // namespace seatrial::bgp
