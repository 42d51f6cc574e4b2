// A design, built and run: machines, switches, cables, and on them the speakers, proxies, cluster
// nodes, pods and clients that its files describe. One Trial a process: ns-3 keeps process-wide
// state.
//
//   results::Record record;
//   Trial trial(design, {.seed = 1}, record);
//   trial.run();
//   auto outcomes = expectations::evaluate_all(design.scenario, trial, record);
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "models/nginx/server.h"
#include "models/workload/load.h"
#include "results/record/record.h"
#include "results/report/report.h"
#include "scenarios/engine/design/design.h"
#include "scenarios/engine/expectations/expectations.h"
#include "scenarios/engine/trial/recorder.h"
#include "sim/devices/bgp_router.h"
#include "sim/devices/topology.h"

namespace seatrial::scenario {

class CapturePlan;
class ClusterRuntime;
class MrtPlan;

// Gives a machine what a router's configuration says beyond its cabled interfaces: loopback
// addresses, forwarding, static routes.
void apply(sim::Machine& machine, const frr::Config& config);

struct TrialOptions {
  std::uint64_t seed = 1;
  std::optional<Duration> until;  // otherwise the scenario's duration
  // Ports to capture: "edge1:eth0", shell patterns ("core*:*"), or "all": every interface of every
  // machine, pods included. Ports of switches are captured when a pattern names them.
  std::vector<std::string> captures;
  std::string capture_folder;  // exists; one file a port
  // Nodes whose BGP is written in MRT: shell patterns, or "all".
  std::vector<std::string> mrt;
  std::string mrt_folder;  // exists; two files a node
};

class Trial final : public expectations::Facts {
 public:
  // The design and the record must outlive the trial. Throws std::runtime_error when the design
  // cannot be built although its files were read without an error.
  Trial(const Design& design, TrialOptions options, results::Record& record);
  ~Trial() override;

  // Runs to the end. `progress` is called after each simulated tenth of a second, with the time and
  // the number of events so far.
  using Progress = std::function<void(Duration simulated, std::uint64_t events)>;
  // The error of a capture or of MRT that could not be written.
  tl::expected<void, std::string> run(const Progress& progress = {});

  results::Participants participants() const;
  Duration duration() const;
  // Patterns of TrialOptions::captures that no port had.
  std::vector<std::string> unmatched_captures() const;
  // Patterns of TrialOptions::mrt that no speaker had.
  std::vector<std::string> unmatched_mrt() const;

  // expectations::Facts
  std::vector<expectations::ConfiguredSession> configured_sessions() const override;
  std::vector<expectations::Block> blocks(const std::string& cluster) const override;
  std::vector<std::string> edges() const override;
  std::vector<std::string> ingress_pods() const override;
  std::vector<std::string> app_pods() const override;
  std::vector<std::string> services_of(const std::string& pod) const override;

 private:
  struct Proxy;

  void build_fabric();
  void build_routers();
  void build_edges();
  void build_clusters();
  void build_clients();
  void build_timeline();
  sim::Machine& add_host(const std::string& name, const Attachment& attachment);
  void start();
  void act(const Event& event);
  void power_off(const std::string& node);
  results::Topology topology_record() const;
  // Of every router, edge and cluster node.
  std::map<std::string, sim::BgpRouter*> all_routers() const;
  void act_on_process(const Event& event);
  void clear_sessions(const Event& event, const std::string& node, sim::BgpRouter& router);
  void change_origin(const Event& event, const std::string& node, sim::BgpRouter& router);
  // "edge1/bgp", with what else the event names: "edge1/bgp 10.50.0.80/32"
  static std::string target_words(const Event& event);
  void start_proxy(Proxy& proxy);
  tl::expected<void, std::string> finish_mrt();
  ns3::Ptr<sim::EthernetDevice> target_port(const std::string& target) const;

  const Design& design_;
  TrialOptions options_;
  sim::World world_;
  sim::Topology topology_;
  Recorder recorder_;
  std::unique_ptr<CapturePlan> captures_;
  std::unique_ptr<MrtPlan> mrt_;
  std::map<std::string, std::unique_ptr<sim::BgpRouter>> routers_;
  std::vector<std::unique_ptr<Proxy>> proxies_;
  std::vector<std::unique_ptr<ClusterRuntime>> clusters_;
  std::vector<std::unique_ptr<workload::Load>> loads_;
};

}  // namespace seatrial::scenario
