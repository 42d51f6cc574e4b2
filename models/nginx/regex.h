// Regular expressions of `server_name ~...`, `location ~ ...` and `map`, by PCRE2 as nginx's own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace seatrial::nginx {

class Regex {
 public:
  // Named captures are reported by captures(); an error carries PCRE2's words and the offset.
  static tl::expected<Regex, std::string> compile(const std::string& pattern, bool ignore_case);

  // The whole match and then the groups; nothing when it does not match or the match limit is hit.
  std::optional<std::vector<std::string>> match(std::string_view subject) const;
  const std::string& pattern() const { return pattern_; }
  // Names of named groups with their group number.
  const std::vector<std::pair<std::string, unsigned>>& names() const { return names_; }

 private:
  std::string pattern_;
  std::vector<std::pair<std::string, unsigned>> names_;
  std::shared_ptr<void> code_;
};

}  // namespace seatrial::nginx
