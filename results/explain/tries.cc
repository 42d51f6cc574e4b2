#include "results/explain/tries.h"

#include <algorithm>

namespace seatrial::results {
namespace {

constexpr int most_proxies = 8;
// From a proxy's decision to its SYN: no model takes longer.
constexpr Duration until_syn = std::chrono::milliseconds(5);
constexpr const char* client_gone = "client gone";

}  // namespace

Tries::Tries(const Record& record) : record_(record) {
  for (std::size_t i = 0; i < record.proxies().size(); ++i) {
    proxies_by_client_[record.proxies()[i].client].push_back(i);
  }
  for (std::size_t i = 0; i < record.hops().size(); ++i) {
    const auto& hop = record.hops()[i];
    hops_by_flow_[hop.flow].push_back(i);
    if (hop.in.empty()) sent_[{hop.node, hop.flow.to}].push_back(i);
  }
}

void Tries::follow(Try& one) const {
  if (!one.flow) {
    const auto sent = sent_.find({one.from, one.to});
    if (sent == sent_.end()) return;
    for (const auto i : sent->second) {
      const auto& hop = record_.hops()[i];
      if (hop.at < one.started || hop.at > one.started + until_syn) continue;
      one.flow = hop.flow;
      break;
    }
    if (!one.flow) return;
  }
  const auto within = [&](const HopSeen& hop) {
    return hop.at >= one.started && hop.at <= one.finished;
  };
  if (const auto hops = hops_by_flow_.find(*one.flow); hops != hops_by_flow_.end()) {
    for (const auto i : hops->second) {
      const auto& hop = record_.hops()[i];
      if (!within(hop)) continue;
      if (hop.in.empty() && hop.node == one.from) one.sent.push_back(i);
      one.seen.insert(hop.node);
      if (hop.out.empty()) one.arrived_at = hop.node;
    }
  }
  const Flow answer{one.flow->transport, one.flow->to, one.flow->from};
  if (const auto hops = hops_by_flow_.find(answer); hops != hops_by_flow_.end()) {
    for (const auto i : hops->second) {
      if (within(record_.hops()[i])) one.answers_seen.insert(record_.hops()[i].node);
    }
  }
}

Try Tries::of_proxy(std::size_t index, TimePoint until) const {
  const auto& proxy = record_.proxies()[index];
  Try out;
  out.from = proxy.node;
  out.proxy = index;
  out.to = proxy.upstream;
  out.error = proxy.error;
  out.started = proxy.started;
  out.finished = std::min(until, proxy.finished);
  if (proxy.upstream_local.port != 0) {
    out.flow = Flow{Transport::tcp, proxy.upstream_local, proxy.upstream};
  }
  follow(out);
  return out;
}

Try Tries::of_client(const RequestFinished& request) const {
  Try out;
  out.from = request.client;
  out.to = request.remote;
  out.error = request.error;
  out.started = request.sent;
  out.finished = request.finished;
  if (request.local.port != 0) out.flow = Flow{Transport::tcp, request.local, request.remote};
  follow(out);
  return out;
}

Try Tries::of_connection(const std::string& from, const Flow& flow, TimePoint started,
                         TimePoint finished) const {
  Try out;
  out.from = from;
  out.to = flow.to;
  out.started = started;
  out.finished = finished;
  out.flow = flow;
  follow(out);
  return out;
}

void Tries::descend(const net::Endpoint& client, const net::Endpoint& listener, TimePoint from,
                    TimePoint to, std::vector<Try>& out, std::vector<std::size_t>& proxies,
                    int depth) const {
  const auto found = proxies_by_client_.find(client);
  if (found == proxies_by_client_.end() || depth > most_proxies) return;
  std::vector<std::size_t> during;
  bool same = false;  // an address that is translated is nobody's listener
  for (const auto i : found->second) {
    const auto& proxy = record_.proxies()[i];
    if (proxy.started > to || proxy.finished < from) continue;
    during.push_back(i);
    same = same || proxy.listener == listener;
  }
  std::optional<std::size_t> last;
  for (const auto i : during) {
    const auto& proxy = record_.proxies()[i];
    if (same && proxy.listener != listener) continue;
    proxies.push_back(i);
    const bool failed = !proxy.error.empty() && proxy.error != client_gone;
    if (failed && proxy.upstream.port != 0) out.push_back(of_proxy(i, to));
    if (!last || proxy.started >= record_.proxies()[*last].started) last = i;
  }
  if (!last) return;
  const auto& proxy = record_.proxies()[*last];
  if (!proxy.error.empty() && proxy.error != client_gone) return;
  const auto before = out.size() + proxies.size();
  if (proxy.upstream_local.port != 0) {
    descend(proxy.upstream_local, proxy.upstream, std::max(from, proxy.started),
            std::min(to, proxy.finished), out, proxies, depth + 1);
  }
  // Nobody behind it is known: it was still waiting itself when the client left.
  const bool innermost = out.size() + proxies.size() == before;
  if (innermost && proxy.error == client_gone && proxy.upstream.port != 0) {
    out.push_back(of_proxy(*last, to));
  }
}

std::vector<Try> Tries::wrong(std::size_t index, std::vector<std::size_t>& proxies) const {
  const auto& request = record_.requests()[index];
  std::vector<Try> out;
  if (request.local.port != 0) {
    descend(request.local, request.remote, request.sent, request.finished, out, proxies, 0);
  }
  // No proxy knows of it: its own connection is what went wrong.
  if (proxies.empty()) out.push_back(of_client(request));
  return out;
}

}  // namespace seatrial::results
