// A peer of a speaker that is played by hand, message by message.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "models/bgp/framer.h"
#include "tests/models/bgp/speakers.h"

namespace seatrial::bgp::test {

// Says what the test tells it to and keeps what it hears, with the time.
struct Puppet : io::StreamHandler {
  struct Heard {
    TimePoint when;
    MessageType type;
    Octets body;
  };

  seatrial::test::FakeHost* host = nullptr;  // for the times
  std::unique_ptr<io::Stream> stream;
  Framer framer;
  std::vector<MessageType> heard;
  std::vector<Heard> all;
  std::vector<NotificationMessage> notifications;
  std::vector<RouteRefreshMessage> refreshes;
  std::vector<UpdateMessage> updates;
  std::optional<OpenMessage> opened;  // the last OPEN heard
  OpenMessage says;                   // what open() sends
  CodecOptions codec;
  bool ended = false;

  Puppet() {
    says.hold_time_s = 90;
    says.capabilities.families = {ipv4_unicast};
    codec.external = true;
  }

  void on_data(io::Bytes bytes) override {
    framer.feed(bytes);
    for (;;) {
      const auto next = framer.next();
      if (!next || !*next) return;
      hear(**next);
    }
  }
  void on_end() override { ended = true; }
  void on_closed(io::CloseReason) override { ended = true; }

  void hear(const Frame& frame) {
    heard.push_back(frame.type);
    all.push_back({host != nullptr ? host->now() : TimePoint(),
                   frame.type,
                   {frame.body.begin(), frame.body.end()}});
    switch (frame.type) {
      case MessageType::open:
        opened = *decode_open(frame.body);
        break;
      case MessageType::update:
        updates.push_back(decode_update(frame.body, codec)->message);
        break;
      case MessageType::notification:
        notifications.push_back(*decode_notification(frame.body));
        break;
      case MessageType::route_refresh:
        refreshes.push_back(*decode_route_refresh(frame.body));
        break;
      case MessageType::keepalive:
        break;
    }
  }

  void open(std::uint32_t asn, std::uint32_t id) {
    says.asn = {asn};
    says.id = {id};
    says.capabilities.four_octet_as = says.asn;
    stream->send(encode(says));
  }
  void keepalive() { stream->send(encode(KeepaliveMessage{})); }
  void notify(const NotificationMessage& n) { stream->send(encode(n)); }
  void announce(const std::string& p, const std::string& hop, std::vector<Community> with = {}) {
    UpdateMessage update;
    update.attributes.emplace();
    update.attributes->next_hop = ip(hop);
    update.attributes->local_pref = 100;
    update.attributes->communities = std::move(with);
    if (says.asn.value != 65001) update.attributes->as_path.prepend(says.asn);
    update.announced = {{prefix(p), 0}};
    for (const auto& m : encode(update, {})) stream->send(m);
  }
  void withdraw(const std::string& p) {
    UpdateMessage update;
    update.withdrawn = {{prefix(p), 0}};
    for (const auto& m : encode(update, {})) stream->send(m);
  }
  void end_of_rib() { stream->send(encode_end_of_rib(ipv4_unicast)); }
  void refresh(RefreshSubtype subtype) {
    stream->send(encode(RouteRefreshMessage{ipv4_unicast, static_cast<std::uint8_t>(subtype)}));
  }

  bool heard_keepalive() const {
    return std::ranges::find(heard, MessageType::keepalive) != heard.end();
  }
  bool announced(const std::string& p) const {
    return std::ranges::any_of(updates, [&](const UpdateMessage& u) {
      return std::ranges::find(u.announced, Nlri{prefix(p), 0}) != u.announced.end();
    });
  }
  bool withdrew(const std::string& p) const {
    return std::ranges::any_of(updates, [&](const UpdateMessage& u) {
      return std::ranges::find(u.withdrawn, Nlri{prefix(p), 0}) != u.withdrawn.end();
    });
  }
  bool heard_end_of_rib() const {
    return std::ranges::any_of(updates,
                               [](const UpdateMessage& u) { return u.end_of_rib.has_value(); });
  }
};

}  // namespace seatrial::bgp::test
