#include "models/ingress/path_matching.h"

#include <map>

namespace seatrial::ingress {
namespace {

using kubernetes::IngressPath;
using kubernetes::PathType;

// The Ingress specification: exact first, then the longest prefix by whole path elements.
bool matches_element_wise(std::string prefix, std::string path) {
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  if (!path.starts_with(prefix)) return false;
  return path.size() == prefix.size() || path[prefix.size()] == '/';
}

const IngressPath* by_kubernetes(const std::vector<const IngressPath*>& paths,
                                 const std::string& path) {
  const IngressPath* best = nullptr;
  for (const IngressPath* candidate : paths) {
    if (candidate->type == PathType::exact) {
      if (candidate->path == path) return candidate;
    } else if (matches_element_wise(candidate->path, path) &&
               (best == nullptr || candidate->path.size() > best->path.size())) {
      best = candidate;
    }
  }
  return best;
}

// nginx: `location = P` first, then the longest string prefix; a request that lacks only the slash
// at the end of a proxied prefix location is redirected to it.
struct NginxAnswer {
  const IngressPath* path = nullptr;
  bool redirect = false;
};
NginxAnswer by_nginx(const std::vector<const IngressPath*>& paths, const std::string& path) {
  const IngressPath* best = nullptr;
  for (const IngressPath* candidate : paths) {
    if (candidate->type == PathType::exact) {
      if (candidate->path == path) return {candidate, false};
    } else if (path.starts_with(candidate->path) &&
               (best == nullptr || candidate->path.size() > best->path.size())) {
      best = candidate;
    }
  }
  for (const IngressPath* candidate : paths) {
    if (candidate->path == path + "/") return {candidate, true};
  }
  return {best, false};
}

std::string describe(const IngressPath* path) {
  return path == nullptr ? "404" : "Service " + path->backend.service;
}

}  // namespace

std::vector<MatchingDifference> matching_differences(
    const std::vector<kubernetes::Ingress>& ingresses) {
  std::map<std::string, std::vector<const IngressPath*>> hosts;
  for (const kubernetes::Ingress& ingress : ingresses) {
    for (const auto& rule : ingress.rules) {
      for (const IngressPath& path : rule.paths) hosts[rule.host].push_back(&path);
    }
  }
  std::vector<MatchingDifference> differences;
  for (const auto& [host, paths] : hosts) {
    for (const IngressPath* path : paths) {
      std::string without_slash = path->path;
      while (without_slash.size() > 1 && without_slash.back() == '/') without_slash.pop_back();
      for (const std::string& probe : {path->path, without_slash, path->path + "x"}) {
        const IngressPath* wanted = by_kubernetes(paths, probe);
        const NginxAnswer got = by_nginx(paths, probe);
        const std::string by = got.redirect ? "301 to " + probe + "/" : describe(got.path);
        if (by == describe(wanted)) continue;
        differences.push_back({path->position, host, probe, by, describe(wanted)});
        break;
      }
    }
  }
  return differences;
}

}  // namespace seatrial::ingress
