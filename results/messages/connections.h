// TCP connections of a capture: which segments belong together, who opened, when it is over. Memory
// is bounded: a connection that is over leaves a mark only, and of too many open ones those that
// have been silent longest are taken as over.
#pragma once

#include <memory>
#include <unordered_map>

#include "results/dissect/tcp_stream.h"
#include "results/messages/protocol.h"

namespace seatrial::results {

enum class Depth : std::uint8_t {
  streams,   // the octets of TCP streams and of datagrams
  messages,  // what the protocols say in them
};

struct FlowKey {
  net::Endpoint low, high;
  friend bool operator==(const FlowKey&, const FlowKey&) = default;
};
struct FlowKeyHash {
  std::size_t operator()(const FlowKey& key) const noexcept;
};
// `from_low`: the packet goes from `low` to `high`.
FlowKey flow_key(const net::Endpoint& source, const net::Endpoint& destination, bool& from_low);

class Connection;

class Connections {
 public:
  Connections(MessageSink& sink, const Lens& lens, Depth depth, ConversationId& ids);
  ~Connections();

  void add(const Packet& packet, const Stamp& at);
  void finish(const Stamp& at);

 private:
  using Map = std::unordered_map<FlowKey, std::unique_ptr<Connection>, FlowKeyHash>;

  void forget_silent(const Stamp& at);
  void finish_some(std::vector<FlowKey> keys, const Stamp& at);

  MessageSink& sink_;
  const Lens& lens_;
  Depth depth_;
  ConversationId& ids_;
  Map connections_;
  std::vector<FlowKey> closed_;  // oldest first
};

}  // namespace seatrial::results
