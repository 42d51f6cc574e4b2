#include "models/kubernetes/cluster_zone.h"

#include <algorithm>

namespace seatrial::kubernetes {
namespace {

std::vector<std::string> split_labels(const std::string& name) {
  std::vector<std::string> labels;
  std::size_t start = 0;
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', start)) {
    labels.push_back(name.substr(start, dot - start));
    start = dot + 1;
  }
  labels.push_back(name.substr(start));
  return labels;
}

std::string dashed(const net::IpAddress& address) {
  std::string text = address.to_string();
  std::replace(text.begin(), text.end(), '.', '-');
  std::replace(text.begin(), text.end(), ':', '-');
  return text;
}

std::optional<net::IpAddress> undashed(std::string text) {
  const bool v4 = std::count(text.begin(), text.end(), '-') == 3;
  std::replace(text.begin(), text.end(), '-', v4 ? '.' : ':');
  return net::IpAddress::parse(text);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

// ENDPOINT.service.namespace.svc or _port._protocol.service.namespace.svc, either front optional.
struct ClusterZone::Name {
  std::string service, name_space, endpoint, port, protocol;

  bool wants(const std::string& port_name, Protocol p) const {
    return port.empty() || (port == port_name && protocol == lower(to_string(p)));
  }
  std::string base(const std::string& domain) const {
    return service + "." + name_space + ".svc." + domain;
  }
};

struct ClusterZone::Found {
  bool exists = false;
  std::vector<net::IpAddress> addresses;
  struct Target {
    std::string name;
    net::IpAddress address;
    std::uint16_t port;
  };
  std::vector<Target> targets;
};

ClusterZone::ClusterZone(io::Host& host, ApiServer& api, const Corefile& corefile, Latency watch)
    : host_(host), corefile_(corefile) {
  namespaces_ = std::make_unique<Informer<Namespace>>(host, api.namespaces(), "coredns/namespaces",
                                                      watch, [this](const auto&) { touched(); });
  services_ = std::make_unique<Informer<Service>>(host, api.services(), "coredns/services", watch,
                                                  [this](const auto&) { touched(); });
  slices_ = std::make_unique<Informer<EndpointSlice>>(host, api.endpoint_slices(),
                                                      "coredns/endpointslices", watch,
                                                      [this](const auto&) { touched(); });
}

ClusterZone::~ClusterZone() = default;

bool ClusterZone::ready() const {
  return namespaces_->synced() && services_->synced() && slices_->synced();
}

// CoreDNS's serial is the time of the last change in seconds.
void ClusterZone::touched() {
  serial_ = static_cast<std::uint32_t>(
      1 + std::chrono::duration_cast<std::chrono::seconds>(host_.now().time_since_epoch()).count());
}

dns::Record ClusterZone::soa() const {
  const std::string& domain = corefile_.cluster_domain;
  return {domain, dns::Type::soa, corefile_.ttl,
          dns::Soa{"ns.dns." + domain, "hostmaster." + domain, serial_, 7200, 1800, 86400,
                   corefile_.ttl}};
}

dns::Answer ClusterZone::negative(dns::Rcode rcode) const {
  dns::Answer answer;
  answer.rcode = rcode;
  answer.authority.push_back(soa());
  return answer;
}

dns::Answer ClusterZone::lookup(const dns::Question& question) {
  const std::string& domain = corefile_.cluster_domain;
  if (question.name != domain && !question.name.ends_with("." + domain)) {
    dns::Answer answer;  // no upstream is modelled
    answer.rcode = dns::Rcode::server_failure;
    answer.authoritative = false;
    return answer;
  }
  if (!ready()) {
    dns::Answer answer;
    answer.rcode = dns::Rcode::server_failure;
    return answer;
  }
  return this->answer(question);
}

dns::Answer ClusterZone::answer(const dns::Question& question) const {
  const std::string& domain = corefile_.cluster_domain;
  dns::Answer answer;
  if (question.name == domain) {
    if (question.type == dns::Type::soa) {
      answer.answers.push_back(soa());
      return answer;
    }
    if (question.type == dns::Type::ns) {
      answer.answers.push_back(
          {domain, dns::Type::ns, corefile_.ttl, std::string("ns.dns." + domain)});
      return answer;
    }
    return negative(dns::Rcode::no_error);
  }
  auto labels = split_labels(question.name.substr(0, question.name.size() - domain.size() - 1));
  const std::string branch = labels.back();
  if (branch == "dns-version" && labels.size() == 1) {
    if (question.type != dns::Type::txt) return negative(dns::Rcode::no_error);
    answer.answers.push_back({question.name, dns::Type::txt, corefile_.ttl, std::string("1.1.0")});
    return answer;
  }
  const bool pods = branch == "pod" && corefile_.pods_insecure;
  if (branch != "svc" && !pods) return negative(dns::Rcode::name_error);
  labels.pop_back();
  if (labels.empty()) return negative(dns::Rcode::no_error);
  Name name;
  name.name_space = labels.back();
  labels.pop_back();
  if (!namespaces_->get({"", name.name_space})) return negative(dns::Rcode::name_error);
  if (labels.empty()) return negative(dns::Rcode::no_error);

  Found found;
  if (pods) {
    const auto address = labels.size() == 1 ? undashed(labels[0]) : std::nullopt;
    if (!address) return negative(dns::Rcode::name_error);
    found.exists = true;
    found.addresses.push_back(*address);
  } else {
    name.service = labels.back();
    labels.pop_back();
    if (labels.size() == 1) {
      name.endpoint = labels[0];
    } else if (labels.size() == 2 && labels[0].starts_with("_") && labels[1].starts_with("_")) {
      name.port = labels[0].substr(1);
      name.protocol = labels[1].substr(1);
    } else if (!labels.empty()) {
      return negative(dns::Rcode::name_error);
    }
    found = find(name);
  }
  if (!found.exists) return negative(dns::Rcode::name_error);

  for (const net::IpAddress& address : found.addresses) {
    const auto type = address.is_v4() ? dns::Type::a : dns::Type::aaaa;
    if (type == question.type) {
      answer.answers.push_back({question.name, type, corefile_.ttl, address});
    }
  }
  if (question.type == dns::Type::srv) {
    const auto weight = static_cast<std::uint16_t>(
        std::max<std::size_t>(1, 100 / std::max<std::size_t>(1, found.targets.size())));
    for (const Found::Target& target : found.targets) {
      answer.answers.push_back({question.name, dns::Type::srv, corefile_.ttl,
                                dns::Srv{0, weight, target.port, target.name}});
      const dns::Record address{target.name,
                                target.address.is_v4() ? dns::Type::a : dns::Type::aaaa,
                                corefile_.ttl, target.address};
      if (std::find(answer.additional.begin(), answer.additional.end(), address) ==
          answer.additional.end()) {
        answer.additional.push_back(address);
      }
    }
  }
  if (answer.answers.empty()) return negative(dns::Rcode::no_error);
  return answer;
}

ClusterZone::Found ClusterZone::find(const Name& name) const {
  Found found;
  const Ptr<Service> service = services_->get({name.name_space, name.service});
  if (!service) return found;
  if (service->headless || !name.endpoint.empty()) {
    find_endpoints(*service, name, found);
  } else {
    find_cluster_ip(*service, name, found);
  }
  return found;
}

void ClusterZone::find_endpoints(const Service& service, const Name& name, Found& found) const {
  for (const auto& [key, slice] : slices_->cache()) {
    if (key.name_space != service.meta.name_space || slice->service != service.meta.name) continue;
    for (const Endpoint& endpoint : slice->endpoints) {
      if (!endpoint.ready) continue;
      const std::string host =
          endpoint.hostname.empty() ? dashed(endpoint.address) : endpoint.hostname;
      if (!name.endpoint.empty() && name.endpoint != host) continue;
      if (slice->ports.empty() && name.port.empty()) {
        found.exists = true;
        found.addresses.push_back(endpoint.address);
      }
      bool listed = false;
      for (const EndpointPort& port : slice->ports) {
        if (!name.wants(port.name, port.protocol)) continue;
        found.exists = true;
        if (!listed) found.addresses.push_back(endpoint.address);
        listed = true;
        found.targets.push_back(
            {host + "." + name.base(corefile_.cluster_domain), endpoint.address, port.port});
      }
    }
  }
}

void ClusterZone::find_cluster_ip(const Service& service, const Name& name, Found& found) const {
  if (!service.cluster_ip) return;
  for (const ServicePort& port : service.ports) {
    if (!name.wants(port.name, port.protocol)) continue;
    if (!found.exists) found.addresses.push_back(*service.cluster_ip);
    found.exists = true;
    found.targets.push_back({name.base(corefile_.cluster_domain), *service.cluster_ip, port.port});
  }
}

}  // namespace seatrial::kubernetes
