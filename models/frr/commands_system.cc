// The commands at the margin of a file and those of `interface`, as zebra, staticd and vtysh have
// them.
#include <array>

#include "models/frr/reader.h"

namespace seatrial::frr {
namespace {

constexpr auto acts = Effect::acts;
constexpr auto harmless = Effect::harmless;
constexpr auto no_effect = Effect::no_effect;
constexpr auto unsupported = Effect::unsupported;

void static_route(Reader& r) {
  const auto& hop = r.value(2);
  StaticRoute route{.prefix = *net::Prefix::parse_lenient(r.value(1).text), .position = r.here()};
  if (hop.text == "Null0" || hop.text == "blackhole") {
    route.blackhole = true;
  } else if (const auto address = net::IpAddress::parse(hop.text)) {
    route.next_hop = *address;
    if (address->family() != route.prefix.family()) {
      r.diagnostics().error(r.at(hop), "next hop " + hop.text + " is of another address family",
                            "an address of the family of " + route.prefix.to_string());
    }
  } else {
    route.interface = hop.text;
  }
  if (r.value_count() > 3) route.distance = static_cast<int>(r.number(3));
  r.config().static_routes.push_back(std::move(route));
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
    Row{"interface WORD vrf WORD", unsupported, [](Reader& r) { r.skip_until("exit"); }},
    Row{"ip|ipv6 route PREFIX HOP (<1-255>)", acts, static_route},
    Row{"ip|ipv6 route PREFIX HOP INTERFACE ANY", unsupported},
    Row{"ip route ADDR ADDR HOP ANY", unsupported},
    Row{"ip mroute ANY", no_effect},
    Row{"ip|ipv6 protocol|import-table ANY", unsupported},
    Row{"router bgp ASN", acts, router_bgp},
    Row{"router bgp ASN view|vrf WORD", unsupported, [](Reader& r) { r.skip_until("exit"); }},
    Row{"router babel|eigrp|isis|openfabric|ospf|ospf6|rip|ripng ANY", unsupported,
        [](Reader& r) { r.skip_until("exit"); }},
    Row{"vrf WORD", unsupported, [](Reader& r) { r.skip_until("exit-vrf"); }},
    Row{"nexthop-group WORD", no_effect, [](Reader& r) { r.skip_until("exit"); }},
    Row{"pbr-map ANY", unsupported, [](Reader& r) { r.skip_until("exit"); }},
    Row{"bfd", no_effect, [](Reader& r) { r.skip_until("exit"); }},
    Row{"rpki", no_effect, [](Reader& r) { r.skip_until("exit"); }},
    Row{"key chain WORD", no_effect, [](Reader& r) { r.skip_until("exit"); }},
    Row{"[no] bgp graceful-shutdown", unsupported},
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
