// Request targets and host names from outside.
#include <cstddef>
#include <cstdint>

#include "models/io/host.h"
#include "models/nginx/template.h"
#include "models/nginx/uri.h"
#include "models/nginx/values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace seatrial;
  const auto text = io::as_text({data, size});
  if (const auto uri = nginx::parse_target(text)) {
    if (!uri->path.starts_with('/')) __builtin_trap();
    (void)nginx::escape_path(uri->path);
  }
  (void)nginx::Template::parse(text);
  (void)nginx::parse_time(text);
  (void)nginx::parse_size(text);
  (void)nginx::split_host_port(text);
  return 0;
}
