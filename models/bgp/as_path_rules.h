// What the speakers of a path do to its AS_PATH beyond prepending themselves: confederations (RFC
// 5065), private ASes (RFC 6996), and the substitutions that daemons offer. Pure functions.
#pragma once

#include "models/bgp/config.h"
#include "models/bgp/path_attributes.h"

namespace seatrial::bgp {

// RFC 5065 section 4.1 c: the member's AS in an AS_CONFED_SEQUENCE at the front.
void prepend_member(AsPath& path, Asn member);
// RFC 5065 section 4.1 b: what is the confederation's own business does not leave it.
void remove_confederation(AsPath& path);
// Leading segments of the confederation apart, the neighbouring AS (RFC 5065 section 5.3).
std::optional<Asn> outer_neighbor(const AsPath& path);
// The member AS that a path of a confederation came from, where it begins with a sequence of them.
std::optional<Asn> member_neighbor(const AsPath& path);
// The members that an AS_CONFED_SEQUENCE names.
std::size_t member_hops(const AsPath& path);

bool is_private(Asn asn);  // RFC 6996
bool all_private(const AsPath& path);
// As FRR's remove-private-AS: the peer's own AS is never touched.
void remove_private(AsPath& path, RemovePrivateAs how, Asn own, Asn peer);
// As FRR's as-override: every `from` becomes `to`.
void replace_as(AsPath& path, Asn from, Asn to);
// RFC 4271 section 9.2.2.2: the sequence that all begin with, and a set of all the others.
AsPath joined_path(const std::vector<const PathAttributes*>& parts);
bool has_sets(const AsPath& path);  // AS_SET or AS_CONFED_SET (RFC 6472)

}  // namespace seatrial::bgp
