// What `show bgp neighbors` says, worked out once for its JSON and its text.
#pragma once

#include <string>

#include "scenarios/bgpd/interfaces.h"
#include "scenarios/bgpd/view.h"

namespace seatrial::bgpd {

enum class Offered { neither, advertised, received, both };

// Why a session is down, or last went down: bgpd's number and words for it.
struct Reset {
  int code = 0;
  std::string words;
  std::optional<bgp::NotificationMessage> notification;  // which then caused it
  bool hard = false;                                     // RFC 8538
  std::string message;                                   // RFC 9003
  TimePoint at;
};

struct NeighborFacts {
  const bgp::SessionSnapshot& session;
  const bgp::NeighborConfig& config;
  const bgp::DynamicRange* range = nullptr;
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
  Reset reset;
  OwnNextHops next_hops;
  std::vector<bfd::SessionSnapshot> bfd_sessions;

  Offered offered(bool own, bool other) const;
  bool carries(net::Family family) const;
  bool connected() const { return session.local_end.has_value(); }
  bool established() const { return session.state == bgp::State::established; }
};

NeighborFacts facts_of(const View& view, const bgp::SessionSnapshot& session, const Told& told);
bgp::AddPathCapability add_path_of(const bgp::Capabilities& from, net::Family family);
// "advertisedAndReceived", "advertised and received"; empty for neither.
std::string offered_key(Offered offered);
std::string offered_text(Offered offered);
std::string restart_mode(const View& view, const bgp::NeighborConfig& config);
bgp::GracefulRestartConfig restart_config(const View& view, const bgp::NeighborConfig& config);
// No peer that keeps its forwarding is still sending its table.
bool every_end_of_rib_is_in(const View& view, net::Family family);
bool holds(const std::vector<bgp::AfiSafi>& families, bgp::AfiSafi family);
bool restarts(const View& view, const bgp::NeighborConfig& config);  // not only helps
std::string remote_restart_mode(const NeighborFacts& facts);
std::string role_name(const std::optional<bgp::Role>& role);
std::optional<bgp::Role> remote_role(const NeighborFacts& facts);

}  // namespace seatrial::bgpd
