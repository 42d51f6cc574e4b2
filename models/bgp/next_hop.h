// NEXT_HOP as it leaves: RFC 4271 section 5.1.3, RFC 5065 section 4, RFC 2545 section 3, and what
// the daemons make of them. The address is chosen before the outbound policy, which may replace it;
// the link-local address that goes along with it is settled afterwards.
#pragma once

#include "models/bgp/rules.h"

namespace seatrial::bgp {

void set_next_hop(const RuleContext& context, const net::Prefix& prefix, const Candidate& best,
                  PathAttributes& attributes);
void set_link_local(const RuleContext& context, const net::Prefix& prefix, const Candidate& best,
                    PathAttributes& attributes);

}  // namespace seatrial::bgp
