// The commands at the margin of a file and those of `interface`, as zebra, staticd and vtysh have
// them.
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

// What may follow a static route's next hop: [tag N] [distance], in any order; tables, VRFs and
// labels are not modelled.
bool route_options(Reader& r, StaticRoute& route, std::size_t from) {
  for (auto i = from; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    const auto number = parse_number(word.text);
    std::uint32_t argument = 0;
    if (i + 1 < r.value_count()) argument = parse_number(r.value(i + 1).text).value_or(0);
    if (number && *number >= 1 && *number <= 255) {
      route.distance = static_cast<int>(*number);
    } else if (word.text == "tag" && argument != 0) {
      route.tag = argument;
      ++i;
    } else if (word.text == "onlink" && route.next_hop && !route.interface.empty()) {
      route.onlink = true;
    } else if (word.text == "table" || word.text == "vrf" || word.text == "nexthop-vrf" ||
               word.text == "label" || word.text == "color") {
      r.diagnostics().error(r.at(word), "'" + word.text + "' of a static route is not modelled",
                            "a route of the main table");
      return false;
    } else {
      r.diagnostics().error(r.at(word), "unexpected '" + word.text + "'",
                            "a distance from 1 to 255, 'tag NUMBER' or the end of the line");
      return false;
    }
  }
  return true;
}

void static_route(Reader& r, const net::Prefix& prefix, std::size_t at) {
  const auto& hop = r.value(at);
  StaticRoute route{.prefix = prefix, .next_hop = {}, .position = r.here()};
  if (prefix.address().is_v4() != (r.value(0).text == "ip")) {
    r.diagnostics().error(r.at(r.value(1)),
                          "'" + r.value(1).text + "' in an " + r.value(0).text + " route",
                          r.value(0).text == "ip" ? "an IPv4 prefix, as 10.1.1.0/24"
                                                  : "an IPv6 prefix, as 2001:db8::/32");
    return;
  }
  auto from = at + 1;
  if (hop.text == "Null0" || hop.text == "blackhole" || hop.text == "reject") {
    route.blackhole = true;
    route.reject = hop.text == "reject";
  } else if (const auto address = net::IpAddress::parse(hop.text)) {
    route.next_hop = *address;
    if (address->family() != prefix.family()) {
      r.diagnostics().error(r.at(hop), "next hop " + hop.text + " is of another address family",
                            "an address of the family of " + prefix.to_string());
    }
    if (from < r.value_count()) {
      const auto& next = r.value(from).text;
      const bool option = parse_number(next) || next == "tag" || next == "vrf" || next == "label" ||
                          next == "table" || next == "nexthop-vrf" || next == "color" ||
                          next == "onlink";
      if (!option) {
        ++from;
        if (next == "Null0") {
          route.next_hop.reset();
          route.blackhole = true;
        } else {
          route.interface = next;
        }
      }
    }
  } else {
    route.interface = hop.text;
  }
  if (route_options(r, route, from)) r.config().static_routes.push_back(std::move(route));
}

void route(Reader& r) {
  static_route(r, *net::Prefix::parse_lenient(r.value(1).text), 2);
}

void route_masked(Reader& r) {
  const int length = std::countl_one(r.address(2).v4_value());
  const net::Prefix prefix(r.address(1), length);
  if (net::Prefix(r.address(2), length).address() != r.address(2)) {
    r.diagnostics().error(r.at(r.value(2)), "'" + r.value(2).text + "' is no mask",
                          "a mask, as 255.255.255.0");
    return;
  }
  static_route(r, prefix, 3);
}

void interface_address(Reader& r) {
  const auto address = *net::InterfaceAddress::parse(r.value(1).text);
  for (const auto& known : r.interface().addresses) {
    if (known == address) {
      r.diagnostics().error(r.at(r.value(1)), "address " + address.to_string() + " is given twice",
                            "one line for it");
      return;
    }
  }
  r.interface().addresses.push_back(address);
}

void router_bgp(Reader& r) {
  const auto asn = *net::Asn::parse(r.value(0).text);
  if (r.draft().bgp && r.bgp().asn != asn) {
    r.diagnostics().error(
        r.at(r.value(0)),
        "a second router bgp, of AS " + asn.to_string() + ", besides AS " + r.bgp().asn.to_string(),
        "one BGP instance");
  }
  if (!r.draft().bgp) r.draft().bgp = BgpDraft{.asn = asn, .position = r.here()};
  r.enter(Context::bgp);
}

constexpr std::array top_rows = {
    Row{"frr version LINE", harmless},
    Row{"frr defaults traditional|datacenter", acts,
        [](Reader& r) {
          r.config().profile = "frr-8.4-" + r.value(0).text;
          r.draft().defaults_position = r.here();
        }},
    Row{"hostname WORD", acts, [](Reader& r) { r.config().hostname = r.value(0).text; }},
    Row{"domainname WORD", harmless},
    Row{"[no] log ANY", harmless},
    Row{"[no] debug ANY", harmless},
    Row{"[no] service ANY", harmless},
    Row{"password LINE", harmless},
    Row{"enable password LINE", harmless},
    Row{"[no] banner ANY", harmless},
    Row{"username ANY", harmless},
    Row{"agentx", harmless},
    Row{"line vty", acts, [](Reader& r) { r.enter(Context::vty); }},
    Row{"[no] ip forwarding", acts, [](Reader& r) { r.config().forwarding = !r.negated(); }},
    Row{"[no] ipv6 forwarding", harmless},
    Row{"[no] ip|ipv6 nht resolve-via-default", no_effect},
    Row{"zebra ANY", no_effect},
    Row{"ip router-id ADDR", acts, [](Reader& r) { r.draft().router_id = r.address(0); }},
    Row{"router-id ADDR", acts, [](Reader& r) { r.draft().router_id = r.address(0); }},
    Row{"interface WORD", acts, [](Reader& r) { r.enter_interface(r.value(0).text); }},
    Row{"interface WORD vrf default", acts, [](Reader& r) { r.enter_interface(r.value(0).text); }},
    Row{"interface WORD vrf WORD", no_effect, [](Reader& r) { r.skip_until("exit"); }},
    Row{"ip|ipv6 route PREFIX HOP ANY", acts, route},
    Row{"ip|ip route ADDR4 ADDR4 HOP ANY", acts, route_masked},
    Row{"ipv6 route PREFIX6 from PREFIX6 ANY", unsupported},
    Row{"no ip|ipv6 route ANY", unsupported},
    Row{"[no] ip|ipv6 mroute ANY", no_effect},
    Row{"[no] ip|ipv6 import-table ANY", unsupported},
    Row{"ip|ipv6 protocol bgp|any route-map WORD", acts,
        [](Reader& r) {
          r.draft().protocol_maps[{r.value(0).text, r.value(1).text}] = r.reference(2);
        }},
    Row{"ip|ipv6 protocol WORD route-map WORD", no_effect},
    Row{"no ip|ipv6 protocol bgp|any ANY", acts,
        [](Reader& r) {
          r.draft().protocol_maps.erase({r.value(0).text, r.value(1).text});
        }},
    Row{"no ip|ipv6 protocol WORD ANY", harmless},
    Row{"ip|ipv6 nht WORD route-map WORD", unsupported},
    Row{"no ip|ipv6 nht WORD route-map ANY", harmless},
    Row{"router bgp ASN", acts, router_bgp},
    Row{"router bgp ASN as-notation ANY", unsupported, [](Reader& r) { r.skip_until("exit"); }},
    Row{"router bgp ASN view|vrf WORD ANY", unsupported, [](Reader& r) { r.skip_until("exit"); }},
    Row{"router babel|eigrp|isis|openfabric|ospf|ospf6|rip|ripng ANY", unsupported,
        [](Reader& r) { r.skip_until("exit"); }},
    // Another table than the one that is modelled.
    Row{"vrf WORD", no_effect, [](Reader& r) { r.skip_until("exit-vrf"); }},
    Row{"nexthop-group WORD", no_effect, [](Reader& r) { r.skip_until("exit"); }},
    Row{"pbr-map ANY", unsupported, [](Reader& r) { r.skip_until("exit"); }},
    Row{"bfd", acts, [](Reader& r) { r.enter(Context::bfd); }},
    Row{"no bfd", unsupported},
    Row{"rpki", no_effect, [](Reader& r) { r.skip_until("exit"); }},
    Row{"key chain WORD", no_effect, [](Reader& r) { r.skip_until("exit"); }},
    Row{"[no] bgp graceful-shutdown", acts,
        [](Reader& r) { r.draft().graceful_shutdown = !r.negated(); }},
    Row{"[no] bgp no-rib", unsupported},
    Row{"[no] bgp session-dscp ANY", harmless},
    Row{"no hostname ANY", harmless},
    Row{"no domainname ANY", harmless},
    Row{"no password ANY", harmless},
    Row{"no enable password", harmless},
    Row{"no agentx", harmless},
    Row{"allow-reserved-ranges", harmless},
    Row{"no allow-reserved-ranges", harmless},
    Row{"no ip router-id ANY", acts, [](Reader& r) { r.draft().router_id.reset(); }},
    Row{"no router-id ANY", acts, [](Reader& r) { r.draft().router_id.reset(); }},
    Row{"ipv6 router-id ADDR6", harmless},  // of OSPFv3
    Row{"no ipv6 router-id ANY", harmless},
    Row{"no zebra ANY", harmless},
    Row{"no router|interface|vrf|bfd ANY", unsupported},
    Row{"[no] bgp update-delay|suppress-fib-pending|send-extra-data ANY", no_effect},
    Row{"[no] bgp route-map delay-timer ANY", no_effect},
    Row{"[no] allow-external-route-update", no_effect},
    Row{"[no] fpm ANY", no_effect},
    Row{"[no] vrrp ANY", no_effect},
    Row{"[no] vni ANY", unsupported},
    Row{"segment-routing", no_effect, [](Reader& r) { r.skip_until("exit"); }},
};

constexpr std::array interface_rows = {
    Row{"description LINE", acts, [](Reader& r) { r.interface().description = r.rest(0); }},
    Row{"ip|ipv6 address IFADDR (label WORD)", acts, interface_address},
    Row{"[no] shutdown", acts, [](Reader& r) { r.interface().shutdown = !r.negated(); }},
    Row{"[no] bandwidth ANY", harmless},
    Row{"[no] link-detect", harmless},
    Row{"[no] multicast", harmless},
    Row{"[no] ipv6 nd ANY", no_effect},
    Row{"no ip|ipv6 address ANY", unsupported},
    Row{"no description", harmless},
    Row{"[no] isis|mpls|evpn|pbr-policy|vrrp ANY", unsupported},
    Row{"link-params", no_effect, [](Reader& r) { r.skip_until("exit-link-params"); }},
    Row{"ip|ipv6 ospf|ospf6|rip|pim|igmp|mld|router ANY", unsupported},
};

constexpr std::array vty_rows = {
    Row{"exec-timeout ANY", harmless},
    Row{"[no] login", harmless},
    Row{"ip|ipv6 access-class WORD", harmless},
    Row{"access-class WORD", harmless},
};

}  // namespace

std::span<const Row> top_commands() {
  return top_rows;
}
std::span<const Row> interface_commands() {
  return interface_rows;
}
std::span<const Row> vty_commands() {
  return vty_rows;
}

}  // namespace seatrial::frr
