// A speaker, three peers and an operator, as one tape of choices has them: an internal peer with
// graceful restart, an external one with ADD-PATH and extended messages, and one that a range
// makes.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <vector>

#include "models/bgp/speaker.h"
#include "tests/fuzz/bgp_machine.h"
#include "tests/fuzz/bgp_peer.h"

namespace seatrial::fuzz {

struct Reach final : bgp::NexthopResolver {
  std::uint8_t bits = 0xFF;  // of the last octet of an address modulo 8
  static unsigned last(const net::IpAddress& a) { return a.bytes().back() % 8U; }
  std::optional<std::uint32_t> resolve(const net::IpAddress& hop) const override {
    if (((bits >> last(hop)) & 1) == 0) return std::nullopt;
    return last(hop);
  }
  bool connected(const net::IpAddress& a) const override { return resolve(a).has_value(); }
};

struct Fib final : bgp::RibSink {
  std::map<net::Prefix, std::vector<bgp::NextHop>> routes;
  void route_changed(const net::Prefix& p, std::span<const bgp::NextHop> hops) override {
    must(!hops.empty(), "a route has next hops");
    routes[p].assign(hops.begin(), hops.end());
  }
  void route_removed(const net::Prefix& p) override {
    must(routes.erase(p) == 1, "what is removed was there");
  }
};

// BFD, as far as the speaker sees it.
struct Pulse final : bgp::Liveness {
  std::map<net::IpAddress, Callback> watched;
  struct Watch final : bgp::LivenessWatch {
    Pulse& pulse;
    net::IpAddress peer;
    Watch(Pulse& p, net::IpAddress a) : pulse(p), peer(a) {}
    ~Watch() override { pulse.watched.erase(peer); }
  };
  std::unique_ptr<bgp::LivenessWatch> watch(const bgp::LivenessTarget& target,
                                            Callback callback) override {
    watched[target.peer] = std::move(callback);
    return std::make_unique<Watch>(*this, target.peer);
  }
  void say(const net::IpAddress& peer, bool alive) {
    const auto found = watched.find(peer);
    if (found == watched.end()) return;
    const auto callback = found->second;  // the watch may end inside
    callback({alive, false, "BFD"});
  }
};

// State by state, as reported.
struct States final : bgp::Observer {
  std::map<net::IpAddress, bgp::State> of;
  void session_changed(const bgp::SessionEvent& e) override {
    auto& state = of[e.peer];
    must(e.from == state && e.to != e.from, "a change starts from the state before");
    // A connection of the peer takes the place of ours, which was on the way.
    const bool taken =
        e.reason == "took the peer's connection" && e.from != bgp::State::established;
    must(taken || follows(e.from, e.to),
         std::string(to_string(e.from)) + " to " + std::string(to_string(e.to)));
    state = e.to;
  }
  void message(const bgp::MessageEvent& e) override {
    const bool routes =
        e.type == bgp::MessageType::update || e.type == bgp::MessageType::route_refresh;
    must(!e.sent || !routes || of[e.peer] == bgp::State::established, "UPDATE before Established");
  }
};

class World {
 public:
  explicit World(Tape& tape) : tape_(tape) {
    const auto names = bgp::profile_names();
    profile_ = *bgp::profile_named(names[tape_.below(names.size())]);
    options_ = tape_.next();
    options_ |= tape_.next() << 8;
    make(bgp::StartMode::fresh);
  }

  void run() {
    for (int step = 0; step < 200 && !tape_.empty(); ++step) {
      act();
      net_.run_for(3ms);
      check();
    }
    settle();
    end();
  }

 private:
  bool option(int bit) const { return ((options_ >> bit) & 1) != 0; }

  bgp::NeighborConfig neighbor(std::size_t i) {
    bgp::NeighborConfig n;
    n.address = peers_[i].address();
    n.families = {bgp::ipv4_unicast, bgp::ipv6_unicast};
    n.extended_next_hop = option(0);
    if (option(1)) n.hold_time = 0s;
    if (i == 0) {
      n.remote_as = bgp::RemoteAs::internal();
      n.passive = option(2);
      n.route_reflector_client = option(3);
      n.bfd.emplace();
      n.add_path.send = option(4);
      n.soft_reconfiguration_inbound = option(5);
      bgp::GracefulRestartConfig restart;
      restart.mode =
          option(6) ? bgp::GracefulRestartMode::restarter : bgp::GracefulRestartMode::helper;
      restart.notification = option(7);
      if (option(8)) restart.long_lived_stale = 600s;
      n.graceful_restart = restart;
    } else {
      n.remote_as = bgp::RemoteAs::external();
      n.ebgp_requires_policy = false;
      n.add_path = {true, option(9), !option(9)};
      n.extended_message = true;
      if (option(10)) n.max_prefixes = bgp::MaxPrefixes{3, 75, false, 20s};
      n.default_originate = option(11);
      n.disable_connected_check = option(12);
      if (option(13)) n.role = bgp::Role::customer;
      if (option(14)) n.local_as = bgp::LocalAs{{64999}, false, option(15)};
    }
    return n;
  }

  void make(bgp::StartMode mode) {
    speaker_.reset();
    states_.of.clear();
    if (mode == bgp::StartMode::fresh) fib_.routes.clear();
    bgp::SpeakerConfig config;
    config.asn = {65001};
    config.router_id = {0x0A000003};  // between those of the peers
    config.profile = profile_;
    config.neighbors = {neighbor(0), neighbor(1)};
    config.dynamic_ranges = {{*net::Prefix::parse("10.0.0.4/32"), neighbor(2)}};
    config.networks = {{.prefix = *net::Prefix::parse("198.51.100.0/24")}};
    if (option(5)) config.aggregates = {{.prefix = *net::Prefix::parse("192.0.0.0/16")}};
    if (option(4)) config.ipv4.dampening.emplace();
    fib_.routes.clear();
    speaker_ = std::make_unique<bgp::Speaker>(
        host_, config, bgp::Dependencies{&fib_, &reach_, &states_, &pulse_}, mode);
    must(speaker_->start(), "the port is free");
  }

  net::Prefix prefix() {
    const auto byte = tape_.next();
    const bool v6 = (byte & 0x80) != 0;
    const auto text = v6 ? "2001:db8:" + std::to_string(byte & 7) + "::/48"
                         : "192.0." + std::to_string(byte & 7) + ".0/24";
    return *net::Prefix::parse(text);
  }

  bgp::OpenMessage open(std::size_t i) {
    const auto what = tape_.next();
    bgp::OpenMessage m;
    m.asn = {i == 0 ? 65001U : 65001U + static_cast<std::uint32_t>(i)};
    if ((what & 0xE0) == 0xE0) m.asn.value += 1;  // not the one that is expected
    m.hold_time_s = (what & 1) != 0 ? 9 : 0;
    m.id = {0x0A000001U + static_cast<std::uint32_t>(i == 0 ? 0 : i + 2)};
    auto& c = m.capabilities;
    c.families = {bgp::ipv4_unicast};
    if ((what & 2) != 0) c.families.push_back(bgp::ipv6_unicast);
    if ((what & 4) != 0) c.four_octet_as = m.asn;
    c.route_refresh = c.enhanced_route_refresh = (what & 8) != 0;
    if ((what & 16) != 0) {
      for (const auto family : c.families) c.add_path.push_back({family, true, true});
      c.extended_message = true;
      c.extended_next_hop = {{1, 1, 2}};
    }
    if ((what & 32) != 0) {
      auto& gr = c.graceful_restart.emplace();
      gr.restart_time_s = 30;
      gr.notification = (what & 64) != 0;
      for (const auto family : c.families) gr.families.push_back({family, (what & 2) != 0});
      if ((what & 128) != 0) {
        c.long_lived.emplace();
        for (const auto family : c.families) c.long_lived->push_back({family, true, 100});
      }
    }
    return m;
  }

  std::vector<bgp::Octets> update(std::size_t i, const Ear& ear) {
    bgp::UpdateMessage m;
    const auto p = prefix();
    const auto what = tape_.next();
    bgp::CodecOptions codec;
    if (ear.ours && ear.theirs) {
      codec.four_octet_as = ear.ours->capabilities.four_octet_as.has_value();
      if (!ear.ours->capabilities.add_path.empty() && i != 0) {
        codec.add_path_send = ear.ours->capabilities.families;
      }
    }
    const bgp::Nlri nlri{p, codec.add_path_send.empty() ? 0U : what & 3U};
    if ((what & 0x80) != 0) {
      m.withdrawn = {nlri};
      return encode(m, codec);
    }
    auto& a = m.attributes.emplace();
    if (i != 0) a.as_path.prepend({65001U + static_cast<std::uint32_t>(i)});
    if ((what & 4) != 0) a.as_path.prepend({(what & 8) != 0 ? 70000U : 65002U});
    if (i == 0) a.local_pref = what;
    if ((what & 16) != 0) a.med = what & 3U;
    if ((what & 32) != 0) {
      a.communities = {bgp::no_llgr};
      if ((what & 8) != 0) a.communities = {bgp::no_advertise};
      if ((what & 4) != 0) a.communities = {bgp::llgr_stale};
    }
    if ((what & 64) != 0) {
      a.unknown = {{0xC0, 99, {1, 2, 3}}};
      a.atomic_aggregate = true;
      a.aggregator = bgp::Aggregator{{70000}, *net::IpAddress::parse("192.0.2.1")};
      a.only_to_customer = (what & 1) != 0 ? std::optional(net::Asn{65002}) : std::nullopt;
    }
    const auto hop = std::to_string(1 + (what & 7));
    if (p.address().is_v4()) {
      a.next_hop = *net::IpAddress::parse("10.0.0." + hop);
      m.announced = {nlri};
    } else {
      m.mp_next_hop = *net::IpAddress::parse("2001:db8::" + hop);
      m.mp_announced = {nlri};
    }
    return encode(m, codec);
  }

  bgp::Octets framed(std::uint8_t type, bgp::Bytes body) {
    bgp::Octets message;
    bgp::WireWriter out(message);
    bgp::begin_message(out, static_cast<bgp::MessageType>(type));
    out.bytes(body);
    bgp::finish_message(message);
    return message;
  }

  void act() {
    const auto i = tape_.below(peers_.size());
    auto& peer = peers_[i];
    const std::size_t slot = tape_.below(3);
    auto& ear = peer.ear(slot);
    switch (tape_.below(28)) {
      case 0:
        return peer.connect(slot);
      case 1:
        return peer.listen(tape_.flag());
      case 2:
        return ear.say(encode(open(i)));
      case 3:
        return ear.say(encode(bgp::KeepaliveMessage{}));
      case 4:  // a session, at once
        peer.connect(slot);
        net_.run_for(3ms);
        peer.ear(slot).say(encode(open(i)));
        return peer.ear(slot).say(encode(bgp::KeepaliveMessage{}));
      case 5:
      case 6:
        for (const auto& message : update(i, ear)) ear.say(message);
        return;
      case 7:  // the whole message, cut
        for (const auto& message : update(i, ear)) {
          ear.say(bgp::Bytes(message).first(tape_.below(message.size())));
        }
        return;
      case 8:
        return ear.say(framed(2, tape_.take(tape_.next())));
      case 9:
        return ear.say(
            framed(static_cast<std::uint8_t>(1 + tape_.below(6)), tape_.take(tape_.next())));
      case 10:
        return ear.say(tape_.take(tape_.next()));
      case 11: {
        bgp::NotificationMessage n;
        n.code = tape_.next();
        n.subcode = tape_.next();
        return ear.say(encode(n));
      }
      case 12:
        return ear.say(encode(bgp::RouteRefreshMessage{
            tape_.flag() ? bgp::ipv6_unicast : bgp::ipv4_unicast, tape_.next()}));
      case 13:
        return ear.say(
            bgp::encode_end_of_rib(tape_.flag() ? bgp::ipv6_unicast : bgp::ipv4_unicast));
      case 14:
        return peer.finish(slot);
      case 15:
        return peer.abort(slot);
      case 16:
        return net_.run_for(std::chrono::milliseconds(20 * tape_.next()));
      case 17:
        return net_.run_for(std::chrono::seconds(tape_.below(64)));
      case 18:
        speaker_->clear(peer.address(), static_cast<bgp::ClearKind>(tape_.below(4)));
        return;
      case 19:
        speaker_->set_shutdown(peer.address(), tape_.flag(), "maintenance");
        return;
      case 20:
        return speaker_->interface_down(host_.address());
      case 21:
        return pulse_.say(peer.address(), tape_.flag());
      case 22:
        if (i == 2 || tape_.flag()) return speaker_->remove_neighbor(peer.address());
        options_ ^= 1U << tape_.below(16);
        return speaker_->add_neighbor(neighbor(i));
      case 23:
        reach_.bits = tape_.next();
        return speaker_->nexthops_changed();
      case 24:
        return tape_.flag() ? speaker_->originate({.prefix = prefix()})
                            : speaker_->withdraw(prefix());
      case 25:
        speaker_->refresh(peer.address());
        return;
      case 26:
        return make(tape_.flag() ? bgp::StartMode::restarting : bgp::StartMode::fresh);
      case 27:
        speaker_->shutdown();
        must(fib_.routes.empty(), "a speaker that is shut down has no routes");
        return make(bgp::StartMode::fresh);
    }
  }

  void check() {
    for (const auto& s : speaker_->sessions()) {
      const bool up = s.state == bgp::State::established;
      const auto told = states_.of.find(s.peer);
      must((told == states_.of.end() ? bgp::State::idle : told->second) == s.state,
           "every change is told");
      must(up || speaker_->adj_rib_out(s.peer).empty(), "nothing is advertised to nobody");
      const auto in = speaker_->adj_rib_in(s.peer);
      must(in.size() == s.prefixes_received, "prefixes are counted");
      for (const auto& path : in) must(up || path.stale, "what is kept of a lost peer is stale");
    }
    for (const auto& route : speaker_->loc_rib()) {
      for (const auto& path : route.paths) {
        if (!path.peer) continue;
        const auto in = speaker_->adj_rib_in(*path.peer);
        must(std::ranges::any_of(in,
                                 [&](const bgp::AdjRouteSnapshot& r) {
                                   return r.prefix == route.prefix && r.path_id == path.path_id;
                                 }),
             "a path of the Loc-RIB is in an Adj-RIB-In");
      }
    }
  }

  // What a peer has of the speaker is what the speaker thinks it has, once the MRAI is over.
  void settle() {
    for (auto& peer : peers_) {
      bool same = false;
      for (int i = 0; i < 60 && !same; ++i) {
        const auto session = speaker_->session(peer.address());
        const auto* ear = peer.session();
        if (!session || session->state != bgp::State::established || ear == nullptr) {
          same = true;
          continue;
        }
        std::set<bgp::Nlri> sent;
        for (const auto& r : speaker_->adj_rib_out(peer.address()))
          sent.insert({r.prefix, r.path_id});
        same = sent == ear->routes;
        if (!same) net_.run_for(i < 5 ? Duration(2ms) : Duration(1s));
      }
      must(same, "the Adj-RIB-Out is what the peer has");
    }
  }

  // Paths of peers that are there still; without those of the last resort (RFC 9494), which a peer
  // may want kept for half a year.
  bool stale(bool long_lived) const {
    for (const auto& route : speaker_->loc_rib()) {
      for (const auto& path : route.paths) {
        if (path.peer && (long_lived || !path.attributes->has(bgp::llgr_stale))) return true;
      }
    }
    return false;
  }

  void end() {
    for (auto& peer : peers_) peer.leave();
    net_.run_for(1s);
    check();
    if (stale(true)) net_.run_for(5000s);  // longer than any restart time
    must(!stale(false), "nothing is left when all are gone for good");
    speaker_->shutdown();
    net_.run_for(1s);
    must(fib_.routes.empty(), "a speaker that is shut down has no routes");
    speaker_.reset();
  }

  std::vector<Peer> make_peers() {
    std::vector<Peer> out;
    out.emplace_back(net_.host("b", "10.0.0.2"), host_.address(), false);
    out.emplace_back(net_.host("c", "10.0.0.3"), host_.address(), true);
    out.emplace_back(net_.host("d", "10.0.0.4"), host_.address(), true);
    return out;
  }

  Tape& tape_;
  test::FakeNetwork net_;
  test::FakeHost& host_ = net_.host("a", "10.0.0.1");
  std::vector<Peer> peers_ = make_peers();
  bgp::Profile profile_;
  unsigned options_ = 0;
  Reach reach_;
  Fib fib_;
  Pulse pulse_;
  States states_;
  std::unique_ptr<bgp::Speaker> speaker_;
};

}  // namespace seatrial::fuzz
