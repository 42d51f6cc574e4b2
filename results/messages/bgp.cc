// A BGP session (models/bgp), as what it tells the two speakers.
//
// UPDATEs are replayed into a RIB per direction, and what changes there are the messages: a route
// for a prefix, its withdrawal. How routes were packed into UPDATEs and in which order different
// prefixes came is therefore no difference, and a route that is announced again as it stands is
// none either; what a prefix went through on its way to its final route is one.
//
// KEEPALIVEs count once in each direction: that the session came up. How many follow depends on how
// long one looks. A connection on which no session came up (a collision, a peer that does not
// listen yet) is told by its NOTIFICATION, or not at all.
#include <algorithm>
#include <map>

#include "models/bgp/framer.h"
#include "results/messages/bgp_fields.h"
#include "results/messages/protocol.h"

namespace seatrial::results {
namespace {

class Bgp : public Protocol {
 public:
  Bgp(Outlet& outlet, bool began)
      : outlet_(outlet),
        began_(began),
        final_only_(outlet.lens().ignores("bgp.history")),
        counting_(!outlet.lens().ignores("bgp.keepalive")) {
    if (began) outlet_.hold();
    for (auto& half : halves_) half.synchronized = began;
  }

  void on_bytes(Direction direction, ByteSpan bytes, const Stamp& at) override {
    Half& half = half_of(direction);
    if (half.octets) return half.octets->on_bytes(direction, bytes, at);
    if (!half.synchronized && !synchronize(half, bytes)) return;
    half.framer.feed(bytes);
    auto unread = half.beginning.size() + bytes.size();
    for (;;) {
      const auto frame = half.framer.next();
      if (!frame) {
        malformed(direction, frame.error().detail, at);
        half.octets = make_octets(outlet_);
        return;
      }
      if (!*frame) break;
      unread -= std::min(unread, (*frame)->whole.size());
      on_message(direction, **frame, at);
    }
    if (unread <= bytes.size()) half.beginning.clear();
    const auto own = bytes.last(std::min(unread, bytes.size()));
    half.beginning.append(reinterpret_cast<const char*>(own.data()), own.size());
  }

  void on_gap(Direction direction, std::uint64_t octets, const Stamp& at) override {
    Half& half = half_of(direction);
    outlet_.emit_beginning(direction, half.beginning, at);
    outlet_.emit_lost(direction, octets, at);
    half.beginning.clear();
    half.framer = {};
    half.synchronized = false;
  }

  void on_finish(const Stamp& at) override {
    for (const auto direction : {Direction::to_server, Direction::to_client}) {
      Half& half = half_of(direction);
      if (half.octets) half.octets->on_finish(at);
      for (auto& [nlri, route] : half.rib) {
        if (route.message) outlet_.emit(lane_of(direction, nlri), std::move(*route.message));
      }
      const auto& lane = outlet_.lane(direction);
      auto& sink = outlet_.sink();
      if (outlet_.held()) continue;
      if (counting_ && half.keepalives > 1) {
        sink.on_note("BGP " + lane + ": KEEPALIVEs", half.keepalives);
      }
      if (half.updates > 0) sink.on_note("BGP " + lane + ": UPDATEs", half.updates);
      if (half.repeated > 0) {
        sink.on_note("BGP " + lane + ": routes announced again as they stand", half.repeated);
      }
      if (half.updates > 0) {
        sink.on_order("BGP " + lane + ": order in which the routes came", half.order);
      }
    }
    if (outlet_.held()) end_attempt();
  }

 private:
  struct Route {
    std::uint64_t digest = 0;
    std::unique_ptr<Message> message;  // where only the final routes count
  };
  struct Half {
    bgp::Framer framer;
    std::string beginning;  // of the message that is not whole yet
    bool synchronized = true;
    std::unique_ptr<Protocol> octets;  // behind what is no BGP
    std::optional<bgp::OpenMessage> open;
    std::uint64_t keepalives = 0, updates = 0, repeated = 0;
    std::uint64_t order = 0;
    std::map<bgp::Nlri, Route> rib;
  };

  Half& half_of(Direction direction) { return halves_.at(static_cast<std::size_t>(direction)); }

  std::string lane_of(Direction direction, const bgp::Nlri& nlri) const {
    auto lane = outlet_.lane(direction) + " " + outlet_.lens().name(nlri.prefix);
    if (nlri.path_id != 0) lane += " path " + std::to_string(nlri.path_id);
    return lane;
  }

  // A stream that is joined in its middle: goes on at the first marker.
  static bool synchronize(Half& half, ByteSpan& bytes) {
    std::size_t ones = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      ones = bytes[i] == 0xff ? ones + 1 : 0;
      // What follows the marker is a length below 0x1000 (RFC 4271) or a bit more (RFC 8654).
      if (ones >= 16 && i + 1 < bytes.size() && bytes[i + 1] != 0xff) {
        bytes = bytes.subspan(i + 1 - 16);
        return half.synchronized = true;
      }
    }
    return false;
  }

  void malformed(Direction direction, const std::string& what, const Stamp& at) {
    outlet_.emit(direction, MessageBuilder(outlet_.lens(), "bgp.malformed", at)
                                .title("malformed BGP message: " + what)
                                .key(what)
                                .build());
  }

  bool knows_both() const { return halves_[0].open && halves_[1].open; }
  static bool lacks_local_pref(const bgp::DecodedUpdate& update) {
    return std::any_of(update.problems.begin(), update.problems.end(), [](const auto& problem) {
      return problem.code == static_cast<std::uint8_t>(bgp::AttributeCode::local_pref);
    });
  }

  void came_up() {
    if (outlet_.held()) outlet_.release();
  }

  void on_message(Direction direction, const bgp::Frame& frame, const Stamp& at) {
    switch (frame.type) {
      case bgp::MessageType::open:
        return on_open(direction, frame.body, at);
      case bgp::MessageType::keepalive:
        if (++half_of(direction).keepalives == 1 && began_) {
          outlet_.emit(direction, MessageBuilder(outlet_.lens(), "bgp.keepalive", at)
                                      .title("KEEPALIVE that accepts the OPEN")
                                      .build());
        }
        if (half_of(opposite(direction)).keepalives > 0) came_up();
        return;
      case bgp::MessageType::update:
        came_up();
        return on_update(direction, frame.body, at);
      case bgp::MessageType::notification:
        return on_notification(direction, frame.body, at);
      case bgp::MessageType::route_refresh:
        return on_route_refresh(direction, frame.body, at);
    }
  }

  void on_open(Direction direction, ByteSpan body, const Stamp& at) {
    const auto open = bgp::decode_open(body);
    if (!open) return malformed(direction, "OPEN: " + open.error().detail, at);
    half_of(direction).open = *open;
    const auto& other = half_of(opposite(direction)).open;
    if (other && other->capabilities.extended_message && open->capabilities.extended_message) {
      for (auto& half : halves_) half.framer.allow_extended_messages();
    }
    outlet_.emit(
        direction,
        MessageBuilder(outlet_.lens(), "bgp.open", at)
            .title("OPEN")
            .field("bgp.open.myas", open->asn.to_string())
            .field("bgp.open.holdtime", std::to_string(open->hold_time_s))
            .field("bgp.open.identifier", outlet_.lens().name(net::IpAddress::v4(open->id.value)))
            .field("bgp.open.capabilities", capabilities_text(open->capabilities))
            .build());
  }

  bgp::CodecOptions options_for(Direction direction) {
    bgp::CodecOptions options;
    options.max_size = bgp::max_extended_message_size;
    const auto& sender = half_of(direction).open;
    const auto& receiver = half_of(opposite(direction)).open;
    options.external = looks_external_;
    if (!sender || !receiver) return options;
    options.external = sender->asn != receiver->asn;
    options.four_octet_as = sender->capabilities.four_octet_as.has_value() &&
                            receiver->capabilities.four_octet_as.has_value();
    for (const auto& sends : sender->capabilities.add_path) {
      for (const auto& takes : receiver->capabilities.add_path) {
        if (sends.family == takes.family && sends.send && takes.receive) {
          options.add_path_receive.push_back(sends.family);
        }
      }
    }
    return options;
  }

  void on_update(Direction direction, ByteSpan body, const Stamp& at) {
    Half& half = half_of(direction);
    ++half.updates;
    auto decoded = bgp::decode_update(body, options_for(direction));
    if (decoded && !looks_external_ && !knows_both() && lacks_local_pref(*decoded)) {
      // Joined in its middle, and LOCAL_PREF is only mandatory inside an AS.
      looks_external_ = true;
      decoded = bgp::decode_update(body, options_for(direction));
    }
    if (!decoded) return malformed(direction, "UPDATE: " + decoded.error().detail, at);
    for (const auto& problem : decoded->problems) {
      malformed(direction,
                "UPDATE: " + bgp::attribute_name(problem.code) + ": " + problem.detail + " (" +
                    std::string(bgp::to_string(problem.outcome)) + ")",
                at);
    }
    const auto& update = decoded->message;
    if (update.end_of_rib) {
      outlet_.emit(direction, MessageBuilder(outlet_.lens(), "bgp.end_of_rib", at)
                                  .title("End-of-RIB " + family_text(*update.end_of_rib))
                                  .key(family_text(*update.end_of_rib))
                                  .build());
    }
    for (const auto& nlri : update.withdrawn) withdraw(direction, nlri, at);
    const bool as_withdraw = decoded->outcome == bgp::Outcome::treat_as_withdraw;
    announce(direction, update.announced, update, std::nullopt, as_withdraw, at);
    announce(direction, update.mp_announced, update, update.mp_next_hop, as_withdraw, at);
  }

  void withdraw(Direction direction, const bgp::Nlri& nlri, const Stamp& at) {
    Half& half = half_of(direction);
    const bool known = half.rib.erase(nlri) > 0;
    if (!known && began_) {
      ++half.repeated;
      return;
    }
    const auto prefix = outlet_.lens().name(nlri.prefix);
    half.order = hash_of(prefix, half.order);
    if (final_only_) return;
    outlet_.emit(lane_of(direction, nlri), MessageBuilder(outlet_.lens(), "bgp.update", at)
                                               .title("withdrawal of " + prefix)
                                               .key("withdraw")
                                               .key(prefix)
                                               .build());
  }

  void announce(Direction direction, const std::vector<bgp::Nlri>& nlris,
                const bgp::UpdateMessage& update, const std::optional<net::IpAddress>& next_hop,
                bool as_withdraw, const Stamp& at) {
    if (nlris.empty()) return;
    if (as_withdraw || !update.attributes) {
      for (const auto& nlri : nlris) withdraw(direction, nlri, at);
      return;
    }
    Half& half = half_of(direction);
    for (const auto& nlri : nlris) {
      const auto prefix = outlet_.lens().name(nlri.prefix);
      MessageBuilder builder(outlet_.lens(), "bgp.update", at);
      builder.title("route " + prefix).key("announce").key(prefix);
      add_attributes(builder, outlet_.lens(), *update.attributes, next_hop);
      if (next_hop && update.mp_link_local) {
        builder.field("bgp.update.path_attribute.link_local_next_hop",
                      outlet_.lens().name(*update.mp_link_local));
      }
      auto message = builder.build();
      auto& route = half.rib[nlri];
      if (route.digest == message.digest) {
        ++half.repeated;
        continue;
      }
      route.digest = message.digest;
      half.order = hash_of(prefix, half.order);
      if (final_only_) {
        route.message = std::make_unique<Message>(std::move(message));
      } else {
        outlet_.emit(lane_of(direction, nlri), std::move(message));
      }
    }
  }

  void on_notification(Direction direction, ByteSpan body, const Stamp& at) {
    const auto notification = bgp::decode_notification(body);
    if (!notification) return malformed(direction, notification.error().detail, at);
    if (notification->code == static_cast<std::uint8_t>(bgp::ErrorCode::cease) &&
        notification->subcode == bgp::cease::collision_resolution) {
      collided_ = true;
    } else {
      rejected_ = true;
    }
    const auto error = notification->to_string();
    outlet_.emit(direction, MessageBuilder(outlet_.lens(), "bgp.notification", at)
                                .title("NOTIFICATION " + error)
                                .field("bgp.notify.major_error", error)
                                .field("bgp.notify.data", octets_text(notification->data))
                                .build());
  }

  void on_route_refresh(Direction direction, ByteSpan body, const Stamp& at) {
    const auto refresh = bgp::decode_route_refresh(body);
    if (!refresh) return malformed(direction, refresh.error().detail, at);
    const auto what = family_text(refresh->family) +
                      (refresh->subtype == 0 ? "" : " subtype " + std::to_string(refresh->subtype));
    outlet_.emit(direction, MessageBuilder(outlet_.lens(), "bgp.route_refresh", at)
                                .title("ROUTE-REFRESH " + what)
                                .key(what)
                                .build());
  }

  // How often speakers try in vain is a matter of timers; what they are told when refused is not.
  void end_attempt() {
    auto& sink = outlet_.sink();
    const auto group = outlet_.conversation().group;
    if (rejected_ && !collided_) {
      if (sink.is_first(group, outlet_.held_digest())) {
        outlet_.rename_group(group + ", refused");
        outlet_.release();
        return;
      }
    }
    sink.on_note(group + ": connections on which no session came up", 1);
    outlet_.drop_held();
  }

  Outlet& outlet_;
  bool began_;
  bool final_only_;
  bool counting_;
  bool collided_ = false;
  bool rejected_ = false;
  bool looks_external_ = false;
  std::array<Half, 2> halves_;
};

}  // namespace

std::unique_ptr<Protocol> make_bgp(Outlet& outlet, bool began) {
  return std::make_unique<Bgp>(outlet, began);
}

}  // namespace seatrial::results
