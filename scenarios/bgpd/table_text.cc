#include "scenarios/bgpd/table_text.h"

#include <fmt/format.h>

namespace seatrial::bgpd {
namespace {

constexpr std::size_t network_width = 17;
constexpr std::size_t next_hop_width = 16;

// A column's text; one that is too long has the line to itself.
std::string column(const std::string& text, std::size_t width, std::size_t indent) {
  if (text.size() < width) return fmt::format("{:<{}}", text, width);
  return text + "\n" + std::string(indent + width, ' ');
}

std::string number(const std::optional<std::uint32_t>& value, int width) {
  return value ? fmt::format("{:>{}}", *value, width) : std::string(width, ' ');
}

}  // namespace

std::string table_header(const View& view, net::Family family, bgp::Asn local_as) {
  const auto& config = view.speaker.config();
  return fmt::format(
      "BGP table version is {}, local router ID is {}, vrf id 0\n"
      "Default local pref {}, local AS {}\n"
      "Status codes:  s suppressed, d damped, h history, * valid, > best, = multipath,\n"
      "               i internal, r RIB-failure, S Stale, R Removed\n"
      "Nexthop codes: @NNN nexthop's vrf id, < announce-nh-self\n"
      "Origin codes:  i - IGP, e - EGP, ? - incomplete\n"
      "RPKI validation codes: V valid, I invalid, N Not found\n\n"
      "   Network          Next Hop            Metric LocPrf Weight Path\n",
      view.versions.table(family), config.router_id.to_string(),
      config.default_local_pref.value_or(config.profile.default_local_pref), local_as.to_string());
}

std::string table_row(const TableRow& row) {
  return row.status + column(row.network, network_width, row.status.size()) +
         column(row.next_hop, next_hop_width, row.status.size() + network_width) +
         number(row.metric, 10) + number(row.local_pref, 7) + fmt::format("{:>7} ", row.weight) +
         row.path + "\n";
}

std::string path_text(const bgp::AsPath& path, bgp::Origin origin) {
  const auto text = path.to_string();
  return (text.empty() ? "" : text + " ") + origin_letter(origin);
}

}  // namespace seatrial::bgpd
