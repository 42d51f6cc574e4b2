// What `show bgp neighbors` says, worked out once for its JSON and its text.
#pragma once

#include <string>

#include "scenarios/bgpd/view.h"

namespace seatrial::bgpd {

enum class Offered { neither, advertised, received, both };

struct NeighborFacts {
  const bgp::SessionSnapshot& session;
  const bgp::NeighborConfig& config;
  bool opened = false;  // the peer's OPEN is known
  bgp::Capabilities ours;
  bgp::Capabilities theirs;
  std::uint32_t remote_as = 0;
  Duration configured_hold{};
  Duration configured_keepalive{};
  Duration hold{};
  Duration keepalive{};
  Duration connect_retry{};
  Duration advertisement_interval{};
  int max_hops = 1;
  bool shared_network = false;  // with an interface of the file
  std::string reset_cause;      // of the last time it left Established, in bgpd's words
  std::vector<bfd::SessionSnapshot> bfd_sessions;

  Offered offered(bool own, bool other) const;
  bool established() const { return session.state == bgp::State::established; }
};

NeighborFacts facts_of(const View& view, const bgp::SessionSnapshot& session,
                       const bgp::NeighborConfig& config);
bgp::AddPathCapability add_path_of(const bgp::Capabilities& from, net::Family family);
// "advertisedAndReceived", "advertised and received"; empty for neither.
std::string offered_key(Offered offered);
std::string offered_text(Offered offered);
std::string restart_mode(const View& view, const bgp::NeighborConfig& config);
std::string remote_restart_mode(const NeighborFacts& facts);
std::string role_name(const std::optional<bgp::Role>& role);
std::optional<bgp::Role> remote_role(const NeighborFacts& facts);

}  // namespace seatrial::bgpd
