#include "results/path/path.h"

#include <algorithm>

namespace seatrial::results {
namespace {

// A chain of proxies is two long; a record that loops is not followed for ever.
constexpr std::size_t most_proxies = 8;

}  // namespace

PathFinder::PathFinder(const Record& record) : record_(record) {
  for (std::size_t i = 0; i < record.proxies().size(); ++i) {
    proxies_by_client_[record.proxies()[i].client].push_back(i);
  }
  for (std::size_t i = 0; i < record.hops().size(); ++i) {
    hops_by_flow_[record.hops()[i].flow].push_back(i);
  }
  for (std::size_t i = 0; i < record.pods().size(); ++i) {
    const auto& pod = record.pods()[i];
    if (!pod.address.is_unspecified()) pods_by_address_[pod.address].push_back(i);
    pods_by_name_[pod.pod].push_back(i);
  }
}

std::optional<std::size_t> PathFinder::proxy_for(const net::Endpoint& client,
                                                 const net::Endpoint& listener, TimePoint from,
                                                 TimePoint to,
                                                 const RequestFinished& request) const {
  const auto it = proxies_by_client_.find(client);
  if (it == proxies_by_client_.end()) return std::nullopt;
  // A stream proxy's record spans the requests of its connection; an http proxy's lies within its
  // own request.
  const auto during = [&](const ProxyRecord& proxy) {
    return proxy.started <= to && proxy.finished >= from;
  };
  // An address that is translated is nobody's listener: then the client's end has to do.
  const bool heard = std::any_of(it->second.begin(), it->second.end(), [&](std::size_t i) {
    const ProxyRecord& proxy = record_.proxies()[i];
    return proxy.listener == listener && during(proxy);
  });
  std::optional<std::size_t> best;
  bool best_same = false;
  for (const std::size_t i : it->second) {
    const ProxyRecord& proxy = record_.proxies()[i];
    if (!during(proxy) || (heard && proxy.listener != listener)) continue;
    // A proxy may rewrite both, so the same host and path are preferred, not demanded.
    const bool same = !proxy.http || (proxy.path == request.path && proxy.host == request.host);
    // Of several tries the last counts: it is the one whose answer went back.
    const bool better = !best || (same && !best_same) ||
                        (same == best_same && proxy.started >= record_.proxies()[*best].started);
    if (!better) continue;
    best = i;
    best_same = same;
  }
  return best;
}

// Each try is a record of its own (see ProxyRecord).
std::size_t PathFinder::other_tries(std::size_t proxy, TimePoint from, TimePoint to) const {
  const auto& last = record_.proxies()[proxy];
  std::size_t count = 0;
  for (const std::size_t i : proxies_by_client_.at(last.client)) {
    const auto& other = record_.proxies()[i];
    if (i != proxy && other.node == last.node && other.role == last.role &&
        other.listener == last.listener && other.host == last.host && other.path == last.path &&
        other.started <= to && other.finished >= from && other.finished <= last.started) {
      ++count;
    }
  }
  return count;
}

std::vector<PathHop> PathFinder::hops_of(const Flow& flow, TimePoint from, TimePoint to) const {
  std::vector<PathHop> out;
  const auto it = hops_by_flow_.find(flow);
  if (it == hops_by_flow_.end()) return out;
  // Ports are used again: of each node the last sight before the leg's end. On a kept connection
  // the first packet lies before the leg's beginning.
  std::vector<std::size_t> seen;
  for (const std::size_t i : it->second) {
    if (record_.hops()[i].at <= to) seen.push_back(i);
  }
  std::size_t begin = 0;
  for (std::size_t k = 0; k < seen.size(); ++k) {
    const HopSeen& hop = record_.hops()[seen[k]];
    const bool starts_anew = hop.in.empty() && hop.at <= from;
    if (starts_anew) begin = k;
  }
  for (std::size_t k = begin; k < seen.size(); ++k) {
    const HopSeen& hop = record_.hops()[seen[k]];
    const bool again = std::any_of(out.begin(), out.end(), [&](const PathHop& h) {
      return h.node == hop.node && h.in == hop.in && h.out == hop.out;
    });
    if (!again) out.push_back({hop.at, hop.node, hop.in, hop.out, seen[k]});
  }
  return out;
}

void PathFinder::find_hops(PathLeg& leg) const {
  leg.hops = hops_of(leg.flow, leg.started, leg.finished);
  leg.back = hops_of({leg.flow.transport, leg.flow.to, leg.flow.from}, leg.started, leg.finished);
}

std::string PathFinder::pod_at(const net::IpAddress& address, TimePoint at) const {
  const auto it = pods_by_address_.find(address);
  if (it == pods_by_address_.end()) return "";
  std::string found;
  for (const std::size_t i : it->second) {
    const auto& pod = record_.pods()[i];
    if (pod.at > at) break;
    found = pod.phase == "Gone" ? "" : pod.pod;
  }
  if (found.empty()) return "";
  for (const std::size_t i : pods_by_name_.at(found)) {
    const auto& pod = record_.pods()[i];
    if (pod.at <= at && pod.phase == "Gone") return "";
  }
  return found;
}

RequestPath PathFinder::path_of(std::size_t index) const {
  RequestPath path;
  path.request = index;
  const RequestFinished& request = record_.requests()[index];
  if (request.local.port == 0) return path;  // it never had a connection

  net::Endpoint client = request.local;
  TimePoint from = request.sent;
  TimePoint to = request.finished;
  PathLeg leg;
  leg.from = request.client;
  leg.flow = {Transport::tcp, request.local, request.remote};
  leg.started = request.sent;
  leg.finished = request.finished;
  while (path.proxies.size() < most_proxies) {
    const auto found = proxy_for(client, leg.flow.to, from, to, request);
    if (!found) break;
    const ProxyRecord& proxy = record_.proxies()[*found];
    path.proxies.push_back(*found);
    path.retries += other_tries(*found, from, to);
    (proxy.role == ProxyRole::edge ? path.edge : path.ingress_pod) = proxy.node;
    leg.to = proxy.node;
    find_hops(leg);
    path.legs.push_back(std::move(leg));
    leg = PathLeg{};
    if (proxy.upstream_local.port == 0) return path;  // it reached no upstream
    leg.from = proxy.node;
    leg.flow = {Transport::tcp, proxy.upstream_local, proxy.upstream};
    leg.started = std::max(from, proxy.started);
    leg.finished = std::min(to, proxy.finished);
    client = proxy.upstream_local;
    from = leg.started;
    to = leg.finished;
  }
  leg.to = pod_at(leg.flow.to.address, leg.finished);
  if (leg.to.empty()) leg.to = leg.flow.to.to_string();
  find_hops(leg);
  if (!path.proxies.empty()) path.app_pod = pod_at(leg.flow.to.address, leg.finished);
  path.legs.push_back(std::move(leg));
  // The app's own word, where a request went to it past every proxy.
  if (path.proxies.empty()) path.app_pod = pod_at(request.remote.address, request.finished);
  if (path.app_pod.empty() && request.error.empty()) path.app_pod = request.answered_by;
  return path;
}

std::optional<std::size_t> PathFinder::slowest(const std::string& client) const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < record_.requests().size(); ++i) {
    const auto& request = record_.requests()[i];
    if (!request.error.empty() || (!client.empty() && request.client != client)) continue;
    if (!found || request.latency() > record_.requests()[*found].latency()) found = i;
  }
  return found;
}

}  // namespace seatrial::results
