// One object of a manifest file, read but not yet understood: its identity, its YAML and where it
// stands. The kubernetes, calico and ingress readers each take the kinds that are theirs.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>
#include <vector>

#include "models/diagnostics/diagnostics.h"

namespace seatrial::kubernetes {

struct Resource {
  std::string api_version;  // "apps/v1"
  std::string kind;         // "Deployment"
  std::string name;
  std::string name_space;  // as written; empty when the document has none
  YAML::Node body;         // the whole document
  Position position;       // of the document's first key
  int lines_before = 0;    // of the file, before the text that `body` was read from

  // Where a node of `body` stands (1-based).
  Position at(const YAML::Node& node) const;
};

// All documents of a multi-document YAML text; `file` is for the diagnostics. A document that is
// not a mapping with apiVersion, kind and metadata.name is an error; `kind: List` is expanded.
std::vector<Resource> read_resources(const std::string& text, const std::string& file,
                                     Diagnostics& diagnostics);

}  // namespace seatrial::kubernetes
