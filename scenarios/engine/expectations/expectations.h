// Judges a run: each expectation of a scenario against the record, with the numbers and the first
// counterexample. What the record cannot say (what should be there) comes from Facts, which the
// built world implements.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/net/address.h"
#include "results/record/record.h"
#include "results/report/outcome.h"
#include "scenarios/engine/document/scenario.h"

namespace seatrial::scenario::expectations {

// One side of a BGP session that the files imply.
struct ConfiguredSession {
  std::string node;
  net::IpAddress peer;
  std::string peer_name;  // the peer's node, for messages; may be empty
  std::string source;     // the file that implies it: "network/core1/frr.conf:12"
};

// A Calico block that was allocated, and to whom.
struct Block {
  net::Prefix prefix;
  std::string node;
  net::IpAddress node_address;  // the next hop that others should have
};

class Facts {
 public:
  virtual ~Facts() = default;
  virtual std::vector<ConfiguredSession> configured_sessions() const = 0;
  // As allocated at the end of the run.
  virtual std::vector<Block> blocks(const std::string& cluster) const = 0;
  // Names as ProxyRecord::node has them: an edge's name, a pod's "namespace/name".
  virtual std::vector<std::string> edges() const = 0;
  virtual std::vector<std::string> ingress_pods() const = 0;
  virtual std::vector<std::string> app_pods() const = 0;
  // "namespace/name" of every Service that selects the pod, during the run.
  virtual std::vector<std::string> services_of(const std::string& pod) const = 0;
};

results::Outcome evaluate(const Expectation& expectation, const Scenario& scenario,
                          const Facts& facts, const results::Record& record);
// In the scenario's order.
std::vector<results::Outcome> evaluate_all(const Scenario& scenario, const Facts& facts,
                                           const results::Record& record);

}  // namespace seatrial::scenario::expectations
