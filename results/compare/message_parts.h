// The parts of a MessageComparison: lanes, conversations laid side by side, groups of them.
#pragma once

#include <set>

#include "results/compare/message_comparison.h"

namespace seatrial::results {

inline constexpr std::string_view stream_kind = "tcp.payload";

// What waits in one lane: nothing on both sides but what differs.
struct MessageComparison::Lane {
  std::array<std::deque<Message>, 2> waiting;
  std::vector<std::array<Message, 2>> matched;  // that may yet turn out to be no pair
  std::array<std::uint64_t, 2> dropped{};       // too many waited; those are only counted
  std::uint64_t same = 0;
  bool muted = false;  // of a stream whose first difference has been told

  bool empty() const { return waiting[0].empty() && waiting[1].empty(); }
};

// One side's part of a pair.
struct MessageComparison::Half {
  bool present = false;
  bool closed = false;
  ConversationId id = 0;
  Conversation conversation;
  std::uint64_t digest = 0;  // of all it said, whatever the lanes' order among each other
  std::map<std::string, std::vector<Message>> said;  // all of it, for a second look
  std::uint64_t messages = 0;
};

struct MessageComparison::Pair {
  Group* group = nullptr;
  std::array<Half, 2> halves;
  std::unordered_map<std::string, Lane> lanes;
  // What the two have in common counts. Before that a half may be laid beside another one.
  bool settled = false;

  // What one half has said.
  std::map<std::string, std::vector<Message>> take_said(Side side);
};

// Blocks of a stream, one after the other, that have no counterpart.
struct MessageComparison::Run {
  Side side = Side::a;
  std::uint64_t octets = 0;
  std::uint64_t offset = 0;
  Stamp at;

  void add(Side of, const Message& message);
};

struct MessageComparison::Group {
  std::string name;
  std::map<const Pair*, std::unique_ptr<Pair>> pairs;
  std::array<std::deque<Pair*>, 2> waiting;  // pairs that lack the other side, in order
  // Halves of pairs that did not fit.
  std::array<std::deque<Half>, 2> leftovers;
};

class MessageComparison::SideSink : public MessageSink {
 public:
  SideSink(MessageComparison& owner, Side side) : owner_(owner), side_(side) {}

  void on_open(ConversationId id, const Conversation& conversation) override {
    owner_.on_open(side_, id, conversation);
  }
  void on_message(ConversationId id, const std::string& lane, Message message) override {
    owner_.on_message(side_, id, lane, std::move(message));
  }
  void on_close(ConversationId id) override { owner_.on_close(side_, id); }
  void on_note(const std::string& what, std::uint64_t count) override {
    owner_.counts_[what].at(index(side_)) += count;
  }
  void on_order(const std::string& what, std::uint64_t digest) override {
    auto& order = owner_.orders_[what].at(index(side_));
    order = order * 31 + digest;
  }
  bool is_first(const std::string& group, std::uint64_t digest) override {
    return told_.emplace(group, digest).second;
  }

 private:
  MessageComparison& owner_;
  Side side_;
  std::set<std::pair<std::string, std::uint64_t>> told_;
};

}  // namespace seatrial::results
