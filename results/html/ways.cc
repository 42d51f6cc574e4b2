#include "results/html/ways.h"

#include <fmt/format.h>

#include <algorithm>

namespace seatrial::results::html {
namespace {

// A request that a proxy tries again and again must not fill the page.
constexpr std::size_t most_tries = 64;

// Every try on behalf of a request, not only the one whose answer went back: from the client's
// connection on to the upstream connections of each try found.
class Tries {
 public:
  explicit Tries(const Record& record) : record_(record) {
    for (std::size_t i = 0; i < record.proxies().size(); ++i) {
      by_client_[record.proxies()[i].client].push_back(i);
    }
  }

  std::vector<std::size_t> of(const RequestFinished& request) const {
    std::vector<std::size_t> out;
    if (request.local.port == 0) return out;
    look(request.local, request.sent, request.finished, request, out);
    for (std::size_t k = 0; k < out.size(); ++k) {
      const auto& proxy = record_.proxies()[out[k]];
      if (proxy.upstream_local.port == 0) continue;
      look(proxy.upstream_local, std::max(request.sent, proxy.started), proxy.finished, request,
           out);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  void look(const net::Endpoint& client, TimePoint from, TimePoint to,
            const RequestFinished& request, std::vector<std::size_t>& out) const {
    const auto it = by_client_.find(client);
    if (it == by_client_.end()) return;
    std::vector<std::size_t> same;
    std::vector<std::size_t> others;
    for (const std::size_t i : it->second) {
      const auto& proxy = record_.proxies()[i];
      if (proxy.started > to || proxy.finished < from) continue;
      // A proxy may rewrite both; where some agree, those that do not are another request's.
      const bool agrees = !proxy.http || (proxy.path == request.path && proxy.host == request.host);
      (agrees ? same : others).push_back(i);
    }
    for (const std::size_t i : same.empty() ? others : same) {
      const bool known = std::find(out.begin(), out.end(), i) != out.end();
      if (!known && out.size() < most_tries) out.push_back(i);
    }
  }

  const Record& record_;
  std::map<net::Endpoint, std::vector<std::size_t>> by_client_;
};

class Writer {
 public:
  Writer(const Record& record, Texts& texts) : record_(record), texts_(texts) {}

  void add(const RequestPath& path, const std::vector<std::size_t>& tries) {
    for (const auto& name : {path.edge, path.ingress_pod, path.app_pod}) {
      put(name.empty() ? -1 : number(texts_(name)));
    }
    put(number(path.legs.size()));
    const TimePoint sent = record_.requests()[path.request].sent;
    for (const auto& leg : path.legs) {
      put(number(texts_(leg.to)));
      way(leg.hops, sent);
      way(leg.back, sent);
    }
    list(tries);
    list(path.proxies);
  }

  Ways finish() && {
    std::string shapes = "[";
    for (const auto& shape : shapes_.list()) {
      if (shapes.size() > 1) shapes += ',';
      shapes += shape;
    }
    return {shapes + "]", "[" + std::move(stream_) + "]", std::move(proxies_)};
  }

 private:
  static std::int64_t number(std::size_t value) { return static_cast<std::int64_t>(value); }
  void put(std::int64_t value) {
    if (!stream_.empty()) stream_ += ',';
    stream_ += std::to_string(value);
  }
  void list(const std::vector<std::size_t>& proxies) {
    put(number(proxies.size()));
    std::int64_t last = 0;
    for (const std::size_t i : proxies) {
      put(number(i) - last);
      last = number(i);
      proxies_.insert(i);
    }
  }
  void way(const std::vector<PathHop>& hops, TimePoint sent) {
    std::string shape = "[";
    for (std::size_t i = 0; i < hops.size(); ++i) {
      const auto& hop = hops[i];
      shape += fmt::format("{}[{},{},{},[", i == 0 ? "" : ",", texts_(hop.node), texts_(hop.in),
                           texts_(hop.out));
      if (i + 1 < hops.size()) shape += switches(hop, hops[i + 1].node);
      shape += "]]";
    }
    put(number(shapes_(shape + "]")));
    TimePoint last = sent;
    for (const auto& hop : hops) {
      put((hop.at - last).count());
      put(number(hop.record) - last_record_);
      last = hop.at;
      last_record_ = number(hop.record);
    }
  }
  // The answer of the topology is the same for each request.
  const std::string& switches(const PathHop& hop, const std::string& to) {
    const auto [it, fresh] = switches_.try_emplace({hop.node, hop.out, to});
    if (fresh) {
      for (const auto& name : record_.topology().switches_between(hop.node, hop.out, to)) {
        if (!it->second.empty()) it->second += ',';
        it->second += std::to_string(texts_(name));
      }
    }
    return it->second;
  }

  const Record& record_;
  Texts& texts_;
  Texts shapes_;
  std::map<std::tuple<std::string, std::string, std::string>, std::string> switches_;
  std::string stream_;
  std::int64_t last_record_ = 0;
  std::set<std::size_t> proxies_;
};

}  // namespace

Ways ways_of(const Record& record, const PathFinder& paths, const Selection& selection,
             Texts& texts) {
  const Tries tries(record);
  Writer writer(record, texts);
  for (const std::size_t i : selection.requests) {
    writer.add(paths.path_of(i), tries.of(record.requests()[i]));
  }
  return std::move(writer).finish();
}

}  // namespace seatrial::results::html
