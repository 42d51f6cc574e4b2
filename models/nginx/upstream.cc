#include "models/nginx/upstream.h"

#include <algorithm>
#include <set>

namespace seatrial::nginx {

dns::Resolver& Resolvers::get(const ResolverConfig& config) {
  auto& resolver = all_[{config.servers, config.timeout}];
  if (!resolver) {
    dns::ResolverOptions options;
    options.timeout = config.timeout;
    resolver = std::make_unique<dns::Resolver>(host_, config.servers, options);
  }
  return *resolver;
}

Upstream::Upstream(io::Host& host, UpstreamConfig config, bool in_stream, Observer* observer)
    : host_(host),
      config_(std::move(config)),
      in_stream_(in_stream),
      observer_(observer),
      balancer_(make_balancer(config_.balancing)),
      idle_(host, config_) {}

void Upstream::start(Resolvers& resolvers, const Upstream* previous) {
  bool carried = false;
  for (std::size_t i = 0; i < config_.servers.size(); ++i) {
    const auto& server = config_.servers[i];
    if (!server.resolve || server.address || !config_.resolver) continue;
    watches_.push_back(std::make_unique<NameWatch>(
        host_, resolvers.get(*config_.resolver), *config_.resolver, server,
        [this, i](const NameWatch::Outcome& outcome) { take_found(i, outcome); }));
    if (previous == nullptr) continue;
    const auto& old = previous->config_.servers;
    for (std::size_t j = 0; j < old.size(); ++j) {
      const auto found = previous->found_.find(j);
      if (found == previous->found_.end() || old[j].name != server.name ||
          old[j].service != server.service) {
        continue;
      }
      found_[i] = found->second;
      carried = true;
    }
  }
  rebuild(carried ? Cause::carried_over : Cause::configured, {});
  for (auto& watch : watches_) watch->start();
}

void Upstream::stop() {
  watches_.clear();
  idle_.clear();
}

std::shared_ptr<Peer> Upstream::peer_for(const PeerConfig& server, const FoundPeer& found) const {
  const auto same = [&](const std::shared_ptr<Peer>& peer) {
    return peer->endpoint == found.endpoint && peer->server == server.name;
  };
  for (const auto* group : {&primaries_, &backups_}) {
    const auto old = std::find_if(group->peers.begin(), group->peers.end(), same);
    if (old != group->peers.end()) return *old;
  }
  auto peer = std::make_shared<Peer>();
  peer->endpoint = found.endpoint;
  peer->server = server.name;
  // `weight=` of the line wins over the SRV record's.
  peer->weight = server.weight != 1 ? server.weight : found.weight;
  peer->effective_weight = peer->weight;
  return peer;
}

void Upstream::rebuild(Cause cause, std::string detail) {
  PeerGroup primaries, backups;
  for (std::size_t i = 0; i < config_.servers.size(); ++i) {
    const auto& server = config_.servers[i];
    std::vector<FoundPeer> found;
    if (server.address) {
      found.push_back({{*server.address, server.port}, 1, false});
    } else if (const auto it = found_.find(i); it != found_.end()) {
      found = it->second;
    }
    for (const auto& one : found) {
      auto peer = peer_for(server, one);
      const int weight = server.weight != 1 ? server.weight : one.weight;
      if (peer->weight != weight) peer->weight = peer->effective_weight = weight;
      peer->max_fails = server.max_fails;
      peer->fail_timeout = std::chrono::floor<std::chrono::seconds>(server.fail_timeout).count();
      peer->max_conns = server.max_conns;
      peer->down = server.down;
      peer->backup = server.backup || one.backup;
      auto& group = peer->backup ? backups : primaries;
      group.total_weight += peer->weight;
      group.peers.push_back(std::move(peer));
    }
  }
  primaries.single = primaries.peers.size() == 1 && backups.peers.empty();
  const bool changed = primaries_.peers != primaries.peers || backups_.peers != backups.peers;
  primaries_ = std::move(primaries);
  backups_ = std::move(backups);
  if (changed) {
    ++version_;
    balancer_->prepare(primaries_);
  }
  const bool worth_telling = changed || cause == Cause::resolve_failed;
  if (observer_ != nullptr && worth_telling) {
    observer_->on_peers_changed(
        {host_.name(), host_.now(), config_.name, cause, endpoints(), std::move(detail)});
  }
}

void Upstream::take_found(std::size_t server, const NameWatch::Outcome& outcome) {
  if (!outcome.peers) {
    rebuild(Cause::resolve_failed, outcome.detail);
    return;
  }
  // What was there keeps its place, so that an answer in another order changes nothing.
  auto& known = found_[server];
  std::vector<FoundPeer> next;
  const auto find = [](const std::vector<FoundPeer>& in, const net::Endpoint& endpoint) {
    return std::find_if(in.begin(), in.end(),
                        [&](const FoundPeer& f) { return f.endpoint == endpoint; });
  };
  for (const auto& old : known) {
    const auto still = find(*outcome.peers, old.endpoint);
    if (still != outcome.peers->end()) next.push_back(*still);
  }
  for (const auto& found : *outcome.peers) {
    if (find(known, found.endpoint) == known.end()) next.push_back(found);
  }
  known = std::move(next);
  rebuild(Cause::resolved, outcome.detail);
}

void Upstream::set_peers(const std::vector<PeerConfig>& servers) {
  watches_.clear();
  found_.clear();
  config_.servers = servers;
  rebuild(Cause::api, {});
}

std::vector<net::Endpoint> Upstream::endpoints() const {
  std::vector<net::Endpoint> all;
  for (const auto* group : {&primaries_, &backups_}) {
    for (const auto& peer : group->peers) all.push_back(peer->endpoint);
  }
  return all;
}

UpstreamState Upstream::state() const {
  UpstreamState state{config_.name, in_stream_, {}, idle_.size()};
  const auto now = whole_seconds(host_.now());
  for (const auto* group : {&primaries_, &backups_}) {
    for (const auto& peer : group->peers) {
      const bool disabled = !group->single && peer->disabled(now);
      state.peers.push_back({peer->endpoint, peer->server, peer->weight, peer->connections,
                             peer->fails, peer->backup, peer->down, !peer->down && !disabled});
    }
  }
  return state;
}

Selection::Selection(std::shared_ptr<Upstream> upstream, net::IpAddress client, std::string key)
    : upstream_(std::move(upstream)),
      client_(client),
      key_(std::move(key)),
      version_(upstream_->version_),
      tries_(upstream_->primaries_.usable() + upstream_->backups_.usable()) {}

Selection::~Selection() {
  if (current_) release(Result::ok);
}

void Selection::limit_tries(int limit) {
  if (limit > 0) tries_ = std::min(tries_, limit);
}

std::shared_ptr<Peer> Selection::next() {
  auto& upstream = *upstream_;
  if (version_ != upstream.version_) return nullptr;
  auto& random = upstream.host_.random("nginx/upstream/" + upstream.config_.name);
  const Request request{whole_seconds(upstream.host_.now()), client_, key_, &random};
  Peer* peer = nullptr;
  if (!on_backup_) {
    if (!upstream.primaries_.peers.empty()) {
      peer = upstream.balancer_->pick(upstream.primaries_, walk_, request);
    }
    if (peer == nullptr && !upstream.backups_.peers.empty()) {
      on_backup_ = true;
      walk_ = {};
    }
  }
  if (peer == nullptr && on_backup_) {
    // Only round robin and least_conn know backups of their own.
    peer = upstream.config_.balancing == Balancing::least_conn
               ? upstream.balancer_->pick(upstream.backups_, walk_, request)
               : pick_round_robin(upstream.backups_, walk_, request.now);
  }
  if (peer == nullptr) return nullptr;
  const auto& group = on_backup_ ? upstream.backups_ : upstream.primaries_;
  const auto owner = std::find_if(group.peers.begin(), group.peers.end(),
                                  [peer](const auto& p) { return p.get() == peer; });
  current_ = *owner;
  ++current_->connections;
  return current_;
}

void Selection::release(Result result) {
  if (!current_) return;
  const auto peer = std::move(current_);
  current_.reset();
  --peer->connections;
  auto& upstream = *upstream_;
  const auto& group = on_backup_ ? upstream.backups_ : upstream.primaries_;
  if (group.single) {
    tries_ = 0;
    return;
  }
  if (result == Result::failed) {
    const bool disabled = report_failure(*peer, group, whole_seconds(upstream.host_.now()));
    if (disabled && upstream.observer_ != nullptr) {
      upstream.observer_->on_peer_disabled(
          {upstream.host_.name(), upstream.host_.now(), upstream.config_.name, peer->endpoint});
    }
  } else {
    report_success(*peer);
  }
  if (tries_ > 0) --tries_;
}

}  // namespace seatrial::nginx
