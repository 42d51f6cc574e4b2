// BFD as the liveness detection of BGP neighbours (RFC 5882 section 4.4): a session for each
// neighbour that has `bfd`, with the intervals of its configuration.
#pragma once

#include "models/bfd/agent.h"
#include "models/bgp/liveness.h"

namespace seatrial::bfd {

class BgpLiveness final : public bgp::Liveness {
 public:
  explicit BgpLiveness(Agent& agent) : agent_(agent) {}  // which outlives it
  std::unique_ptr<bgp::LivenessWatch> watch(const bgp::LivenessTarget& target,
                                            Callback callback) override;

 private:
  Agent& agent_;
};

}  // namespace seatrial::bfd
