// nginx.conf from outside.
#include <cstddef>
#include <cstdint>

#include "models/io/host.h"
#include "models/nginx/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace seatrial;
  const auto text = io::as_text({data, size});
  const nginx::MemoryFiles files({{"/x/a.conf", std::string(text)}, {"/x/b.conf", "server {}"}});
  Diagnostics diagnostics;
  nginx::read_text(text, "/x/nginx.conf", files, diagnostics);
  (void)diagnostics.to_string();
  return 0;
}
