// kube-proxy in iptables mode: watches Services and EndpointSlices with its own clock and writes
// the complete rule set. Runs of the sync are bounded as in kube-proxy's BoundedFrequencyRunner:
// two may follow at once, after that at most one each min_sync (1 s).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/io/host.h"
#include "models/kubernetes/api_server.h"
#include "models/kubernetes/dataplane.h"

namespace seatrial::kubernetes {

struct KubeProxyOptions {
  Latency watch{};
  Duration min_sync = std::chrono::seconds(1);
  int burst = 2;
  Latency program{std::chrono::milliseconds(10),
                  std::chrono::milliseconds(50)};  // iptables-restore
};

// The rules that a kube-proxy on `node` derives: ready endpoints, or, where none is ready, those
// terminating but still serving.
std::vector<ServiceRule> service_rules(const Store<Service>::Map& services,
                                       const Store<EndpointSlice>::Map& slices,
                                       const std::string& node);

class KubeProxy {
 public:
  // `host` is the node's.
  KubeProxy(io::Host& host, ApiServer& api, std::string node, ServiceDataplane& dataplane,
            const KubeProxyOptions& options = {});

  bool programmed() const { return programmed_; }

 private:
  void changed();
  void sync();
  void refill();

  io::Host& host_;
  ApiServer& api_;
  std::string node_;
  ServiceDataplane& dataplane_;
  KubeProxyOptions options_;
  double tokens_;
  TimePoint refilled_{};
  TimePoint last_run_{};
  bool programmed_ = false;
  std::vector<ServiceRule> rules_;
  std::unique_ptr<io::Timer> timer_;
  std::unique_ptr<io::Timer> written_;
  std::unique_ptr<Informer<Service>> services_;
  std::unique_ptr<Informer<EndpointSlice>> slices_;
};

}  // namespace seatrial::kubernetes
