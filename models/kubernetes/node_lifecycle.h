// Node health: a node whose kubelet sent no heartbeat for the grace period is NotReady and its pods
// with it; after the toleration that every pod gets by default its pods are evicted. A node that
// never sent a heartbeat is not watched.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "models/kubernetes/api_server.h"

namespace seatrial::kubernetes {

class NodeLifecycle {
 public:
  NodeLifecycle(ApiServer& api, Duration grace, Duration toleration)
      : api_(api), grace_(grace), toleration_(toleration) {}
  void heartbeat(const std::string& node);

 private:
  struct Watch {
    TimePoint last{};
    std::unique_ptr<io::Timer> silence, eviction;
  };
  void silent(const std::string& node);
  void evict(const std::string& node);

  ApiServer& api_;
  Duration grace_, toleration_;
  std::map<std::string, Watch> nodes_;
};

}  // namespace seatrial::kubernetes
