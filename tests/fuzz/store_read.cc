// read_records on any text: a finished run may come from anywhere.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "results/store/store.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto run = seatrial::results::read_records(in, "fuzz");
  if (run) {
    std::ostringstream out;
    seatrial::results::write_records(run->report(), out);
  }
  return 0;
}
