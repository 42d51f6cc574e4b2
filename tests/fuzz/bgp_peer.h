// A peer that says anything: several connections to and from one speaker, each of which listens
// with a codec of its own. Whatever the speaker says must be a valid message, in the order that RFC
// 4271 section 8 gives: OPEN, KEEPALIVE, and UPDATE or ROUTE-REFRESH only when both sides have said
// these two; nothing after a NOTIFICATION.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <set>

#include "models/bgp/framer.h"
#include "tests/fuzz/tape.h"
#include "tests/support/fake_network.h"

namespace seatrial::fuzz {

// One connection as the peer sees it.
struct Ear final : io::StreamHandler {
  std::unique_ptr<io::Stream> stream;
  bool external = false;
  bool gone = false;
  bgp::Framer heard;
  bgp::Framer said;
  std::optional<bgp::OpenMessage> theirs;
  std::optional<bgp::OpenMessage> ours;
  bool kept_alive = false;     // the speaker
  bool we_kept_alive = false;  // this side, behind its OPEN
  bool said_garbage = false;
  bool notified = false;
  std::set<bgp::Nlri> routes;  // what the speaker has announced and not withdrawn

  bool up() const { return !gone && kept_alive && we_kept_alive && !notified; }

  void say(bgp::Bytes bytes) {
    if (!stream) return;
    said.feed(bytes);
    while (!said_garbage) {
      const auto next = said.next();
      if (!next) said_garbage = true;
      if (!next || !*next) break;
      const auto& frame = **next;
      if (frame.type == bgp::MessageType::open && !ours) {
        if (const auto open = bgp::decode_open(frame.body)) ours = *open;
        if (ours && theirs) agree();
      }
      if (frame.type == bgp::MessageType::keepalive && ours) we_kept_alive = true;
    }
    stream->send(bytes);
  }

  void on_data(io::Bytes bytes) override {
    heard.feed(bytes);
    for (;;) {
      const auto next = heard.next();
      must(next.has_value(), "the speaker's messages have a valid header");
      if (!*next) return;
      hear(**next);
    }
  }
  void on_end() override { gone = true; }
  void on_closed(io::CloseReason) override { gone = true; }

 private:
  void agree() {
    const auto& a = theirs->capabilities;
    const auto& b = ours->capabilities;
    if (!a.extended_message || !b.extended_message) return;
    heard.allow_extended_messages();
    said.allow_extended_messages();
  }
  bgp::CodecOptions codec() const {
    const auto& a = theirs->capabilities;
    const auto& b = ours->capabilities;
    bgp::CodecOptions out;
    out.external = external;
    out.four_octet_as = a.four_octet_as && b.four_octet_as;
    for (const auto& send : a.add_path) {
      const auto first = std::find_if(b.add_path.begin(), b.add_path.end(),
                                      [&](const auto& one) { return one.family == send.family; });
      if (send.send && first != b.add_path.end() && first->receive) {
        out.add_path_receive.push_back(send.family);
      }
    }
    return out;
  }

  void hear(const bgp::Frame& frame) {
    must(!notified, "nothing comes after a NOTIFICATION");
    using bgp::MessageType;
    must((frame.type == MessageType::open) == !theirs, "the OPEN comes first, and once");
    switch (frame.type) {
      case MessageType::open: {
        const auto open = bgp::decode_open(frame.body);
        must(open.has_value(), "the speaker's OPEN is valid");
        theirs = *open;
        if (ours) agree();
        return;
      }
      case MessageType::keepalive:
        must(ours.has_value(), "a KEEPALIVE answers an OPEN");
        kept_alive = true;
        return;
      case MessageType::notification:
        must(bgp::decode_notification(frame.body).has_value(), "the NOTIFICATION is valid");
        notified = true;
        return;
      case MessageType::route_refresh:
        must(kept_alive && we_kept_alive, "no ROUTE-REFRESH before Established");
        must(bgp::decode_route_refresh(frame.body).has_value(), "the ROUTE-REFRESH is valid");
        return;
      case MessageType::update:
        must(kept_alive && we_kept_alive, "no UPDATE before Established");
        return hear_update(frame.body);
    }
  }

  void hear_update(bgp::Bytes body) {
    const auto decoded = bgp::decode_update(body, codec());
    must(decoded.has_value(), decoded ? "" : "the UPDATE is valid: " + decoded.error().detail);
    for (const auto& problem : decoded->problems)
      must(false, "sound attributes: " + problem.detail);
    const auto& m = decoded->message;
    for (const auto& nlri : m.withdrawn) {
      must(routes.erase(nlri) == 1, "what is withdrawn was announced");
    }
    for (const auto* list : {&m.announced, &m.mp_announced})
      routes.insert(list->begin(), list->end());
  }
};

class Peer {
 public:
  Peer(test::FakeHost& host, net::IpAddress speaker, bool external)
      : host_(host), speaker_(speaker), external_(external) {}

  test::FakeHost& host() { return host_; }
  const net::IpAddress& address() const { return host_.address(); }
  Ear& ear(std::size_t i) { return *ears_[i % ears_.size()]; }

  void connect(std::size_t i) {
    auto& ear = fresh(i);
    ear.stream = host_.connect({speaker_, bgp::default_port}, &ear);
  }
  void listen(bool on) {
    listener_.reset();
    if (!on) return;
    listener_ = host_.listen({{}, bgp::default_port}, [this](std::unique_ptr<io::Stream> stream) {
      auto& ear = fresh(next_++);
      ear.stream = std::move(stream);
      ear.stream->set_handler(&ear);
    });
  }
  void finish(std::size_t i) {
    if (ear(i).stream) ear(i).stream->shutdown();
  }
  void abort(std::size_t i) {
    if (ear(i).stream) ear(i).stream->abort();
    ear(i).gone = true;
  }
  void leave() {
    listen(false);
    for (std::size_t i = 0; i < ears_.size(); ++i) abort(i);
  }
  // The one connection over which a session can be Established; nullptr: none, or not yet clear.
  const Ear* session() const {
    const Ear* found = nullptr;
    for (const auto& ear : ears_) {
      if (!ear->up()) continue;
      if (found != nullptr) return nullptr;
      found = ear.get();
    }
    return found;
  }

 private:
  Ear& fresh(std::size_t i) {
    auto& ear = ears_[i % ears_.size()];
    ear = std::make_unique<Ear>();
    ear->external = external_;
    return *ear;
  }

  test::FakeHost& host_;
  net::IpAddress speaker_;
  bool external_;
  std::unique_ptr<io::Listener> listener_;
  std::size_t next_ = 0;
  std::array<std::unique_ptr<Ear>, 3> ears_{std::make_unique<Ear>(), std::make_unique<Ear>(),
                                            std::make_unique<Ear>()};
};

}  // namespace seatrial::fuzz
