#include "scenarios/engine/trial/ingress_process.h"

#include <stdexcept>

#include "models/ingress/controller.h"

namespace seatrial::scenario {
namespace {

class IngressProcess final : public PodProcess, public ingress::Observer {
 public:
  IngressProcess(ClusterRuntime& cluster, io::Host& host, const ingress::ControllerOptions& options)
      : recorder_(cluster.world().recorder),
        controller_(host, cluster.api(), options, this,
                    &recorder_.proxy(results::ProxyRole::ingress)) {}

  void terminate(std::function<void()> exited) override { controller_.quit(std::move(exited)); }

  void on_synced(const ingress::SyncRecord& sync) override {
    if (sync.action == ingress::SyncRecord::Action::none && sync.error.empty()) return;
    const bool reload = sync.action == ingress::SyncRecord::Action::reload;
    recorder_.note(sync.at, sync.host, reload ? "ingress reload" : "ingress api update",
                   sync.cause + (sync.error.empty() ? "" : ": " + sync.error));
  }
  void on_conflict(const std::string& host, TimePoint at,
                   const ingress::Conflict& conflict) override {
    recorder_.note(at, host, "ingress conflict",
                   conflict.host + ": " + conflict.winner + " wins over " + conflict.loser);
  }
  void on_ready(const std::string& host, TimePoint at) override {
    recorder_.note(at, host, "ingress ready", "");
  }

 private:
  Recorder& recorder_;
  ingress::Controller controller_;
};

}  // namespace

std::unique_ptr<PodProcess> make_ingress_process(ClusterRuntime& cluster,
                                                 const kubernetes::Container& container,
                                                 io::Host& host) {
  Diagnostics diagnostics;
  const auto options = ingress::controller_options(container, diagnostics);
  // The design's reading has checked the arguments.
  if (diagnostics.has_errors()) throw std::runtime_error(diagnostics.to_string());
  return std::make_unique<IngressProcess>(cluster, host, options);
}

}  // namespace seatrial::scenario
