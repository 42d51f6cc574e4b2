// Neighbours that are sent the same: equal in all that the export rules and the codec look at, so
// that what one of them is sent is worked out once, and written once, for all of them. The Adj-RIB-
// Out and the time of sending stay each neighbour's own.
#pragma once

#include <array>
#include <unordered_map>
#include <vector>

#include "models/bgp/codec.h"
#include "models/bgp/decision.h"
#include "models/bgp/policy_reach.h"
#include "models/bgp/rules.h"

namespace seatrial::bgp {

class UpdateGroup {
 public:
  // As the first member is; `id` counts from 1.
  UpdateGroup(unsigned id, const RuleContext& context, const CodecOptions& codec);

  unsigned id() const { return id_; }
  // Whether a neighbour like this belongs here.
  bool takes(const RuleContext& context, const CodecOptions& codec) const;
  // The members, for the owner to count.
  std::size_t members = 0;

  // What a candidate becomes on its way out: nothing when it is not sent. `context` is a member's.
  AttributesRef exported(const RuleContext& context, const net::Prefix& prefix,
                         const Candidate& path, AttributePool& pool);
  // The messages that announce these, which are of one family. They stay until the next call.
  const std::vector<Octets>& encoded(const AttributesRef& attributes,
                                     const std::vector<Nlri>& announced);
  // Sessions have changed, or a new batch of changes begins.
  void forget();

 private:
  struct Question {
    AttributesRef attributes;
    const PathOrigin* origin;
    net::Prefix prefix;  // of its family the default route, where the policy looks at no more
    bool returned;       // to where it came from, with nobody else in the group
    friend bool operator==(const Question&, const Question&) = default;
  };
  struct Hash {
    std::size_t operator()(const Question& q) const;
  };
  struct Written {
    AttributesRef attributes;
    std::vector<Nlri> announced;
    std::vector<Octets> messages;
  };

  bool fits(const PathAttributes& attributes, const net::Prefix& prefix) const;

  unsigned id_;
  NeighborConfig config_;
  PeerKind kind_;
  net::IpAddress local_address_;
  Asn peer_as_;
  bool peer_long_lived_;
  bool extended_next_hop_;
  Link link_;
  CodecOptions codec_;
  std::array<PolicyReach, 2> reach_;  // of IPv4 and IPv6
  std::unordered_map<Question, AttributesRef, Hash> answers_;
  std::vector<Written> written_;
};

}  // namespace seatrial::bgp
