// The commands of `address-family ipv4|ipv6 unicast` about routes.
#include <array>
#include <bit>

#include "models/frr/reader.h"
#include "models/frr/values.h"

namespace seatrial::frr {
namespace {

constexpr auto acts = Effect::acts;
constexpr auto harmless = Effect::harmless;
constexpr auto no_effect = Effect::no_effect;
constexpr auto unsupported = Effect::unsupported;

void add_network(Reader& r, const net::Prefix& prefix) {
  NetworkDraft draft{.prefix = prefix, .route_map = {}, .position = r.here()};
  if (const auto* name = r.after("route-map")) draft.route_map = Reference{name->text, r.at(*name)};
  for (const auto& known : r.bgp().networks) {
    if (known.prefix == draft.prefix) {
      r.diagnostics().error(r.at(r.value(0)),
                            "network " + draft.prefix.to_string() + " is given already, at line " +
                                std::to_string(known.position.line),
                            "one line for it");
      return;
    }
  }
  r.bgp().networks.push_back(std::move(draft));
}

void network(Reader& r) {
  add_network(r, *net::Prefix::parse_lenient(r.value(0).text));
}

// A mask's length; nothing when its ones are not all in front.
std::optional<int> length_of(const net::IpAddress& mask) {
  const auto value = mask.v4_value();
  const int length = std::countl_one(value);
  const bool whole = length == 32 || (value << length) == 0;
  return whole ? std::optional(length) : std::nullopt;
}

std::optional<net::Prefix> masked(Reader& r, std::size_t at) {
  const auto length = length_of(r.address(at + 1));
  if (!length) {
    r.diagnostics().error(r.at(r.value(at + 1)), "'" + r.value(at + 1).text + "' is no mask",
                          "a mask, as 255.255.255.0");
    return std::nullopt;
  }
  return net::Prefix(r.address(at), *length);
}

void network_masked(Reader& r) {
  if (const auto prefix = masked(r, 0)) add_network(r, *prefix);
}

// Classes of RFC 791 section 3.2, which bgpd still goes by.
void network_classful(Reader& r) {
  const auto address = r.address(0);
  const auto first = address.v4_value() >> 24;
  add_network(r, net::Prefix(address, first < 128 ? 8 : first < 192 ? 16 : 24));
}

void aggregate_options(Reader& r, AggregateDraft draft, std::size_t from) {
  for (auto i = from; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    const bool more = i + 1 < r.value_count();
    if (word.text == "as-set") {
      draft.aggregate.as_set = true;
    } else if (word.text == "summary-only") {
      draft.aggregate.summary_only = true;
    } else if (word.text == "matching-MED-only") {
      draft.aggregate.matching_med_only = true;
    } else if (word.text == "route-map" && more) {
      draft.route_map = r.reference(++i);
    } else if (word.text == "suppress-map" && more) {
      draft.suppress_map = r.reference(++i);
    } else if (word.text == "origin" && more) {
      const auto& origin = r.value(++i);
      if (origin.text != "igp" && origin.text != "egp" && origin.text != "incomplete") {
        r.diagnostics().error(r.at(origin), "unexpected '" + origin.text + "'",
                              "'igp', 'egp' or 'incomplete'");
        return;
      }
      draft.aggregate.origin = origin.text == "igp"   ? bgp::Origin::igp
                               : origin.text == "egp" ? bgp::Origin::egp
                                                      : bgp::Origin::incomplete;
    } else {
      r.diagnostics().error(r.at(word), "unexpected '" + word.text + "'",
                            "'as-set', 'summary-only', 'route-map NAME', 'origin NAME', "
                            "'matching-MED-only' or 'suppress-map NAME'");
      return;
    }
  }
  draft.aggregate.position = r.here();
  r.bgp().aggregates.push_back(std::move(draft));
}

void aggregate(Reader& r) {
  AggregateDraft draft;
  draft.aggregate.prefix = *net::Prefix::parse_lenient(r.value(0).text);
  aggregate_options(r, std::move(draft), 1);
}

void aggregate_masked(Reader& r) {
  const auto prefix = masked(r, 0);
  if (!prefix) return;
  AggregateDraft draft;
  draft.aggregate.prefix = *prefix;
  aggregate_options(r, std::move(draft), 2);
}

void redistribute(Reader& r) {
  RedistributeDraft draft;
  const auto& name = r.value(0).text;
  draft.protocol = name == "connected" ? bgp::SourceProtocol::connected
                   : name == "static"  ? bgp::SourceProtocol::static_route
                                       : bgp::SourceProtocol::kernel;
  draft.family = r.in_ipv6() ? net::Family::ipv6 : net::Family::ipv4;
  draft.position = r.here();
  if (const auto* map = r.after("route-map")) draft.route_map = Reference{map->text, r.at(*map)};
  if (const auto* metric = r.after("metric")) draft.metric = parse_number(metric->text);
  auto& all = r.bgp().redistributed;
  std::erase_if(all, [&](const RedistributeDraft& one) {
    return one.protocol == draft.protocol && one.family == draft.family;
  });
  all.push_back(std::move(draft));
}

bgp::FamilyConfig& own(Reader& r) {
  return r.bgp().speaker.in(r.in_ipv6() ? net::Family::ipv6 : net::Family::ipv4);
}

void multipath_internal(Reader& r, bool equal_cluster_length) {
  own(r).multipath_ibgp = r.number(0);
  own(r).equal_cluster_length = equal_cluster_length;
}

// bgpd: half-life in minutes, then reuse, suppress and the maximum time, which is 4 half-lives.
void dampening(Reader& r) {
  bgp::Dampening out;
  if (r.value_count() > 0) {
    out.half_life = std::chrono::minutes(r.number(0));
    out.maximum = 4 * out.half_life;
  }
  if (r.value_count() > 1) {
    out.reuse = r.number(1);
    out.suppress = r.number(2);
    out.maximum = std::chrono::minutes(r.number(3));
    if (out.suppress < out.reuse) {  // "Suppress value cannot be less than reuse value"
      r.diagnostics().error(r.at(r.value(2)), "suppress value below the reuse value",
                            "at least " + r.value(1).text);
      return;
    }
  }
  own(r).dampening = out;
}

constexpr std::string_view protocols_other =
    "redistribute rip|ripng|ospf|ospf6|isis|eigrp|nhrp|table|vnc|vnc-direct|babel|openfabric ANY";

constexpr std::array rows = {
    Row{"redistribute kernel|connected|static", acts, redistribute},
    Row{"redistribute kernel|connected|static route-map WORD", acts, redistribute},
    Row{"redistribute kernel|connected|static metric <0-4294967295>", acts, redistribute},
    Row{"redistribute kernel|connected|static metric <0-4294967295> route-map WORD", acts,
        redistribute},
    Row{"redistribute kernel|connected|static route-map WORD metric <0-4294967295>", acts,
        redistribute},
    Row{protocols_other, no_effect},  // of protocols that this router does not run
    Row{"no redistribute ANY", unsupported},
    Row{"maximum-paths <1-256>", acts, [](Reader& r) { own(r).multipath_ebgp = r.number(0); }},
    Row{"maximum-paths ibgp <1-256>", acts, [](Reader& r) { multipath_internal(r, false); }},
    Row{"maximum-paths ibgp <1-256> equal-cluster-length", acts,
        [](Reader& r) { multipath_internal(r, true); }},
    Row{"no maximum-paths", acts, [](Reader& r) { own(r).multipath_ebgp.reset(); }},
    Row{"no maximum-paths <1-256>", acts, [](Reader& r) { own(r).multipath_ebgp.reset(); }},
    Row{"no maximum-paths ibgp ANY", acts,
        [](Reader& r) {
          own(r).multipath_ibgp.reset();
          own(r).equal_cluster_length = false;
        }},
    Row{"bgp dampening", acts, dampening},
    Row{"bgp dampening <1-45>", acts, dampening},
    Row{"bgp dampening <1-45> <1-20000> <1-50000> <1-255>", acts, dampening},
    Row{"no bgp dampening ANY", acts, [](Reader& r) { own(r).dampening.reset(); }},
    Row{"distance bgp <1-255> <1-255> <1-255>", no_effect},
    Row{"distance <1-255> PREFIX ANY", no_effect},
    Row{"no distance ANY", harmless},
    Row{"[no] table-map WORD", acts,
        [](Reader& r) {
          auto& slot = r.in_ipv6() ? r.bgp().table_map_ipv6 : r.bgp().table_map_ipv4;
          slot = r.negated() ? std::nullopt : std::optional(r.reference(0));
        }},
    // Between VRFs, and MPLS.
    Row{"[no] import|export vpn", unsupported},
    Row{"[no] import vrf ANY", unsupported},
    Row{"[no] rd|rt|route-target|route-target6|rt6|label|nexthop|sid ANY", unsupported},
    Row{"no rd", unsupported},
    Row{"[no] route-map vpn import|export ANY", unsupported},
};

void link_local_unchanged(Reader& r) {
  r.peer_family().link_local_unchanged = !r.negated();
}

constexpr std::array ipv4_rows = {
    Row{"network PREFIX4", acts, network},
    Row{"network PREFIX4 route-map WORD", acts, network},
    Row{"network ADDR4", acts, network_classful},
    Row{"network ADDR4 route-map WORD", acts, network_classful},
    Row{"network ADDR4 mask ADDR4", acts, network_masked},
    Row{"network ADDR4 mask ADDR4 route-map WORD", acts, network_masked},
    Row{"network PREFIX4 (route-map WORD) label-index|backdoor ANY", unsupported},
    Row{"network ADDR4 (mask ADDR4) (route-map WORD) label-index|backdoor ANY", unsupported},
    Row{"no network PREFIX4 ANY", unsupported},
    Row{"no network ADDR4 ANY", unsupported},
    Row{"aggregate-address PREFIX4 ANY", acts, aggregate},
    Row{"aggregate-address ADDR4 ADDR4 ANY", acts, aggregate_masked},
    Row{"no aggregate-address PREFIX4 ANY", unsupported},
    Row{"no aggregate-address ADDR4 ANY", unsupported},
};

constexpr std::array ipv6_rows = {
    Row{"network PREFIX6", acts, network},
    Row{"network PREFIX6 route-map WORD", acts, network},
    Row{"network PREFIX6 (route-map WORD) label-index ANY", unsupported},
    Row{"no network PREFIX6 ANY", unsupported},
    Row{"aggregate-address PREFIX6 ANY", acts, aggregate},
    Row{"no aggregate-address PREFIX6 ANY", unsupported},
    Row{"[no] neighbor PEER nexthop-local unchanged", acts, link_local_unchanged},
};

}  // namespace

std::span<const Row> family_commands() {
  return rows;
}
std::span<const Row> ipv4_commands() {
  return ipv4_rows;
}
std::span<const Row> ipv6_commands() {
  return ipv6_rows;
}

}  // namespace seatrial::frr
