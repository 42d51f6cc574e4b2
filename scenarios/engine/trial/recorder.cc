#include "scenarios/engine/trial/recorder.h"

#include <ns3/ipv4-l3-protocol.h>

#include <algorithm>

#include "models/bgp/fsm_state.h"
#include "models/io/host.h"
#include "sim/ethernet/clock.h"
#include "sim/ethernet/frame.h"
#include "sim/forwarding/forwarding.h"

namespace seatrial::scenario {
namespace {

results::Flow to_flow(const sim::Flow& flow) {
  auto transport = results::Transport::other;
  if (flow.protocol == sim::protocol_tcp) transport = results::Transport::tcp;
  if (flow.protocol == sim::protocol_udp) transport = results::Transport::udp;
  return {transport, flow.from(), flow.to()};
}

// What an IPv4 frame carries; ARP and the like have no flow.
results::Flow flow_of_frame(const ns3::Ptr<const ns3::Packet>& frame) {
  if (!frame) return {results::Transport::other, {}, {}};
  const auto info = sim::read_frame(*frame);
  if (!info || info->ethertype != ns3::Ipv4L3Protocol::PROT_NUMBER) {
    return {results::Transport::other, {}, {}};
  }
  const auto packet = frame->Copy();
  packet->RemoveAtStart(info->header_bytes);
  ns3::Ipv4Header header;
  if (packet->RemoveHeader(header) == 0) return {results::Transport::other, {}, {}};
  return to_flow(sim::flow_of(header, *packet, nullptr));
}

// The pod's name, as nginxdemos/nginx-hello says it in its plain-text answer.
std::string server_name_of(const std::string& body) {
  constexpr std::string_view key = "Server name: ";
  const auto at = body.find(key);
  if (at == std::string::npos) return {};
  const auto begin = at + key.size();
  return body.substr(begin, body.find_first_of("\r\n", begin) - begin);
}

// The reason often names the NOTIFICATION already, which is then not said twice.
std::string session_reason(const bgp::SessionEvent& event) {
  std::string reason = event.reason;
  const auto add = [&](const std::string& notification, const char* how) {
    if (notification.empty()) return;
    if (reason.starts_with(notification)) {
      reason.insert(0, std::string(how) + " NOTIFICATION ");
    } else if (reason.find(notification) == std::string::npos) {
      reason += (reason.empty() ? "" : "; ") + (how + (" " + notification));
    }
  };
  add(event.notification_sent, "sent");
  add(event.notification_received, "received");
  return reason;
}

}  // namespace

// One per machine, because neither the table nor the packet observer says whose it is.
class Recorder::MachineObserver final : public sim::PacketObserver {
 public:
  MachineObserver(results::Record& record, sim::Machine& machine)
      : record_(record), machine_(machine) {
    machine.fib().observe([this](const sim::FibChange& change) { on_fib(change); });
    machine.forwarding().set_observer(this);
    machine.neighbours().observe([this](const sim::Neighbours::Change& change) {
      record_.add(results::NeighbourChanged{
          sim::now(), machine_.name(), machine_.interface_name(change.interface), change.address,
          change.mac, change.mac.empty() ? "failed" : "reachable"});
    });
  }

  void on_flow_hop(const sim::FlowHop& hop) override {
    const auto name = [&](int index) {
      return index == sim::no_interface ? std::string() : machine_.interface_name(index);
    };
    record_.add(results::HopSeen{hop.at, machine_.name(), to_flow(hop.flow), name(hop.in_interface),
                                 name(hop.out_interface)});
  }

  void on_drop(TimePoint at, const sim::Flow& flow, sim::PacketDrop reason,
               int in_interface) override {
    record_.add(results::Drop{
        at, machine_.name(),
        in_interface == sim::no_interface ? "" : machine_.interface_name(in_interface),
        std::string(to_string(reason)), to_flow(flow), 0});
  }

 private:
  void on_fib(const sim::FibChange& change) {
    results::FibChanged out{change.at, machine_.name(), change.prefix, {}, {}, false};
    if (change.after) {
      out.installed = true;
      out.protocol = protocol_of(*change.after);
      for (const auto& hop : change.after->next_hops) {
        out.next_hops.push_back(
            {hop.gateway.value_or(net::IpAddress{}),
             hop.interface == sim::no_interface ? "" : machine_.interface_name(hop.interface)});
      }
    } else if (change.before) {
      out.protocol = protocol_of(*change.before);
    }
    record_.add(std::move(out));
  }

  static std::string protocol_of(const sim::ActiveRoute& active) {
    if (active.route.kind == sim::RouteKind::blackhole) return "blackhole";
    if (active.route.kind == sim::RouteKind::unreachable) return "unreachable";
    if (active.route.protocol == sim::RouteProtocol::ibgp ||
        active.route.protocol == sim::RouteProtocol::ebgp) {
      return "bgp";
    }
    return std::string(to_string(active.route.protocol));
  }

  results::Record& record_;
  sim::Machine& machine_;
};

class Recorder::ProxyObserver final : public nginx::Observer {
 public:
  ProxyObserver(results::Record& record, results::ProxyRole role) : record_(record), role_(role) {}

  // One observation a try, so that a retry shows as two.
  void on_finished(const nginx::ProxyRecord& done) override {
    const bool http = done.kind == nginx::ProxyRecord::Kind::http_request;
    results::ProxyRecord out;
    out.node = done.host;
    out.role = role_;
    out.http = http;
    out.client = done.client;
    out.listener = done.local;
    out.upstream_name = done.upstream;
    out.host = done.host_header;
    out.path = done.target;
    out.started = done.started;
    out.received = done.started;
    out.connected = out.first_byte = out.finished = done.ended;
    out.status = http ? done.status : 0;
    if (done.attempts.empty()) {
      if (done.status >= 400) out.error = "no upstream was tried";
      record_.add(std::move(out));
      return;
    }
    for (const auto& attempt : done.attempts) {
      auto one = out;
      one.upstream_local = attempt.local;
      one.upstream = attempt.peer;
      one.started = attempt.started;
      one.finished = attempt.ended;
      one.connected = attempt.reused ? attempt.started : attempt.connected.value_or(attempt.ended);
      one.first_byte = attempt.first_byte.value_or(attempt.ended);
      if (attempt.outcome != nginx::AttemptOutcome::ok) one.error = to_string(attempt.outcome);
      record_.add(std::move(one));
    }
  }
  void on_reloaded(const nginx::ReloadRecord& reload) override {
    record_.add(results::Note{reload.at, reload.host, "reload",
                              "generation " + std::to_string(reload.generation)});
  }
  void on_peers_changed(const nginx::PeersRecord& change) override {
    std::string text = change.upstream + ":";
    for (const auto& peer : change.peers) text += " " + peer.to_string();
    if (change.peers.empty()) text += " none";
    if (!change.detail.empty()) text += " (" + change.detail + ")";
    record_.add(results::Note{change.at, change.host,
                              "peers " + std::string(to_string(change.cause)), std::move(text)});
  }
  void on_peer_disabled(const nginx::PeerDisabledRecord& disabled) override {
    record_.add(results::Note{disabled.at, disabled.host, "peer disabled",
                              disabled.upstream + ": " + disabled.peer.to_string()});
  }

 private:
  results::Record& record_;
  results::ProxyRole role_;
};

Recorder::Recorder(results::Record& record) : record_(record) {}
Recorder::~Recorder() = default;

void Recorder::follow(sim::Machine& machine) {
  machines_.push_back(std::make_unique<MachineObserver>(record_, machine));
}

nginx::Observer& Recorder::proxy(results::ProxyRole role) {
  auto& observer = proxies_[role];
  if (!observer) observer = std::make_unique<ProxyObserver>(record_, role);
  return *observer;
}

void Recorder::add_load(const std::string& client, const Load& load) {
  loads_[client] = &load;
}

void Recorder::note(TimePoint at, const std::string& node, std::string kind, std::string text) {
  record_.add(results::Note{at, node, std::move(kind), std::move(text)});
}

void Recorder::drop(const sim::Drop& drop) {
  const auto& name = drop.device.name();
  const auto colon = name.find(':');
  record_.add(results::Drop{drop.at, name.substr(0, colon),
                            colon == std::string::npos ? "" : name.substr(colon + 1),
                            std::string(to_string(drop.reason)), flow_of_frame(drop.packet),
                            drop.packet ? drop.packet->GetSize() : 0});
}

void Recorder::queue(const sim::QueueWait& wait) {
  const auto& port = wait.device.name();
  const auto open = queues_.find(port);
  if (wait.waited < sim::long_wait) {
    if (open == queues_.end()) return;
    record_.queue(open->second).until = wait.at;
    queues_.erase(open);
    return;
  }
  const auto until = wait.at + wait.waited;
  // A queue that ran empty before this frame came is another one.
  if (open != queues_.end() && record_.queue(open->second).until >= wait.at) {
    auto& stands = record_.queue(open->second);
    stands.until = until;
    ++stands.frames;
    stands.longest = std::max(stands.longest, wait.waited);
    stands.most_waiting = std::max<std::uint64_t>(stands.most_waiting, wait.waiting);
    return;
  }
  queues_[port] = record_.queues().size();
  record_.add(results::QueueStood{wait.at, until, port, 1, wait.waited, wait.waiting});
}

void Recorder::services_changed(TimePoint at, const std::string& node,
                                const std::vector<sim::NatService>& services) {
  std::map<ServiceAddress, std::vector<net::Endpoint>> after;
  for (const auto& service : services) {
    const auto* protocol = service.protocol == sim::protocol_udp ? "udp" : "tcp";
    auto backends = service.backends;
    std::ranges::sort(backends);
    after[{protocol, {service.address, service.port}}] = std::move(backends);
  }
  auto& before = services_[node];
  for (const auto& [key, backends] : before) {
    if (!after.contains(key)) {
      record_.add(results::NatChanged{at, node, key.first, key.second, {}, false});
    }
  }
  for (const auto& [key, backends] : after) {
    const auto old = before.find(key);
    if (old != before.end() && old->second == backends) continue;
    record_.add(results::NatChanged{at, node, key.first, key.second, backends, true});
  }
  before = std::move(after);
}

void Recorder::session_changed(const bgp::SessionEvent& event) {
  record_.add(results::SessionChanged{event.time, event.speaker, event.peer,
                                      std::string(to_string(event.to)), session_reason(event)});
  if (bgp_listener_ != nullptr) bgp_listener_->session_changed(event);
}

void Recorder::bfd_changed(const bfd::SessionEvent& event) {
  record_.add(results::BfdChanged{
      event.time, event.node, event.peer, std::string(to_string(event.to)),
      event.diagnostic == bfd::Diagnostic::none ? "" : to_string(event.diagnostic),
      event.detection_time});
}

void Recorder::message(const bgp::MessageEvent& event) {
  if (event.sent) ++bgp_messages_;
  if (bgp_listener_ != nullptr) bgp_listener_->message(event);
}

void Recorder::graceful_restart(const bgp::RestartEvent& event) {
  const auto whose = event.peer.to_string() + ", " + bgp::to_string(event.family);
  const auto routes = event.stale == 0   ? std::string("no route")
                      : event.stale == 1 ? std::string("1 route")
                                         : std::to_string(event.stale) + " routes";
  std::string text;
  switch (event.phase) {
    case bgp::RestartPhase::waiting:
      text = "keeps " + routes + " of " + whose + ", stale until it is back";
      break;
    case bgp::RestartPhase::long_lived:
      text = "keeps " + routes + " of " + whose + ", as a last resort";
      break;
    case bgp::RestartPhase::returned:
      text = "keeps " + routes + " of " + whose + ", stale until its End-of-RIB";
      break;
    case bgp::RestartPhase::over:
      text = "keeps no stale route of " + whose + " any more";
      break;
  }
  note(event.time, event.speaker, "graceful restart", std::move(text));
  if (bgp_listener_ != nullptr) bgp_listener_->graceful_restart(event);
}

void Recorder::prefix_limit(const bgp::PrefixLimitEvent& event) {
  note(event.time, event.speaker, "prefix limit",
       std::to_string(event.prefixes) + " of " + event.peer.to_string() + ", " +
           bgp::to_string(event.family) +
           (event.exceeded ? ", above the limit of " : ", the limit is ") +
           std::to_string(event.limit));
  if (bgp_listener_ != nullptr) bgp_listener_->prefix_limit(event);
}

void Recorder::rib_changed(const bgp::RibEvent& event) {
  results::RibChanged out{event.time, event.speaker, event.prefix, {}, "bgp", event.best};
  for (const auto& hop : event.next_hops) out.next_hops.push_back(hop.address);
  if (event.reachable && event.local) out.next_hops.emplace_back();
  record_.add(std::move(out));
}

void Recorder::on_pod_changed(TimePoint at, const kubernetes::Pod& pod) {
  const auto name = pod.meta.key().to_string();
  pods_by_name_[pod.meta.name] = name;
  const auto phase = pod.terminating ? "Terminating" : std::string(to_string(pod.phase));
  record_.add(results::PodChanged{at, name, pod.spec.node_name, pod.ip.value_or(net::IpAddress{}),
                                  phase, pod.ready});
}

void Recorder::on_pod_removed(TimePoint at, const kubernetes::Pod& pod) {
  record_.add(results::PodChanged{at, pod.meta.key().to_string(), pod.spec.node_name,
                                  pod.ip.value_or(net::IpAddress{}), "Gone", false});
}

void Recorder::on_endpoints_changed(TimePoint at, const kubernetes::EndpointSlice& slice) {
  results::EndpointsChanged out{at, slice.meta.name_space + "/" + slice.service, {}};
  for (const auto& endpoint : slice.endpoints) {
    if (!endpoint.ready) continue;
    for (const auto& port : slice.ports) out.ready.push_back({endpoint.address, port.port});
  }
  std::ranges::sort(out.ready);
  record_.add(std::move(out));
}

void Recorder::on_request_finished(const workload::RequestFinished& request) {
  results::RequestFinished out;
  out.client = request.load;
  out.number = request.id;
  out.method = request.method;
  out.url = request.url;
  const auto scheme = request.url.find("://");
  const auto rest = request.url.substr(scheme == std::string::npos ? 0 : scheme + 3);
  const auto slash = rest.find('/');
  out.host = rest.substr(0, slash);
  out.path = slash == std::string::npos ? "/" : rest.substr(slash);
  if (const auto load = loads_.find(request.load); load != loads_.end()) {
    out.expect_service = load->second->requests.at(request.template_index).expect_service;
  }
  const auto pod = server_name_of(request.body);
  const auto known = pods_by_name_.find(pod);
  out.answered_by = known == pods_by_name_.end() ? pod : known->second;
  out.local = request.local;
  out.remote = request.remote;
  out.intended = request.intended;
  out.lookup_started = request.lookup_started.value_or(request.intended);
  out.lookup_finished = request.lookup_finished.value_or(out.lookup_started);
  out.sent = request.connecting.value_or(request.sent.value_or(request.intended));
  out.connected = request.connected.value_or(out.sent);
  out.finished = request.finished;
  out.first_byte = request.first_byte.value_or(request.finished);
  out.status = request.status;
  if (request.symptom != workload::Symptom::answered) out.error = to_string(request.symptom);
  out.bytes = request.body_size;
  record_.add(std::move(out));
}

void Recorder::on_request_served(const workload::RequestServed& request) {
  const auto known = pods_by_name_.find(request.server);
  record_.add(results::RequestServed{known == pods_by_name_.end() ? request.server : known->second,
                                     request.client, request.local, request.target,
                                     request.received, request.answered, request.waited,
                                     request.computed, request.status});
}

}  // namespace seatrial::scenario
