// From the place where packets were lost to why: the route that was used, what had happened to whom
// it points at, and how long the session that brought the route took to notice.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/explain/explain.h"
#include "results/explain/fate.h"
#include "results/explain/tries.h"

namespace seatrial::results {

struct Cause {
  std::string key;      // causes with the same key are one, at whichever machine
  std::string machine;  // which still forwarded; may be empty
  std::string sentence;
  // The parts of a sentence about several machines: MACHINES `deed`; then the sessions.
  std::string deed;
  std::string lost_to;     // the peer of the session with which the route went; empty: none
  std::string lost_after;  // why it was lost: "(hold timer expired) after power_off of c at 60 s"
  std::string peer;        // of the session that brought the route; empty: none
  std::optional<TimePoint> held_until;  // nothing: to the end of the run
  std::string held_reason;
  Duration hold{};
  bool bfd = false;
  // How much of a slow request's time it explains; nothing for a failed one.
  std::optional<Duration> part;
  Duration whole{};
  std::vector<ChainStep> steps;
};

class Causes {
 public:
  explicit Causes(const Record& record);

  // `when`: the packets were sent then; nothing later is blamed.
  Cause of(const Fate& fate, TimePoint when) const;
  // What is known of who did not answer as it should; nothing: nothing is.
  std::optional<Cause> of_refusal(const Try& one) const;
  std::optional<Cause> of_process(const Try& one) const;
  std::optional<Cause> of_drops(const Try& one) const;
  // The pod that has the address at a moment, or had it last; nullptr: nobody ever.
  const PodChanged* pod_of(const net::IpAddress& address, TimePoint at) const;
  // "172.16.1.196:8080 (default/api-1 on worker2)"
  std::string name(const net::Endpoint& endpoint, TimePoint at) const;
  // Of several machines.
  static std::string sentence(const std::vector<const Cause*>& causes);

 private:
  void add_session(Cause& cause, const std::string& machine, const Fate& fate,
                   TimePoint since) const;
  std::vector<net::IpAddress> tellers(const std::string& machine, const FibChanged& removal) const;
  void no_route(Cause& cause, const Fate& fate, TimePoint when) const;
  std::optional<std::size_t> configured(const std::string& node, const net::IpAddress& peer) const;

  const Record& record_;
  std::map<net::IpAddress, std::vector<std::size_t>> pods_by_address_;
  std::map<std::string, std::vector<std::size_t>> pods_by_name_;
  std::map<Flow, std::vector<std::size_t>> drops_;
  std::map<std::pair<std::string, net::IpAddress>, std::size_t> configured_;
  std::map<std::pair<std::string, net::IpAddress>, std::vector<std::size_t>> sessions_;
};

// "36.419 s": to the millisecond.
std::string clock(TimePoint at);

}  // namespace seatrial::results
