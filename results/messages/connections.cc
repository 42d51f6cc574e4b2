#include "results/messages/connections.h"

#include <algorithm>

#include "results/messages/connection.h"

namespace seatrial::results {
namespace {

constexpr std::size_t most_open = 100'000;
constexpr std::size_t most_closed = 4096;  // remembered for what comes late

}  // namespace

std::size_t FlowKeyHash::operator()(const FlowKey& key) const noexcept {
  const std::hash<net::Endpoint> hash;
  return hash(key.low) * 0x9e3779b97f4a7c15U + hash(key.high);
}

FlowKey flow_key(const net::Endpoint& source, const net::Endpoint& destination, bool& from_low) {
  from_low = source <= destination;
  return from_low ? FlowKey{source, destination} : FlowKey{destination, source};
}

Connections::Connections(MessageSink& sink, const Lens& lens, Depth depth, ConversationId& ids)
    : sink_(sink), lens_(lens), depth_(depth), ids_(ids) {}
Connections::~Connections() = default;

void Connections::add(const Packet& packet, const Stamp& at) {
  bool from_low = false;
  const auto key = flow_key({packet.source, packet.source_port},
                            {packet.destination, packet.destination_port}, from_low);
  auto place = connections_.find(key);
  if (place != connections_.end() && place->second->is_replaced_by(packet)) {
    place->second->finish(at);
    connections_.erase(place);
    place = connections_.end();
  }
  if (place == connections_.end()) {
    // The end of a connection whose beginning was not captured says nothing.
    const bool syn = (packet.flags & tcp_flag::syn) != 0;
    if (!syn && packet.payload.empty() && packet.missing == 0) return;
    if (connections_.size() >= most_open) forget_silent(at);
    place =
        connections_
            .emplace(key, std::make_unique<Connection>(sink_, lens_, depth_, ids_++, packet, at))
            .first;
  }
  auto& connection = *place->second;
  if (connection.closed()) return;
  connection.add(packet, at);
  if (!connection.closed()) return;
  closed_.push_back(key);
  if (closed_.size() < 2 * most_closed) return;
  for (std::size_t i = 0; i < most_closed; ++i) {
    const auto old = connections_.find(closed_[i]);
    if (old != connections_.end() && old->second->closed()) connections_.erase(old);
  }
  closed_.erase(closed_.begin(), closed_.begin() + most_closed);
}

void Connections::finish_some(std::vector<FlowKey> keys, const Stamp& at) {
  std::sort(keys.begin(), keys.end(), [this](const FlowKey& a, const FlowKey& b) {
    return connections_.at(a)->first_frame() < connections_.at(b)->first_frame();
  });
  for (const auto& key : keys) {
    connections_.at(key)->finish(at);
    connections_.erase(key);
  }
}

void Connections::forget_silent(const Stamp& at) {
  std::vector<std::uint64_t> active;
  active.reserve(connections_.size());
  for (const auto& [_, connection] : connections_) active.push_back(connection->last_frame());
  const auto middle = active.begin() + static_cast<std::ptrdiff_t>(active.size() / 2);
  std::nth_element(active.begin(), middle, active.end());
  std::vector<FlowKey> silent;
  for (const auto& [key, connection] : connections_) {
    if (connection->last_frame() < *middle) silent.push_back(key);
  }
  finish_some(std::move(silent), at);
}

void Connections::finish(const Stamp& at) {
  std::vector<FlowKey> all;
  all.reserve(connections_.size());
  for (const auto& [key, _] : connections_) all.push_back(key);
  finish_some(std::move(all), at);
}

}  // namespace seatrial::results
