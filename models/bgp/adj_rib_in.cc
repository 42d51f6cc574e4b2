#include "models/bgp/adj_rib_in.h"

#include <algorithm>
#include <utility>

namespace seatrial::bgp {

bool AdjRibIn::put(const Nlri& nlri, AttributesRef attributes, TimePoint now) {
  auto& paths = table_[nlri.prefix];
  const auto path = std::ranges::find(paths, nlri.path_id, &ReceivedPath::path_id);
  if (path == paths.end()) {
    paths.push_back({nlri.path_id, std::move(attributes), now});
    ++paths_[index(nlri.prefix.family())];
    return true;
  }
  path->stale = false;
  // What was the last resort is a route like any other again.
  const bool promoted = std::exchange(path->long_lived, false);
  if (path->attributes == attributes) return promoted;
  path->attributes = std::move(attributes);
  path->received = now;
  return true;
}

bool AdjRibIn::erase(const Nlri& nlri) {
  auto* paths = table_.find(nlri.prefix);
  if (paths == nullptr) return false;
  const auto path = std::ranges::find(*paths, nlri.path_id, &ReceivedPath::path_id);
  if (path == paths->end()) return false;
  --paths_[index(nlri.prefix.family())];
  if (path->accepted) --accepted_[index(nlri.prefix.family())];
  paths->erase(path);
  if (paths->empty()) table_.erase(nlri.prefix);
  return true;
}

ReceivedPath* AdjRibIn::find(const Nlri& nlri) {
  auto* paths = table_.find(nlri.prefix);
  if (paths == nullptr) return nullptr;
  const auto path = std::ranges::find(*paths, nlri.path_id, &ReceivedPath::path_id);
  return path == paths->end() ? nullptr : &*path;
}

void AdjRibIn::set_accepted(const Nlri& nlri, bool accepted) {
  auto* path = find(nlri);
  if (path == nullptr || path->accepted == accepted) return;
  path->accepted = accepted;
  auto& count = accepted_[index(nlri.prefix.family())];
  if (accepted) {
    ++count;
  } else {
    --count;
  }
}

void AdjRibIn::mark_stale(net::Family family) {
  table_.for_each([&](const net::Prefix& prefix, std::vector<ReceivedPath>& paths) {
    if (prefix.family() != family) return;
    for (auto& path : paths) path.stale = true;
  });
}

std::size_t AdjRibIn::stale(net::Family family) const {
  std::size_t count = 0;
  table_.for_each([&](const net::Prefix& prefix, const std::vector<ReceivedPath>& paths) {
    if (prefix.family() != family) return;
    count += static_cast<std::size_t>(std::ranges::count_if(paths, &ReceivedPath::stale));
  });
  return count;
}

template <typename Which>
std::vector<Nlri> AdjRibIn::erase_if(net::Family family, Which which) {
  std::vector<Nlri> gone;
  table_.for_each([&](const net::Prefix& prefix, const std::vector<ReceivedPath>& paths) {
    if (prefix.family() != family) return;
    for (const auto& path : paths) {
      if (which(path)) gone.push_back({prefix, path.path_id});
    }
  });
  for (const auto& nlri : gone) erase(nlri);
  return gone;
}

std::vector<Nlri> AdjRibIn::sweep(net::Family family) {
  return erase_if(family, [](const ReceivedPath& path) { return path.stale; });
}

std::vector<Nlri> AdjRibIn::clear(net::Family family) {
  return erase_if(family, [](const ReceivedPath&) { return true; });
}

}  // namespace seatrial::bgp
