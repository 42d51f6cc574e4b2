// IP fragments put together (RFC 791 section 3.2, RFC 8200 section 4.5). Memory is bounded: the
// oldest unfinished packet gives way to a new one. Where fragments overlap the first one stays, as
// it does in Linux's receive path for equal copies.
#pragma once

#include <cstdint>
#include <list>
#include <vector>

#include "results/dissect/packet.h"

namespace seatrial::results {

class FragmentReassembly {
 public:
  // Takes a fragment. When it was the last one missing, `packet` becomes the whole packet, whose
  // payload is valid until the next call, and the answer is true.
  bool add(Packet& packet);

 private:
  struct Piece {
    std::uint32_t offset = 0;
    std::vector<std::uint8_t> bytes;
  };
  struct Partial {
    net::IpAddress source, destination;
    std::uint8_t protocol = 0;
    std::uint32_t identification = 0;
    std::uint32_t total = 0;  // 0: the last fragment has not been seen
    std::vector<Piece> pieces;
  };

  bool complete(Partial& partial);

  std::list<Partial> partials_;  // oldest first
  std::vector<std::uint8_t> whole_;
};

}  // namespace seatrial::results
