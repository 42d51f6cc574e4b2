// Files in memory, and shell patterns as glob(3) reads them: '*' and '?' do not match '/', nor a
// leading dot.
#include <string>

#include "models/nginx/reader.h"

namespace seatrial::nginx {

namespace {

// "[a-c]" or "[!x]" at pattern[0]; the length of the set, 0 when it has no end.
std::size_t match_set(std::string_view pattern, char c, bool& matches) {
  std::size_t i = 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  bool first = true;
  for (; i < pattern.size() && (first || pattern[i] != ']'); ++i, first = false) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      found = found || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || pattern[i] == c;
    }
  }
  if (i >= pattern.size()) return 0;
  matches = found != negated;
  return i + 1;
}

bool match_one(std::string_view pattern, std::string_view name, std::size_t& used) {
  const char c = name.front();
  if (pattern.front() == '?') return c != '/';
  if (pattern.front() == '[') {
    bool matches = false;
    if (const auto length = match_set(pattern, c, matches)) {
      used = length;
      return matches && c != '/';
    }
  }
  if (pattern.front() == '\\' && pattern.size() > 1) {
    used = 2;
    return pattern[1] == c;
  }
  return pattern.front() == c;
}

bool glob_match(std::string_view pattern, std::string_view name) {
  // The last '*' and where it was tried, to go back to.
  std::size_t p = 0, n = 0;
  std::size_t star = std::string_view::npos, star_name = 0;
  while (n < name.size()) {
    const bool at_start = n == 0 || name[n - 1] == '/';
    if (p < pattern.size() && pattern[p] == '*' && !(at_start && name[n] == '.')) {
      star = p++;
      star_name = n;
      continue;
    }
    std::size_t used = 1;
    if (p < pattern.size() && pattern[p] != '*' &&
        match_one(pattern.substr(p), name.substr(n), used) &&
        !(at_start && name[n] == '.' && pattern[p] != '.')) {
      p += used;
      ++n;
      continue;
    }
    if (star == std::string_view::npos || name[star_name] == '/') return false;
    p = star + 1;
    n = ++star_name;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

std::optional<std::string> MemoryFiles::read(const std::string& path) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> MemoryFiles::glob(const std::string& pattern) const {
  std::vector<std::string> paths;
  for (const auto& [path, text] : files_) {
    if (glob_match(pattern, path)) paths.push_back(path);
  }
  return paths;
}

}  // namespace seatrial::nginx
