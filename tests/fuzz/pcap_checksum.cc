// fill_checksums on any frame: it must stay inside the frame whatever the headers claim.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "results/pcap/checksum.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> frame(data, data + size);
  seatrial::results::fill_checksums(frame);
  std::vector<std::uint8_t> packet(data, data + size);
  seatrial::results::fill_ip_checksums(packet);
  return 0;
}
