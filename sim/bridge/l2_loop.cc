#include "sim/bridge/l2_loop.h"

#include <algorithm>
#include <map>
#include <set>

namespace seatrial::sim {

namespace {

// The links of one VLAN that close no loop: a forest.
class Forest {
 public:
  explicit Forest(std::span<const L2Link> links) : links_(links) {}

  void add(std::size_t link) {
    edges_[links_[link].a].push_back(link);
    edges_[links_[link].b].push_back(link);
  }

  // The links of the one path between two switches; nothing when they are not connected.
  std::optional<std::vector<std::size_t>> path(const std::string& from,
                                               const std::string& to) const {
    std::map<std::string, std::size_t> reached_by;  // switch -> link
    std::vector<std::string> front{from};
    while (!front.empty() && !reached_by.contains(to) && from != to) {
      std::vector<std::string> next;
      for (const std::string& node : front) {
        const auto edges = edges_.find(node);
        if (edges == edges_.end()) continue;
        for (const std::size_t link : edges->second) {
          const std::string& other = across(link, node);
          if (other != from && reached_by.emplace(other, link).second) next.push_back(other);
        }
      }
      front = std::move(next);
    }
    if (from != to && !reached_by.contains(to)) return std::nullopt;
    std::vector<std::size_t> path;
    for (std::string node = to; node != from; node = across(path.back(), node)) {
      path.push_back(reached_by.at(node));
    }
    std::ranges::reverse(path);
    return path;
  }

  const std::string& across(std::size_t link, const std::string& node) const {
    return links_[link].a == node ? links_[link].b : links_[link].a;
  }

 private:
  std::span<const L2Link> links_;
  std::map<std::string, std::vector<std::size_t>> edges_;
};

std::optional<L2Loop> find_in_vlan(std::span<const L2Link> links, std::uint16_t vlan) {
  Forest forest(links);
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (std::ranges::find(links[i].vlans, vlan) == links[i].vlans.end()) continue;
    auto path = forest.path(links[i].a, links[i].b);
    if (!path) {
      forest.add(i);
      continue;
    }
    L2Loop loop{vlan, {links[i].a}, std::move(*path)};
    for (const std::size_t link : loop.links) {
      loop.switches.push_back(forest.across(link, loop.switches.back()));
    }
    loop.links.push_back(i);  // and back over the link that closes it
    loop.switches.push_back(links[i].a);
    return loop;
  }
  return std::nullopt;
}

}  // namespace

std::string L2Loop::to_string() const {
  std::string text = "VLAN " + std::to_string(vlan) + ":";
  for (std::size_t i = 0; i < switches.size(); ++i) {
    text += (i == 0 ? " " : " - ") + switches[i];
  }
  return text;
}

std::optional<L2Loop> find_l2_loop(std::span<const L2Link> links) {
  std::set<std::uint16_t> vlans;
  for (const L2Link& link : links) vlans.insert(link.vlans.begin(), link.vlans.end());
  for (const std::uint16_t vlan : vlans) {
    if (auto loop = find_in_vlan(links, vlan)) return loop;
  }
  return std::nullopt;
}

}  // namespace seatrial::sim
