// The ears of a run: implements every model's observer and writes what they say into the record. It
// decides nothing and interprets nothing but the name that an app's answer gives itself.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/bfd/agent.h"
#include "models/bgp/observer.h"
#include "models/kubernetes/observer.h"
#include "models/nginx/observer.h"
#include "models/workload/echo_app.h"
#include "models/workload/request.h"
#include "results/record/record.h"
#include "scenarios/engine/document/scenario.h"
#include "sim/ethernet/device.h"
#include "sim/forwarding/observer.h"
#include "sim/host/machine.h"
#include "sim/netfilter/netfilter.h"

namespace seatrial::scenario {

class Recorder final : public bgp::Observer,
                       public bfd::Observer,
                       public kubernetes::Observer,
                       public workload::LoadObserver,
                       public workload::AppObserver {
 public:
  explicit Recorder(results::Record& record);
  ~Recorder() override;

  results::Record& record() { return record_; }
  const results::Record& record() const { return record_; }

  // Follows a machine's forwarding table and packets. The machine must live as long as the
  // recorder.
  void follow(sim::Machine& machine);
  // The observer to give to a proxy; lives as long as the recorder.
  nginx::Observer& proxy(results::ProxyRole role);
  // What the requests of a load expect, so that each record says so itself.
  void add_load(const std::string& client, const Load& load);

  void note(TimePoint at, const std::string& node, std::string kind, std::string text);
  void drop(const sim::Drop& drop);
  void queue(const sim::QueueWait& wait);
  // Hands on what the speakers report to one more listener, which must outlive the run; nullptr:
  // none.
  void hand_on_bgp(bgp::Observer* to) { bgp_listener_ = to; }
  // The services that a node translates are now these; what differs from before is recorded.
  void services_changed(TimePoint at, const std::string& node,
                        const std::vector<sim::NatService>& services);

  // bgp::Observer
  void session_changed(const bgp::SessionEvent& event) override;
  void rib_changed(const bgp::RibEvent& event) override;
  void message(const bgp::MessageEvent& event) override;
  void graceful_restart(const bgp::RestartEvent& event) override;
  void prefix_limit(const bgp::PrefixLimitEvent& event) override;
  // Sent by all speakers so far.
  std::uint64_t bgp_messages() const { return bgp_messages_; }
  // bfd::Observer
  void bfd_changed(const bfd::SessionEvent& event) override;
  // kubernetes::Observer
  void on_pod_changed(TimePoint at, const kubernetes::Pod& pod) override;
  void on_pod_removed(TimePoint at, const kubernetes::Pod& pod) override;
  void on_endpoints_changed(TimePoint at, const kubernetes::EndpointSlice& slice) override;
  // workload::LoadObserver
  void on_request_finished(const workload::RequestFinished& request) override;
  // workload::AppObserver
  void on_request_served(const workload::RequestServed& request) override;

 private:
  class MachineObserver;
  class ProxyObserver;

  results::Record& record_;
  bgp::Observer* bgp_listener_ = nullptr;
  std::uint64_t bgp_messages_ = 0;
  std::vector<std::unique_ptr<MachineObserver>> machines_;
  std::map<results::ProxyRole, std::unique_ptr<ProxyObserver>> proxies_;
  std::map<std::string, const Load*> loads_;
  using ServiceAddress = std::pair<std::string, net::Endpoint>;  // protocol
  std::map<std::string, std::map<ServiceAddress, std::vector<net::Endpoint>>> services_;  // by node
  std::map<std::string, std::size_t> queues_;        // by port: the record of the one that stands
  std::map<std::string, std::string> pods_by_name_;  // "api-7d9f-x2x1z" -> "default/api-7d9f-x2x1z"
};

}  // namespace seatrial::scenario
