// The heads of route maps, where they go from an entry, and their `match` lines.
#include <array>

#include "models/frr/reader.h"
#include "models/frr/values.h"

namespace seatrial::frr {
namespace {

constexpr auto acts = Effect::acts;
constexpr auto harmless = Effect::harmless;
constexpr auto no_effect = Effect::no_effect;
constexpr auto unsupported = Effect::unsupported;

void route_map(Reader& r) {
  auto& entry = r.draft().route_maps[r.value(0).text][r.number(2)];
  entry.sequence = r.number(2);
  entry.permit = r.value(1).text == "permit";
  entry.position = r.here();
  r.enter_route_map(entry);
}

bgp::PolicyMatch& match(Reader& r) {
  return r.route_map().match;
}

// A line that names a list: `command` is how resolve finds its kind.
template <std::size_t name>
void list(Reader& r, const std::string& command) {
  r.route_map().match_lists[command] = r.reference(name);
}

bool is_v6(const Reader& r) {
  return r.value(0).text == "ipv6";
}

void next_hop_address(Reader& r) {
  (is_v6(r) ? match(r).next_hop_v6 : match(r).next_hop) = r.address(1);
}

// BGP knows no such routes: bgpd gives the condition no match on what it learns or redistributes
// into IPv4 and IPv6 unicast.
void never(Reader& r) {
  match(r).never = r.line_text();
}

void community(Reader& r) {
  list<0>(r, "community");
  match(r).community_exact = r.value_count() > 1;
}

void large_community(Reader& r) {
  list<0>(r, "large-community");
  match(r).large_community_exact = r.value_count() > 1;
}

void go_to(Reader& r) {
  auto& entry = r.route_map();
  if (r.number(0) <= entry.sequence) {
    r.diagnostics().error(r.at(r.value(0)),
                          "cannot go back from entry " + std::to_string(entry.sequence),
                          "a larger sequence number");
    return;
  }
  entry.exit = bgp::PolicyClause::Exit::go_to;
  entry.go_to = r.number(0);
}

constexpr std::array head_rows = {
    Row{"route-map WORD permit|deny <1-65535>", acts, route_map},
    Row{"[no] route-map optimization", harmless},
    Row{"[no] route-map WORD optimization", harmless},
    Row{"no route-map ANY", unsupported},
};

constexpr std::array match_rows = {
    Row{"description LINE", harmless},
    Row{"no description", harmless},
    Row{"call WORD", acts, [](Reader& r) { r.route_map().call = r.reference(0); }},
    Row{"on-match next", acts,
        [](Reader& r) { r.route_map().exit = bgp::PolicyClause::Exit::next; }},
    Row{"continue", acts, [](Reader& r) { r.route_map().exit = bgp::PolicyClause::Exit::next; }},
    Row{"on-match goto <1-65535>", acts, go_to},
    Row{"continue <1-65535>", acts, go_to},
    Row{"no on-match next|goto", acts,
        [](Reader& r) { r.route_map().exit = bgp::PolicyClause::Exit::stop; }},
    Row{"no continue ANY", acts,
        [](Reader& r) { r.route_map().exit = bgp::PolicyClause::Exit::stop; }},
    Row{"no call ANY", acts, [](Reader& r) { r.route_map().call.reset(); }},
    Row{"no match ANY", acts, undo_match},
    Row{"match ip|ipv6 address WORD", acts,
        [](Reader& r) { list<1>(r, r.value(0).text + " address"); }},
    Row{"match ip|ipv6 address prefix-list WORD", acts,
        [](Reader& r) { list<1>(r, r.value(0).text + " address prefix-list"); }},
    Row{"match ip|ipv6 next-hop WORD", acts,
        [](Reader& r) { list<1>(r, r.value(0).text + " next-hop"); }},
    Row{"match ip|ipv6 next-hop prefix-list WORD", acts,
        [](Reader& r) { list<1>(r, r.value(0).text + " next-hop prefix-list"); }},
    Row{"match ip|ipv6 next-hop address ADDR", acts, next_hop_address},
    Row{"match ipv6 next-hop ADDR6", acts, [](Reader& r) { match(r).next_hop_v6 = r.address(0); }},
    Row{"match ip|ipv6 next-hop type blackhole", acts, never},
    Row{"match ip route-source WORD", acts, [](Reader& r) { list<0>(r, "ip route-source"); }},
    Row{"match ip route-source prefix-list WORD", acts,
        [](Reader& r) { list<0>(r, "ip route-source prefix-list"); }},
    Row{"match as-path WORD", acts, [](Reader& r) { list<0>(r, "as-path"); }},
    Row{"match community WORD", acts, community},
    Row{"match community WORD exact-match|exact-match", acts, community},
    Row{"match large-community WORD", acts, large_community},
    Row{"match large-community WORD exact-match|exact-match", acts, large_community},
    Row{"match extcommunity WORD", acts, [](Reader& r) { list<0>(r, "extcommunity"); }},
    Row{"match local-preference <0-4294967295>", acts,
        [](Reader& r) { match(r).local_pref = r.number(0); }},
    // bgpd 8.4.4 lists 0 and refuses it ("value "0" is out of the allowed range"); vtysh goes on,
    // and the entry then holds for every MED.
    Row{"match metric <1-4294967295>", acts, [](Reader& r) { match(r).med = r.number(0); }},
    Row{"match origin egp|igp|incomplete", acts,
        [](Reader& r) {
          const auto& name = r.value(0).text;
          match(r).origin = name == "igp"   ? bgp::Origin::igp
                            : name == "egp" ? bgp::Origin::egp
                                            : bgp::Origin::incomplete;
        }},
    Row{"match peer ADDR", acts, [](Reader& r) { match(r).peer = r.address(0); }},
    Row{"match peer local", acts, [](Reader& r) { match(r).peer_local = true; }},
    Row{"match peer WORD", unsupported},  // of an interface: unnumbered neighbours
    Row{"match interface WORD", acts, [](Reader& r) { match(r).interface = r.value(0).text; }},
    Row{"match tag <1-4294967295>", acts, [](Reader& r) { match(r).tag = r.number(0); }},
    Row{"match probability <0-100>", acts,
        [](Reader& r) { match(r).probability_percent = r.number(0); }},
    Row{"match source-vrf WORD", acts, never},
    Row{"match evpn default-route", acts, never},
    Row{"match evpn rd|route-type|vni WORD", acts, never},
    Row{"match mac address WORD", acts, never},
    Row{"match alias WORD", unsupported},
    Row{"match rpki|rpki-extcommunity valid|invalid|notfound", unsupported},
    Row{"no match rpki-extcommunity valid|invalid|notfound", unsupported},
    // zebra's: bgpd 8.4.4 takes no notice of them, and the entry matches without (its `show
    // route-map`).
    Row{"match ip address prefix-len <0-32>", no_effect},
    Row{"match ipv6 address prefix-len <0-128>", no_effect},
    Row{"match ip next-hop prefix-len <0-32>", no_effect},
    Row{"match source-protocol kernel|connected|static|rip|ripng|ospf|ospf6|isis|bgp|eigrp|nhrp|"
        "table|vnc|babel|openfabric",
        no_effect},
    Row{"match source-instance <0-255>", no_effect},
    Row{"match vpn ANY", unsupported},
};

}  // namespace

std::span<const Row> route_map_heads() {
  return head_rows;
}
std::span<const Row> match_commands() {
  return match_rows;
}

}  // namespace seatrial::frr
