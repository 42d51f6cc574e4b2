#include "results/explain/breakdown.h"

#include <fmt/format.h>

#include <algorithm>

namespace seatrial::results {
namespace {

using Kind = TimeSpan::Kind;

Flow reversed(const Flow& flow) {
  return {flow.transport, flow.to, flow.from};
}

// The cursor: what lies behind it has been given away.
class Cutter {
 public:
  explicit Cutter(TimePoint from) : at_(from) {}

  // A record that is older than what is known already, as of a kept stream's first byte, cuts
  // nothing.
  bool passed(TimePoint moment) const { return moment < at_; }
  void until(TimePoint to, TimeSpan span) {
    if (to <= at_) return;
    span.from = at_;
    span.to = at_ = to;
    spans_.push_back(std::move(span));
  }
  std::vector<TimeSpan> finish() && { return std::move(spans_); }

 private:
  TimePoint at_;
  std::vector<TimeSpan> spans_;
};

void add_hops(TimeSpan& span, const std::vector<PathHop>& hops, TimePoint from) {
  for (const auto& hop : hops) {
    if (hop.at >= from) span.evidence.push_back(evidence_id("hop", hop.record));
  }
}

}  // namespace

std::string took(Duration d) {
  if (d >= 1s) return to_string(std::chrono::round<std::chrono::milliseconds>(d));
  return to_string(d < 1us ? d : std::chrono::round<std::chrono::microseconds>(d));
}

Breakdown::Breakdown(const Record& record) : record_(record), paths_(record) {
  for (std::size_t i = 0; i < record.served().size(); ++i) {
    served_by_client_[record.served()[i].client].push_back(i);
    served_by_pod_[record.served()[i].pod].push_back(i);
  }
  for (std::size_t i = 0; i < record.proxies().size(); ++i) {
    proxies_by_client_[record.proxies()[i].client].push_back(i);
  }
}

// Who connects to a pod is its client there, unless the address was translated on the way; then
// only one request at the pod that answered may be meant.
std::optional<std::size_t> Breakdown::served_of(const PathLeg& leg, TimePoint from,
                                                const RequestFinished& request) const {
  const auto within = [&](std::size_t i) {
    const auto& served = record_.served()[i];
    return served.received >= from && served.answered <= request.finished;
  };
  if (const auto own = served_by_client_.find(leg.flow.from); own != served_by_client_.end()) {
    const auto found = std::ranges::find_if(own->second, within);
    if (found != own->second.end()) return *found;
  }
  std::optional<std::size_t> only;
  if (const auto pod = served_by_pod_.find(request.answered_by); pod != served_by_pod_.end()) {
    for (const auto i : pod->second) {
      if (!within(i)) continue;
      if (only) return std::nullopt;
      only = i;
    }
  }
  return only;
}

// Each try is a record of its own; those of one request have its first byte in common.
std::vector<std::size_t> Breakdown::earlier_tries(std::size_t proxy) const {
  const auto& last = record_.proxies()[proxy];
  std::vector<std::size_t> out;
  for (const auto i : proxies_by_client_.at(last.client)) {
    const auto& one = record_.proxies()[i];
    if (i != proxy && one.node == last.node && one.listener == last.listener &&
        one.received == last.received && one.finished <= last.started && !one.error.empty()) {
      out.push_back(i);
    }
  }
  std::ranges::stable_sort(out, {}, [&](std::size_t i) { return record_.proxies()[i].started; });
  return out;
}

Timing Breakdown::of(std::size_t index) const {
  const auto& request = record_.requests()[index];
  Timing out{paths_.path_of(index), {}};
  const auto& legs = out.path.legs;
  const auto own = evidence_id("request", index);
  Cutter cut(request.intended);
  const auto span = [](Kind kind, const std::string& where, const std::string& other,
                       const std::string& evidence) {
    TimeSpan one;
    one.kind = kind;
    one.where = where;
    one.other = other;
    one.evidence = {evidence};
    return one;
  };
  if (request.lookup_finished > request.lookup_started) {
    auto one = span(Kind::lookup, request.client, request.host, own);
    one.addresses = addresses_of(request.client);
    cut.until(request.lookup_finished, std::move(one));
  }
  cut.until(request.sent, span(Kind::unsent, request.client, "", own));
  if (legs.empty()) {
    cut.until(request.finished, span(Kind::upstream, request.client, "", own));
    out.spans = std::move(cut).finish();
    return out;
  }
  const auto last = legs.size() - 1;
  const auto connect = [&](std::size_t leg, TimePoint began, TimePoint until,
                           const std::string& evidence) {
    auto one = span(Kind::connect, legs[leg].from, legs[leg].to, evidence);
    one.flow = legs[leg].flow;
    one.leg = one.last_leg = leg;
    add_hops(one, legs[leg].hops, began);
    cut.until(until, std::move(one));
  };
  connect(0, request.sent, request.connected, own);

  std::string who = request.client;
  std::size_t sends_on = 0;  // the leg that `who` sends on
  const auto way = [&](TimePoint until, const std::string& to, std::size_t leg,
                       const std::string& evidence) {
    auto one = span(Kind::request, who, to, evidence);
    one.flow = legs[sends_on].flow;
    one.leg = sends_on;
    one.last_leg = leg;
    cut.until(until, std::move(one));
  };
  for (std::size_t k = 0; k < out.path.proxies.size() && k < legs.size(); ++k) {
    const auto at = out.path.proxies[k];
    const auto& proxy = record_.proxies()[at];
    const auto id = evidence_id("proxy", at);
    // A stream that was open before this request: it went straight through.
    const bool through = cut.passed(proxy.finished) || (!proxy.http && cut.passed(proxy.connected));
    if (through && k + 1 < legs.size()) continue;
    way(proxy.received, proxy.node, k, id);
    const auto own_time = [&](TimePoint until) {
      auto one = span(Kind::proxy, proxy.node, "", id);
      one.proxy = at;
      cut.until(until, std::move(one));
    };
    for (const auto i : earlier_tries(at)) {
      const auto& failed = record_.proxies()[i];
      own_time(failed.started);
      auto one =
          span(Kind::failed, proxy.node, failed.upstream.to_string(), evidence_id("proxy", i));
      one.proxy = i;
      cut.until(failed.finished, std::move(one));
    }
    own_time(proxy.started);
    if (k + 1 < legs.size()) connect(k + 1, proxy.started, proxy.connected, id);
    who = proxy.node;
    sends_on = std::min(k + 1, last);
  }
  const auto served = served_of(legs[last], legs[last].started, request);
  if (served) {
    const auto& app = record_.served()[*served];
    const auto id = evidence_id("served", *served);
    way(app.received, app.pod, last, id);
    auto one = span(Kind::app, app.pod, "", id);
    one.leg = one.last_leg = last;
    one.served = served;
    cut.until(app.answered, std::move(one));
    who = app.pod;
    sends_on = last;
  }
  const auto back = [&](Kind kind, TimePoint until, const std::string& to, std::size_t leg,
                        const std::string& evidence) {
    auto one = span(kind, who, to, evidence);
    one.leg = leg;
    one.last_leg = kind == Kind::transfer ? last : std::max(sends_on, leg);
    one.flow = reversed(legs[one.last_leg].flow);
    cut.until(until, std::move(one));
  };
  bool known = served.has_value();
  for (std::size_t k = std::min(out.path.proxies.size(), last); k-- > 0;) {
    const auto at = out.path.proxies[k];
    const auto& proxy = record_.proxies()[at];
    if (cut.passed(proxy.first_byte)) continue;
    if (known) {
      back(Kind::answer, proxy.first_byte, proxy.node, k + 1, evidence_id("proxy", at));
    } else {
      who = proxy.node;
      back(Kind::upstream, proxy.first_byte, legs[last].to, k + 1, evidence_id("proxy", at));
      known = true;
    }
    who = proxy.node;
    sends_on = k;
  }
  back(known ? Kind::answer : Kind::upstream, request.first_byte,
       known ? request.client : legs[last].to, 0, own);
  back(Kind::transfer, request.finished, request.client, 0, own);
  out.spans = std::move(cut).finish();
  return out;
}

std::set<net::IpAddress> Breakdown::addresses_of(const std::string& node) const {
  std::set<net::IpAddress> out;
  const auto* machine = record_.topology().node(node);
  if (machine == nullptr) return out;
  for (const auto& port : machine->ports) {
    for (const auto& own : port.addresses) out.insert(own.address);
  }
  return out;
}

std::string_view piece_of(Kind kind) {
  switch (kind) {
    case Kind::lookup:
      return "lookup";
    case Kind::connect:
      return "connect";
    case Kind::request:
    case Kind::answer:
      return "way";
    case Kind::proxy:
      return "proxy";
    case Kind::failed:
      return "failed try";
    case Kind::app:
      return "app";
    case Kind::transfer:
      return "transfer";
    case Kind::unsent:
    case Kind::upstream:
      break;
  }
  return "other";
}

std::string Breakdown::words(const TimeSpan& span, const RequestFinished& request) const {
  auto time = took(span.took());
  switch (span.kind) {
    case Kind::lookup:
      return fmt::format("{}: {} looked up {}", time, span.where, span.other);
    case Kind::unsent:
      return fmt::format("{}: {} had no connection for it", time, span.where);
    case Kind::connect:
      return fmt::format("{}: {} connected to {}", time, span.where, span.other);
    case Kind::request:
      return fmt::format("{}: the request went from {} to {}", time, span.where, span.other);
    case Kind::proxy:
      return fmt::format("{}: {} had it before it turned to an upstream", time, span.where);
    case Kind::failed:
      return fmt::format("{}: {} tried {}: {}", time, span.where, span.other,
                         record_.proxies()[*span.proxy].error);
    case Kind::app: {
      const auto& app = record_.served()[*span.served];
      auto text = fmt::format("{}: {} had it until it answered", time, span.where);
      const auto queued = span.took() - app.waited - app.computed;
      std::string parts;
      const auto part = [&](const char* what, Duration d) {
        if (d <= Duration::zero()) return;
        parts += (parts.empty() ? " (" : ", ") + fmt::format("{} {}", what, took(d));
      };
      part("service time", app.waited);
      part("its CPU's queue", queued);
      part("computing", app.computed);
      return text + parts + (parts.empty() ? "" : ")");
    }
    case Kind::upstream:
      return span.other.empty() ? fmt::format("{}: nothing is known of it", time)
                                : fmt::format("{}: {} waited for the first byte from {}", time,
                                              span.where, span.other);
    case Kind::answer:
      return fmt::format("{}: the answer went from {} to {}", time, span.where, span.other);
    case Kind::transfer:
      return fmt::format("{}: the rest of {} octets came to {}", time, request.bytes, span.other);
  }
  return time;
}

}  // namespace seatrial::results
