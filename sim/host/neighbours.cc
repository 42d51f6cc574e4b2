#include "sim/host/neighbours.h"

#include <ns3/arp-header.h>
#include <ns3/mac48-address.h>

#include <sstream>

#include "sim/forwarding/forwarding.h"

namespace seatrial::sim {

void Neighbours::heard(int interface, ns3::ArpCache& cache, const ns3::Packet& arp) {
  if (!observer_) return;
  ns3::ArpHeader header;
  if (arp.PeekHeader(header) == 0) return;
  const auto address = header.GetSourceIpv4Address();
  ns3::ArpCache::Entry* entry = cache.Lookup(address);
  if (entry == nullptr || !entry->IsAlive()) return;
  std::ostringstream mac;
  mac << ns3::Mac48Address::ConvertFrom(entry->GetMacAddress());
  report({interface, from_ns3(address), mac.str()});
}

void Neighbours::failed(int interface, ns3::ArpCache& cache, const net::IpAddress& address) {
  if (!observer_) return;
  ns3::ArpCache::Entry* entry = cache.Lookup(to_ns3(address));
  if (entry == nullptr || !entry->IsDead()) return;
  report({interface, address, {}});
}

void Neighbours::report(Change change) {
  const auto [known, fresh] = known_.try_emplace({change.interface, change.address}, change.mac);
  if (!fresh && known->second == change.mac) return;
  known->second = change.mac;
  observer_(change);
}

}  // namespace seatrial::sim
