// Prefix lists, community lists and route maps: what FRR's lib/plist and lib/routemap read.
#include <algorithm>
#include <array>
#include <charconv>

#include "models/frr/reader.h"

namespace seatrial::frr {
namespace {

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t out = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return out;
}

// The values of a list's line: ip|ipv6 or bgp, the name, maybe a sequence number, the action.
std::size_t action_index(const Reader& r) {
  const auto& third = r.value(2).text;
  return third == "permit" || third == "deny" ? 2 : 3;
}

// An explicit `seq N`, else 5 more than the largest so far, as FRR counts.
template <typename Rule>
std::uint32_t sequence(const Reader& r, const std::vector<Rule>& rules) {
  if (action_index(r) == 3) return r.number(2);
  std::uint32_t most = 0;
  for (const auto& rule : rules) most = std::max(most, rule.sequence);
  return most - most % 5 + 5;
}

// `ge N` or `le N`; a list may be called "ge", so the word counts only before a number.
const Word* bound(const Reader& r, std::string_view name) {
  const auto* word = r.after(name);
  return word != nullptr && number_in(word->text) ? word : nullptr;
}

// A rule takes the place of one with its number, and stands in the order of numbers.
template <typename Rule>
void put(std::vector<Rule>& rules, Rule rule) {
  const auto at = std::ranges::lower_bound(rules, rule.sequence, {}, &Rule::sequence);
  if (at != rules.end() && at->sequence == rule.sequence) {
    *at = std::move(rule);
  } else {
    rules.insert(at, std::move(rule));
  }
}

void prefix_list(Reader& r) {
  const bool is_v6 = r.value(0).text == "ipv6";
  const auto action = action_index(r);
  const auto& name = r.value(1);
  const bool any = r.value_count() == action + 1;  // a word that stands for itself is no value
  PrefixRuleDraft rule;
  auto& rules = r.draft().prefix_lists[name.text];
  rule.sequence = sequence(r, rules);
  rule.permit = r.value(action).text == "permit";
  rule.position = r.here();
  const auto* ge = bound(r, "ge");
  const auto* le = bound(r, "le");
  if (any) {
    rule.prefix = is_v6 ? *net::Prefix::parse("::/0") : net::Prefix();
    rule.most = rule.prefix.address().bits();
  } else {
    rule.prefix = *net::Prefix::parse_lenient(r.value(action + 1).text);
    if (rule.prefix.address().is_v4() == is_v6) {
      r.diagnostics().error(
          r.at(r.value(action + 1)),
          "'" + r.value(action + 1).text + "' in an " + r.value(0).text + " prefix-list",
          is_v6 ? "an IPv6 prefix, as 2001:db8::/32" : "an IPv4 prefix, as 10.1.1.0/24");
      return;
    }
    const int length = rule.prefix.length();
    const int bits = rule.prefix.address().bits();
    rule.least = ge != nullptr ? static_cast<int>(number_in(ge->text).value_or(0)) : length;
    rule.most = le != nullptr   ? static_cast<int>(number_in(le->text).value_or(0))
                : ge != nullptr ? bits
                                : length;
    const bool ordered =
        rule.least >= length && rule.most >= rule.least && rule.most <= bits && rule.least <= bits;
    if (!ordered) {
      const auto& wrong = ge != nullptr && (rule.least < length || rule.least > bits) ? *ge
                          : le != nullptr                                             ? *le
                                                                                      : *ge;
      r.diagnostics().error(r.at(wrong), "invalid prefix range for " + rule.prefix.to_string(),
                            "length <= ge <= le <= " + std::to_string(bits));
      return;
    }
  }
  put(rules, std::move(rule));
}

std::vector<std::uint32_t> communities(Reader& r, std::size_t from, bool* additive = nullptr) {
  std::vector<std::uint32_t> out;
  for (auto i = from; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    if (additive != nullptr && word.text == "additive") {
      *additive = true;
    } else if (const auto community = parse_community(word.text)) {
      out.push_back(*community);
    } else if (word.text == "internet") {  // FRR's word for any route, or for 0:0 when set
      r.diagnostics().error(r.at(word), "'internet' is not modelled", "a design without it");
    } else {
      r.diagnostics().error(r.at(word), "'" + word.text + "' is not a community",
                            "AS:NUMBER or a well-known name, as no-export");
    }
  }
  return out;
}

void community_list(Reader& r) {
  const auto action = action_index(r);
  auto& rules = r.draft().community_lists[r.value(1).text];
  CommunityRuleDraft rule{.sequence = sequence(r, rules),
                          .permit = r.value(action).text == "permit",
                          .communities = communities(r, action + 1),
                          .position = r.here()};
  put(rules, std::move(rule));
}

void route_map(Reader& r) {
  auto& entry = r.draft().route_maps[r.value(0).text][r.number(2)];
  entry.sequence = r.number(2);
  entry.permit = r.value(1).text == "permit";
  entry.position = r.here();
  r.enter_route_map(entry);
}

void set_community(Reader& r) {
  auto& entry = r.route_map();
  if (r.value(0).text == "none") {
    entry.set_communities.emplace();
    return;
  }
  entry.set_communities = communities(r, 0, &entry.additive_communities);
}

void prepend(Reader& r) {
  for (std::size_t i = 0; i < r.value_count(); ++i) {
    const auto asn = net::Asn::parse(r.value(i).text);
    if (asn && asn->value != 0) {
      r.route_map().prepend.push_back(*asn);
    } else {
      r.diagnostics().error(r.at(r.value(i)), "'" + r.value(i).text + "' is not an AS number",
                            "AS numbers");
    }
  }
}

constexpr auto unsupported = Effect::unsupported;
constexpr auto harmless = Effect::harmless;

constexpr std::array policy_rows = {
    Row{"ip|ipv6 prefix-list WORD (seq <1-4294967295>) permit|deny any", Effect::acts, prefix_list},
    Row{"ip|ipv6 prefix-list WORD (seq <1-4294967295>) permit|deny PREFIX (ge <0-128>) (le "
        "<0-128>)",
        Effect::acts, prefix_list},
    Row{"ip|ipv6 prefix-list WORD (seq <1-4294967295>) permit|deny PREFIX le <0-128> ge <0-128>",
        Effect::acts, prefix_list},
    Row{"no ip|ipv6 prefix-list sequence-number", harmless},
    Row{"no ip|ipv6 prefix-list|community-list|as-path|access-list|route|nht|protocol|import-table "
        "ANY",
        unsupported},
    Row{"no route-map|access-list|router|interface|vrf ANY", unsupported},
    Row{"no bgp community-list|large-community-list|extcommunity-list|as-path ANY", unsupported},
    Row{"ip|ipv6 prefix-list WORD description LINE", harmless},
    // `ip` is how Quagga and FRR before 7.4 begin it.
    Row{"bgp|ip community-list LISTNAME (seq <1-4294967295>) permit|deny LINE", Effect::acts,
        community_list},
    Row{"bgp|ip community-list standard WORD (seq <1-4294967295>) permit|deny LINE", Effect::acts,
        community_list},
    Row{"bgp|ip community-list <100-500> ANY", unsupported},
    Row{"bgp|ip community-list expanded ANY", unsupported},
    Row{"bgp|ip as-path access-list ANY", unsupported},
    Row{"bgp community alias ANY", unsupported},
    Row{"bgp extcommunity-list ANY", unsupported},
    Row{"bgp large-community-list ANY", unsupported},
    Row{"access-list ANY", unsupported},
    Row{"ip|ipv6 access-list ANY", unsupported},
    Row{"route-map WORD permit|deny <1-65535>", Effect::acts, route_map},
    Row{"[no] route-map optimization", harmless},
    Row{"[no] route-map WORD optimization", harmless},
};

constexpr std::array route_map_rows = {
    Row{"description LINE", harmless},
    Row{"match ip|ipv6 address prefix-list WORD", Effect::acts,
        [](Reader& r) { r.route_map().match_prefix_list = r.reference(1); }},
    Row{"match community WORD", Effect::acts,
        [](Reader& r) { r.route_map().match_community = r.reference(0); }},
    Row{"match community WORD exact-match", Effect::acts,
        [](Reader& r) {
          r.route_map().match_community = r.reference(0);
          r.route_map().exact_community = true;
        }},
    Row{"match ip|ipv6 address WORD", unsupported},
    Row{"match ip|ipv6 next-hop ANY", unsupported},
    Row{"match ip|ipv6 address prefix-len <0-128>", unsupported},
    Row{"match ip route-source ANY", unsupported},
    Row{"match as-path|interface|metric|peer|local-preference|origin|tag|source-protocol ANY",
        unsupported},
    Row{"match alias|evpn|extcommunity|large-community|mac|probability|rpki|source-instance|"
        "source-vrf|vpn ANY",
        unsupported},
    Row{"no match|set|call|continue|on-match|description ANY", unsupported},
    Row{"set local-preference <0-4294967295>", Effect::acts,
        [](Reader& r) { r.route_map().set_local_preference = r.number(0); }},
    Row{"set local-preference|metric SIGNED", unsupported},
    Row{"set metric rtt|+rtt|-rtt", unsupported},
    Row{"set metric <0-4294967295>", Effect::acts,
        [](Reader& r) { r.route_map().set_metric = r.number(0); }},
    Row{"set weight <0-4294967295>", Effect::acts,
        [](Reader& r) { r.route_map().set_weight = r.number(0); }},
    Row{"set community LINE", Effect::acts, set_community},
    Row{"set as-path prepend LINE", Effect::acts, prepend},
    Row{"set as-path prepend last-as <1-10>", unsupported},
    Row{"set as-path exclude|replace ANY", unsupported},
    Row{"set ip next-hop ADDR", Effect::acts,
        [](Reader& r) { r.route_map().set_next_hop = r.address(0); }},
    Row{"set ip next-hop peer-address|unchanged", unsupported},
    Row{"set origin igp|egp|incomplete", Effect::acts,
        [](Reader& r) {
          const auto& origin = r.value(0).text;
          r.route_map().set_origin = origin == "igp" ? 0 : origin == "egp" ? 1 : 2;
        }},
    Row{"set ipv6 next-hop ANY", unsupported},
    Row{"set comm-list|extcommunity|large-comm-list|large-community|aggregator|src|tag|table ANY",
        unsupported},
    Row{"set atomic-aggregate|distance|evpn|forwarding-address|l3vpn|label-index|metric-type|"
        "originator-id|sr-te|vpn ANY",
        unsupported},
    Row{"on-match next|goto ANY", unsupported},
    Row{"call WORD", unsupported},
    Row{"continue ANY", unsupported},
};

}  // namespace

std::span<const Row> policy_commands() {
  return policy_rows;
}
std::span<const Row> route_map_commands() {
  return route_map_rows;
}

std::optional<std::uint32_t> parse_community(std::string_view text) {
  struct Known {
    std::string_view name;
    std::uint32_t value;
  };
  constexpr std::array<Known, 9> known{{{"graceful-shutdown", 0xffff0000U},  // RFC 8326
                                        {"accept-own", 0xffff0001U},         // RFC 7611
                                        {"llgr-stale", 0xffff0006U},         // RFC 9494
                                        {"no-llgr", 0xffff0007U},
                                        {"blackhole", 0xffff029aU},  // RFC 7999
                                        {"no-export", 0xffffff01U},  // RFC 1997
                                        {"no-advertise", 0xffffff02U},
                                        {"local-AS", 0xffffff03U},
                                        {"no-peer", 0xffffff04U}}};  // RFC 3765
  for (const auto& one : known) {
    if (one.name == text) return one.value;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return number_in(text);
  const auto high = number_in(text.substr(0, colon));
  const auto low = number_in(text.substr(colon + 1));
  if (!high || !low || *high > 0xffff || *low > 0xffff) return std::nullopt;
  return (*high << 16) | *low;
}

}  // namespace seatrial::frr
