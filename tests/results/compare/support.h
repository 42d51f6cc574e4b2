// Two captures made by hand, and what a comparison says about them.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "models/bgp/codec.h"
#include "results/compare/compare.h"
#include "tests/results/wire.h"

namespace seatrial::results::test {

inline CaptureComparison compared(const Frames& a, const Frames& b,
                                  const CompareOptions& options = {}) {
  const Folder folder;
  return compare_captures(folder.write("a.pcap", a), folder.write("b.pcap", b), options);
}

inline std::vector<std::string> words(const CaptureComparison& comparison) {
  std::vector<std::string> out;
  for (const auto& finding : comparison.findings) out.push_back(finding.what);
  return out;
}

// One line, so that a failing test shows everything.
inline std::string all_words(const CaptureComparison& comparison) {
  std::string out;
  for (const auto& what : words(comparison)) out += (out.empty() ? "" : " | ") + what;
  for (const auto& note : comparison.notes) out += " [" + note + "]";
  for (const auto& error : comparison.errors) out += " !" + error;
  return out;
}

inline CompareOptions at_layer(Layer layer) {
  CompareOptions options;
  options.layer = layer;
  return options;
}
inline CompareOptions ignoring(std::initializer_list<const char*> names,
                               Layer layer = Layer::messages) {
  auto options = at_layer(layer);
  for (const auto* name : names) BOOST_REQUIRE(options.lens.ignore(name));
  return options;
}

// A BGP session of 10.0.0.1 (AS 65001) with 10.0.0.2 (AS 65002), up to the KEEPALIVEs.
inline bgp::OpenMessage bgp_open(std::uint32_t asn, std::uint32_t id) {
  bgp::OpenMessage open;
  open.asn = {asn};
  open.hold_time_s = 180;
  open.id = {id};
  open.capabilities.families = {bgp::ipv4_unicast};
  open.capabilities.four_octet_as = net::Asn{asn};
  return open;
}
inline Talk& bgp_up(Talk& talk) {
  return talk.open()
      .client(bgp::encode(bgp_open(65001, 0x0a000001)))
      .server(bgp::encode(bgp_open(65002, 0x0a000002)))
      .client(bgp::encode(bgp::KeepaliveMessage{}))
      .server(bgp::encode(bgp::KeepaliveMessage{}));
}

struct Routes {
  std::vector<const char*> announced;
  std::optional<std::uint32_t> med;
  std::vector<const char*> withdrawn;

  Bytes update() const {
    bgp::UpdateMessage message;
    for (const auto* text : withdrawn) {
      message.withdrawn.push_back({net::Prefix::parse(text).value()});
    }
    if (!announced.empty()) {
      message.attributes.emplace();
      message.attributes->origin = bgp::Origin::igp;
      message.attributes->as_path.prepend({65001});
      message.attributes->next_hop = net::IpAddress::v4(0x0a000001);
      message.attributes->med = med;
      for (const auto* text : announced) {
        message.announced.push_back({net::Prefix::parse(text).value()});
      }
    }
    Bytes out;
    for (const auto& part : bgp::encode(message, bgp::CodecOptions())) out = out + part;
    return out;
  }
};

}  // namespace seatrial::results::test
