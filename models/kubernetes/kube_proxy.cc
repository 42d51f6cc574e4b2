#include "models/kubernetes/kube_proxy.h"

#include <algorithm>

namespace seatrial::kubernetes {
namespace {

struct Candidate {
  net::Endpoint endpoint;
  bool local, ready, serving_terminating;
};

// Ready endpoints; where there is none, those that terminate but still serve (KEP-1669).
std::vector<net::Endpoint> pick(const std::vector<Candidate>& candidates, bool only_local) {
  std::vector<net::Endpoint> ready, terminating;
  for (const Candidate& candidate : candidates) {
    if (only_local && !candidate.local) continue;
    if (candidate.ready) ready.push_back(candidate.endpoint);
    if (candidate.serving_terminating) terminating.push_back(candidate.endpoint);
  }
  std::vector<net::Endpoint> picked = ready.empty() ? std::move(terminating) : std::move(ready);
  std::sort(picked.begin(), picked.end());
  return picked;
}

std::vector<Candidate> candidates_of(const Service& service, const ServicePort& port,
                                     const Store<EndpointSlice>::Map& slices,
                                     const std::string& node) {
  std::vector<Candidate> candidates;
  for (const auto& [key, slice] : slices) {
    if (key.name_space != service.meta.name_space || slice->service != service.meta.name) continue;
    for (const EndpointPort& target : slice->ports) {
      if (target.name != port.name || target.protocol != port.protocol) continue;
      for (const Endpoint& endpoint : slice->endpoints) {
        candidates.push_back({{endpoint.address, target.port},
                              endpoint.node == node,
                              endpoint.ready,
                              endpoint.serving && endpoint.terminating});
      }
    }
  }
  return candidates;
}

}  // namespace

std::vector<ServiceRule> service_rules(const Store<Service>::Map& services,
                                       const Store<EndpointSlice>::Map& slices,
                                       const std::string& node) {
  std::vector<ServiceRule> rules;
  for (const auto& [key, service] : services) {
    if (service->headless || !service->cluster_ip) continue;
    for (const ServicePort& port : service->ports) {
      const auto candidates = candidates_of(*service, port, slices, node);
      ServiceRule rule;
      rule.service = key.to_string();
      rule.port_name = port.name;
      rule.cluster_ip = *service->cluster_ip;
      rule.external_ips = service->external_ips;
      rule.port = port.port;
      rule.node_port = port.node_port;
      rule.protocol = port.protocol;
      rule.backends = pick(candidates, service->internal_traffic_local);
      rule.local_backends = pick(candidates, true);
      rule.external_local = service->external_traffic_local;
      rule.reject_when_empty = pick(candidates, false).empty();
      rules.push_back(std::move(rule));
    }
  }
  return rules;
}

KubeProxy::KubeProxy(io::Host& host, ApiServer& api, std::string node, ServiceDataplane& dataplane,
                     const KubeProxyOptions& options)
    : host_(host),
      api_(api),
      node_(std::move(node)),
      dataplane_(dataplane),
      options_(options),
      tokens_(options.burst),
      refilled_(host.now()),
      timer_(host.timer([this] { changed(); })),
      written_(host.timer([this] {
        dataplane_.program(rules_);
        programmed_ = true;
        std::size_t backends = 0;
        for (const ServiceRule& rule : rules_) backends += rule.backends.size();
        if (api_.observer() != nullptr) {
          api_.observer()->on_services_programmed(host_.now(), node_, rules_.size(), backends);
        }
      })) {
  services_ =
      std::make_unique<Informer<Service>>(host, api.services(), "kube-proxy/services",
                                          options.watch, [this](const auto&) { changed(); });
  slices_ = std::make_unique<Informer<EndpointSlice>>(host, api.endpoint_slices(),
                                                      "kube-proxy/endpointslices", options.watch,
                                                      [this](const auto&) { changed(); });
}

void KubeProxy::refill() {
  const auto elapsed = static_cast<double>((host_.now() - refilled_).count());
  tokens_ = std::min<double>(options_.burst,
                             tokens_ + elapsed / static_cast<double>(options_.min_sync.count()));
  refilled_ = host_.now();
}

// BoundedFrequencyRunner.tryRun(): at once while the bucket has a token, else when one run's
// spacing after the last is over.
void KubeProxy::changed() {
  if (written_->armed()) {
    // iptables-restore is running; the next sync sees this change too.
    if (!timer_->armed()) timer_->arm(written_->due());
    return;
  }
  if (options_.min_sync > Duration{0}) refill();
  if (options_.min_sync > Duration{0} && tokens_ < 1.0) {
    const auto wait = static_cast<Duration::rep>(
        (1.0 - tokens_) * static_cast<double>(options_.min_sync.count()) + 1.0);
    const TimePoint next = std::max(last_run_ + options_.min_sync, host_.now() + Duration(wait));
    if (!timer_->armed() || timer_->due() > next) timer_->arm(next);
    return;
  }
  tokens_ -= 1.0;
  last_run_ = host_.now();
  timer_->cancel();
  sync();
}

void KubeProxy::sync() {
  rules_ = service_rules(services_->cache(), slices_->cache(), node_);
  io::arm_in(host_, *written_,
             host_.random("kube-proxy").between(options_.program.low, options_.program.high));
}

}  // namespace seatrial::kubernetes
