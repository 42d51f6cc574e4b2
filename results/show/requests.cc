// Requests of a run: which, how they ended, and one of them in full.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "results/path/path.h"
#include "results/report/text.h"
#include "results/show/common.h"
#include "results/show/one_request.h"

namespace seatrial::results {
namespace {

using show::Json;

std::string ending(const RequestFinished& request) {
  return request.error.empty() ? std::to_string(request.status) : request.error;
}

// "502", "5xx" or an error's words.
bool has_status(const RequestFinished& request, const std::string& wanted) {
  if (wanted.empty()) return true;
  const auto now = ending(request);
  if (wanted.size() == 3 && wanted.ends_with("xx")) {
    return request.error.empty() && now.front() == wanted.front();
  }
  return now == wanted;
}

Json to_json(const StoredRun& run, std::size_t index, const RequestPath& path) {
  const auto& q = run.record.requests()[index];
  return {{"id", q.client + "/" + std::to_string(q.number)},
          {"client", q.client},
          {"number", q.number},
          {"method", q.method},
          {"url", q.url},
          {"status", q.status},
          {"error", q.error},
          {"succeeded", q.succeeded()},
          {"intended_ns", show::ns(q.intended)},
          {"finished_ns", show::ns(q.finished)},
          {"latency_ns", q.latency().count()},
          {"bytes", q.bytes},
          {"edge", path.edge},
          {"ingress_pod", path.ingress_pod},
          {"app_pod", path.app_pod},
          {"evidence", evidence_id("request", index)}};
}

std::string carried_by(const RequestPath& path) {
  std::string out;
  for (const auto& name : {path.edge, path.ingress_pod, path.app_pod}) {
    if (!name.empty()) out += (out.empty() ? "" : " > ") + name;
  }
  return out;
}

// Whether a request's packets passed a node, and one of its connections was to an address.
class WayFilter {
 public:
  static tl::expected<WayFilter, std::string> of(const StoredRun& run, const RequestQuery& query) {
    if (auto wrong = show::wrong_node(run, query.node)) {
      return tl::make_unexpected(*std::move(wrong));
    }
    WayFilter out;
    out.node_ = query.node;
    if (query.prefix.empty()) return out;
    const auto address = net::IpAddress::parse(query.prefix);
    out.prefix_ = address ? net::Prefix::host(*address) : net::Prefix::parse(query.prefix);
    if (!out.prefix_) {
      return tl::make_unexpected(
          fmt::format("\"{}\" is no prefix, expected ADDRESS/LENGTH or an address",
                      query.prefix.substr(0, 100)));
    }
    return out;
  }

  bool takes_all() const { return node_.empty() && !prefix_; }
  bool operator()(const RequestFinished& request, const RequestPath& path) const {
    return (node_.empty() || passed(request, path)) && (!prefix_ || addressed(request, path));
  }

 private:
  bool passed(const RequestFinished& request, const RequestPath& path) const {
    const auto here = [this](const PathHop& hop) { return hop.node == node_; };
    return request.client == node_ || path.edge == node_ || path.ingress_pod == node_ ||
           path.app_pod == node_ || std::ranges::any_of(path.legs, [&](const PathLeg& leg) {
             return std::ranges::any_of(leg.hops, here) || std::ranges::any_of(leg.back, here);
           });
  }
  bool addressed(const RequestFinished& request, const RequestPath& path) const {
    return prefix_->contains(request.remote.address) ||
           std::ranges::any_of(path.legs, [this](const PathLeg& leg) {
             return prefix_->contains(leg.flow.to.address);
           });
  }

  std::string node_;
  std::optional<net::Prefix> prefix_;
};

struct Chosen {
  std::vector<std::size_t> rows;  // indexes into Record::requests()
  std::size_t matching = 0;
};

tl::expected<Chosen, std::string> choose(const StoredRun& run, const RequestQuery& query,
                                         const PathFinder& paths) {
  if (query.at) {
    if (const auto at = show::moment(run, query.at); !at) return tl::make_unexpected(at.error());
  }
  const auto filter = WayFilter::of(run, query);
  if (!filter) return tl::make_unexpected(filter.error());
  const auto& requests = run.record.requests();
  std::vector<std::string> clients;
  std::vector<std::string> endings;
  for (const auto& request : requests) {
    clients.push_back(request.client);
    endings.push_back(ending(request));
  }
  const auto unique = [](std::vector<std::string>& words) {
    std::ranges::sort(words);
    words.erase(std::unique(words.begin(), words.end()), words.end());
  };
  unique(clients);
  unique(endings);
  if (!query.client.empty() && !std::ranges::binary_search(clients, query.client)) {
    return tl::make_unexpected(unknown("client with requests", query.client, clients));
  }
  const auto any = std::ranges::any_of(
      requests, [&](const RequestFinished& request) { return has_status(request, query.status); });
  if (!any && !query.status.empty()) {
    return tl::make_unexpected(unknown("request that ended with", query.status, endings));
  }

  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& q = requests[i];
    if (!query.client.empty() && q.client != query.client) continue;
    if (query.failed && q.succeeded()) continue;
    if (!has_status(q, query.status)) continue;
    if ((query.from && q.intended < *query.from) || (query.to && q.intended >= *query.to)) continue;
    if (query.at && (q.intended > *query.at || q.finished <= *query.at)) continue;
    if (!filter->takes_all() && !(*filter)(q, paths.path_of(i))) continue;
    chosen.push_back(i);
  }
  // They were kept as they ended; a person thinks in the order they began.
  std::ranges::stable_sort(chosen, {}, [&](std::size_t i) { return requests[i].intended; });
  if (query.slow) {
    std::ranges::stable_sort(chosen, std::greater{},
                             [&](std::size_t i) { return requests[i].latency(); });
    if (chosen.size() > *query.slow) chosen.resize(*query.slow);
  }
  const auto matching = chosen.size();
  if (query.limit > 0 && chosen.size() > query.limit) chosen.resize(query.limit);
  return Chosen{std::move(chosen), matching};
}

std::string title(const StoredRun& run, const RequestQuery& query, std::size_t matching) {
  return fmt::format("Requests{}: {} of {}{}",
                     query.at ? " under way " + show::moment_text(run, query.at) : std::string(),
                     readable(std::uint64_t{matching}),
                     readable(std::uint64_t{run.record.requests().size()}),
                     query.slow ? ", the slowest first" : "");
}

std::string more(const Chosen& chosen) {
  if (chosen.rows.size() == chosen.matching) return "";
  return fmt::format("{} more (--limit 0 for all)\n",
                     readable(std::uint64_t{chosen.matching - chosen.rows.size()}));
}

Shown list(const StoredRun& run, const RequestQuery& query, const ShowFormat& format) {
  const PathFinder paths(run.record);
  const auto chosen = choose(run, query, paths);
  if (!chosen) return tl::make_unexpected(chosen.error());
  const auto& requests = run.record.requests();
  Table table({"REQUEST", ">AT (s)", ">LATENCY", "ENDED", "EVIDENCE", "WHAT; CARRIED BY"});
  Json rows = Json::array();
  for (const auto i : chosen->rows) {
    const auto& q = requests[i];
    const auto path = paths.path_of(i);
    if (format.json) {
      rows.push_back(to_json(run, i, path));
      continue;
    }
    const auto way = carried_by(path);
    table.add({q.client + "/" + std::to_string(q.number), show::shown_time(q.intended),
               readable(q.latency()), Cell(ending(q), q.succeeded() ? Colour::green : Colour::red),
               evidence_id("request", i),
               q.method + " " + q.url + (way.empty() ? "" : "; " + way)});
  }
  if (format.json) {
    return show::dump({{"requests_in_run", requests.size()},
                       {"matching", chosen->matching},
                       {"requests", std::move(rows)}});
  }
  auto out = show::heading(title(run, query, chosen->matching), format);
  if (!table.empty()) out += table.write(format.width, format.colour);
  return out + more(*chosen);
}

// The nodes on the way out, in order; what came later is left out.
std::vector<std::string> nodes_until(const RequestPath& path, const std::string& client,
                                     const std::optional<TimePoint>& at) {
  std::vector<std::string> out{client};
  const auto add = [&](const PathHop& hop) {
    if ((!at || hop.at <= *at) && out.back() != hop.node) out.push_back(hop.node);
  };
  for (const auto& leg : path.legs) std::ranges::for_each(leg.hops, add);
  return out;
}

// The moments of a request, each from its intended start.
struct Moment {
  const char* what;
  TimePoint at;
};
std::vector<Moment> moments(const RequestFinished& q) {
  std::vector<Moment> out{{"due", q.intended}, {"sent", q.sent}};
  if (q.local.port != 0) out.push_back({"connected", q.connected});
  if (q.status != 0) out.push_back({"first byte", q.first_byte});
  out.push_back({q.error.empty() ? "finished" : "given up", q.finished});
  return out;
}

Shown one(const StoredRun& run, const std::string& id, const ShowFormat& format) {
  const auto index = show::find_request(run, id);
  if (!index) return tl::make_unexpected(index.error());
  const auto& q = run.record.requests()[*index];
  const PathFinder paths(run.record);
  const auto path = paths.path_of(*index);
  const auto tries = show::tries_of(run, *index);

  if (format.json) {
    auto out = to_json(run, *index, path);
    out["local"] = q.local.to_string();
    out["remote"] = q.remote.to_string();
    out["sent_ns"] = show::ns(q.sent);
    out["connected_ns"] = show::ns(q.connected);
    out["first_byte_ns"] = show::ns(q.first_byte);
    out["expect_service"] = q.expect_service;
    out["answered_by"] = q.answered_by;
    Json list = Json::array();
    for (const auto i : tries) {
      const auto& p = run.record.proxies()[i];
      list.push_back({{"node", p.node},
                      {"upstream_name", p.upstream_name},
                      {"upstream", p.upstream.to_string()},
                      {"started_ns", show::ns(p.started)},
                      {"finished_ns", show::ns(p.finished)},
                      {"status", p.status},
                      {"error", p.error},
                      {"evidence", evidence_id("proxy", i)}});
    }
    out["tries"] = std::move(list);
    return show::dump(out);
  }

  auto out = show::heading(
      fmt::format("Request {} of {}: {} {} -> {} in {} ({})", q.number, q.client, q.method, q.url,
                  ending(q), readable(q.latency()), evidence_id("request", *index)),
      format);
  const auto line = [&](const std::string& label, const std::string& text) {
    out += wrapped("  " + padded(label, 12), text, format.width, 14);
  };
  line("connection", q.local.port == 0 ? "none was made, to " + q.remote.to_string()
                                       : q.local.to_string() + " to " + q.remote.to_string());
  if (!q.expect_service.empty()) line("expects", "an answer of " + q.expect_service);
  if (!q.answered_by.empty()) line("answered by", q.answered_by);
  if (const auto way = carried_by(path); !way.empty()) line("carried by", way);
  if (q.status != 0) line("body", show::count_text(q.bytes, "byte", "bytes"));
  Table times({"", ">AT (s)", "AFTER DUE"});
  for (const auto& moment : moments(q)) {
    times.add({std::string("  ") + moment.what, seconds(moment.at),
               "+" + readable(moment.at - q.intended)});
  }
  out += times.write(format.width, format.colour);
  if (tries.empty()) return out + "No proxy has a record of it.\n";
  Table table({"PROXY", ">AT (s)", ">TOOK", "EVIDENCE", "UPSTREAM AND HOW IT ENDED"});
  const Names names(run.record);
  for (const auto i : tries) {
    const auto& p = run.record.proxies()[i];
    auto text = p.upstream.port == 0 ? "no upstream" : p.upstream.to_string();
    if (const auto name = names.of(p.upstream.address, p.started); !name.empty()) {
      text += " (" + name + ")";
    }
    if (!p.upstream_name.empty()) text += " of " + p.upstream_name;
    if (!p.error.empty()) text += ": " + p.error;
    if (p.status != 0) text += fmt::format(" -> {}", p.status);
    table.add({p.node, show::shown_time(p.started), readable(p.finished - p.started),
               evidence_id("proxy", i), text});
  }
  return out + table.write(format.width, format.colour);
}

}  // namespace

namespace show {

tl::expected<std::size_t, std::string> find_request(const StoredRun& run, const std::string& id) {
  const auto& requests = run.record.requests();
  if (requests.empty()) return tl::make_unexpected("the run has no requests");
  const auto slash = id.rfind('/');
  const auto client = id.substr(0, slash);
  std::uint64_t number = 0;
  const auto* end = id.data() + id.size();
  const auto* begin = slash == std::string::npos ? end : id.data() + slash + 1;
  const auto read = std::from_chars(begin, end, number);
  if (begin == end || read.ec != std::errc() || read.ptr != end) {
    return tl::make_unexpected(
        fmt::format("\"{}\" names no request, expected CLIENT/NUMBER such as {}/{}",
                    id.substr(0, 100), requests.front().client, requests.front().number));
  }
  std::vector<std::string> clients;
  std::uint64_t most = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].client == client && requests[i].number == number) return i;
    if (requests[i].client == client) most = std::max(most, requests[i].number);
    if (std::ranges::find(clients, requests[i].client) == clients.end()) {
      clients.push_back(requests[i].client);
    }
  }
  if (most == 0) return tl::make_unexpected(unknown("client with requests", client, clients));
  return tl::make_unexpected(
      fmt::format("no finished request {} of {}, expected 1 to {}", number, client, most));
}

std::vector<std::size_t> tries_of(const StoredRun& run, std::size_t index) {
  const auto& request = run.record.requests()[index];
  const auto& proxies = run.record.proxies();
  std::vector<std::size_t> out;
  if (request.local.port == 0) return out;
  // Each round adds those whose client is an upstream connection of the round before.
  std::vector<net::Endpoint> clients{request.local};
  for (int round = 0; round < 4 && !clients.empty(); ++round) {
    std::vector<net::Endpoint> next;
    for (std::size_t i = 0; i < proxies.size(); ++i) {
      const auto& p = proxies[i];
      if (p.started > request.finished || p.finished < request.sent) continue;
      if (std::ranges::find(clients, p.client) == clients.end()) continue;
      if (p.http && p.path != request.path && p.host != request.host) continue;
      if (std::ranges::find(out, i) != out.end()) continue;
      out.push_back(i);
      if (p.upstream_local.port != 0) next.push_back(p.upstream_local);
    }
    clients = std::move(next);
  }
  std::ranges::stable_sort(out, {}, [&](std::size_t i) { return proxies[i].started; });
  return out;
}

}  // namespace show

Shown show_ways(const StoredRun& run, const RequestQuery& query, const ShowFormat& format) {
  const PathFinder paths(run.record);
  const auto chosen = choose(run, query, paths);
  if (!chosen) return tl::make_unexpected(chosen.error());
  Table table({"REQUEST", ">SINCE (s)", ">LATENCY", "ENDED", "EVIDENCE", "NODES"});
  Json rows = Json::array();
  for (const auto i : chosen->rows) {
    const auto& q = run.record.requests()[i];
    const auto nodes = nodes_until(paths.path_of(i), q.client, query.at);
    const auto id = q.client + "/" + std::to_string(q.number);
    if (format.json) {
      rows.push_back({{"id", id},
                      {"intended_ns", show::ns(q.intended)},
                      {"finished_ns", show::ns(q.finished)},
                      {"status", q.status},
                      {"error", q.error},
                      {"nodes", nodes},
                      {"evidence", evidence_id("request", i)}});
      continue;
    }
    std::string way;
    for (const auto& node : nodes) way += (way.empty() ? "" : " > ") + node;
    table.add({id, show::shown_time(q.intended), readable(q.latency()),
               Cell(ending(q), q.succeeded() ? Colour::green : Colour::red),
               evidence_id("request", i), way});
  }
  if (format.json) {
    return show::dump({{"at_ns", show::ns(query.at)},
                       {"requests_in_run", run.record.requests().size()},
                       {"matching", chosen->matching},
                       {"ways", std::move(rows)}});
  }
  auto out = show::heading(title(run, query, chosen->matching), format);
  if (!table.empty()) out += table.write(format.width, format.colour);
  return out + more(*chosen);
}

Shown show_requests(const StoredRun& run, const RequestQuery& query, const ShowFormat& format) {
  return query.one.empty() ? list(run, query, format) : one(run, query.one, format);
}

}  // namespace seatrial::results
