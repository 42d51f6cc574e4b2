// A reader for the part of CoreDNS's Corefile that decides what a cluster's clients are told: the
// cluster domain, TTL, cache and shuffling.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/diagnostics/diagnostics.h"
#include "models/kubernetes/objects.h"

namespace seatrial::kubernetes {

struct Corefile {
  std::uint16_t port = 53;
  std::string cluster_domain = "cluster.local";
  std::uint32_t ttl = 5;            // the kubernetes plugin's default
  std::uint32_t cache_success = 0;  // seconds; 0: no cache plugin
  std::uint32_t cache_denial = 0;
  bool pods_insecure = false;  // answers for 172-16-1-5.NAMESPACE.pod.DOMAIN
  bool load_balance = false;
  std::optional<std::uint16_t> ready_port;   // plugin ready: 8181
  std::optional<std::uint16_t> health_port;  // plugin health: 8080
  Duration lameduck{0};                      // health { lameduck 5s }
};

// `at` is where the text's first line stands. Unknown plugins are errors.
Corefile read_corefile(const std::string& text, const Position& at, Diagnostics& diagnostics);

// The Corefile of the ConfigMap kube-system/coredns; nothing when there is none.
std::optional<Corefile> find_corefile(const Objects& objects, Diagnostics& diagnostics);

}  // namespace seatrial::kubernetes
