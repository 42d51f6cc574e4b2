// What a machine's ARP learns and gives up, as it happens. ns-3's cache tells nobody when an entry
// is resolved; this looks at it after each ARP frame that the machine took, and when packets that
// waited for an answer are dropped. Only changes are told: an entry that is refreshed with the same
// address is no news.
#pragma once

#include <ns3/arp-cache.h>
#include <ns3/packet.h>

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "models/net/address.h"

namespace seatrial::sim {

class Neighbours {
 public:
  struct Change {
    int interface = 0;
    net::IpAddress address;
    std::string mac;  // "02:00:00:00:00:07"; empty: nobody answers
  };
  void observe(std::function<void(const Change&)> observer) { observer_ = std::move(observer); }

  // An ARP frame (without its Ethernet header) was handed to the stack.
  void heard(int interface, ns3::ArpCache& cache, const ns3::Packet& arp);
  // Packets for `address` were given up.
  void failed(int interface, ns3::ArpCache& cache, const net::IpAddress& address);

 private:
  void report(Change change);

  std::function<void(const Change&)> observer_;
  std::map<std::pair<int, net::IpAddress>, std::string> known_;
};

}  // namespace seatrial::sim
