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

// FRR counts the changes of its table, and stamps each prefix with the count.
class TableVersions {
 public:
  void changed(const net::Prefix& prefix) { versions_[prefix] = ++table_; }
  std::uint64_t table() const { return table_; }
  std::uint64_t of(const net::Prefix& prefix) const {
    const auto* found = versions_.find(prefix);
    return found == nullptr ? 0 : *found;
  }

 private:
  std::uint64_t table_ = 0;
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
std::string origin_word(bgp::Origin origin);           // "IGP"
char origin_letter(bgp::Origin origin);
bgp::AfiSafi afi_safi(net::Family family);
// JSON as text. A peer's name and the words of its NOTIFICATION may be no UTF-8: U+FFFD stands for
// what is none.
std::string printed(const Json& json);

// The commands; the text of an answer, JSON where asked for.
std::string show_routes(const View& view, net::Family family, bool json,
                        const net::IpAddress* only_from = nullptr);
std::string show_route(const View& view, const net::Prefix& prefix, bool json);
enum class Adjacent { advertised, received };
std::string show_adjacent(const View& view, net::Family family, const net::IpAddress& peer,
                          Adjacent which, bool json);
std::string show_summary(const View& view, std::optional<net::Family> family, bool json);
std::string show_neighbors(const View& view, const net::IpAddress* only, bool json);
std::string show_bfd(const View& view, const net::IpAddress* only, bool json);
std::string show_bfd_counters(const View& view, bool json);
std::string show_bfd_brief(const View& view, bool json);

Json neighbor_json(const View& view, const bgp::SessionSnapshot& session,
                   const bgp::NeighborConfig& config);
std::string neighbor_text(const View& view, const bgp::SessionSnapshot& session,
                          const bgp::NeighborConfig& config);

}  // namespace seatrial::bgpd
