// `no match` and `no set` of route maps: bgpd goes by the command, whatever values follow it.
#include <algorithm>
#include <array>
#include <map>

#include "models/frr/reader.h"

namespace seatrial::frr {
namespace {

struct Undo {
  std::string_view command;
  void (*act)(RouteMapEntryDraft&);
};

template <auto member>
void reset_match(RouteMapEntryDraft& entry) {
  entry.match.*member = {};
}
template <auto member>
void reset_set(RouteMapEntryDraft& entry) {
  entry.set.*member = {};
}

void drop_path_changes(RouteMapEntryDraft& entry, bool prepended, bgp::AsPathChange::Kind kind) {
  std::erase_if(entry.set.as_path, [&](const bgp::AsPathChange& one) {
    const bool prepends = one.kind == bgp::AsPathChange::Kind::prepend ||
                          one.kind == bgp::AsPathChange::Kind::prepend_last_as;
    return prepended ? prepends : one.kind == kind;
  });
}

template <std::uint8_t subtype>
void drop_extended(RouteMapEntryDraft& entry) {
  std::erase_if(entry.set.add_extended_communities, [](const bgp::ExtendedCommunity& one) {
    return ((one.value >> 48) & 0xff) == subtype;
  });
}

using Match = bgp::PolicyMatch;
using Set = bgp::PolicySet;
using Path = bgp::AsPathChange::Kind;

constexpr std::array matches = {
    Undo{"local-preference", reset_match<&Match::local_pref>},
    Undo{"metric", reset_match<&Match::med>},
    Undo{"origin", reset_match<&Match::origin>},
    Undo{"interface", reset_match<&Match::interface>},
    Undo{"tag", reset_match<&Match::tag>},
    Undo{"probability", reset_match<&Match::probability_percent>},
    Undo{"ip next-hop address", reset_match<&Match::next_hop>},
    Undo{"ipv6 next-hop", reset_match<&Match::next_hop_v6>},
    Undo{"ip next-hop type", reset_match<&Match::never>},
    Undo{"ipv6 next-hop type", reset_match<&Match::never>},
    Undo{"evpn", reset_match<&Match::never>},
    Undo{"mac address", reset_match<&Match::never>},
    Undo{"source-vrf", reset_match<&Match::never>},
    Undo{"peer",
         [](RouteMapEntryDraft& entry) {
           entry.match.peer.reset();
           entry.match.peer_local = false;
         }},
};

constexpr std::array sets = {
    Undo{"local-preference", reset_set<&Set::local_pref>},
    Undo{"metric", reset_set<&Set::med>},
    Undo{"weight", reset_set<&Set::weight>},
    Undo{"origin", reset_set<&Set::origin>},
    Undo{"aggregator as", reset_set<&Set::aggregator>},
    Undo{"atomic-aggregate", reset_set<&Set::atomic_aggregate>},
    Undo{"originator-id", reset_set<&Set::originator_id>},
    Undo{"tag", reset_set<&Set::tag>},
    Undo{"distance", reset_set<&Set::distance>},
    Undo{"ipv6 next-hop global", reset_set<&Set::next_hop_v6>},
    Undo{"ipv6 next-hop local", reset_set<&Set::link_local_next_hop>},
    Undo{"ipv6 next-hop peer-address", reset_set<&Set::next_hop_change_v6>},
    Undo{"ip next-hop",
         [](RouteMapEntryDraft& entry) {
           entry.set.next_hop.reset();
           entry.set.next_hop_change = bgp::NextHopChange::none;
         }},
    Undo{"community",
         [](RouteMapEntryDraft& entry) {
           entry.set.add_communities.clear();
           entry.set.clear_communities = false;
         }},
    Undo{"large-community",
         [](RouteMapEntryDraft& entry) {
           entry.set.add_large_communities.clear();
           entry.set.clear_large_communities = false;
         }},
    Undo{"comm-list", [](RouteMapEntryDraft& entry) { entry.delete_communities.reset(); }},
    Undo{"large-comm-list",
         [](RouteMapEntryDraft& entry) { entry.delete_large_communities.reset(); }},
    Undo{"extcommunity rt", drop_extended<2>},
    Undo{"extcommunity soo", drop_extended<3>},
    Undo{"extcommunity bandwidth", drop_extended<4>},
    Undo{"extcommunity none", reset_set<&Set::clear_extended_communities>},
    Undo{"as-path prepend",
         [](RouteMapEntryDraft& entry) { drop_path_changes(entry, true, Path::prepend); }},
    Undo{"as-path exclude",
         [](RouteMapEntryDraft& entry) { drop_path_changes(entry, false, Path::exclude); }},
    Undo{"as-path replace",
         [](RouteMapEntryDraft& entry) { drop_path_changes(entry, false, Path::replace); }},
};

// Whether the line's words begin with those of the command.
bool begins_with(const Reader& r, std::string_view command) {
  std::string said;
  const auto words = 1 + static_cast<std::size_t>(std::ranges::count(command, ' '));
  if (r.value_count() < words) return false;
  for (std::size_t i = 0; i < words; ++i) said += (i > 0 ? " " : "") + r.value(i).text;
  return said == command;
}

template <std::size_t count>
const Undo* longest(const Reader& r, const std::array<Undo, count>& table) {
  const Undo* found = nullptr;
  for (const auto& undo : table) {
    if (!begins_with(r, undo.command)) continue;
    if (found == nullptr || undo.command.size() > found->command.size()) found = &undo;
  }
  return found;
}

void unknown(Reader& r, const char* what) {
  r.diagnostics().error(r.at(r.value(0)), "unexpected '" + r.value(0).text + "'", what);
}

}  // namespace

void undo_match(Reader& r) {
  auto& entry = r.route_map();
  const std::string* list = nullptr;
  for (const auto& [command, reference] : entry.match_lists) {
    if (begins_with(r, command) && (list == nullptr || command.size() > list->size())) {
      list = &command;
    }
  }
  const auto* undo = longest(r, matches);
  if (list != nullptr && (undo == nullptr || list->size() >= undo->command.size())) {
    entry.match_lists.erase(std::string(*list));
  } else if (undo != nullptr) {
    undo->act(entry);
  } else if (constexpr std::array lists{"ip", "ipv6", "as-path", "community", "large-community",
                                        "extcommunity"};
             std::ranges::find(lists, r.value(0).text) == lists.end()) {
    unknown(r, "a 'match' command");
  }
}

void undo_set(Reader& r) {
  if (const auto* undo = longest(r, sets)) {
    undo->act(r.route_map());
  } else {
    unknown(r, "a 'set' command");
  }
}

}  // namespace seatrial::frr
