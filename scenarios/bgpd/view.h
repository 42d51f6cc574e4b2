// What the answers of a running bgpd are made from, and the forms that FRR gives to values.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "models/bfd/agent.h"
#include "models/bgp/speaker.h"
#include "models/frr/config.h"
#include "models/io/host.h"
#include "models/net/prefix_map.h"

namespace seatrial::bgpd {

using Json = nlohmann::ordered_json;

// FRR counts the changes of each family's table, and stamps each prefix with the count.
class TableVersions {
 public:
  void changed(const net::Prefix& prefix) { versions_[prefix] = ++tables_[prefix.family()]; }
  std::uint64_t table(net::Family family) const {
    const auto found = tables_.find(family);
    return found == tables_.end() ? 0 : found->second;
  }
  std::uint64_t of(const net::Prefix& prefix) const {
    const auto* found = versions_.find(prefix);
    return found == nullptr ? 0 : *found;
  }

 private:
  std::map<net::Family, std::uint64_t> tables_;
  net::PrefixMap<std::uint64_t> versions_;
};

struct View {
  const io::Host& host;
  bgp::Speaker& speaker;
  const bfd::Agent& bfd;
  const frr::Config& config;
  const TableVersions& versions;
  std::string configuration;                      // the file's text
  std::chrono::system_clock::time_point started;  // the wall's time when the host's was 0

  std::int64_t epoch(TimePoint at) const;  // seconds
  std::string date(TimePoint at) const;    // "Wed Nov 25 07:16:10 2026"
  Duration since(TimePoint at) const { return host.now() - at; }
};

std::int64_t milliseconds(Duration duration);
std::int64_t seconds(Duration duration);
// Whole seconds in milliseconds, as FRR gives most of its ages.
std::int64_t whole_seconds_ms(Duration duration);
// "00:00:06", "1d02h03m", "02w3d04h"
std::string uptime(Duration duration);
// "10.0.3.2(vm)", where the peer told its host's name.
std::string with_host(const View& view, const net::IpAddress& peer, const net::IpAddress& shown);
std::string host_name(const View& view, const net::IpAddress& peer);
std::string family_name(net::Family family);           // "IPv4 Unicast"
std::string family_key(net::Family family);            // "ipv4Unicast"
std::string community_word(bgp::Community community);  // "65002:1", "noExport"
// "RT:65002:7 SoO:192.0.2.1:5"
std::string extended_text(const bgp::PathAttributes& attributes);
std::string origin_word(bgp::Origin origin);  // "IGP"
char origin_letter(bgp::Origin origin);
bgp::AfiSafi afi_safi(net::Family family);
net::Family family_of(bgp::AfiSafi family);
// "(unspec)" has no family: 0.0.0.0 or ::.
net::IpAddress unspecified(net::Family family);

// JSON as text. A peer's name and the words of its NOTIFICATION may be no UTF-8: U+FFFD stands for
// what is none.
std::string printed(const Json& json);

// What a neighbour was told, its group's or its range's lines included.
struct Told {
  bgp::NeighborConfig config;
  const bgp::DynamicRange* range = nullptr;  // it was found by
  bool carries(net::Family family) const;
};
Told told(const View& view, const net::IpAddress& peer);

// The commands; the text of an answer, JSON where asked for.
struct Wanted {
  std::optional<net::IpAddress> from;  // only what this neighbour announced
  std::optional<net::Prefix> within;   // only this prefix and what lies in it
};
std::string show_routes(const View& view, net::Family family, bool json, const Wanted& wanted = {});
enum class Paths { all, best, multipath };
std::string show_route(const View& view, const net::Prefix& prefix, bool json,
                       Paths which = Paths::all);
enum class Adjacent { advertised, received, filtered };
std::string show_adjacent(const View& view, net::Family family, const net::IpAddress& peer,
                          Adjacent which, bool json);
enum class Which { all, established, failed };
// `ip`: as `show ip bgp summary`, of IPv4 alone but under its name.
std::string show_summary(const View& view, std::optional<net::Family> family, Which which,
                         bool json, bool ip = false);
std::string show_neighbors(const View& view, const net::IpAddress* only, bool json);
std::string show_bfd(const View& view, const net::IpAddress* only, bool json);
std::string show_bfd_counters(const View& view, bool json);
std::string show_bfd_brief(const View& view, bool json);

Json neighbor_json(const View& view, const bgp::SessionSnapshot& session, const Told& told);
std::string neighbor_text(const View& view, const bgp::SessionSnapshot& session, const Told& told);

}  // namespace seatrial::bgpd
