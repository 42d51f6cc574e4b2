// Any text as a manifest: read, checked, its Corefile too.
#include <string>

#include "models/kubernetes/corefile.h"
#include "models/kubernetes/read_objects.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace seatrial;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Diagnostics diagnostics;
  const auto objects = kubernetes::read_objects(
      kubernetes::read_resources(text, "fuzz.yaml", diagnostics), diagnostics);
  kubernetes::check_references(objects, diagnostics);
  kubernetes::find_corefile(objects, diagnostics);
  kubernetes::read_corefile(text, {"Corefile", 1, 1}, diagnostics);
  return 0;
}
