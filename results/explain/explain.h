// Why a request failed or was slow: a chain of observations from what the client saw back to the
// cause, each step naming the records that it rests on (and, where the run was captured, the
// frames).
//
//   Explainer explainer(record);  // works on a stored run as well
//   const auto why = explainer.explain(17);        // of Record::requests()[17]
//   for (const auto& group : explainer.explanations().groups) ...
//
// A step is only told when a record says so, and nothing is blamed that happened after the symptom.
// A chain that ends without a cause is `unattributed`, and is counted and shown as that.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/net/units.h"
#include "results/record/record.h"

namespace seatrial::results {

// A frame of a capture of the run: "pcap/edge1_eth0.pcap", counted from 1 as Wireshark does.
struct FrameId {
  std::string file;
  std::uint64_t number = 0;

  std::string to_string() const;  // "pcap/edge1_eth0.pcap frame 12"
  friend auto operator<=>(const FrameId&, const FrameId&) = default;
};

struct ChainStep {
  // "symptom", "time" (a piece of a slow request's time), "try", "answer", "route", "session",
  // "fault", "neighbour", "link", "queue", "drop", "pod", "app", "proxy", "lookup", "peers"
  std::string kind;
  TimePoint at;                       // when it happened, or since when it lasted
  std::string text;                   // a clause that says it, with its times
  std::vector<std::string> evidence;  // "fib/204", "session/269"
  std::vector<FrameId> frames;
  // Of a piece of a request's time: how long, and at what: "lookup", "connect", "way", "proxy",
  // "failed try", "app", "transfer", "other".
  std::optional<Duration> took = std::nullopt;
  std::string piece{};
};

struct Explanation {
  std::size_t request = 0;  // index into Record::requests()
  // "timed out", "refused", "reset", "502", "wrong answerer", "slow"; "answered" for a request that
  // needs no explanation: then the steps say where its time went.
  std::string symptom;
  bool attributed = false;
  // The cause in one sentence; requests of a group share it. Empty when not attributed.
  std::string cause;
  std::vector<ChainStep> chain;  // from the symptom to the cause
};

// The failed and slow requests with the same symptom, mechanism and cause.
struct ExplanationGroup {
  std::string client;
  std::string symptom;
  std::string cause;  // empty: unattributed
  bool attributed = false;
  std::vector<std::size_t> requests;  // indexes into Record::requests(), in that order
  TimePoint first;                    // intended start of the first and the last of them
  TimePoint last;
  std::vector<ChainStep> chain;  // of the first of them
};

struct Explanations {
  std::vector<ExplanationGroup> groups;  // attributed first, then by number of requests
  std::size_t failed = 0;                // requests without the answer that they should have had
  std::size_t slow = 0;
  std::size_t unattributed = 0;  // of both
  // What counted as slow, of each client: "p99 of users-served is bounded by 20 ms", or the
  // distribution's own bound.
  struct SlowBound {
    std::string client;
    Duration above{};
    std::string why;
  };
  std::vector<SlowBound> slow_bounds;
};

class Explainer {
 public:
  // `missed`: bounds of latency that an expectation set and that were not met; what is above one is
  // slow. `folder` holds the run's results and is
  // searched for captures; empty: no frames are named. The record must outlive the explainer.
  explicit Explainer(const Record& record, const std::vector<Explanations::SlowBound>& missed = {},
                     std::string folder = {});
  ~Explainer();
  Explainer(const Explainer&) = delete;
  Explainer& operator=(const Explainer&) = delete;

  // Of any request, failed or not. Throws std::out_of_range for one that does not exist.
  Explanation explain(std::size_t request) const;
  // The same of many, in one replay of the run.
  std::vector<Explanation> explain(const std::vector<std::size_t>& requests) const;
  const Explanations& explanations() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace seatrial::results
