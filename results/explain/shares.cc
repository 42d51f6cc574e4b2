#include "results/explain/shares.h"

#include <fmt/format.h>

#include <algorithm>

namespace seatrial::results {
namespace {

using Kind = TimeSpan::Kind;

// A transfer doubles what it has under way each round trip; more of them than this are no matter of
// the way's length.
constexpr int most_round_trips = 16;

std::string rate_text(std::uint64_t bps) {
  if (bps % 1'000'000'000 == 0) return fmt::format("{}Gbps", bps / 1'000'000'000);
  if (bps % 1'000'000 == 0) return fmt::format("{}Mbps", bps / 1'000'000);
  return fmt::format("{}bps", bps);
}

std::string cable(const TopologyLink& link, const std::string& from) {
  const auto& to = link.ports[0] == from ? link.ports[1] : link.ports[0];
  return from + " to " + to;
}

Cause made(const std::string& machine, std::string deed, std::string key, ChainStep step) {
  Cause cause;
  cause.machine = machine;
  cause.deed = std::move(deed);
  cause.key = std::move(key);
  cause.steps.push_back(std::move(step));
  return cause;
}

}  // namespace

std::vector<std::string> Shares::ports_of(const Timing& timing, const TimeSpan& span) const {
  std::vector<std::string> out;
  const auto add = [&](const std::vector<PathHop>& hops) {
    for (std::size_t i = 0; i + 1 < hops.size(); ++i) {
      if (hops[i].out.empty()) continue;
      auto ports = record_.topology().ports_between(hops[i].node, hops[i].out, hops[i + 1].node);
      out.insert(out.end(), ports.begin(), ports.end());
    }
  };
  const bool there = span.kind == Kind::connect || span.kind == Kind::request;
  const bool back = span.kind != Kind::request;
  if (there) {
    for (auto leg = span.leg; leg <= span.last_leg; ++leg) add(timing.path.legs[leg].hops);
  }
  if (back) {
    for (auto leg = span.last_leg + 1; leg-- > span.leg;) add(timing.path.legs[leg].back);
  }
  return out;
}

Cause Shares::of_app(const Timing& timing, const TimeSpan& span) const {
  const auto& app = record_.served()[*span.served];
  const auto queued = span.took() - app.waited - app.computed;
  const auto most = std::max({app.waited, app.computed, queued});
  const auto* why = most == app.waited     ? "service time"
                    : most == app.computed ? "computing"
                                           : "its CPU's queue";
  const auto& proxies = timing.path.proxies;
  const auto& who = proxies.empty() ? app.pod : record_.proxies()[proxies.back()].upstream_name;
  return made(app.pod, fmt::format("was slow to answer ({})", why),
              fmt::format("app/{}/{}", who, why),
              {"app",
               app.received,
               fmt::format("{} got it at {} and answered at {}; {} of that: {}", app.pod,
                           clock(app.received), clock(app.answered), took(most), why),
               {evidence_id("served", *span.served)},
               {},
               span.took()});
}

Cause Shares::of_lookup(const TimeSpan& span) const {
  ChainStep step{"lookup",
                 span.from,
                 fmt::format("{} asked for {} at {} and had the answer at {}", span.where,
                             span.other, clock(span.from), clock(span.to)),
                 span.evidence,
                 {},
                 span.took()};
  // Its queries that were thrown away.
  std::vector<std::string> drops;
  std::string where;
  for (std::size_t i = 0; i < record_.drops().size(); ++i) {
    const auto& drop = record_.drops()[i];
    const bool dns = drop.flow.from.port == 53 || drop.flow.to.port == 53;
    const bool own = span.addresses.contains(drop.flow.from.address) ||
                     span.addresses.contains(drop.flow.to.address);
    if (!dns || !own || drop.at < span.from || drop.at > span.to) continue;
    if (drops.empty()) {
      where = drop.node + (drop.interface.empty() ? "" : ":" + drop.interface) + ": " + drop.reason;
    }
    drops.push_back(evidence_id("drop", i));
  }
  auto deed = fmt::format("waited for DNS to resolve {}", span.other);
  if (!drops.empty()) {
    step.text += fmt::format("; {} packet{} of DNS dropped at {}", drops.size(),
                             drops.size() == 1 ? "" : "s", where);
    deed += fmt::format(", packets of which were dropped at {}", where);
    step.evidence.insert(step.evidence.end(), drops.begin(), drops.end());
  }
  return made(span.where, std::move(deed), "lookup/" + span.other + "/" + where, std::move(step));
}

std::optional<Cause> Shares::of_rate(const std::vector<std::string>& ports, const Timing& timing,
                                     const TimeSpan& span) const {
  const TopologyLink* slowest = nullptr;
  std::string at;
  for (const auto& port : ports) {
    const auto* link = record_.topology().link(port);
    if (link == nullptr || (slowest != nullptr && link->rate_bps >= slowest->rate_bps)) continue;
    slowest = link;
    at = port;
  }
  if (slowest == nullptr) return std::nullopt;
  const auto bytes = record_.requests()[timing.path.request].bytes;
  const auto needs = Bandwidth::bits_per_second(slowest->rate_bps).serialization(bytes);
  if (needs * 2 < span.took()) return std::nullopt;
  const auto rate = rate_text(slowest->rate_bps);
  return made(
      node_of_port(at), fmt::format("sent it over a cable of {} ({})", rate, cable(*slowest, at)),
      "rate/" + at,
      {"link",
       span.from,
       fmt::format("{} octets take {} at {}, {}", bytes, took(needs), rate, cable(*slowest, at)),
       {"topology"},
       {},
       span.took()});
}

// The waits of a single packet add up along its way; a transfer is many packets, and is held up for
// as long as the queue stands.
std::optional<Cause> Shares::of_queue(const std::vector<std::string>& ports,
                                      const TimeSpan& span) const {
  Duration waits{};
  Duration stood{};
  std::optional<std::size_t> worst;
  std::vector<std::string> evidence;
  for (std::size_t i = 0; i < record_.queues().size(); ++i) {
    const auto& queue = record_.queues()[i];
    if (queue.at > span.to || queue.until < span.from) continue;
    if (std::ranges::find(ports, queue.port) == ports.end()) continue;
    evidence.push_back(evidence_id("queue", i));
    waits += queue.longest;
    stood += std::min(queue.until, span.to) - std::max(queue.at, span.from);
    if (!worst || queue.longest > record_.queues()[*worst].longest) worst = i;
  }
  const bool explains =
      waits * 2 >= span.took() || (span.kind == Kind::transfer && stood * 2 >= span.took());
  if (!worst || !explains) return std::nullopt;
  const auto& queue = record_.queues()[*worst];
  const auto* link = record_.topology().link(queue.port);
  const auto rate = link == nullptr ? std::string() : " (" + rate_text(link->rate_bps) + ")";
  return made(node_of_port(queue.port),
              fmt::format("let packets wait in the queue of {}{}", queue.port, rate),
              "queue/" + queue.port,
              {"queue",
               queue.at,
               fmt::format("the queue of {}{} stood from {} to {}: up to {} frames, {} frames "
                           "waited up to {}",
                           queue.port, rate, clock(queue.at), clock(queue.until),
                           queue.most_waiting, queue.frames, took(queue.longest)),
               std::move(evidence),
               {},
               span.took()});
}

std::optional<Cause> Shares::of_delay(const std::vector<std::string>& ports,
                                      const TimeSpan& span) const {
  Duration once{};
  const TopologyLink* longest = nullptr;
  std::string at;
  for (const auto& port : ports) {
    const auto* link = record_.topology().link(port);
    if (link == nullptr) continue;
    once += link->delay;
    if (longest != nullptr && link->delay <= longest->delay) continue;
    longest = link;
    at = port;
  }
  if (longest == nullptr || once <= Duration::zero()) return std::nullopt;
  // A transfer waits for its acknowledgements: there and back, some times.
  const bool trips = span.kind == Kind::transfer;
  const auto rounds = span.took() / (2 * once);
  if (trips ? rounds > most_round_trips : once * 2 < span.took()) return std::nullopt;
  return made(
      node_of_port(at),
      fmt::format("sent it over a cable of {} delay ({})", to_string(longest->delay),
                  cable(*longest, at)),
      "delay/" + std::min(longest->ports[0], longest->ports[1]),
      {"link",
       span.from,
       fmt::format("the cables of the way take {}{}, {} of it {}", to_string(once),
                   trips ? " each way" : "", to_string(longest->delay), cable(*longest, at)),
       {"topology"},
       {},
       span.took()});
}

std::optional<Cause> Shares::cause_of(const Timing& timing, const TimeSpan& span) const {
  switch (span.kind) {
    case Kind::lookup:
      return of_lookup(span);
    case Kind::app:
      return of_app(timing, span);
    case Kind::proxy:
      return made(span.where, "was slow to turn to an upstream", "proxy",
                  {"proxy",
                   span.from,
                   fmt::format("{} had the request at {} and turned to an upstream at {}",
                               span.where, clock(span.from), clock(span.to)),
                   span.evidence,
                   {},
                   span.took()});
    case Kind::unsent:
    case Kind::failed:
    case Kind::upstream:
      return std::nullopt;
    case Kind::connect:
    case Kind::request:
    case Kind::answer:
    case Kind::transfer:
      break;
  }
  const auto ports = ports_of(timing, span);
  if (span.kind == Kind::transfer) {
    if (auto cause = of_rate(ports, timing, span)) return cause;
  }
  if (auto cause = of_queue(ports, span)) return cause;
  return of_delay(ports, span);
}

}  // namespace seatrial::results
