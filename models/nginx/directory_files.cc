// The one file of this folder that touches the file system, and only to read what a person named.
#include <glob.h>

#include <fstream>
#include <sstream>

#include "models/nginx/reader.h"

namespace seatrial::nginx {

std::optional<std::string> DirectoryFiles::read(const std::string& path) const {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad() || (text.fail() && file.peek() != std::ifstream::traits_type::eof())) {
    return std::nullopt;  // a folder opens, but does not read
  }
  return text.str();
}

std::vector<std::string> DirectoryFiles::glob(const std::string& pattern) const {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  return paths;
}

}  // namespace seatrial::nginx
