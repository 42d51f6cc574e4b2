// Reader on any bytes; what it takes for a record must, written again, be read as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "models/bgp/path_attributes.h"
#include "results/mrt/attributes.h"
#include "results/mrt/reader.h"

using namespace seatrial::results::mrt;

namespace {

bool same(const StateChange& a, const StateChange& b) {
  return a.peering == b.peering && a.from == b.from && a.to == b.to;
}
bool same(const Message& a, const Message& b) {
  return a.peering == b.peering && a.sent == b.sent && a.four_octet_as == b.four_octet_as &&
         a.add_path == b.add_path &&
         std::equal(a.data.begin(), a.data.end(), b.data.begin(), b.data.end());
}
bool same(const PeerIndexTable& a, const PeerIndexTable& b) {
  return a.collector == b.collector && a.view == b.view && a.peers == b.peers;
}
bool same(const Rib& a, const Rib& b) {
  if (a.sequence != b.sequence || a.prefix != b.prefix || a.add_path != b.add_path ||
      a.entries.size() != b.entries.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    const auto& x = a.entries[i];
    const auto& y = b.entries[i];
    if (x.peer != y.peer || x.originated != y.originated || x.path_id != y.path_id ||
        x.attributes != y.attributes) {
      return false;
    }
  }
  return true;
}

template <typename Body>
void check(Timestamp at, const Body& body) {
  const auto again = encode(at, body);
  const auto back = Reader(again).next();
  if (!back || !*back || !std::holds_alternative<Body>((*back)->body) ||
      !same(std::get<Body>((*back)->body), body)) {
    std::abort();
  }
}
void check(Timestamp, const Other&) {}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader reader({data, size});
  for (;;) {
    const auto record = reader.next();
    if (!record) continue;
    if (!*record) return 0;
    std::visit([&](const auto& body) { check((*record)->at, body); }, (*record)->body);
    if (const auto* rib = std::get_if<Rib>(&(*record)->body)) {
      for (const auto& entry : rib->entries) {
        const auto attributes = decode_attributes(entry.attributes);
        if (attributes) (void)encode_attributes(*attributes);
      }
    }
  }
}
