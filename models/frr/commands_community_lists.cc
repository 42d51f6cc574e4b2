// AS-path access lists and community lists: what bgpd's bgp_filter and bgp_clist read.
#include <array>

#include "models/frr/list_lines.h"
#include "models/frr/values.h"

namespace seatrial::frr {
namespace {

constexpr auto acts = Effect::acts;
constexpr auto unsupported = Effect::unsupported;

std::optional<bgp::Regex> expression(Reader& r, std::size_t from) {
  auto compiled = bgp::Regex::compile(r.rest(from));
  if (compiled) return std::move(*compiled);
  r.diagnostics().error(r.at(r.value(from)),
                        "'" + r.rest(from) + "' is no regular expression: " + compiled.error(),
                        "a POSIX extended expression, where _ is a separator");
  return std::nullopt;
}

void as_path_list(Reader& r) {
  auto& entries = r.draft().as_path_lists[r.value(1).text];
  const auto action = action_index(r, 1);
  const auto text = r.rest(action + 1);
  // config_bgp_aspath_validate: FRR takes no other characters here.
  const auto wrong = text.find_first_not_of("0123456789_^|[,{}() ]$*+.?-\\");
  if (wrong != std::string::npos) {
    r.diagnostics().error(r.at(r.value(action + 1)),
                          "'" + text.substr(wrong, 1) + "' in an as-path access-list",
                          "AS numbers and the signs of a regular expression");
    return;
  }
  auto compiled = expression(r, action + 1);
  if (!compiled) return;
  put_in_order(entries, bgp::AsPathListEntry{.sequence = sequence_of(r, 1, entries),
                                             .action = action_of(r, action),
                                             .expression = std::move(*compiled)});
}

// The values: bgp or ip, maybe the kind, the name, ...
template <typename C>
bgp::CommunityListEntry<C> entry_of(Reader& r, std::size_t name,
                                    const std::vector<bgp::CommunityListEntry<C>>& known) {
  return {.sequence = sequence_of(r, name, known),
          .action = action_of(r, action_index(r, name)),
          .members = {},
          .expression = {}};
}

template <typename C>
void sort_members(std::vector<C>& members) {
  std::ranges::sort(members);
  members.erase(std::unique(members.begin(), members.end()), members.end());
}

void community_list(Reader& r) {
  auto& entries = r.draft().community_lists[r.value(1).text];
  auto entry = entry_of(r, 1, entries);
  for (auto i = action_index(r, 1) + 1; i < r.value_count(); ++i) {
    if (const auto community = parse_community(r.value(i).text)) {
      entry.members.push_back(*community);
      entry.any = entry.any || r.value(i).text == "internet";
    } else {
      r.diagnostics().error(r.at(r.value(i)), "'" + r.value(i).text + "' is not a community",
                            "AS:NUMBER or a well-known name, as no-export");
    }
  }
  sort_members(entry.members);
  put_in_order(entries, std::move(entry));
}

void large_community_list(Reader& r) {
  auto& entries = r.draft().large_community_lists[r.value(1).text];
  auto entry = entry_of(r, 1, entries);
  for (auto i = action_index(r, 1) + 1; i < r.value_count(); ++i) {
    if (const auto community = parse_large_community(r.value(i).text)) {
      entry.members.push_back(*community);
    } else {
      r.diagnostics().error(r.at(r.value(i)), "'" + r.value(i).text + "' is not a large community",
                            "AS:NUMBER:NUMBER (RFC 8092)");
    }
  }
  sort_members(entry.members);
  put_in_order(entries, std::move(entry));
}

void extended_community_list(Reader& r) {
  auto& entries = r.draft().extended_community_lists[r.value(1).text];
  auto entry = entry_of(r, 1, entries);
  std::uint8_t subtype = 0;
  for (auto i = action_index(r, 1) + 1; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    if (word.text == "rt" || word.text == "soo") {
      subtype = word.text == "rt" ? 2 : 3;
      continue;
    }
    const auto community = parse_extended_community(word.text, subtype);
    if (subtype != 0 && community) {
      entry.members.push_back(*community);
    } else {
      r.diagnostics().error(r.at(word), "'" + word.text + "' is not an extended community",
                            "rt or soo, then AS:NUMBER or ADDRESS:NUMBER");
    }
  }
  sort_members(entry.members);
  put_in_order(entries, std::move(entry));
}

template <typename C>
void expanded(Reader& r, Lists<bgp::CommunityListEntry<C>>& lists) {
  auto& entries = lists[r.value(1).text];
  auto entry = entry_of(r, 1, entries);
  entry.expression = expression(r, action_index(r, 1) + 1);
  if (entry.expression) put_in_order(entries, std::move(entry));
}

void community_list_expanded(Reader& r) {
  expanded(r, r.draft().community_lists);
}
void large_community_list_expanded(Reader& r) {
  expanded(r, r.draft().large_community_lists);
}
void extended_community_list_expanded(Reader& r) {
  expanded(r, r.draft().extended_community_lists);
}

// `ip` is how Quagga and FRR before 7.4 begin them.
constexpr std::array rows = {
    Row{"bgp|ip as-path access-list WORD (seq <0-4294967295>) permit|deny LINE", acts,
        as_path_list},
    Row{"bgp|ip community-list <1-99> (seq <0-4294967295>) permit|deny LINE", acts, community_list},
    Row{"bgp|ip community-list standard WORD (seq <0-4294967295>) permit|deny LINE", acts,
        community_list},
    Row{"bgp|ip community-list <100-500> (seq <0-4294967295>) permit|deny LINE", acts,
        community_list_expanded},
    Row{"bgp|ip community-list expanded WORD (seq <0-4294967295>) permit|deny LINE", acts,
        community_list_expanded},
    Row{"bgp|ip large-community-list <1-99> (seq <0-4294967295>) permit|deny LINE", acts,
        large_community_list},
    Row{"bgp|ip large-community-list standard WORD (seq <0-4294967295>) permit|deny LINE", acts,
        large_community_list},
    Row{"bgp|ip large-community-list <100-500> (seq <0-4294967295>) permit|deny LINE", acts,
        large_community_list_expanded},
    Row{"bgp|ip large-community-list expanded WORD (seq <0-4294967295>) permit|deny LINE", acts,
        large_community_list_expanded},
    Row{"bgp|ip extcommunity-list <1-99> (seq <0-4294967295>) permit|deny LINE", acts,
        extended_community_list},
    Row{"bgp|ip extcommunity-list standard WORD (seq <0-4294967295>) permit|deny LINE", acts,
        extended_community_list},
    Row{"bgp|ip extcommunity-list <100-500> (seq <0-4294967295>) permit|deny LINE", acts,
        extended_community_list_expanded},
    Row{"bgp|ip extcommunity-list expanded WORD (seq <0-4294967295>) permit|deny LINE", acts,
        extended_community_list_expanded},
    Row{"no bgp|ip community-list|large-community-list|extcommunity-list|as-path ANY", unsupported},
    Row{"bgp community alias ANY", Effect::harmless},  // a name in displays, but for `match alias`
    Row{"no bgp community alias ANY", Effect::harmless},
};

}  // namespace

std::span<const Row> community_list_commands() {
  return rows;
}

}  // namespace seatrial::frr
