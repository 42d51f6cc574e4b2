// What a comparison says: findings, notes, and a verdict per layer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/net/units.h"
#include "results/messages/message.h"

namespace seatrial::results {

enum class Layer : std::uint8_t { bytes, frames, streams, messages };
std::string_view to_string(Layer layer);
std::optional<Layer> parse_layer(std::string_view text);

enum class FindingKind : std::uint8_t {
  changed,  // on both sides, with other fields
  missing,  // in A only
  extra,    // in B only
  shifted,  // the same, earlier or later
  slower,   // the same, answered faster or slower
  content,  // octets of a stream differ
};
std::string_view to_string(FindingKind kind);

struct FieldChange {
  std::string name;
  std::string a;
  std::string b;
};

// A frame of one capture.
struct Witness {
  std::uint64_t frame = 0;
  TimePoint time;  // since the start of the simulated run, or since the capture's first frame
};

struct Finding {
  Layer layer = Layer::messages;
  FindingKind kind = FindingKind::changed;
  std::string capture;  // of a folder: which file
  std::string where;    // "BGP 10.0.0.1 - 10.0.0.2, 10.0.0.1 > 10.0.0.2"
  std::string what;     // one line: "route 203.0.113.0/24: MED 10 in A, 20 in B"
  std::vector<FieldChange> fields;
  std::vector<std::string> context;  // lines for a person: what stands before and after
  std::optional<Witness> a, b;
};

// One way of looking, and what came of it.
struct LayerVerdict {
  Layer layer = Layer::messages;
  bool same = true;
  std::uint64_t differences = 0;
  std::uint64_t compared = 0;  // bytes, frames, octets' blocks or messages that are the same
  std::string text;            // "340 frames are the same, 2 differ"
};

struct CaptureComparison {
  std::string name;  // of a folder: the file; empty for two files
  std::string a, b;  // paths
  std::vector<LayerVerdict> layers;
  std::vector<Finding> findings;  // at most Options::keep, in order of time
  std::uint64_t differences = 0;  // all of them
  std::vector<std::string> notes;
  std::vector<std::string> errors;  // what could not be read
  bool same = true;

  void add(const LayerVerdict& verdict);
};

struct Comparison {
  std::string a, b;
  Layer layer = Layer::messages;  // the one that decides
  std::vector<CaptureComparison> captures;
  std::vector<Finding> findings;  // of the folders themselves and of results.json
  std::vector<std::string> notes;
  std::vector<std::string> errors;

  bool same() const;
  bool trouble() const;
  std::uint64_t differences() const;           // at every layer that was compared
  std::uint64_t deciding_differences() const;  // at the layer that decides
};

}  // namespace seatrial::results
