// FRR's table of routes as text.
#pragma once

#include <optional>
#include <string>

#include "scenarios/bgpd/view.h"

namespace seatrial::bgpd {

struct TableRow {
  std::string status;   // three letters: "*> ", "*>i"
  std::string network;  // empty: another path of the row above
  std::string next_hop;
  std::optional<std::uint32_t> metric;
  std::optional<std::uint32_t> local_pref;
  std::uint32_t weight = 0;
  std::string path;  // with the origin's letter
};

std::string table_header(const View& view, net::Family family, bgp::Asn local_as);
std::string table_row(const TableRow& row);
// "65002 i": the path and the origin's letter
std::string path_text(const bgp::AsPath& path, bgp::Origin origin);

}  // namespace seatrial::bgpd
