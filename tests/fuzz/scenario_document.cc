// Any bytes as scenario.json: read() says what is wrong and never crashes, and what it accepts is
// written and read again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "scenarios/engine/document/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace seatrial;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const auto scenario = scenario::document::read(text, "fuzz.json", diagnostics);
  if (scenario.has_value() == diagnostics.has_errors()) std::abort();
  if (!scenario) return 0;
  const auto again =
      scenario::document::read(scenario::document::write(*scenario).dump(), "again", diagnostics);
  if (!again || !(*again == *scenario)) std::abort();
  return 0;
}
