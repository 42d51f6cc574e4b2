// JSON text with the place of every value and key.
//
// nlohmann_json parses; it knows no positions. Its event interface is fed through an iterator that
// counts what it has read, and at each event the token that just ended is found between that count
// and the one before. Duplicate keys, which JSON leaves open and which one parser in two resolves
// differently, are errors.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "models/diagnostics/diagnostics.h"

namespace seatrial::scenario::document {

// Where values stand, by JSON pointer ("/clients/0/load/rate"; "" is the whole document).
class Places {
 public:
  explicit Places(std::string file) : file_(std::move(file)) {}

  void set_value(const std::string& pointer, Position at) { values_[pointer] = std::move(at); }
  void set_key(const std::string& pointer, Position at) { keys_[pointer] = std::move(at); }
  // A value that was replaced from outside: it and all below it stand there.
  void replace(const std::string& pointer, Position at);

  // The place of the value; for one that is not there, that of what would hold it.
  Position value(const std::string& pointer) const;
  // The place of the key that names the value.
  Position key(const std::string& pointer) const;
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::map<std::string, Position> values_;
  std::map<std::string, Position> keys_;
};

struct JsonText {
  nlohmann::ordered_json json;
  Places places;
};

// Nothing when the text is not JSON, or has duplicate keys.
std::optional<JsonText> parse_json(const std::string& text, const std::string& file,
                                   Diagnostics& diagnostics);

// RFC 6901: `pointer` and one more step.
std::string below(const std::string& pointer, std::string_view key);
std::string below(const std::string& pointer, std::size_t index);

}  // namespace seatrial::scenario::document
