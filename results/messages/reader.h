// Frames in, messages out: the whole way from a captured frame to what its protocol says.
#pragma once

#include <map>
#include <set>

#include "results/dissect/fragments.h"
#include "results/messages/connections.h"

namespace seatrial::results {

class MessageReader {
 public:
  MessageReader(MessageSink& sink, const Lens& lens, Depth depth);

  void add(LinkType link, const CapturedFrame& frame);
  // The capture is over: what was still open is told as it stands.
  void finish();

 private:
  struct Group {
    std::unique_ptr<Outlet> outlet;
    std::string client;
  };

  void on_datagram(const Packet& packet, const Stamp& at);
  void on_dns(const Packet& packet, const Stamp& at);
  void on_icmp(const Packet& packet, const Stamp& at);
  void on_arp(const Packet& packet, const Stamp& at);
  void on_other(const Packet& packet, const Stamp& at);
  // A conversation that is the only one of its group; made when it is asked for first.
  Outlet& group(const std::string& name, const std::string& client, const std::string& server,
                const Stamp& at);

  MessageSink& sink_;
  const Lens& lens_;
  Depth depth_;
  ConversationId ids_ = 0;
  Connections connections_;
  FragmentReassembly fragments_;
  Stamp last_;
  std::map<std::string, std::unique_ptr<Outlet>> groups_;
  std::map<std::string, TimePoint> dns_asked_;
  std::map<net::IpAddress, MacAddress> arp_claims_;
  std::map<net::IpAddress, std::pair<net::IpAddress, Stamp>> arp_asked_;
};

}  // namespace seatrial::results
