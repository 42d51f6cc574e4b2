#include "results/store/file.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace seatrial::results {

void write_file(const std::string& path, const std::function<void(std::ostream&)>& write) {
  const auto partial = path + ".partial";
  {
    std::ofstream file(partial, std::ios::binary | std::ios::trunc);
    write(file);
    file.flush();
    if (!file) throw std::runtime_error("cannot write " + partial);
  }
  std::filesystem::rename(partial, path);
}

void write_file(const std::string& path, const std::string& text) {
  write_file(path, [&](std::ostream& file) { file << text; });
}

}  // namespace seatrial::results
