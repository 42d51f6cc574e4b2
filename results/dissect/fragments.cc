#include "results/dissect/fragments.h"

#include <algorithm>

namespace seatrial::results {
namespace {

constexpr std::size_t most_partials = 256;
constexpr std::size_t most_pieces = 256;
constexpr std::uint32_t most_octets = 65535;

}  // namespace

bool FragmentReassembly::add(Packet& packet) {
  const auto end = packet.fragment_offset + static_cast<std::uint32_t>(packet.payload.size());
  if (end > most_octets || packet.missing > 0) return false;
  auto at = std::find_if(partials_.begin(), partials_.end(), [&packet](const Partial& p) {
    return p.identification == packet.identification && p.protocol == packet.protocol &&
           p.source == packet.source && p.destination == packet.destination;
  });
  if (at == partials_.end()) {
    if (partials_.size() == most_partials) partials_.pop_front();
    partials_.push_back(
        {packet.source, packet.destination, packet.protocol, packet.identification, 0, {}});
    at = std::prev(partials_.end());
  }
  if (!packet.more_fragments) at->total = end;
  if (at->pieces.size() == most_pieces) {
    partials_.erase(at);
    return false;
  }
  at->pieces.push_back({packet.fragment_offset, {packet.payload.begin(), packet.payload.end()}});
  if (at->total == 0 || !complete(*at)) return false;
  partials_.erase(at);
  packet.fragment_offset = 0;
  packet.more_fragments = false;
  dissect_transport(packet, whole_, 0);
  return true;
}

bool FragmentReassembly::complete(Partial& partial) {
  std::stable_sort(partial.pieces.begin(), partial.pieces.end(),
                   [](const Piece& a, const Piece& b) { return a.offset < b.offset; });
  std::uint32_t reached = 0;
  for (const auto& piece : partial.pieces) {
    if (piece.offset > reached) return false;
    reached = std::max(reached, piece.offset + static_cast<std::uint32_t>(piece.bytes.size()));
  }
  if (reached < partial.total) return false;
  whole_.clear();
  for (const auto& piece : partial.pieces) {
    const auto have = static_cast<std::uint32_t>(whole_.size());
    const auto end = piece.offset + static_cast<std::uint32_t>(piece.bytes.size());
    if (end <= have) continue;
    whole_.insert(whole_.end(), piece.bytes.begin() + (have - piece.offset), piece.bytes.end());
  }
  whole_.resize(std::min<std::size_t>(whole_.size(), partial.total));
  return true;
}

}  // namespace seatrial::results
