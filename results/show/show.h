// `seatrial show`: what a finished run looked like at a moment, as words for a terminal or as JSON
// for programs. Pure functions of the stored run; README.md lists the keys of the JSON.
//
// Every row names the record that it rests on ("fib/207"), and `show OUT fib/207` prints that
// record. Seconds are shown to the microsecond and rounded up, so that a time that is copied from a
// table into --at includes what the table showed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "results/store/store.h"

namespace seatrial::results {

struct ShowFormat {
  bool json = false;
  bool colour = false;  // only for a terminal
  std::size_t width = 100;
};

// The text to print, or what is wrong with the question and what could have been asked.
using Shown = tl::expected<std::string, std::string>;

struct ShowQuery {
  std::optional<TimePoint> at;  // nothing: the end of the run
  std::string node;             // empty: all
  std::string prefix;           // "10.0.0.0/8", or an address: the longest match; empty: all
  bool longer = false;          // with a prefix: those inside it, too
  bool pods = false;            // the tables of pods, too
  bool down = false;            // only sessions that do not stand
};
Shown show_sessions(const StoredRun& run, const ShowQuery& query, const ShowFormat& format);
Shown show_rib(const StoredRun& run, const ShowQuery& query, const ShowFormat& format);
Shown show_fib(const StoredRun& run, const ShowQuery& query, const ShowFormat& format);

struct RequestQuery {
  std::string one;     // "users/17": that one, in full
  std::string client;  // empty: all
  bool failed = false;
  std::optional<std::size_t> slow;  // only so many, the slowest first
  std::string status;               // "502", "5xx", "refused", ...; empty: all
  std::optional<TimePoint> from;    // of the intended start, inclusive
  std::optional<TimePoint> to;      // exclusive
  std::size_t limit = 0;            // rows; 0: all
  std::optional<TimePoint> at;      // under way then: due already, and not over
  std::string node;                 // whose packets passed that machine or pod; empty: all
  std::string prefix;  // or an address: one of its connections was to there; empty: all
};
Shown show_requests(const StoredRun& run, const RequestQuery& query, const ShowFormat& format);

// The way that the packets of "users/17" took.
Shown show_path(const StoredRun& run, const std::string& request, const ShowFormat& format);
// The nodes that the requests that `query` chooses had passed, those until `query.at` where there
// is one.
Shown show_ways(const StoredRun& run, const RequestQuery& query, const ShowFormat& format);
// The ways that a packet from a node to an address would take at a moment.
struct ForwardingQuery {
  std::string from;
  std::string to;  // or a prefix: the first address in it that somebody has, or the first
  std::optional<TimePoint> at;
};
Shown show_forwarding(const StoredRun& run, const ForwardingQuery& query, const ShowFormat& format);

struct TimelineQuery {
  std::optional<TimePoint> at;  // the `around` entries before it and from it on
  std::size_t around = 10;
  std::string node;
  std::string prefix;
  std::vector<std::string> kinds;  // empty: those that are not one a packet or a request
  std::optional<TimePoint> from;
  std::optional<TimePoint> to;
};
Shown show_timeline(const StoredRun& run, const TimelineQuery& query, const ShowFormat& format);

// When packets could loop or be lost (results/dataplane): those open at `at`, or overlapping
// from-to; kinds: "loop", "blackhole".
Shown show_windows(const StoredRun& run, const TimelineQuery& query, const ShowFormat& format);

struct ExplainQuery {
  std::string one;     // "users/17": its whole chain; empty: all by cause
  std::string client;  // empty: all
  std::string folder;  // the run's, for the frames of its captures
};
// Why requests failed or were slow (results/explain).
Shown show_explain(const StoredRun& run, const ExplainQuery& query, const ShowFormat& format);

// Every member of a record: "request/17", "topology".
Shown show_record(const StoredRun& run, const std::string& id, const ShowFormat& format);
bool is_evidence_id(std::string_view word);

}  // namespace seatrial::results
