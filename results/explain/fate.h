// What the network did with packets of a flow at a moment: the first place on their way where they
// were lost. Asked for many flows at once, answered in one replay of the run.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "results/dataplane/state.h"
#include "results/record/record.h"

namespace seatrial::results {

struct Fate {
  enum class Kind : std::uint8_t { arrives, gateway, host, no_route, dropped, loop };
  Kind kind = Kind::arrives;
  std::string machine;             // where it is lost
  net::Prefix prefix;              // of the entry that it used there; of a gateway, host or drop
  std::optional<std::size_t> fib;  // that entry's record
  net::IpAddress next_hop;
  dataplane::Neighbour neighbour;  // of a gateway or host

  bool lost() const { return kind != Kind::arrives; }
};

struct FateQuestion {
  TimePoint at;
  std::string from;  // a machine, or a pod
  net::IpAddress to;
  // The nodes that the flow was seen at; a branch of ECMP that it did not take is not its fate.
  // Empty: not known, every branch counts.
  std::set<std::string> seen;
};

// In the order of the questions.
std::vector<Fate> fates(const Record& record, const std::vector<FateQuestion>& questions);

}  // namespace seatrial::results
