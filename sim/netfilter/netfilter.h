// Connection tracking and NAT of one node, as kube-proxy in iptables mode and Calico use them:
//  - DNAT of service addresses: a new connection takes one of the backends, uniformly at random
//    from the node's own stream; conntrack keeps the choice for its lifetime;
//  - REJECT with ICMP port unreachable where a service has no backend;
//  - SNAT to the node's address (masquerade) where the service or a predicate asks for it, with a
//    port of its own where the original is taken;
//  - replies, and ICMP errors that quote a translated packet, are translated back.
// A service address need not be an address of the node: DNAT comes before the routing decision.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/io/random.h"
#include "models/net/address.h"
#include "sim/forwarding/forwarding.h"
#include "sim/netfilter/conntrack.h"

namespace seatrial::sim {

struct NatService {
  std::string name;  // "kube-system/kube-dns:dns", for reports
  net::IpAddress address;
  std::uint16_t port = 0;
  std::uint8_t protocol = protocol_tcp;
  std::vector<net::Endpoint> backends;  // empty: REJECT
  // Masquerade connections to this service (externalTrafficPolicy Cluster, node ports)...
  bool masquerade = false;
  // ...but those that come from here (the pods' CIDR, for a ClusterIP).
  std::vector<net::Prefix> masquerade_except;
  // No backend: drop in silence instead of REJECT (externalTrafficPolicy Local, none on the node).
  bool drop_when_empty = false;
};

class Netfilter : public PacketHooks {
 public:
  Netfilter(Forwarding& forwarding, io::RandomStream& random);

  // Replaces all services; tracked connections keep their backend, but for UDP ones whose backend
  // is gone (kube-proxy deletes those conntrack entries).
  void set_services(std::vector<NatService> services);

  // Asked for the first packet of a connection that leaves (after DNAT): masquerade it? Calico's
  // natOutgoing is: source inside a pool with natOutgoing, destination outside every pool.
  using MasqueradePredicate =
      std::function<bool(const net::IpAddress& source, const net::IpAddress& destination)>;
  void set_masquerade(MasqueradePredicate predicate) { masquerade_ = std::move(predicate); }

  // Asked for the first packet of a connection that is forwarded, delivered here or sent from here:
  // may it pass? (Network policy.) Interfaces as in PacketHooks::filter.
  using Policy = std::function<Verdict(const Flow& flow, int in_interface, int out_interface)>;
  void set_policy(Policy policy) { policy_ = std::move(policy); }

  const Conntrack& conntrack() const { return conntrack_; }

  Verdict prerouting(PacketInFlight& packet, int in_interface) override;
  Verdict output(PacketInFlight& packet) override;
  Verdict filter(PacketInFlight& packet, int in_interface, int out_interface) override;
  Verdict postrouting(PacketInFlight& packet, int in_interface, int out_interface) override;

 private:
  struct ServiceKey {
    std::uint32_t address = 0;
    std::uint16_t port = 0;
    std::uint8_t protocol = 0;
    friend auto operator<=>(const ServiceKey&, const ServiceKey&) = default;
  };

  Verdict enter(PacketInFlight& packet);
  Verdict translate_new(PacketInFlight& packet);
  void translate_icmp(PacketInFlight& packet);
  bool masquerade(Connection& connection, int out_interface);

  Forwarding& forwarding_;
  io::RandomStream& random_;
  Conntrack conntrack_;
  // The connection of the packet that is in the hooks now: they run one after the other within
  // one call of Forwarding.
  Conntrack::Match current_;
  std::map<ServiceKey, NatService> services_;
  MasqueradePredicate masquerade_;
  Policy policy_;
};

}  // namespace seatrial::sim
