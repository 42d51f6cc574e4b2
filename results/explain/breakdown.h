// Where the time of a request went: from its intended start to its last byte, cut at every moment
// that a record names, without a gap and without an overlap. Each piece belongs to one place: the
// client, a connection, a way through the network, a proxy, the application.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "results/path/path.h"
#include "results/record/record.h"

namespace seatrial::results {

struct TimeSpan {
  enum class Kind : std::uint8_t {
    lookup,    // the client asked DNS
    unsent,    // the client had it, and no connection for it
    connect,   // SYN to SYN-ACK, as who connects sees it
    request,   // on its way from one to the next
    proxy,     // at a proxy, before it turned to an upstream
    failed,    // a proxy's try that came to nothing
    app,       // at the application
    upstream,  // from a proxy's request to the first byte of the answer; nobody behind it is known
    answer,    // its first byte on its way back
    transfer,  // the rest of the answer
  };
  Kind kind = Kind::unsent;
  TimePoint from;
  TimePoint to;
  std::string where;         // who had it, or who sent
  std::string other;         // who it went to; empty where nobody
  std::optional<Flow> flow;  // as the sender sends it; of a connect the SYN's
  std::size_t leg = 0;       // of the request's path, the first and the last of those it took
  std::size_t last_leg = 0;
  std::set<net::IpAddress> addresses;  // of a lookup: the client's own
  std::vector<std::string> evidence;
  std::optional<std::size_t> proxy;   // Record::proxies(): of a try or a proxy's own time
  std::optional<std::size_t> served;  // Record::served()

  Duration took() const { return to - from; }
};

struct Timing {
  RequestPath path;
  std::vector<TimeSpan> spans;  // in order; together the request's latency
};

class Breakdown {
 public:
  explicit Breakdown(const Record& record);

  Timing of(std::size_t request) const;
  // What the words of a person call it: "default/api-1 had the request for 180ms".
  std::string words(const TimeSpan& span, const RequestFinished& request) const;

 private:
  std::optional<std::size_t> served_of(const PathLeg& leg, TimePoint from,
                                       const RequestFinished& request) const;
  std::vector<std::size_t> earlier_tries(std::size_t proxy) const;
  std::set<net::IpAddress> addresses_of(const std::string& node) const;

  const Record& record_;
  PathFinder paths_;
  std::map<net::Endpoint, std::vector<std::size_t>> served_by_client_;
  std::map<std::string, std::vector<std::size_t>> served_by_pod_;
  std::map<net::Endpoint, std::vector<std::size_t>> proxies_by_client_;
};

// "app", "connect", ...: ChainStep::piece
std::string_view piece_of(TimeSpan::Kind kind);
// To the microsecond, from a second on to the millisecond.
std::string took(Duration d);

}  // namespace seatrial::results
