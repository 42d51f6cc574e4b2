// What a stream reports, kept for a test to look at.
#pragma once

#include <optional>
#include <string>

#include "models/io/host.h"

namespace seatrial::test {

struct Recorder : io::StreamHandler {
  bool connected = false;
  bool ended = false;
  int drained = 0;
  std::string data;
  std::optional<io::CloseReason> closed;
  void on_connected() override { connected = true; }
  void on_data(io::Bytes bytes) override { data += io::as_text(bytes); }
  void on_end() override { ended = true; }
  void on_drained() override { ++drained; }
  void on_closed(io::CloseReason reason) override { closed = reason; }
};

}  // namespace seatrial::test
