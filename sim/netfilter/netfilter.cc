#include "sim/netfilter/netfilter.h"

#include <algorithm>
#include <utility>

#include "sim/ethernet/clock.h"
#include "sim/netfilter/rewrite.h"

namespace seatrial::sim {

namespace {

constexpr int loopback = 0;
constexpr std::uint32_t first_nat_port = 1024;
constexpr std::uint32_t last_nat_port = 65535;

bool tracked(const PacketInFlight& packet) {
  // A fragment has no ports to go by; nothing modelled here sends fragments through NAT.
  return (packet.flow.protocol == protocol_tcp || packet.flow.protocol == protocol_udp) &&
         packet.header.IsLastFragment() && packet.header.GetFragmentOffset() == 0;
}

}  // namespace

Netfilter::Netfilter(Forwarding& forwarding, io::RandomStream& random)
    : forwarding_(forwarding), random_(random) {}

void Netfilter::set_services(std::vector<NatService> services) {
  services_.clear();
  for (NatService& service : services) {
    const ServiceKey key{service.address.v4_value(), service.port, service.protocol};
    services_[key] = std::move(service);
  }
  conntrack_.remove_if([this](const Connection& connection) {
    if (connection.original.protocol != protocol_udp) return false;
    const auto found = services_.find(
        {connection.original.destination, connection.original.destination_port, protocol_udp});
    if (found == services_.end()) return false;
    const auto& backends = found->second.backends;
    const net::Endpoint backend = connection.reply.from();
    return std::find(backends.begin(), backends.end(), backend) == backends.end();
  });
  current_ = {};
}

Verdict Netfilter::prerouting(PacketInFlight& packet, int /*in_interface*/) {
  return enter(packet);
}

Verdict Netfilter::output(PacketInFlight& packet) {
  return enter(packet);
}

Verdict Netfilter::enter(PacketInFlight& packet) {
  current_ = {};
  if (packet.flow.protocol == protocol_icmp) {
    translate_icmp(packet);
    return Verdict::accept;
  }
  if (!tracked(packet)) return Verdict::accept;
  const TimePoint time = now();
  current_ = conntrack_.find(packet.flow, time);
  if (!current_) {
    const Verdict verdict = translate_new(packet);
    if (verdict != Verdict::accept) return verdict;
  }
  Connection& connection = *current_.connection;
  conntrack_.note(connection, current_.direction, tcp_flags_of(packet), time);
  if (current_.direction == Conntrack::Direction::reply) {
    rewrite(packet, connection.original.reversed());
  } else {
    Flow flow = packet.flow;  // its source changes on the way out
    flow.destination = connection.reply.source;
    flow.destination_port = connection.reply.source_port;
    rewrite(packet, flow);
  }
  return Verdict::accept;
}

Verdict Netfilter::translate_new(PacketInFlight& packet) {
  const TimePoint time = now();
  const Flow& flow = packet.flow;
  const auto found = services_.find({flow.destination, flow.destination_port, flow.protocol});
  if (found == services_.end()) {
    current_ = {&conntrack_.add(flow, time), Conntrack::Direction::original};
    return Verdict::accept;
  }
  const NatService& service = found->second;
  if (service.backends.empty()) {
    return service.drop_when_empty ? Verdict::drop : Verdict::reject;
  }
  Connection& connection = conntrack_.add(flow, time);
  const net::Endpoint& backend = service.backends[random_.below(service.backends.size())];
  const net::IpAddress source = net::IpAddress::v4(flow.source);
  const bool excepted =
      std::any_of(service.masquerade_except.begin(), service.masquerade_except.end(),
                  [&](const net::Prefix& prefix) { return prefix.contains(source); });
  // A backend that calls itself by the service must not see its own address as the client's.
  connection.masquerade = (service.masquerade && !excepted) || backend.address == source;
  Flow reply = flow.reversed();
  reply.source = backend.address.v4_value();
  reply.source_port = backend.port;
  if (!conntrack_.set_reply(connection, reply, time)) {
    conntrack_.remove(connection);
    return Verdict::drop;
  }
  current_ = {&connection, Conntrack::Direction::original};
  return Verdict::accept;
}

// An error about a translated packet goes to whoever sent it, and quotes what he sent.
void Netfilter::translate_icmp(PacketInFlight& packet) {
  const std::optional<Flow> quoted = quoted_flow(packet);
  if (!quoted) return;
  const auto match = conntrack_.find(quoted->reversed(), now());
  if (!match) return;
  const Connection& connection = *match.connection;
  if (connection.reply == connection.original.reversed()) return;
  const bool about_original = match.direction == Conntrack::Direction::reply;
  const Flow& sent = about_original ? connection.original : connection.reply;
  Flow outer = packet.flow;
  outer.destination = sent.source;
  if (outer.source == quoted->destination) outer.source = sent.destination;
  rewrite_quoted(packet, sent);
  rewrite(packet, outer);
}

Verdict Netfilter::filter(PacketInFlight& packet, int in_interface, int out_interface) {
  if (in_interface == loopback || !current_) return Verdict::accept;
  Connection& connection = *current_.connection;
  if (connection.confirmed || current_.direction != Conntrack::Direction::original) {
    return Verdict::accept;
  }
  if (policy_) {
    const Verdict verdict = policy_(packet.flow, in_interface, out_interface);
    if (verdict != Verdict::accept) {
      conntrack_.remove(connection);
      current_ = {};
      return verdict;
    }
  }
  if (out_interface == no_interface) connection.confirmed = true;
  return Verdict::accept;
}

Verdict Netfilter::postrouting(PacketInFlight& packet, int /*in_interface*/, int out_interface) {
  if (!current_ || current_.direction != Conntrack::Direction::original) return Verdict::accept;
  Connection& connection = *current_.connection;
  if (!connection.confirmed) {
    const bool wanted = connection.masquerade ||
                        (masquerade_ && masquerade_(net::IpAddress::v4(packet.flow.source),
                                                    net::IpAddress::v4(packet.flow.destination)));
    if (wanted && !masquerade(connection, out_interface)) {
      conntrack_.remove(connection);
      current_ = {};
      return Verdict::drop;
    }
    connection.confirmed = true;
  }
  Flow flow = packet.flow;
  flow.source = connection.reply.destination;
  flow.source_port = connection.reply.destination_port;
  rewrite(packet, flow);
  return Verdict::accept;
}

// As iptables' MASQUERADE --random-fully, which kube-proxy and Felix use: any free port.
bool Netfilter::masquerade(Connection& connection, int out_interface) {
  const auto address = forwarding_.source_address(out_interface);
  if (!address) return false;
  constexpr std::uint32_t count = last_nat_port - first_nat_port + 1;
  const auto start = static_cast<std::uint32_t>(random_.below(count));
  Flow reply = connection.reply;
  reply.destination = address->v4_value();
  for (std::uint32_t i = 0; i < count; ++i) {
    reply.destination_port = static_cast<std::uint16_t>(first_nat_port + (start + i) % count);
    if (conntrack_.set_reply(connection, reply, now())) return true;
  }
  return false;
}

}  // namespace seatrial::sim
