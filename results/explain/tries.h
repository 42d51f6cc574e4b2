// Which connection of a request went wrong: the client's own, a proxy's try of an upstream, or one
// further in. Proxies do not know each other; the endpoints of the connections between them join
// their records.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "results/record/record.h"

namespace seatrial::results {

struct Try {
  std::string from;                  // who connects: the client, an edge, an ingress pod
  std::optional<std::size_t> proxy;  // index into Record::proxies(); nothing: the client itself
  net::Endpoint to;
  std::string error;  // as the record says it
  TimePoint started;
  TimePoint finished;
  std::optional<Flow> flow;            // nothing: it was never seen
  std::vector<std::size_t> sent;       // Record::hops(): each first packet that `from` sent
  std::set<std::string> seen;          // nodes that it passed
  std::set<std::string> answers_seen;  // nodes that its answers passed
  std::string arrived_at;              // where it was delivered; empty: nowhere
};

class Tries {
 public:
  explicit Tries(const Record& record);

  // Those that failed or hung, in the order of a request's way, the last the innermost. `proxies`
  // gets every proxy record of the way.
  std::vector<Try> wrong(std::size_t request, std::vector<std::size_t>& proxies) const;
  // A proxy's try, up to `until`.
  Try of_proxy(std::size_t index, TimePoint until) const;
  // What became of a connection from `from` during a time.
  Try of_connection(const std::string& from, const Flow& flow, TimePoint started,
                    TimePoint finished) const;

 private:
  // `listener`: whom the client connected to. Ports are used again towards others.
  void descend(const net::Endpoint& client, const net::Endpoint& listener, TimePoint from,
               TimePoint to, std::vector<Try>& out, std::vector<std::size_t>& proxies,
               int depth) const;
  Try of_client(const RequestFinished& request) const;
  void follow(Try& one) const;

  const Record& record_;
  std::map<net::Endpoint, std::vector<std::size_t>> proxies_by_client_;
  std::map<Flow, std::vector<std::size_t>> hops_by_flow_;
  std::map<std::pair<std::string, net::Endpoint>, std::vector<std::size_t>> sent_;
};

}  // namespace seatrial::results
