// read_records on any text: a finished run may come from anywhere.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "results/store/store.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace seatrial::results;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::istringstream in(text);
  const auto run = read_records(in, "fuzz");
  std::istringstream again(text);
  const auto some = read_records(again, "fuzz", {{"hop", "note"}});
  if (!run) return 0;
  if (!some) __builtin_trap();  // what is whole is whole without them
  std::ostringstream out;
  write_records(run->report(), out);
  return 0;
}
