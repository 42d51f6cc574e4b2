#include "scenarios/engine/files/files.h"

#include <fnmatch.h>
#include <glob.h>

#include <fstream>
#include <iterator>
#include <system_error>

namespace seatrial::scenario {

std::optional<std::string> FolderFiles::read(const std::string& name) const {
  const auto path = folder_ / name;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return std::nullopt;
  return text;
}

std::vector<std::string> FolderFiles::glob(const std::string& pattern) const {
  glob_t found{};
  std::vector<std::string> names;
  if (::glob((folder_ / pattern).c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      names.push_back(
          std::filesystem::path(found.gl_pathv[i]).lexically_relative(folder_).string());
    }
  }
  globfree(&found);
  return names;
}

std::string FolderFiles::shown(const std::string& name) const {
  return (folder_ / name).lexically_normal().string();
}

std::optional<std::string> MemoryFiles::read(const std::string& name) const {
  const auto found = texts_.find(std::filesystem::path(name).lexically_normal().string());
  if (found == texts_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> MemoryFiles::glob(const std::string& pattern) const {
  std::vector<std::string> names;
  for (const auto& [name, text] : texts_) {
    if (fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0)
      names.push_back(name);
  }
  return names;
}

}  // namespace seatrial::scenario
