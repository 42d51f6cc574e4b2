#include "results/messages/protocol.h"

#include "results/text/printable.h"

namespace seatrial::results {

Outlet::Outlet(MessageSink& sink, const Lens& lens, ConversationId id, Conversation conversation,
               std::array<std::string, 2> lanes)
    : sink_(sink),
      lens_(lens),
      id_(id),
      conversation_(std::move(conversation)),
      lanes_(std::move(lanes)) {}

void Outlet::emit(const std::string& lane, Message message) {
  if (lens_.ignores(message.kind)) return;
  if (held_) {
    waiting_.emplace_back(lane, std::move(message));
  } else {
    pass(lane, std::move(message));
  }
}

void Outlet::emit_lost(Direction direction, std::uint64_t octets, const Stamp& at) {
  emit(direction, MessageBuilder(lens_, "tcp.analysis.lost_segment", at)
                      .title(std::to_string(octets) + " octets that were not captured")
                      .key(std::to_string(octets))
                      .build());
}

void Outlet::emit_beginning(Direction direction, std::string_view octets, const Stamp& at) {
  if (octets.empty()) return;
  constexpr std::size_t most_shown = 256;
  auto shown = printable(octets.substr(0, most_shown));
  if (octets.size() > most_shown) shown += ", hash " + hex(hash_of(octets));
  emit(direction, MessageBuilder(lens_, "tcp.segment_data", at)
                      .title("beginning of a message, " + std::to_string(octets.size()) + " octets")
                      .field("tcp.segment_data", std::move(shown))
                      .build());
}

void Outlet::pass(const std::string& lane, Message message) {
  if (!opened_) {
    opened_ = true;
    sink_.on_open(id_, conversation_);
  }
  sink_.on_message(id_, lane, std::move(message));
}

void Outlet::release() {
  held_ = false;
  for (auto& [lane, message] : std::exchange(waiting_, {})) pass(lane, std::move(message));
}

std::uint64_t Outlet::held_digest() const {
  std::uint64_t digest = 0;
  for (const auto& [lane, message] : waiting_) digest = hash_of(lane, digest + message.digest);
  return digest;
}

void Outlet::close() {
  if (opened_) sink_.on_close(id_);
}

}  // namespace seatrial::results
