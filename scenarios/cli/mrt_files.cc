#include "scenarios/cli/mrt_files.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "scenarios/cli/commands.h"

namespace seatrial::cli {
namespace {

results::mrt::Epoch epoch_of(const io::Host& host) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<Duration>(now) - host.now().time_since_epoch()};
}

}  // namespace

MrtFiles::MrtFiles(const std::string& updates, std::string table, const io::Host& host)
    : updates_path_(updates),
      table_path_(std::move(table)),
      host_(host),
      epoch_(epoch_of(host)),
      writer_(updates_, epoch_, true) {
  if (!updates_path_.empty()) {
    updates_.open(updates_path_, std::ios::binary);
    if (!updates_) complain(updates_path_);
  }
  if (!table_path_.empty()) {  // better told now than at the end
    const std::ofstream probe(table_path_, std::ios::binary);
    if (!probe) complain(table_path_);
  }
  if (!complete_) throw Done(bad_input);
}

// Written beside and renamed, so that a reader never sees half a table.
void MrtFiles::write_table(const bgp::Speaker& speaker) {
  if (table_path_.empty()) return;
  const auto partial = table_path_ + ".partial";
  const auto octets = results::mrt::table_dump(speaker, host_.name(), host_.now(), epoch_);
  std::ofstream file(partial, std::ios::binary);
  file.write(reinterpret_cast<const char*>(octets.data()),
             static_cast<std::streamsize>(octets.size()));
  file.close();
  if (!file) return complain(partial);
  std::error_code error;
  std::filesystem::rename(partial, table_path_, error);
  if (error) {
    errno = error.value();
    complain(table_path_);
  }
}

bool MrtFiles::close() {
  if (updates_.is_open()) {
    updates_.close();
    if (!updates_) complain(updates_path_);
  }
  return complete_;
}

void MrtFiles::complain(const std::string& path) {
  std::cerr << path << ": error: cannot write: " << std::strerror(errno) << '\n';
  complete_ = false;
}

}  // namespace seatrial::cli
