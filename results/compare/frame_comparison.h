// Two captures compared frame by frame, each flow (canonical 5-tuple) for itself: a frame more is
// one finding and shifts nothing. A field that differs in many frames of a flow is one finding with
// a count. Flows whose ephemeral ports are others on the two sides are laid beside each other in
// their order at the end.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <unordered_map>

#include "results/compare/frame_record.h"
#include "results/compare/message_comparison.h"
#include "results/messages/connections.h"

namespace seatrial::results {

class FrameComparison {
 public:
  FrameComparison(const Lens& lens, const TimeTolerance& tolerance, std::size_t keep);
  ~FrameComparison();

  void add(Side side, LinkType link, const CapturedFrame& frame);
  // More of that side waits than will be kept: the other one should be read first.
  bool is_full(Side side) const { return !full_.at(index(side)).empty(); }
  void finish(const std::array<CaptureSpan, 2>& spans, CaptureComparison& out);

 private:
  struct Flow;

  Flow& flow_of(Side side, const Packet& packet, bool& from_low);
  bool is_ignored(const Packet& packet) const;
  void consume(Flow& flow);
  void drain(Flow& flow);
  void resolve(Flow& flow, bool everything);
  void pair_leftovers();
  void same(const Flow& flow, const FrameRecord& a, const FrameRecord& b);
  void changed(Flow& flow, const FrameRecord& a, const FrameRecord& b);
  void alone(const Flow& flow, Side side, const FrameRecord& record);
  void report_fields(const Flow& flow);
  void report(Finding finding);

  const Lens& lens_;
  Timing timing_;
  std::size_t keep_;
  std::map<std::string, std::unique_ptr<Flow>> flows_;
  std::array<std::unordered_map<FlowKey, Flow*, FlowKeyHash>, 2> by_key_;
  std::array<std::set<const Flow*>, 2> full_;
  std::vector<Finding> findings_;
  std::uint64_t differences_ = 0;
  std::uint64_t compared_ = 0;
};

}  // namespace seatrial::results
