// Any bytes as a command to a running bgpd: it answers, whatever they are, about peers that have
// said their names and reasons in any bytes.
#include <cstdint>
#include <string>

#include "scenarios/bgpd/commands.h"
#include "tests/fuzz/tape.h"
#include "tests/support/fake_network.h"

namespace {

using namespace seatrial;

net::IpAddress ip(const char* text) {
  return *net::IpAddress::parse(text);
}

struct Asked {
  test::FakeNetwork net;
  bgp::Speaker peer;
  bgp::Speaker speaker;
  bfd::Agent bfd;
  frr::Config config;
  bgpd::TableVersions versions;
  bgpd::View view;

  Asked()
      : peer(net.host("\xFF\x1B[2J", "10.0.0.2"), peer_config()),
        speaker(host(), speaker_config()),
        bfd(host(), bfd::rfc()),
        view{host(), speaker, bfd, config, versions, "router bgp 65001\n", {}} {
    peer.start();
    speaker.start();
    net.run_for(1s);
  }
  io::Host& host() { return net.host("a", "10.0.0.1"); }

  static bgp::SpeakerConfig base(std::uint32_t asn) {
    bgp::SpeakerConfig out;
    out.asn = {asn};
    out.router_id = {asn};
    out.profile = *bgp::profile_named("rfc");
    out.profile.announce_host_name = true;
    out.profile.ebgp_default_deny = false;
    return out;
  }
  static bgp::NeighborConfig neighbor(const char* address) {
    bgp::NeighborConfig out;
    out.address = ip(address);
    out.remote_as = bgp::RemoteAs::external();
    out.families = {bgp::ipv4_unicast, bgp::ipv6_unicast};
    out.soft_reconfiguration_inbound = true;
    return out;
  }
  static bgp::SpeakerConfig speaker_config() {
    auto out = base(65001);
    out.neighbors = {neighbor("10.0.0.2"), neighbor("10.0.0.3")};
    out.networks = {{.prefix = *net::Prefix::parse("198.51.100.0/24")}};
    return out;
  }
  static bgp::SpeakerConfig peer_config() {
    auto out = base(65002);
    out.neighbors = {neighbor("10.0.0.1")};
    out.neighbors[0].role = bgp::Role::provider;
    bgp::OriginatedRoute route{.prefix = *net::Prefix::parse("203.0.113.0/24")};
    route.communities = {bgp::no_llgr, {0xFDE90001}};
    route.large_communities = {{{65002, 1, 2}}};
    out.networks = {route, {.prefix = *net::Prefix::parse("2001:db8::/32")}};
    return out;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Asked asked;
  fuzz::Tape tape(data, size);
  // Lines, with what the peer says in between.
  while (!tape.empty()) {
    std::string line;
    for (auto c = tape.next(); c != '\n' && (c != 0 || !tape.empty()); c = tape.next()) {
      line.push_back(static_cast<char>(c));
    }
    if (line == "!") {
      const bool down = tape.flag();
      const auto words = tape.take(tape.below(16));
      asked.peer.set_shutdown(ip("10.0.0.1"), down, {words.begin(), words.end()});
      asked.net.run_for(2s);
      continue;
    }
    (void)bgpd::answer(asked.view, line);
    const auto shown = bgpd::answer(asked.view, "show " + line + " json");
    fuzz::must(!shown.text.empty(), "an answer");
    if (shown.ok && shown.text.front() == '{') {
      fuzz::must(bgpd::Json::accept(shown.text), "an answer in JSON is JSON");
    }
  }
  return 0;
}
