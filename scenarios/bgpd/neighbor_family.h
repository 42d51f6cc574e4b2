// What `show bgp neighbors` says of a neighbour in one address family. The JSON and the text have
// the same facts in the same order, so that one list makes both.
#pragma once

#include <vector>

#include "scenarios/bgpd/neighbor_facts.h"

namespace seatrial::bgpd {

struct FamilyFact {
  std::string key;  // empty: only in the text
  Json value;
  std::string text;  // with its line's end; empty: only in the JSON
};

std::vector<FamilyFact> family_facts(const View& view, const NeighborFacts& facts,
                                     net::Family family);

}  // namespace seatrial::bgpd
