#include "models/bgp/as_path_rules.h"

#include <algorithm>

namespace seatrial::bgp {
namespace {

constexpr std::size_t max_segment = 255;  // RFC 4271 section 5.1.2 b

bool of_confederation(const AsSegment& segment) {
  return segment.type == AsSegment::Type::confed_sequence ||
         segment.type == AsSegment::Type::confed_set;
}

}  // namespace

void prepend_member(AsPath& path, Asn member) {
  auto& segments = path.segments;
  if (segments.empty() || segments.front().type != AsSegment::Type::confed_sequence ||
      segments.front().asns.size() >= max_segment) {
    segments.insert(segments.begin(), AsSegment{AsSegment::Type::confed_sequence, {}});
  }
  auto& asns = segments.front().asns;
  asns.insert(asns.begin(), member);
}

void remove_confederation(AsPath& path) {
  std::erase_if(path.segments, of_confederation);
}

std::optional<Asn> outer_neighbor(const AsPath& path) {
  const auto outer = std::find_if_not(path.segments.begin(), path.segments.end(), of_confederation);
  if (outer == path.segments.end() || outer->type != AsSegment::Type::sequence ||
      outer->asns.empty()) {
    return std::nullopt;
  }
  return outer->asns.front();
}

std::optional<Asn> member_neighbor(const AsPath& path) {
  if (path.empty() || path.segments.front().type != AsSegment::Type::confed_sequence) {
    return std::nullopt;
  }
  return path.segments.front().asns.front();
}

std::size_t member_hops(const AsPath& path) {
  std::size_t hops = 0;
  for (const auto& segment : path.segments) {
    if (segment.type == AsSegment::Type::confed_sequence) hops += segment.asns.size();
    if (segment.type == AsSegment::Type::confed_set) ++hops;
  }
  return hops;
}

bool is_private(Asn asn) {
  return (asn.value >= 64512 && asn.value <= 65534) ||
         (asn.value >= 4200000000U && asn.value <= 4294967294U);
}

bool all_private(const AsPath& path) {
  return !path.empty() && std::ranges::all_of(path.segments, [](const AsSegment& segment) {
    return std::ranges::all_of(segment.asns, is_private);
  });
}

void remove_private(AsPath& path, RemovePrivateAs how, Asn own, Asn peer) {
  const bool all = how == RemovePrivateAs::all || how == RemovePrivateAs::all_replace;
  const bool replace =
      how == RemovePrivateAs::when_all_private_replace || how == RemovePrivateAs::all_replace;
  if (how == RemovePrivateAs::never || (!all && !all_private(path))) return;
  // The peer's own stays, so that it still sees its loop.
  const auto goes = [&](Asn asn) { return is_private(asn) && asn != peer; };
  for (auto& segment : path.segments) {
    if (replace) {
      std::ranges::replace_if(segment.asns, goes, own);
    } else {
      std::erase_if(segment.asns, goes);
    }
  }
  std::erase_if(path.segments, [](const AsSegment& segment) { return segment.asns.empty(); });
}

void replace_as(AsPath& path, Asn from, Asn to) {
  for (auto& segment : path.segments) std::ranges::replace(segment.asns, from, to);
}

AsPath joined_path(const std::vector<const PathAttributes*>& parts) {
  AsPath out;
  if (parts.empty()) return out;
  const auto sequence_of = [](const AsPath& path) {
    const bool leads = !path.empty() && path.segments.front().type == AsSegment::Type::sequence;
    return leads ? path.segments.front().asns : std::vector<Asn>();
  };
  auto shared = sequence_of(parts.front()->as_path);
  for (const auto* part : parts) {
    const auto other = sequence_of(part->as_path);
    const auto [end, ignored] =
        std::mismatch(shared.begin(), shared.end(), other.begin(), other.end());
    shared.erase(end, shared.end());
  }
  std::vector<Asn> rest;
  for (const auto* part : parts) {
    for (std::size_t i = 0; i < part->as_path.segments.size(); ++i) {
      const auto& segment = part->as_path.segments[i];
      const auto skip = i == 0 && segment.type == AsSegment::Type::sequence ? shared.size() : 0;
      rest.insert(rest.end(), segment.asns.begin() + static_cast<std::ptrdiff_t>(skip),
                  segment.asns.end());
    }
  }
  std::sort(rest.begin(), rest.end());
  rest.erase(std::unique(rest.begin(), rest.end()), rest.end());
  if (!shared.empty()) out.segments.push_back({AsSegment::Type::sequence, std::move(shared)});
  if (!rest.empty()) out.segments.push_back({AsSegment::Type::set, std::move(rest)});
  return out;
}

bool has_sets(const AsPath& path) {
  return std::ranges::any_of(path.segments, [](const AsSegment& segment) {
    return segment.type == AsSegment::Type::set || segment.type == AsSegment::Type::confed_set;
  });
}

}  // namespace seatrial::bgp
