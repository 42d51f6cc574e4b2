// Two captures compared by their conversations.
//
// The k-th conversation of a group on one side is laid beside the k-th on the other, and what is
// the same in both is dropped as soon as both have said it, so that memory does not grow with the
// captures. Where they differ the k-th was perhaps not the right one - one connection more in the
// middle - and the halves look for their likes among those of other pairs that did not fit; only
// what finds none is compared message by message.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "results/compare/timing.h"
#include "results/messages/message.h"

namespace seatrial::results {

enum class Side : std::uint8_t { a, b };
constexpr Side other(Side side) {
  return side == Side::a ? Side::b : Side::a;
}
constexpr std::size_t index(Side side) {
  return static_cast<std::size_t>(side);
}

class MessageComparison {
 public:
  MessageComparison(const Lens& lens, const TimeTolerance& tolerance, Layer layer,
                    std::size_t keep);
  ~MessageComparison();

  // What a reader of that side's capture reports to.
  MessageSink& sink(Side side);
  // More of that side waits than will be kept: the other one should be read first.
  bool is_full(Side side) const { return !full_.at(index(side)).empty(); }
  // Both captures have been read. `spans` are theirs; appends findings, notes and the verdict.
  void finish(const std::array<CaptureSpan, 2>& spans, CaptureComparison& out);

 private:
  class SideSink;
  struct Lane;
  struct Half;
  struct Pair;
  struct Group;

  void on_open(Side side, ConversationId id, const Conversation& conversation);
  void on_message(Side side, ConversationId id, const std::string& lane, Message message);
  void on_close(Side side, ConversationId id);

  void consume(Pair& pair, const std::string& name, Lane& lane, bool judging);
  void drain(Pair& pair, const std::string& name, Lane& lane, bool judging);
  void settle(Pair& pair);
  void resolve(const Pair& pair, const std::string& name, Lane& lane, bool everything);
  void end(Group& group, std::unique_ptr<Pair> pair);
  void judge(Pair& pair);
  void judge_leftovers(Group& group);
  bool matches_leftover(Group& group, Side side, Half& half);

  void same(const Pair& pair, const Message& a, const Message& b);
  void changed(const Pair& pair, const std::string& lane, const Message& a, const Message& b);
  void alone(const Pair& pair, const std::string& lane, Side side, const Message& message,
             const Lane& around, std::size_t place);
  struct Run;
  void octets_alone(const Pair& pair, const std::string& lane, const Run& run);
  void note_alone(const Pair& pair, const Message& message, Side side);
  void only(const Pair& pair, Side side);
  void too_many(const Pair& pair, const std::string& lane, Side side, const Lane& counted);
  bool stream_ends(const Pair& pair, const std::string& name, Lane& lane);
  std::string where(const Pair& pair, const std::string& lane) const;
  bool octets_differ(const Pair& pair, const std::string& lane, const Message& a, const Message& b);
  bool hardware_differs(const FieldChange& change);
  void report(Finding finding);
  void add_notes(CaptureComparison& out);

  const Lens& lens_;
  Timing timing_;
  Layer layer_;
  std::size_t keep_;
  std::array<std::unique_ptr<SideSink>, 2> sinks_;
  std::map<std::string, std::unique_ptr<Group>> groups_;
  std::array<std::unordered_map<ConversationId, Pair*>, 2> by_id_;
  std::vector<Finding> findings_;
  std::uint64_t differences_ = 0;
  std::uint64_t compared_ = 0;
  bool same_packets_ = false;  // a connection has the same random numbers on both sides
  std::vector<std::string> notes_;
  std::map<std::string, std::array<std::uint64_t, 2>> counts_, orders_;
  std::array<std::map<std::string, std::string>, 2> hardware_;  // of A by B's name, and back
  std::array<std::set<const Lane*>, 2> full_;
};

}  // namespace seatrial::results
