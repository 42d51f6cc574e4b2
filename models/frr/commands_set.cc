// The `set` lines of route maps.
#include <array>
#include <bit>

#include "models/frr/reader.h"
#include "models/frr/values.h"

namespace seatrial::frr {
namespace {

constexpr auto acts = Effect::acts;
constexpr auto no_effect = Effect::no_effect;
constexpr auto unsupported = Effect::unsupported;

bgp::PolicySet& set(Reader& r) {
  return r.route_map().set;
}

// "200", "+10", "-10".
std::optional<bgp::NumberChange> number_change(Reader& r) {
  std::string_view text = r.value(0).text;
  auto kind = bgp::NumberChange::Kind::set;
  if (text.front() == '+' || text.front() == '-') {
    kind = text.front() == '+' ? bgp::NumberChange::Kind::add : bgp::NumberChange::Kind::subtract;
    text.remove_prefix(1);
  }
  const auto value = parse_number(text);
  if (value == 0U && kind != bgp::NumberChange::Kind::set) {
    r.diagnostics().error(r.at(r.value(0)), "'" + r.value(0).text + "' changes nothing",
                          "a number from 1 to 4294967295 after + or -");
    return std::nullopt;
  }
  if (value) return bgp::NumberChange{kind, *value};
  r.diagnostics().error(r.at(r.value(0)), "'" + r.value(0).text + "' is no number",
                        "a number from 0 to 4294967295, maybe with + or - before it");
  return std::nullopt;
}

// Several lines of one kind: FRR keeps the last.
void put(Reader& r, bgp::AsPathChange change) {
  using Kind = bgp::AsPathChange::Kind;
  const auto same_command = [](Kind a, Kind b) {
    const auto command = [](Kind k) { return k == Kind::prepend_last_as ? Kind::prepend : k; };
    return command(a) == command(b);
  };
  auto& changes = set(r).as_path;
  std::erase_if(changes, [&](const auto& one) { return same_command(one.kind, change.kind); });
  changes.push_back(std::move(change));
}

void as_path_list(Reader& r, bgp::AsPathChange::Kind kind) {
  bgp::AsPathChange change{.kind = kind, .asns = {}, .times = 0};
  for (std::size_t i = 0; i < r.value_count(); ++i) {
    const auto asn = net::Asn::parse(r.value(i).text);
    if (asn && asn->value != 0) {
      change.asns.push_back(*asn);
    } else {
      r.diagnostics().error(r.at(r.value(i)), "'" + r.value(i).text + "' is not an AS number",
                            "AS numbers");
    }
  }
  put(r, std::move(change));
}

void community(Reader& r) {
  auto& out = set(r);
  out.add_communities.clear();
  out.clear_communities = true;
  if (r.value(0).text == "none") return;
  for (std::size_t i = 0; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    if (word.text == "additive") {
      out.clear_communities = false;
    } else if (const auto one =
                   parse_number(word.text) ? std::nullopt : parse_community(word.text)) {
      out.add_communities.push_back(*one);
    } else {
      r.diagnostics().error(r.at(word), "'" + word.text + "' is not a community",
                            "AS:NUMBER or a well-known name, as no-export");
    }
  }
}

void large_community(Reader& r) {
  auto& out = set(r);
  out.add_large_communities.clear();
  out.clear_large_communities = true;
  if (r.value(0).text == "none") return;
  for (std::size_t i = 0; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    if (word.text == "additive") {
      out.clear_large_communities = false;
    } else if (const auto one = parse_large_community(word.text)) {
      out.add_large_communities.push_back(*one);
    } else {
      r.diagnostics().error(r.at(word), "'" + word.text + "' is not a large community",
                            "AS:NUMBER:NUMBER (RFC 8092)");
    }
  }
}

// rt and soo add to what is there, as FRR does; each line of a kind takes the place of the last.
void extended_community(Reader& r) {
  const std::uint8_t subtype = r.value(0).text == "rt" ? 2 : 3;
  auto& list = set(r).add_extended_communities;
  std::erase_if(list, [&](const bgp::ExtendedCommunity& one) {
    return ((one.value >> 48) & 0xff) == subtype;
  });
  for (std::size_t i = 1; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    if (const auto one = parse_extended_community(word.text, subtype)) {
      list.push_back(*one);
    } else {
      r.diagnostics().error(r.at(word), "'" + word.text + "' is not an extended community",
                            "AS:NUMBER or ADDRESS:NUMBER");
    }
  }
}

// bgpd: no next hop that is no host's.
void next_hop(Reader& r) {
  const auto address = r.address(0);
  if (address.is_unspecified() || address.is_multicast()) {
    r.diagnostics().error(r.at(r.value(0)), "'" + r.value(0).text + "' is no next hop",
                          "the address of a router");
    return;
  }
  set(r).next_hop = address;
}

// draft-ietf-idr-link-bandwidth: Mbit/s here, an IEEE float of octets a second on the wire.
void link_bandwidth(Reader& r) {
  constexpr double octets_in_megabit = 1'000'000.0 / 8;
  const auto rate = static_cast<float>(r.number(0) * octets_in_megabit);
  const auto asn = r.draft().bgp ? r.bgp().asn.value : 0;
  constexpr std::uint32_t as_trans = 23456;  // RFC 6793
  const std::uint64_t type = r.value_count() > 1 ? 0x4004 : 0x0004;
  auto& list = set(r).add_extended_communities;
  std::erase_if(list,
                [](const bgp::ExtendedCommunity& one) { return ((one.value >> 48) & 0xff) == 4; });
  list.push_back({(type << 48) | (std::uint64_t{asn > 0xffff ? as_trans : asn} << 32) |
                  std::bit_cast<std::uint32_t>(rate)});
}

constexpr std::array rows = {
    Row{"no set ANY", acts, undo_set},
    Row{"set local-preference WORD", acts, [](Reader& r) { set(r).local_pref = number_change(r); }},
    Row{"set metric rtt|+rtt|-rtt", unsupported},
    Row{"set metric WORD", acts, [](Reader& r) { set(r).med = number_change(r); }},
    Row{"set weight <0-4294967295>", acts, [](Reader& r) { set(r).weight = r.number(0); }},
    Row{"set origin igp|egp|incomplete", acts,
        [](Reader& r) {
          const auto& name = r.value(0).text;
          set(r).origin = name == "igp"   ? bgp::Origin::igp
                          : name == "egp" ? bgp::Origin::egp
                                          : bgp::Origin::incomplete;
        }},
    Row{"set community LINE", acts, community},
    Row{"set comm-list WORD delete", acts,
        [](Reader& r) {
          r.route_map().delete_communities = r.reference(0);
          set(r).delete_communities_first = set(r).add_communities.empty();
        }},
    Row{"set large-community LINE", acts, large_community},
    Row{"set large-comm-list WORD delete", acts,
        [](Reader& r) {
          r.route_map().delete_large_communities = r.reference(0);
          set(r).delete_large_communities_first = set(r).add_large_communities.empty();
        }},
    Row{"set extcommunity none", acts,
        [](Reader& r) {
          set(r).clear_extended_communities = true;
          set(r).add_extended_communities.clear();
        }},
    Row{"set extcommunity rt|soo LINE", acts, extended_community},
    Row{"set extcommunity bandwidth <1-25600>", acts, link_bandwidth},
    Row{"set extcommunity bandwidth <1-25600> non-transitive|non-transitive", acts, link_bandwidth},
    Row{"set extcommunity bandwidth cumulative|num-multipaths (non-transitive)", unsupported},
    Row{"set as-path prepend LINE", acts,
        [](Reader& r) { as_path_list(r, bgp::AsPathChange::Kind::prepend); }},
    Row{"set as-path prepend last-as <1-10>", acts,
        [](Reader& r) {
          put(r,
              {.kind = bgp::AsPathChange::Kind::prepend_last_as, .asns = {}, .times = r.number(0)});
        }},
    Row{"set as-path exclude LINE", acts,
        [](Reader& r) { as_path_list(r, bgp::AsPathChange::Kind::exclude); }},
    Row{"set as-path replace any", acts,
        [](Reader& r) {
          put(r, {.kind = bgp::AsPathChange::Kind::replace, .asns = {}, .times = 0});
        }},
    Row{"set as-path replace ASN", acts,
        [](Reader& r) { as_path_list(r, bgp::AsPathChange::Kind::replace); }},
    Row{"set aggregator as ASN ADDR4", acts,
        [](Reader& r) {
          set(r).aggregator = bgp::Aggregator{*net::Asn::parse(r.value(0).text), r.address(1)};
        }},
    Row{"set atomic-aggregate", acts, [](Reader& r) { set(r).atomic_aggregate = true; }},
    Row{"set originator-id ADDR4", acts,
        [](Reader& r) { set(r).originator_id = bgp::RouterId::from(r.address(0)); }},
    Row{"set ip next-hop ADDR4", acts, next_hop},
    Row{"set ip next-hop peer-address", acts,
        [](Reader& r) { set(r).next_hop_change = bgp::NextHopChange::peer_address; }},
    Row{"set ip next-hop unchanged", acts,
        [](Reader& r) { set(r).next_hop_change = bgp::NextHopChange::unchanged; }},
    Row{"set ipv6 next-hop global ADDR6", acts,
        [](Reader& r) { set(r).next_hop_v6 = r.address(0); }},
    Row{"set ipv6 next-hop local ADDR6", acts,
        [](Reader& r) { set(r).link_local_next_hop = r.address(0); }},
    Row{"set ipv6 next-hop peer-address", acts,
        [](Reader& r) { set(r).next_hop_change_v6 = bgp::NextHopChange::peer_address; }},
    Row{"set ipv6 next-hop prefer-global", no_effect},
    Row{"set tag <1-4294967295>", acts, [](Reader& r) { set(r).tag = r.number(0); }},
    Row{"set distance <0-255>", acts,
        [](Reader& r) { set(r).distance = static_cast<std::uint8_t>(r.number(0)); }},
    // Of other daemons, or of tables and planes that the model does not have.
    Row{"set table <1-4294967295>", no_effect},
    Row{"set src ADDR", no_effect},
    Row{"set metric-type type-1|type-2", no_effect},
    Row{"set forwarding-address ADDR6", no_effect},
    Row{"set label-index <0-1048560>", no_effect},
    Row{"set sr-te color <1-4294967295>", no_effect},
    Row{"set ipv4|ipv6 vpn next-hop ADDR", no_effect},
    Row{"set evpn gateway-ip ipv4|ipv6 ADDR", no_effect},
    Row{"set l3vpn next-hop encapsulation gre", no_effect},
};

}  // namespace

std::span<const Row> set_commands() {
  return rows;
}

}  // namespace seatrial::frr
