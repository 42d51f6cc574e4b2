// From Ingresses, VirtualServers and EndpointSlices to the nginx configuration that NGINX Ingress
// Controller writes: the text itself, so that what is simulated can be read, and is read by the
// same reader as every other nginx.conf. After the controller's templates of release 2.3
// (internal/configs/version1, version2): names of upstreams, proxy settings, headers.
//
// Which object owns a host: the older one, and of two equally old the one with the larger UID.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/kubernetes/api_server.h"
#include "models/net/address.h"

namespace seatrial::ingress {

struct GeneratorOptions {
  bool plus = false;
  std::string class_name = "nginx";
  std::uint16_t http_port = 80;
};

// What the controller's informers hold.
struct Input {
  const kubernetes::Store<kubernetes::Ingress>::Map& ingresses;
  const kubernetes::Store<kubernetes::VirtualServer>::Map& virtual_servers;
  const kubernetes::Store<kubernetes::Service>::Map& services;
  const kubernetes::Store<kubernetes::EndpointSlice>::Map& slices;
};

// A host that two objects claim.
struct Conflict {
  std::string host;
  std::string winner, loser;  // "Ingress default/cafe"
};

struct GeneratedConfig {
  std::string text;
  // By upstream name, sorted addresses; what the API is told when only these change.
  std::map<std::string, std::vector<net::Endpoint>> endpoints;
  // The text with every upstream empty: two inputs with the same shape differ in endpoints only.
  std::string shape;
  std::vector<Conflict> conflicts;
  std::vector<std::string> hosts;  // served, sorted
};

GeneratedConfig generate(const Input& input, const GeneratorOptions& options);

}  // namespace seatrial::ingress
