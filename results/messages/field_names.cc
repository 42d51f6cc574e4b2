// The names that fields go by. Wireshark's display filter names, where it has one for the thing.
#include <algorithm>
#include <array>

#include "results/messages/lens.h"

namespace seatrial::results {
namespace {

constexpr auto names = std::to_array<FieldName>({
    {"arp.dst.hw_mac", "target MAC"},
    {"arp.opcode", "operation"},
    {"arp.src.hw_mac", "MAC"},
    {"arp.unanswered", "question that nobody answers"},
    {"bgp.end_of_rib", "End-of-RIB"},
    {"bgp.history", "routes on the way to the final ones"},
    {"bgp.keepalive", "KEEPALIVE"},
    {"bgp.malformed", "malformed message"},
    {"bgp.notification", "NOTIFICATION"},
    {"bgp.notify.data", "data"},
    {"bgp.notify.major_error", "error"},
    {"bgp.open", "OPEN"},
    {"bgp.open.capabilities", "capabilities"},
    {"bgp.open.holdtime", "hold time"},
    {"bgp.open.identifier", "BGP identifier"},
    {"bgp.open.myas", "AS"},
    {"bgp.route_refresh", "ROUTE-REFRESH"},
    {"bgp.update", "UPDATE"},
    {"bgp.update.path_attribute.aggregator", "AGGREGATOR"},
    {"bgp.update.path_attribute.aigp", "AIGP"},
    {"bgp.update.path_attribute.as_path", "AS_PATH"},
    {"bgp.update.path_attribute.atomic_aggregate", "ATOMIC_AGGREGATE"},
    {"bgp.update.path_attribute.cluster_list", "CLUSTER_LIST"},
    {"bgp.update.path_attribute.communities", "communities"},
    {"bgp.update.path_attribute.extended_communities", "extended communities"},
    {"bgp.update.path_attribute.ipv6_extended_communities", "IPv6 extended communities"},
    {"bgp.update.path_attribute.large_communities", "large communities"},
    {"bgp.update.path_attribute.link_local_next_hop", "link-local next hop"},
    {"bgp.update.path_attribute.local_pref", "LOCAL_PREF"},
    {"bgp.update.path_attribute.multi_exit_disc", "MED"},
    {"bgp.update.path_attribute.next_hop", "NEXT_HOP"},
    {"bgp.update.path_attribute.only_to_customer", "ONLY_TO_CUSTOMER"},
    {"bgp.update.path_attribute.origin", "ORIGIN"},
    {"bgp.update.path_attribute.originator_id", "ORIGINATOR_ID"},
    {"bgp.update.path_attribute.unknown", "other attributes"},
    {"data", "frame of a protocol that is not taken apart"},
    {"dns.flags.authoritative", "authoritative"},
    {"dns.flags.rcode", "response code"},
    {"dns.flags.recavail", "recursion available"},
    {"dns.flags.recdesired", "recursion desired"},
    {"dns.flags.truncated", "truncated"},
    {"dns.malformed", "malformed message"},
    {"dns.qry.name", "question"},
    {"dns.query", "query"},
    {"dns.resp.additional", "additional records"},
    {"dns.resp.answers", "answers"},
    {"dns.resp.authority", "authority records"},
    {"dns.resp.ttl", "TTLs"},
    {"dns.response", "response"},
    {"dns.time", "response time"},
    {"eth.dst", "destination MAC"},
    {"eth.src", "source MAC"},
    {"frame.cap_len", "captured length"},
    {"frame.len", "length"},
    {"frame.time", "time"},
    {"http.file_data", "body"},
    {"http.malformed", "malformed message"},
    {"http.request", "request"},
    {"http.request.method", "method"},
    {"http.request.uri", "target"},
    {"http.request.version", "version"},
    {"http.response", "response"},
    {"http.response.code", "status"},
    {"http.response.complete", "complete"},
    {"http.response.version", "version"},
    {"http.time", "response time"},
    {"icmp.code", "code"},
    {"icmp.payload", "data"},
    {"icmp.type", "type"},
    {"ip.dsfield", "DSCP and ECN"},
    {"ip.flags", "flags"},
    {"ip.frag_offset", "fragment offset"},
    {"ip.id", "identification"},
    {"ip.ttl", "TTL"},
    {"tcp.ack", "acknowledgment number"},
    {"tcp.analysis.initial_rtt", "time until the connection is established"},
    {"tcp.analysis.lost_segment", "octets that were not captured"},
    {"tcp.connection", "how the connection began"},
    {"tcp.flags", "flags"},
    {"tcp.options", "options"},
    {"tcp.payload", "octets"},
    {"tcp.port", "ephemeral port"},
    {"tcp.segment_data", "octets"},
    {"tcp.seq", "sequence number"},
    {"tcp.window_size_value", "window"},
    {"udp.payload", "datagram"},
    {"udp.port", "ephemeral port"},
    {"vlan.id", "VLAN"},
});

}  // namespace

std::span<const FieldName> field_names() {
  return names;
}

std::string_view field_label(std::string_view name) {
  const auto at = std::find_if(names.begin(), names.end(),
                               [name](const FieldName& field) { return field.name == name; });
  return at != names.end() ? at->label : name;
}

}  // namespace seatrial::results
