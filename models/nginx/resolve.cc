#include "models/nginx/resolve.h"

#include <algorithm>
#include <set>

#include "models/dns/codec.h"

namespace seatrial::nginx {

struct NameWatch::Round {
  struct Target {
    std::uint16_t port = 0;
    std::uint16_t priority = 0;
    int weight = 1;
    std::vector<net::IpAddress> addresses;
  };
  std::vector<Target> targets;
  std::vector<dns::Resolver::QueryId> pending;
  std::size_t open = 0;
  std::optional<std::uint32_t> ttl;
  std::string missing;  // a name that does not exist or has no address
  std::string failed;   // a query that brought no answer
};

NameWatch::NameWatch(io::Host& host, dns::Resolver& resolver, const ResolverConfig& config,
                     const PeerConfig& server, Handler handler)
    : host_(host),
      resolver_(resolver),
      config_(config),
      server_(server),
      handler_(std::move(handler)),
      timer_(host.timer([this] { start(); })) {}

NameWatch::~NameWatch() {
  if (!round_) return;
  for (const auto id : round_->pending) resolver_.cancel(id);
}

void NameWatch::start() {
  round_ = std::make_unique<Round>();
  const auto name = dns::canonical_name(server_.host);
  if (server_.service.empty()) {
    round_->targets.push_back({.port = server_.port});
    ask_addresses(name, 0);
    return;
  }
  // "http" is _http._tcp; a service with a dot is taken as it stands.
  const bool whole = server_.service.find('.') != std::string::npos;
  const auto service = (whole ? server_.service : "_" + server_.service + "._tcp") + "." + name;
  ask({dns::canonical_name(service), dns::Type::srv},
      [this](const dns::QueryResult& result) { take_srv(result); });
}

void NameWatch::ask(dns::Question question, std::function<void(const dns::QueryResult&)> then) {
  ++round_->open;
  const auto id =
      resolver_.query(question, [this, then = std::move(then), alive = std::weak_ptr<int>(alive_)](
                                    const dns::QueryResult& result) {
        if (alive.expired()) return;
        --round_->open;
        then(result);
        finish_if_done();
      });
  round_->pending.push_back(id);
}

void NameWatch::ask_addresses(const std::string& name, std::size_t target) {
  const auto take = [this, name, target](const dns::QueryResult& result) {
    if (usable(result, name)) take_addresses(*result, name, target);
  };
  if (config_.ipv4) ask({name, dns::Type::a}, take);
  if (config_.ipv6) ask({name, dns::Type::aaaa}, take);
}

bool NameWatch::usable(const dns::QueryResult& result, const std::string& name) {
  if (!result) {
    round_->failed = name + ": " + result.error().message;
  } else if (result->rcode == dns::Rcode::name_error) {
    round_->missing = name + ": NXDOMAIN";
  } else if (result->rcode != dns::Rcode::no_error) {
    round_->failed = name + ": the name server answered with code " +
                     std::to_string(static_cast<int>(result->rcode));
  } else {
    return true;
  }
  return false;
}

void NameWatch::take_addresses(const dns::Message& message, const std::string& name,
                               std::size_t target) {
  auto& addresses = round_->targets[target].addresses;
  for (const auto& record : message.answers) {
    const bool is_address = record.type == dns::Type::a || record.type == dns::Type::aaaa;
    const auto* address = std::get_if<net::IpAddress>(&record.data);
    if (!is_address || address == nullptr) continue;
    addresses.push_back(*address);
    round_->ttl = std::min(round_->ttl.value_or(record.ttl), record.ttl);
  }
  if (addresses.empty()) round_->missing = name + ": no address";
}

void NameWatch::take_srv(const dns::QueryResult& result) {
  const auto& name = server_.name;
  if (!usable(result, name)) return;
  std::vector<std::string> names;
  for (const auto& record : result->answers) {
    const auto* srv = std::get_if<dns::Srv>(&record.data);
    if (record.type != dns::Type::srv || srv == nullptr) continue;
    round_->ttl = std::min(round_->ttl.value_or(record.ttl), record.ttl);
    round_->targets.push_back(
        {.port = srv->port, .priority = srv->priority, .weight = std::max<int>(srv->weight, 1)});
    names.push_back(srv->target);
  }
  if (names.empty()) {
    round_->missing = name + ": no SRV record of " + server_.service;
    return;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    bool found = false;
    for (const auto& extra : result->additional) {
      const auto* address = std::get_if<net::IpAddress>(&extra.data);
      if (address == nullptr || dns::canonical_name(extra.name) != names[i]) continue;
      if (address->is_v4() ? !config_.ipv4 : !config_.ipv6) continue;
      round_->targets[i].addresses.push_back(*address);
      found = true;
    }
    if (!found) ask_addresses(names[i], i);
  }
}

void NameWatch::finish_if_done() {
  if (round_->open > 0) return;
  const auto round = std::move(round_);
  Outcome outcome;
  const auto best =
      std::min_element(round->targets.begin(), round->targets.end(),
                       [](const auto& a, const auto& b) { return a.priority < b.priority; });
  std::vector<FoundPeer> peers;
  std::set<net::Endpoint> seen;
  for (const auto& target : round->targets) {
    for (const auto& address : target.addresses) {
      const net::Endpoint endpoint{address, target.port};
      if (!seen.insert(endpoint).second) continue;
      peers.push_back({endpoint, target.weight, target.priority != best->priority});
    }
  }
  Duration again = std::max<Duration>(config_.timeout, 1s);
  if (!peers.empty()) {
    // ngx_resolver_export() starts at a random address, so that edges do not all begin alike.
    auto& random = host_.random("nginx/resolver/" + server_.name);
    const auto shift = static_cast<std::ptrdiff_t>(random.below(peers.size()));
    std::rotate(peers.begin(), peers.begin() + shift, peers.end());
    again = config_.valid.value_or(std::chrono::seconds(round->ttl.value_or(0))) + 1s;
    outcome.peers = std::move(peers);
  } else if (!round->failed.empty()) {
    outcome.detail = round->failed;
  } else {
    outcome.detail = round->missing;
    outcome.peers.emplace();
  }
  io::arm_in(host_, *timer_, again);
  handler_(outcome);  // may delete this
}

}  // namespace seatrial::nginx
