// `show bfd peers [brief|counters]` and `show bfd peer ADDRESS`, as bfdd prints them.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/bgpd/view.h"

namespace seatrial::bgpd {
namespace {

const char* status_of(bfd::State state) {
  switch (state) {
    case bfd::State::admin_down:
      return "shutdown";
    case bfd::State::down:
      return "down";
    case bfd::State::init:
      return "init";
    case bfd::State::up:
      break;
  }
  return "up";
}

std::string diagnostic_of(bfd::Diagnostic diagnostic) {
  switch (diagnostic) {
    case bfd::Diagnostic::none:
      return "ok";
    case bfd::Diagnostic::neighbor_down:
      return "neighbor signaled session down";
    case bfd::Diagnostic::administratively_down:
      return "administratively down";
    default:
      return to_string(diagnostic);
  }
}

const char* age_key(bfd::State state) {
  return state == bfd::State::up ? "uptime" : "downtime";
}

std::string interface_of(const View& view, const bfd::SessionSnapshot& s) {
  for (const auto& interface : view.config.interfaces) {
    const bool there = std::ranges::any_of(
        interface.addresses, [&](const auto& own) { return own.subnet().contains(s.config.peer); });
    if (there && !s.config.multihop) return interface.name;
  }
  return {};
}

Json identity(const View& view, const bfd::SessionSnapshot& s) {
  Json out{{"multihop", s.config.multihop}, {"peer", s.config.peer.to_string()}};
  if (!s.local.is_unspecified()) out["local"] = s.local.to_string();
  out["vrf"] = "default";
  if (const auto interface = interface_of(view, s); !interface.empty()) {
    out["interface"] = interface;
  }
  return out;
}

Json session_json(const View& view, const bfd::SessionSnapshot& s) {
  auto out = identity(view, s);
  out["id"] = s.discriminator;
  out["remote-id"] = s.remote_discriminator;
  out["passive-mode"] = s.config.passive;
  out["status"] = status_of(s.state);
  if (s.state == bfd::State::up || s.state == bfd::State::down) {
    out[age_key(s.state)] = whole_seconds_ms(view.since(s.since)) / 1000;
  }
  out["diagnostic"] = diagnostic_of(s.diagnostic);
  out["remote-diagnostic"] = diagnostic_of(s.remote_diagnostic);
  out["receive-interval"] = milliseconds(s.config.receive_interval);
  out["transmit-interval"] = milliseconds(s.config.transmit_interval);
  out["echo-receive-interval"] = 0;
  out["echo-transmit-interval"] = 0;
  out["detect-multiplier"] = s.config.detect_multiplier;
  out["remote-receive-interval"] = milliseconds(s.remote_required_min_rx);
  out["remote-transmit-interval"] = milliseconds(s.remote_desired_min_tx);
  out["remote-echo-receive-interval"] = milliseconds(s.remote_required_min_echo_rx);
  out["remote-detect-multiplier"] = s.remote_detect_multiplier;
  out["rtt-min"] = 0;
  out["rtt-avg"] = 0;
  out["rtt-max"] = 0;
  return out;
}

std::string heading(const View& view, const bfd::SessionSnapshot& s) {
  auto out = "\tpeer " + s.config.peer.to_string();
  if (s.config.multihop) out += " multihop";
  if (!s.local.is_unspecified()) out += " local-address " + s.local.to_string();
  out += " vrf default";
  if (const auto interface = interface_of(view, s); !interface.empty()) {
    out += " interface " + interface;
  }
  return out + "\n";
}

std::string interval(Duration value) {
  return value == Duration::zero() ? "disabled" : fmt::format("{}ms", milliseconds(value));
}

std::string session_text(const View& view, const bfd::SessionSnapshot& s) {
  auto out = heading(view, s);
  const auto line = [&out](const std::string& text) { out += "\t\t" + text + "\n"; };
  line(fmt::format("ID: {}", s.discriminator));
  line(fmt::format("Remote ID: {}", s.remote_discriminator));
  line(s.config.passive ? "Passive mode" : "Active mode");
  if (s.config.multihop) line(fmt::format("Minimum TTL: {}", s.config.minimum_ttl.value_or(254)));
  line(fmt::format("Status: {}", status_of(s.state)));
  const auto age = whole_seconds_ms(view.since(s.since)) / 1000;
  if (s.state == bfd::State::up) line(fmt::format("Uptime: {} second(s)", age));
  if (s.state == bfd::State::down) line(fmt::format("Downtime: {} second(s)", age));
  line("Diagnostics: " + diagnostic_of(s.diagnostic));
  line("Remote diagnostics: " + diagnostic_of(s.remote_diagnostic));
  line("Peer Type: dynamic");
  line("RTT min/avg/max: 0/0/0 usec");
  line("Local timers:");
  line(fmt::format("\tDetect-multiplier: {}", s.config.detect_multiplier));
  line("\tReceive interval: " + interval(s.config.receive_interval));
  line("\tTransmission interval: " + interval(s.config.transmit_interval));
  line("\tEcho receive interval: disabled");
  line("\tEcho transmission interval: disabled");
  line("Remote timers:");
  line(fmt::format("\tDetect-multiplier: {}", s.remote_detect_multiplier));
  line("\tReceive interval: " + interval(s.remote_required_min_rx));
  line("\tTransmission interval: " + interval(s.remote_desired_min_tx));
  line("\tEcho receive interval: " + interval(s.remote_required_min_echo_rx));
  return out + "\n";
}

}  // namespace

std::string show_bfd(const View& view, const net::IpAddress* only, bool json) {
  auto list = Json::array();
  std::string text;
  for (const auto& session : view.bfd.sessions()) {
    if (only != nullptr && session.config.peer != *only) continue;
    list.push_back(session_json(view, session));
    text += session_text(view, session);
  }
  if (only != nullptr) {
    if (list.empty()) return "Unable to find 'peer " + only->to_string() + "'\n";
    return json ? printed(list.front()) : "BFD Peer:\n" + text;
  }
  return json ? printed(list) : "BFD Peers:\n" + text;
}

std::string show_bfd_counters(const View& view, bool json) {
  auto list = Json::array();
  std::string text = "BFD Peers:\n";
  for (const auto& s : view.bfd.sessions()) {
    auto out = identity(view, s);
    out["control-packet-input"] = s.received;
    out["control-packet-output"] = s.sent;
    out["echo-packet-input"] = 0;
    out["echo-packet-output"] = 0;
    out["session-up"] = s.up_count;
    out["session-down"] = s.down_count;
    out["zebra-notifications"] = s.up_count + s.down_count;
    text += heading(view, s);
    text += fmt::format("\t\tControl packet input: {} packets\n", s.received);
    text += fmt::format("\t\tControl packet output: {} packets\n", s.sent);
    text += "\t\tEcho packet input: 0 packets\n\t\tEcho packet output: 0 packets\n";
    text += fmt::format("\t\tSession up events: {}\n", s.up_count);
    text += fmt::format("\t\tSession down events: {}\n", s.down_count);
    text += fmt::format("\t\tZebra notifications: {}\n\n", s.up_count + s.down_count);
    list.push_back(std::move(out));
  }
  return json ? printed(list) : text;
}

std::string show_bfd_brief(const View& view, bool json) {
  auto list = Json::array();
  const auto sessions = view.bfd.sessions();
  auto text = fmt::format("Session count: {}\n", sessions.size());
  text += fmt::format("{:<10} {:<40} {:<40} {:<15}\n", "SessionId", "LocalAddress", "PeerAddress",
                      "Status");
  text += fmt::format("{:<10} {:<40} {:<40} {:<15}\n",
                      "=========", "============", "===========", "======");
  for (const auto& s : sessions) {
    text += fmt::format("{:<10} {:<40} {:<40} {:<15}\n", s.discriminator, s.local.to_string(),
                        s.config.peer.to_string(), status_of(s.state));
    auto out = identity(view, s);
    out["id"] = s.discriminator;
    out["remote-id"] = s.remote_discriminator;
    out["status"] = status_of(s.state);
    list.push_back(std::move(out));
  }
  return json ? printed(list) : text;
}

}  // namespace seatrial::bgpd
