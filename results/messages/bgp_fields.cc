#include "results/messages/bgp_fields.h"

#include <algorithm>

namespace seatrial::results {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

template <typename T, typename F>
std::string sorted_list(const std::vector<T>& items, F text) {
  std::vector<std::string> parts;
  parts.reserve(items.size());
  for (const auto& item : items) parts.push_back(text(item));
  std::sort(parts.begin(), parts.end());
  return joined(parts);
}

}  // namespace

std::string octets_text(std::span<const std::uint8_t> octets) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const auto octet : octets) {
    out += digits[octet >> 4];
    out += digits[octet & 15];
  }
  return out;
}

std::string family_text(bgp::AfiSafi family) {
  if (family == bgp::ipv4_unicast) return "IPv4 unicast";
  if (family == bgp::ipv6_unicast) return "IPv6 unicast";
  return "AFI " + std::to_string(family.afi) + " SAFI " + std::to_string(family.safi);
}

std::string capabilities_text(const bgp::Capabilities& c) {
  std::vector<std::string> parts;
  for (const auto& family : c.families) parts.push_back(family_text(family));
  if (c.route_refresh) parts.emplace_back("route refresh");
  if (c.enhanced_route_refresh) parts.emplace_back("enhanced route refresh");
  if (c.extended_message) parts.emplace_back("extended messages");
  if (c.four_octet_as) parts.push_back("4-octet AS " + c.four_octet_as->to_string());
  if (c.cisco_route_refresh) parts.emplace_back("route refresh (old code)");
  for (const auto role : c.roles) parts.push_back("role " + std::to_string(role));
  for (const auto& entry : c.extended_next_hop) {
    parts.push_back("extended next hop " +
                    family_text({entry.afi, static_cast<std::uint8_t>(entry.safi)}) + " by AFI " +
                    std::to_string(entry.next_hop_afi));
  }
  if (c.host_name) {
    parts.push_back("host name " + c.host_name->host +
                    (c.host_name->domain.empty() ? "" : "." + c.host_name->domain));
  }
  if (c.long_lived) {
    std::string text = "long-lived graceful restart";
    for (const auto& entry : *c.long_lived) {
      text += " " + family_text(entry.family) + " " + std::to_string(entry.stale_time_s) + " s" +
              (entry.forwarding_preserved ? " preserved" : "");
    }
    parts.push_back(text);
  }
  if (c.graceful_restart) {
    auto text = "graceful restart " + std::to_string(c.graceful_restart->restart_time_s) + " s" +
                (c.graceful_restart->restarted ? " restarted" : "") +
                (c.graceful_restart->notification ? " notification" : "");
    for (const auto& entry : c.graceful_restart->families) {
      text += " " + family_text(entry.family) + (entry.forwarding_preserved ? " preserved" : "");
    }
    parts.push_back(text);
  }
  for (const auto& entry : c.add_path) {
    parts.push_back("ADD-PATH " + family_text(entry.family) + (entry.receive ? " receive" : "") +
                    (entry.send ? " send" : ""));
  }
  for (const auto& raw : c.other) {
    parts.push_back("capability " + std::to_string(raw.code) + " " + octets_text(raw.value));
  }
  std::sort(parts.begin(), parts.end());
  return joined(parts);
}

void add_attributes(MessageBuilder& b, const Lens& lens, const bgp::PathAttributes& a,
                    const std::optional<net::IpAddress>& mp_next_hop) {
  const auto next_hop = mp_next_hop ? mp_next_hop : a.next_hop;
  if (next_hop) b.field("bgp.update.path_attribute.next_hop", lens.name(*next_hop));
  b.field("bgp.update.path_attribute.origin", std::string(bgp::to_string(a.origin)));
  b.field("bgp.update.path_attribute.as_path", a.as_path.to_string());
  if (a.med) b.field("bgp.update.path_attribute.multi_exit_disc", std::to_string(*a.med));
  if (a.local_pref) b.field("bgp.update.path_attribute.local_pref", std::to_string(*a.local_pref));
  if (a.atomic_aggregate) b.field("bgp.update.path_attribute.atomic_aggregate", "yes");
  if (a.aggregator) {
    b.field("bgp.update.path_attribute.aggregator",
            a.aggregator->asn.to_string() + " " + lens.name(a.aggregator->address));
  }
  const auto text = [](const auto& c) { return c.to_string(); };
  if (!a.communities.empty()) {
    b.field("bgp.update.path_attribute.communities", sorted_list(a.communities, text));
  }
  if (!a.extended_communities.empty()) {
    b.field(
        "bgp.update.path_attribute.extended_communities",
        sorted_list(a.extended_communities.vector(), [](const auto& c) { return hex(c.value); }));
  }
  if (!a.ipv6_extended_communities.empty()) {
    b.field("bgp.update.path_attribute.ipv6_extended_communities",
            sorted_list(a.ipv6_extended_communities.vector(),
                        [](const auto& c) { return octets_text(c.value); }));
  }
  if (a.aigp) b.field("bgp.update.path_attribute.aigp", std::to_string(*a.aigp));
  if (a.only_to_customer) {
    b.field("bgp.update.path_attribute.only_to_customer", a.only_to_customer->to_string());
  }
  if (!a.large_communities.empty()) {
    b.field("bgp.update.path_attribute.large_communities",
            sorted_list(a.large_communities.vector(), text));
  }
  const auto router = [&lens](bgp::RouterId id) { return lens.name(net::IpAddress::v4(id.value)); };
  if (a.originator_id) {
    b.field("bgp.update.path_attribute.originator_id", router(*a.originator_id));
  }
  if (!a.cluster_list.empty()) {
    std::vector<std::string> parts;
    for (const auto& id : a.cluster_list) parts.push_back(router(id));
    b.field("bgp.update.path_attribute.cluster_list", joined(parts));
  }
  if (!a.unknown.empty()) {
    b.field("bgp.update.path_attribute.unknown", sorted_list(a.unknown.vector(), [](const auto& u) {
              return std::to_string(u.code) + "=" + octets_text(u.value);
            }));
  }
}

}  // namespace seatrial::results
