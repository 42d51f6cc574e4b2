// Manifests of any content: read, then derived as far as they can be.
#include <cstddef>
#include <cstdint>
#include <string>

#include "models/calico/ipam.h"
#include "models/calico/sessions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace seatrial;
  Diagnostics diagnostics;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto manifests = kubernetes::read_resources(text, "fuzz", diagnostics);
  const auto resources = calico::read(manifests, diagnostics);
  const std::vector<calico::NodeInfo> nodes{
      {.name = "a", .address = *net::InterfaceAddress::parse("10.0.0.9/24")},
      {.name = "b", .address = *net::InterfaceAddress::parse("10.0.0.10/24")}};
  calico::derive_sessions(resources, nodes, diagnostics);
  calico::Ipam ipam(resources.pools, resources.ipam);
  ipam.add_node("a");
  ipam.assign("a", "pod");
  return 0;
}
