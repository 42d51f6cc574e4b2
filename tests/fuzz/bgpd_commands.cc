// Any bytes as a command to a running bgpd: it answers, whatever they are.
#include <cstdint>
#include <string>

#include "scenarios/bgpd/commands.h"
#include "tests/support/fake_network.h"

namespace {

using namespace seatrial;

struct Asked {
  test::FakeNetwork net;
  bgp::Speaker speaker;
  bfd::Agent bfd;
  frr::Config config;
  bgpd::TableVersions versions;
  bgpd::View view;

  Asked()
      : speaker(host(), speaker_config()), bfd(host(), bfd::rfc()), view{host(), speaker,  bfd,
                                                                         config, versions, "",
                                                                         {}} {
    speaker.start();
    net.run_for(1s);
  }
  io::Host& host() { return net.host("a", "10.0.0.1"); }
  static bgp::SpeakerConfig speaker_config() {
    bgp::SpeakerConfig out;
    out.asn = {65001};
    out.router_id = {1};
    out.profile = *bgp::profile_named("rfc");
    bgp::NeighborConfig neighbor;
    neighbor.address = *net::IpAddress::parse("10.0.0.2");
    neighbor.remote_as = bgp::RemoteAs::external();
    out.neighbors = {neighbor};
    out.networks = {{.prefix = *net::Prefix::parse("198.51.100.0/24")}};
    return out;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Asked asked;
  const std::string line(reinterpret_cast<const char*>(data), size);
  bgpd::answer(asked.view, line);
  bgpd::answer(asked.view, "show " + line);
  return 0;
}
