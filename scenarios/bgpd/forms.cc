// The forms of values in FRR's answers.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bgpd/view.h"

namespace seatrial::bgpd {

std::int64_t View::epoch(TimePoint at) const {
  const auto wall = started + std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                  at.time_since_epoch());
  return std::chrono::duration_cast<std::chrono::seconds>(wall.time_since_epoch()).count();
}

std::string View::date(TimePoint at) const {
  return fmt::format("{:%a %b %e %H:%M:%S %Y}", fmt::localtime(epoch(at)));
}

std::int64_t milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

std::int64_t seconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

std::int64_t whole_seconds_ms(Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count() * 1000;
}

std::string uptime(Duration duration) {
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  const auto minutes = s / 60;
  const auto hours = minutes / 60;
  const auto days = hours / 24;
  if (days == 0) return fmt::format("{:02}:{:02}:{:02}", hours, minutes % 60, s % 60);
  if (days < 7) return fmt::format("{}d{:02}h{:02}m", days, hours % 24, minutes % 60);
  return fmt::format("{:02}w{}d{:02}h", days / 7, days % 7, hours % 24);
}

std::string host_name(const View& view, const net::IpAddress& peer) {
  const auto session = view.speaker.session(peer);
  if (!session || !session->open_received) return {};
  const auto& said = session->open_received->capabilities.host_name;
  return said ? said->host : std::string();
}

std::string with_host(const View& view, const net::IpAddress& peer, const net::IpAddress& shown) {
  const auto name = host_name(view, peer);
  return name.empty() ? shown.to_string() : shown.to_string() + "(" + name + ")";
}

std::string family_name(net::Family family) {
  return family == net::Family::ipv4 ? "IPv4 Unicast" : "IPv6 Unicast";
}

std::string family_key(net::Family family) {
  return family == net::Family::ipv4 ? "ipv4Unicast" : "ipv6Unicast";
}

net::Family family_of(bgp::AfiSafi family) {
  return family == bgp::ipv4_unicast ? net::Family::ipv4 : net::Family::ipv6;
}

bgp::AfiSafi afi_safi(net::Family family) {
  return family == net::Family::ipv4 ? bgp::ipv4_unicast : bgp::ipv6_unicast;
}

net::IpAddress unspecified(net::Family family) {
  return family == net::Family::ipv4 ? net::IpAddress::v4(0) : *net::IpAddress::parse("::");
}

bool Told::carries(net::Family family) const {
  return std::ranges::find(config.families, afi_safi(family)) != config.families.end();
}

Told told(const View& view, const net::IpAddress& peer) {
  const auto& speaker = view.speaker.config();
  const auto known = std::ranges::find(speaker.neighbors, peer, &bgp::NeighborConfig::address);
  if (known != speaker.neighbors.end()) return {*known};
  for (const auto& range : speaker.dynamic_ranges) {
    if (!range.prefix.contains(peer)) continue;
    Told out{range.peer, &range};
    out.config.address = peer;
    return out;
  }
  return {};
}

std::string community_word(bgp::Community community) {
  switch (community.value) {
    case 0xFFFF0000:
      return "gracefulShutdown";
    case 0xFFFF029A:
      return "blackhole";
    case bgp::no_export.value:
      return "noExport";
    case bgp::no_advertise.value:
      return "noAdvertise";
    case bgp::no_export_subconfed.value:
      return "localAs";
    default:
      return community.to_string();
  }
}

std::string extended_text(const bgp::PathAttributes& attributes) {
  std::string out;
  for (const auto& community : attributes.extended_communities) {
    const auto octet = [&](unsigned index) {
      return static_cast<unsigned>(community.value >> (56 - 8 * index)) & 0xFF;
    };
    const auto low = static_cast<std::uint32_t>(community.value);
    const auto high = static_cast<std::uint32_t>(community.value >> 16);
    const auto kind = octet(0);
    const auto name = octet(1) == 2 ? "RT" : octet(1) == 3 ? "SoO" : nullptr;
    std::string text;
    if (name == nullptr || kind > 2) {
      text = fmt::format("UNK:{}, {}", kind, octet(1));
    } else if (kind == 0) {  // 2-octet AS
      text = fmt::format("{}:{}:{}", name, high >> 16, low);
    } else if (kind == 1) {
      text = fmt::format("{}:{}:{}", name, net::IpAddress::v4(high).to_string(), low & 0xFFFF);
    } else {
      text = fmt::format("{}:{}:{}", name, high, low & 0xFFFF);
    }
    out += (out.empty() ? "" : " ") + text;
  }
  return out;
}

std::string origin_word(bgp::Origin origin) {
  switch (origin) {
    case bgp::Origin::igp:
      return "IGP";
    case bgp::Origin::egp:
      return "EGP";
    case bgp::Origin::incomplete:
      break;
  }
  return "incomplete";
}

char origin_letter(bgp::Origin origin) {
  return origin == bgp::Origin::igp ? 'i' : origin == bgp::Origin::egp ? 'e' : '?';
}

std::string printed(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace seatrial::bgpd
