#include "scenarios/engine/trial/trial.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "scenarios/engine/document/cables.h"
#include "scenarios/engine/document/words.h"
#include "scenarios/engine/trial/capture_plan.h"
#include "scenarios/engine/trial/cluster_runtime.h"
#include "scenarios/engine/trial/mrt_plan.h"

namespace seatrial::scenario {
namespace {

constexpr Duration progress_step = std::chrono::milliseconds(100);

TimePoint at(Duration since_start) {
  return TimePoint{} + since_start;
}

workload::LoadConfig load_config(const Client& client) {
  const auto& load = *client.load;
  workload::LoadConfig out;
  out.name = client.name;
  switch (load.arrival) {
    case Arrival::poisson:
      out.arrival = workload::Arrival::poisson;
      break;
    case Arrival::constant:
      out.arrival = workload::Arrival::constant;
      break;
    case Arrival::uniform:
      out.arrival = workload::Arrival::uniform;
      break;
  }
  out.rate = load.rate;
  out.from = at(load.from);
  out.to = at(load.to);
  out.timeout = load.timeout;
  out.connections = load.connections == Connections::keepalive
                        ? workload::ConnectionPolicy::keepalive
                        : workload::ConnectionPolicy::new_connection;
  for (const auto& request : load.requests) {
    workload::RequestTemplate one;
    one.url = request.url;
    one.resolve = request.resolve;
    one.method = request.method;
    for (const auto& [name, value] : request.headers) one.fields.add(name, value);
    one.body.assign(request.body_bytes, 'x');
    one.weight = request.weight;
    out.requests.push_back(std::move(one));
  }
  return out;
}

}  // namespace

// The edge's nginx, a process that is started when the scenario says so.
struct Trial::Proxy {
  std::string edge;
  Duration start_at{};
  sim::Machine* machine = nullptr;
  const nginx::Config* config = nullptr;
  std::unique_ptr<io::Process> process;
  std::unique_ptr<nginx::Server> server;
  std::unique_ptr<io::Timer> starter;

  void end() {
    starter->cancel();
    server.reset();
    process.reset();
  }
};

Trial::Trial(const Design& design, TrialOptions options, results::Record& record)
    : design_(design),
      options_(std::move(options)),
      world_(options_.seed),
      topology_(world_),
      recorder_(record),
      captures_(std::make_unique<CapturePlan>(options_.captures, options_.capture_folder)),
      mrt_(std::make_unique<MrtPlan>(options_.mrt, options_.mrt_folder)) {
  topology_.on_drop([this](const sim::Drop& drop) { recorder_.drop(drop); });
  topology_.on_queue([this](const sim::QueueWait& wait) { recorder_.queue(wait); });
  topology_.on_carrier([this](const std::string& port, bool up) {
    recorder_.record().add(results::LinkChanged{world_.now(), port, up});
  });
  build_fabric();
  build_routers();
  build_edges();
  build_clusters();
  build_clients();
  captures_->offer_all(topology_);
  for (const auto& [name, router] : all_routers()) {
    mrt_->offer(name);
    router->observe_restart([this, node = name](bool begins) {
      recorder_.note(world_.now(), node, "graceful restart",
                     begins ? "starts as after a crash, and waits for its peers' End-of-RIB"
                            : "every peer has said End-of-RIB, or was waited for long enough");
    });
  }
  if (!mrt_->empty()) recorder_.hand_on_bgp(mrt_.get());
  build_timeline();
}

// Models before the machines they run on, machines before ns-3 goes.
Trial::~Trial() {
  loads_.clear();
  clusters_.clear();
  proxies_.clear();
  routers_.clear();
}

void Trial::build_routers() {
  const auto& scenario = design_.scenario;
  for (std::size_t i = 0; i < scenario.fabric.routers.size(); ++i) {
    const auto& config = design_.routers[i].config;
    if (!config.bgp) continue;
    const auto& name = scenario.fabric.routers[i].name;
    routers_[name] = std::make_unique<sim::BgpRouter>(*topology_.machine(name), *config.bgp,
                                                      &recorder_, &recorder_);
  }
}

void Trial::build_edges() {
  const auto& scenario = design_.scenario;
  for (std::size_t i = 0; i < scenario.edges.size(); ++i) {
    const auto& edge = scenario.edges[i];
    const auto& design = design_.edges[i];
    auto& machine = add_host(edge.name, edge.attachment);
    if (design.bgp) {
      apply(machine, *design.bgp);
      if (design.bgp->bgp) {
        routers_[edge.name] =
            std::make_unique<sim::BgpRouter>(machine, *design.bgp->bgp, &recorder_, &recorder_);
      }
    }
    if (!design.nginx) continue;
    auto proxy = std::make_unique<Proxy>();
    proxy->edge = edge.name;
    proxy->start_at = edge.nginx_start;
    proxy->machine = &machine;
    proxy->config = &*design.nginx;
    proxy->starter = machine.host().timer([this, raw = proxy.get()] { start_proxy(*raw); });
    proxies_.push_back(std::move(proxy));
  }
}

void Trial::start_proxy(Proxy& proxy) {
  if (!proxy.server) {
    proxy.process = std::make_unique<io::Process>(proxy.machine->host());
    proxy.server = std::make_unique<nginx::Server>(*proxy.process, *proxy.config,
                                                   &recorder_.proxy(results::ProxyRole::edge));
  }
  if (auto started = proxy.server->start(); !started) {
    recorder_.note(world_.now(), proxy.edge, "nginx failed to start", started.error());
  }
}

void Trial::build_clusters() {
  const auto& scenario = design_.scenario;
  for (std::size_t i = 0; i < scenario.clusters.size(); ++i) {
    std::vector<sim::Machine*> nodes;
    for (const auto& node : scenario.clusters[i].nodes) {
      auto& machine = add_host(node.name, node.attachment);
      machine.set_forwarding(true);
      nodes.push_back(&machine);
    }
    clusters_.push_back(std::make_unique<ClusterRuntime>(
        scenario.clusters[i], design_.clusters[i],
        ClusterWorld{topology_, recorder_, *captures_, world_}, nodes));
  }
}

void Trial::build_clients() {
  for (const auto& client : design_.scenario.clients) {
    auto& machine = add_host(client.name, client.attachment);
    if (!client.load) continue;
    recorder_.add_load(client.name, *client.load);
    const auto config = load_config(client);
    if (const auto wrong = workload::problems(config); !wrong.empty()) {
      throw std::runtime_error("load of " + client.name + ": " + wrong.front());
    }
    loads_.push_back(std::make_unique<workload::Load>(machine.host(), config, &recorder_));
  }
}

void Trial::build_timeline() {
  for (const auto& event : design_.scenario.timeline) {
    topology_.at(at(event.at), [this, &event] { act(event); });
  }
}

void Trial::start() {
  for (const auto& side : design_.sessions) {
    recorder_.record().add(results::SessionConfigured{side.node, side.peer, side.peer_name,
                                                      side.profile, side.hold_time,
                                                      side.keepalive_time, side.bfd, side.source});
  }
  for (auto& [name, router] : routers_) {
    if (!router->start()) recorder_.note(world_.now(), name, "bgpd", "port 179 is in use");
    if (!router->bfd()->sockets_open()) {
      recorder_.note(world_.now(), name, "bfd", "a port of BFD is in use");
    }
  }
  for (auto& cluster : clusters_) cluster->start();
  for (auto& proxy : proxies_) proxy->starter->arm(at(proxy->start_at));
}

ns3::Ptr<sim::EthernetDevice> Trial::target_port(const std::string& target) const {
  const auto found = document::cables_at(design_.scenario, target);
  return found.empty() ? nullptr : topology_.port(found.front().ends[0].to_string());
}

void Trial::act(const Event& event) {
  const auto now = world_.now();
  switch (event.action) {
    case Action::link_down:
    case Action::link_up: {
      const bool up = event.action == Action::link_up;
      const auto device = target_port(event.target);
      if (device == nullptr || device->link() == nullptr) {
        throw std::runtime_error("timeline: no link at " + event.target);
      }
      recorder_.record().add(
          results::FaultInjected{now, up ? "link_up" : "link_down", event.target});
      device->link()->set_plugged(up);
      break;
    }
    case Action::link_silent:
    case Action::link_restored: {
      const bool silent = event.action == Action::link_silent;
      const auto device = target_port(event.target);
      if (device == nullptr || device->link() == nullptr) {
        throw std::runtime_error("timeline: no link at " + event.target);
      }
      recorder_.record().add(
          results::FaultInjected{now, silent ? "link_silent" : "link_restored", event.target});
      device->link()->set_silent_loss(silent);
      break;
    }
    case Action::power_off:
      power_off(event.target);
      break;
    case Action::kill:
    case Action::terminate:
    case Action::start:
    case Action::freeze:
    case Action::thaw:
    case Action::restart:
    case Action::clear:
    case Action::clear_soft:
    case Action::announce:
    case Action::withdraw:
      act_on_process(event);
      break;
  }
}

void Trial::act_on_process(const Event& event) {
  recorder_.record().add(results::FaultInjected{
      world_.now(), std::string(document::word_of(event.action)), target_words(event)});
  const auto slash = event.target.rfind('/');
  const auto node = event.target.substr(0, slash);
  if (event.target.substr(slash + 1) == "bgp") {
    auto& router = *all_routers().at(node);
    switch (event.action) {
      case Action::kill:
        return router.kill();
      case Action::terminate:
        return router.terminate();
      case Action::freeze:
        return router.freeze();
      case Action::thaw:
        return router.thaw();
      case Action::clear:
      case Action::clear_soft:
        return clear_sessions(event, node, router);
      case Action::announce:
      case Action::withdraw:
        return change_origin(event, node, router);
      case Action::restart:
        router.terminate();
        [[fallthrough]];
      default:
        if (router.speaker() == nullptr && !router.start()) {
          recorder_.note(world_.now(), node, "bgpd", "port 179 is in use");
        }
        return;
    }
  }
  for (auto& proxy : proxies_) {
    if (proxy->edge != node) continue;
    switch (event.action) {
      case Action::kill:
      case Action::terminate:  // nginx's fast shutdown closes its connections, too
        proxy->end();
        break;
      case Action::freeze:
        if (proxy->process) proxy->process->freeze();
        break;
      case Action::thaw:
        if (proxy->process) proxy->process->thaw();
        break;
      case Action::restart:
        proxy->end();
        [[fallthrough]];
      default:
        if (!proxy->server) start_proxy(*proxy);
        break;
    }
  }
}

void Trial::power_off(const std::string& node) {
  recorder_.record().add(results::FaultInjected{world_.now(), "power_off", node});
  for (auto& cluster : clusters_) cluster->power_off(node);
  auto* machine = topology_.machine(node);
  if (machine == nullptr) throw std::runtime_error("timeline: no machine " + node);
  machine->power_off();
}

std::map<std::string, sim::BgpRouter*> Trial::all_routers() const {
  std::map<std::string, sim::BgpRouter*> out;
  for (const auto& [name, router] : routers_) out[name] = router.get();
  for (const auto& cluster : clusters_) out.merge(cluster->routers());
  return out;
}

std::vector<std::string> Trial::unmatched_mrt() const {
  return mrt_->unmatched();
}

tl::expected<void, std::string> Trial::finish_mrt() {
  recorder_.hand_on_bgp(nullptr);  // what ends the speakers is not part of the run
  const auto routers = all_routers();
  return mrt_->finish(world_.now(), [&](const std::string& node) {
    const auto& router = *routers.at(node);
    auto* machine = topology_.machine(node);
    if (router.speaker() == nullptr) {  // what a process of this configuration would be
      return std::pair(std::shared_ptr<const bgp::Speaker>(
                           std::make_shared<bgp::Speaker>(machine->host(), router.config())),
                       false);
    }
    return std::pair(std::shared_ptr<const bgp::Speaker>(router.speaker(), [](const auto*) {}),
                     machine->powered());
  });
}

std::vector<std::string> Trial::unmatched_captures() const {
  return captures_->unmatched();
}

Duration Trial::duration() const {
  return options_.until.value_or(design_.scenario.duration);
}

tl::expected<void, std::string> Trial::run(const Progress& progress) {
  start();
  const auto end = at(duration());
  while (world_.now() < end) {
    world_.run_until(std::min(end, world_.now() + progress_step));
    if (progress) progress(world_.now().time_since_epoch(), topology_.events());
  }
  auto& record = recorder_.record();
  record.set_topology(topology_record());
  record.count("events", topology_.events());
  record.count("packet_hops", topology_.packet_hops());
  record.count("bgp_messages", recorder_.bgp_messages());
  record.count("requests", record.requests().size());
  record.count("simulated_ns", static_cast<std::uint64_t>(duration().count()));
  if (auto written = finish_mrt(); !written) return written;
  return topology_.finish_captures(world_.now());
}

results::Participants Trial::participants() const {
  return {edges(), ingress_pods(), app_pods()};
}

std::vector<expectations::ConfiguredSession> Trial::configured_sessions() const {
  std::vector<expectations::ConfiguredSession> out;
  for (const auto& side : design_.sessions) {
    out.push_back({side.node, side.peer, side.peer_name, side.source});
  }
  return out;
}

std::vector<expectations::Block> Trial::blocks(const std::string& cluster) const {
  std::vector<expectations::Block> out;
  for (const auto& runtime : clusters_) {
    if (!cluster.empty() && runtime->name() != cluster) continue;
    const auto more = runtime->blocks();
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

std::vector<std::string> Trial::edges() const {
  std::vector<std::string> out;
  for (const auto& proxy : proxies_) out.push_back(proxy->edge);
  return out;
}

std::vector<std::string> Trial::ingress_pods() const {
  std::vector<std::string> out;
  for (const auto& cluster : clusters_) {
    for (auto& pod : cluster->pods(WorkloadModel::nginx_ingress)) out.push_back(std::move(pod));
  }
  return out;
}

std::vector<std::string> Trial::app_pods() const {
  std::vector<std::string> out;
  for (const auto& cluster : clusters_) {
    for (auto& pod : cluster->pods(WorkloadModel::app)) out.push_back(std::move(pod));
  }
  return out;
}

std::vector<std::string> Trial::services_of(const std::string& pod) const {
  for (const auto& cluster : clusters_) {
    if (auto services = cluster->services_of(pod); !services.empty()) return services;
  }
  return {};
}

}  // namespace seatrial::scenario
