// A live speaker in MRT: its updates as they happen, its table when asked. Stamps are the world's
// time; a host's own clock starts with the process.
#pragma once

#include <fstream>
#include <string>

#include "models/bgp/speaker.h"
#include "models/io/host.h"
#include "results/mrt/speaker_dump.h"

namespace seatrial::cli {

class MrtFiles {
 public:
  // Either path may be empty: not wanted. A file that cannot be made: a message on standard error
  // and Done(bad_input). The host must outlive the files.
  MrtFiles(const std::string& updates, std::string table, const io::Host& host);

  // To be told what the speaker reports; nullptr when no updates are wanted.
  bgp::Observer* observer() { return updates_.is_open() ? &writer_ : nullptr; }
  // Replaces the table's file, where one is wanted.
  void write_table(const bgp::Speaker& speaker);
  // False, after a message on standard error, when something was not written.
  bool close();

 private:
  void complain(const std::string& path);

  std::string updates_path_;
  std::string table_path_;
  const io::Host& host_;
  results::mrt::Epoch epoch_;
  std::ofstream updates_;
  results::mrt::UpdateWriter writer_;
  bool complete_ = true;
};

}  // namespace seatrial::cli
