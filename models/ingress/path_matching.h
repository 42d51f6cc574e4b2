// Where nginx's matching, which the controller relies on, differs from the Ingress specification
// for the given manifests. Each finding is a request that the two answer differently.
#pragma once

#include <string>
#include <vector>

#include "models/kubernetes/objects.h"

namespace seatrial::ingress {

struct MatchingDifference {
  Position position;
  std::string host;
  std::string path;           // a path for which the answers differ
  std::string by_nginx;       // "Service home"
  std::string by_kubernetes;  // "Service files"
};

std::vector<MatchingDifference> matching_differences(
    const std::vector<kubernetes::Ingress>& ingresses);

}  // namespace seatrial::ingress
