// The commands of `address-family ipv4|ipv6 unicast` about a neighbour.
#include <array>

#include "models/frr/reader.h"
#include "models/frr/values.h"

namespace seatrial::frr {
namespace {

constexpr auto acts = Effect::acts;
constexpr auto harmless = Effect::harmless;
constexpr auto no_effect = Effect::no_effect;
constexpr auto unsupported = Effect::unsupported;

using Family = FamilySettings;

template <auto member>
void flag(Reader& r) {
  r.peer_family().*member = !r.negated();
}
template <auto member>
void reset(Reader& r) {
  (r.peer_family().*member).reset();
}

// `... NAME in|out`, and its `no`.
template <auto in, auto out>
void filter(Reader& r) {
  auto& slot = r.value(2).text == "in" ? r.peer_family().*in : r.peer_family().*out;
  if (r.negated()) {
    slot.reset();
  } else {
    slot = r.reference(1);
  }
}

// Communities are sent unless told otherwise; without a kind it is about the standard ones.
void send_community(Reader& r) {
  auto& settings = r.peer_family();
  const bool send = !r.negated();
  const auto kind = r.value_count() > 1 ? r.value(1).text : "standard";
  const bool all = kind == "all";
  const bool both = all || kind == "both";
  if (both || kind == "standard") settings.send_community = send;
  if (both || kind == "extended") settings.send_extended_community = send;
  if (all || kind == "large") settings.send_large_community = send;
}

// maximum-prefix N [percent] [warning-only | restart minutes] [force]
void maximum_prefix(Reader& r) {
  bgp::MaxPrefixes out{.limit = r.number(1), .restart = {}};
  for (std::size_t i = 2; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    const auto number = parse_number(word.text);
    if (i == 2 && number && *number >= 1 && *number <= 100) {
      out.threshold_percent = *number;
    } else if (word.text == "warning-only" && !out.restart) {
      out.warning_only = true;
    } else if (word.text == "restart" && !out.warning_only && i + 1 < r.value_count()) {
      const auto minutes = parse_number(r.value(++i).text);
      if (!minutes || *minutes < 1 || *minutes > 65535) {
        r.diagnostics().error(r.at(r.value(i)), "unexpected '" + r.value(i).text + "'",
                              "a number from 1 to 65535");
        return;
      }
      out.restart = std::chrono::minutes(*minutes);
    } else if (word.text == "force" && i + 1 == r.value_count()) {
      r.diagnostics().warning(r.at(word), "'force' has no effect here",
                              "a limit that counts what the policies let in");
    } else {
      r.diagnostics().error(r.at(word), "unexpected '" + word.text + "'",
                            "a percentage, 'warning-only', 'restart MINUTES' or 'force'");
      return;
    }
  }
  r.peer_family().maximum_prefix = out;
}

void allowas_in(Reader& r) {
  r.peer_family().allowas_in = r.value_count() > 1 ? r.number(1) : 3;
  r.peer_family().allowas_in_origin = false;
}

void allowas_in_origin(Reader& r) {
  r.peer_family().allowas_in = 0;
  r.peer_family().allowas_in_origin = true;
}

// attribute-unchanged [{as-path|next-hop|med}]: without a word all three.
void attribute_unchanged(Reader& r) {
  const bool all = r.value_count() == 1;
  auto& settings = r.peer_family();
  if (all) {
    settings.as_path_unchanged = settings.next_hop_unchanged = settings.med_unchanged =
        !r.negated();
  }
  for (std::size_t i = 1; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    if (word.text == "as-path") {
      settings.as_path_unchanged = !r.negated();
    } else if (word.text == "next-hop") {
      settings.next_hop_unchanged = !r.negated();
    } else if (word.text == "med") {
      settings.med_unchanged = !r.negated();
    } else {
      r.diagnostics().error(r.at(word), "unexpected '" + word.text + "'",
                            "'as-path', 'next-hop' or 'med'");
    }
  }
}

template <bgp::RemovePrivateAs how>
void remove_private_as(Reader& r) {
  r.peer_family().remove_private_as = r.negated() ? bgp::RemovePrivateAs::never : how;
}

template <bgp::NextHopSelf how>
void next_hop_self(Reader& r) {
  r.peer_family().next_hop_self = r.negated() ? bgp::NextHopSelf::never : how;
}

void default_originate(Reader& r) {
  r.peer_family().default_originate =
      r.value_count() > 1 ? r.reference(1) : Reference{"", r.here()};
}

void advertise_map(Reader& r) {
  r.peer_family().conditional = ConditionalDraft{
      .routes = r.reference(1),
      .condition = r.reference(3),
      .while_exists = r.value(2).text == "exist-map",
  };
}

constexpr std::array rows = {
    Row{"[no] neighbor PEER activate", acts, flag<&Family::activate>},
    Row{"[no] neighbor PEER route-reflector-client", acts, flag<&Family::route_reflector_client>},
    Row{"[no] neighbor PEER route-server-client", acts, flag<&Family::route_server_client>},
    Row{"[no] neighbor PEER next-hop-self", acts,
        next_hop_self<bgp::NextHopSelf::unless_reflected>},
    Row{"[no] neighbor PEER next-hop-self force|all", acts,
        next_hop_self<bgp::NextHopSelf::always>},
    Row{"[no] neighbor PEER attribute-unchanged ANY", acts, attribute_unchanged},
    Row{"[no] neighbor PEER soft-reconfiguration inbound", acts,
        flag<&Family::soft_reconfiguration>},
    Row{"[no] neighbor PEER send-community", acts, send_community},
    Row{"[no] neighbor PEER send-community all|both|standard|extended|large", acts, send_community},
    Row{"neighbor PEER maximum-prefix <1-4294967295> ANY", acts, maximum_prefix},
    Row{"no neighbor PEER maximum-prefix ANY", acts, reset<&Family::maximum_prefix>},
    Row{"neighbor PEER maximum-prefix-out <1-4294967295>", acts,
        [](Reader& r) { r.peer_family().maximum_prefix_out = r.number(1); }},
    Row{"no neighbor PEER maximum-prefix-out ANY", acts, reset<&Family::maximum_prefix_out>},
    Row{"neighbor PEER weight <0-65535>", acts,
        [](Reader& r) { r.peer_family().weight = r.number(1); }},
    Row{"no neighbor PEER weight ANY", acts, reset<&Family::weight>},
    Row{"[no] neighbor PEER route-map WORD in|out", acts,
        filter<&Family::route_map_in, &Family::route_map_out>},
    Row{"[no] neighbor PEER prefix-list WORD in|out", acts,
        filter<&Family::prefix_list_in, &Family::prefix_list_out>},
    Row{"[no] neighbor PEER filter-list WORD in|out", acts,
        filter<&Family::filter_list_in, &Family::filter_list_out>},
    Row{"[no] neighbor PEER distribute-list WORD in|out", acts,
        filter<&Family::distribute_list_in, &Family::distribute_list_out>},
    Row{"neighbor PEER unsuppress-map WORD", acts,
        [](Reader& r) { r.peer_family().unsuppress_map = r.reference(1); }},
    Row{"no neighbor PEER unsuppress-map WORD", acts, reset<&Family::unsuppress_map>},
    Row{"neighbor PEER default-originate", acts, default_originate},
    Row{"neighbor PEER default-originate route-map WORD", acts, default_originate},
    Row{"no neighbor PEER default-originate ANY", acts, reset<&Family::default_originate>},
    Row{"neighbor PEER allowas-in", acts, allowas_in},
    Row{"neighbor PEER allowas-in <1-10>", acts, allowas_in},
    Row{"neighbor PEER allowas-in origin", acts, allowas_in_origin},
    Row{"no neighbor PEER allowas-in ANY", acts,
        [](Reader& r) {
          r.peer_family().allowas_in.reset();
          r.peer_family().allowas_in_origin.reset();
        }},
    Row{"[no] neighbor PEER as-override", acts, flag<&Family::as_override>},
    Row{"[no] neighbor PEER remove-private-AS", acts,
        remove_private_as<bgp::RemovePrivateAs::when_all_private>},
    Row{"[no] neighbor PEER remove-private-AS all", acts,
        remove_private_as<bgp::RemovePrivateAs::all>},
    Row{"[no] neighbor PEER remove-private-AS replace-AS", acts,
        remove_private_as<bgp::RemovePrivateAs::when_all_private_replace>},
    Row{"[no] neighbor PEER remove-private-AS all replace-AS", acts,
        remove_private_as<bgp::RemovePrivateAs::all_replace>},
    Row{"[no] neighbor PEER addpath-tx-all-paths", acts, flag<&Family::add_path_all>},
    Row{"[no] neighbor PEER addpath-tx-bestpath-per-AS", acts, flag<&Family::add_path_best_per_as>},
    Row{"[no] neighbor PEER disable-addpath-rx", acts, flag<&Family::add_path_refused>},
    // A receiver's own filter sent ahead: the routes that it keeps are the same.
    Row{"[no] neighbor PEER capability orf prefix-list both|send|receive", no_effect},
    Row{"neighbor PEER advertise-map WORD exist-map|non-exist-map WORD", acts, advertise_map},
    Row{"no neighbor PEER advertise-map WORD exist-map|non-exist-map WORD", acts,
        reset<&Family::conditional>},
    Row{"neighbor PEER soo WORD", unsupported},
    Row{"no neighbor PEER soo ANY", harmless},
};

}  // namespace

std::span<const Row> family_neighbor_commands() {
  return rows;
}

}  // namespace seatrial::frr
