#include "results/explain/cause.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "results/explain/breakdown.h"
#include "results/record/target.h"

namespace seatrial::results {
namespace {

using dataplane::Reach;

std::size_t index_in(const std::string& evidence) {
  return std::stoul(evidence.substr(evidence.find('/') + 1));
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    out += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  }
  return out;
}

// More machines than a sentence bears.
constexpr std::size_t most_names = 4;

std::string range(Duration least, Duration most) {
  return took(least) == took(most) ? took(least) : took(least) + " to " + took(most);
}

// "180ms of 190ms", of several requests the least and the most
std::string share(const std::vector<const Cause*>& causes) {
  const auto by_part = [](const Cause* a, const Cause* b) { return *a->part < *b->part; };
  const auto by_whole = [](const Cause* a, const Cause* b) { return a->whole < b->whole; };
  const auto part = std::ranges::minmax_element(causes, by_part);
  const auto whole = std::ranges::minmax_element(causes, by_whole);
  return range(*(*part.min)->part, *(*part.max)->part) + " of " +
         range((*whole.min)->whole, (*whole.max)->whole);
}

// "at 37 s", or when each of several machines' sessions ended.
std::string held_until(const std::vector<const Cause*>& causes) {
  std::map<TimePoint, std::set<std::string>> machines;
  for (const auto* cause : causes) {
    if (!cause->held_until) continue;
    machines[std::chrono::round<std::chrono::milliseconds>(*cause->held_until)].insert(
        cause->machine);
  }
  const auto first = machines.begin()->first;
  if (machines.size() == 1) return "at " + clock(first);
  if (machines.size() > most_names) {
    return fmt::format("between {} and {}", clock(first), clock(machines.rbegin()->first));
  }
  std::vector<std::string> parts;
  parts.reserve(machines.size());
  for (const auto& [at, names] : machines) {
    parts.push_back(fmt::format("{} ({})", clock(at),
                                joined(std::vector<std::string>(names.begin(), names.end()))));
  }
  return "at " + joined(parts);
}

}  // namespace

std::string clock(TimePoint at) {
  return seconds(std::chrono::round<std::chrono::milliseconds>(at)) + " s";
}

Causes::Causes(const Record& record) : record_(record) {
  for (std::size_t i = 0; i < record.pods().size(); ++i) {
    const auto& pod = record.pods()[i];
    if (!pod.address.is_unspecified()) pods_by_address_[pod.address].push_back(i);
    pods_by_name_[pod.pod].push_back(i);
  }
  for (std::size_t i = 0; i < record.drops().size(); ++i) {
    drops_[record.drops()[i].flow].push_back(i);
  }
  for (std::size_t i = 0; i < record.configured().size(); ++i) {
    configured_[{record.configured()[i].node, record.configured()[i].peer}] = i;
  }
  for (std::size_t i = 0; i < record.sessions().size(); ++i) {
    sessions_[{record.sessions()[i].node, record.sessions()[i].peer}].push_back(i);
  }
}

const PodChanged* Causes::pod_of(const net::IpAddress& address, TimePoint at) const {
  const auto found = pods_by_address_.find(address);
  if (found == pods_by_address_.end()) return nullptr;
  const PodChanged* last = nullptr;
  for (const auto i : found->second) {
    if (record_.pods()[i].at <= at) last = &record_.pods()[i];
  }
  return last;
}

std::string Causes::name(const net::Endpoint& endpoint, TimePoint at) const {
  const auto* pod = pod_of(endpoint.address, at);
  if (pod == nullptr) return endpoint.to_string();
  return fmt::format("{} ({} on {})", endpoint.to_string(), pod->pod, pod->node);
}

std::optional<std::size_t> Causes::configured(const std::string& node,
                                              const net::IpAddress& peer) const {
  const auto found = configured_.find({node, peer});
  if (found == configured_.end()) return std::nullopt;
  return found->second;
}

void Causes::add_session(Cause& cause, const std::string& machine, const Fate& fate,
                         TimePoint since) const {
  const auto own = configured(machine, fate.next_hop);
  if (!own) return;
  const auto& side = record_.configured()[*own];
  const auto changes = sessions_.find({machine, fate.next_hop});
  if (changes == sessions_.end()) return;
  std::optional<std::size_t> before;
  std::optional<std::size_t> lost;
  for (const auto i : changes->second) {
    const auto& change = record_.sessions()[i];
    if (change.at < since) {
      before = i;
    } else if (!lost && !change.established()) {
      lost = i;
    }
  }
  if (!before || !record_.sessions()[*before].established()) return;
  cause.peer = side.peer_node.empty() ? side.peer.to_string() : side.peer_node;
  cause.hold = side.hold;
  cause.bfd = side.bfd;
  ChainStep step;
  step.kind = "session";
  step.at = record_.sessions()[*before].at;
  step.evidence.push_back(evidence_id("configured", *own));
  // The other side's offer may be the smaller one.
  for (std::size_t i = 0; i < record_.configured().size(); ++i) {
    const auto& other = record_.configured()[i];
    if (other.node != side.peer_node || other.peer_node != machine) continue;
    cause.hold = std::min(cause.hold, other.hold);
    step.evidence.push_back(evidence_id("configured", i));
  }
  step.text = fmt::format("{}'s session to {} ", machine, cause.peer);
  if (lost) {
    const auto& change = record_.sessions()[*lost];
    cause.held_until = change.at;
    cause.held_reason = change.reason.substr(0, change.reason.find(';'));
    step.at = change.at;
    step.evidence.insert(step.evidence.begin(), evidence_id("session", *lost));
    step.text += fmt::format("held until {} at {}", cause.held_reason, clock(change.at));
  } else {
    step.evidence.insert(step.evidence.begin(), evidence_id("session", *before));
    step.text += fmt::format("stood since {} and was still held at the end of the run",
                             clock(record_.sessions()[*before].at));
  }
  // One sentence is for those whose sessions ended alike.
  cause.key += fmt::format("/{}/{}/{}", cause.held_reason, cause.hold.count(), cause.bfd);
  step.text += fmt::format(" (hold time {})", to_string(cause.hold));
  if (!cause.bfd) step.text += "; no BFD configured";
  cause.steps.push_back(std::move(step));
}

// Who may have told the machine of the route that went: the peer that its RIB names (a reflector is
// no next hop), and the last next hops.
std::vector<net::IpAddress> Causes::tellers(const std::string& machine,
                                            const FibChanged& removal) const {
  std::vector<net::IpAddress> out;
  const RibChanged* told = nullptr;
  for (const auto& change : record_.rib()) {
    if (change.at > removal.at) break;
    const bool same = change.node == machine && change.prefix == removal.prefix;
    if (same && !change.next_hops.empty()) told = &change;
  }
  constexpr std::string_view from = "from ";
  if (told != nullptr && told->detail.starts_with(from)) {
    const auto end = told->detail.find(' ', from.size());
    const auto peer = net::IpAddress::parse(told->detail.substr(from.size(), end - from.size()));
    if (peer) out.push_back(*peer);
  }
  const FibChanged* last = nullptr;
  for (const auto& change : record_.fib()) {
    if (&change == &removal) break;
    const bool same = change.node == machine && change.prefix == removal.prefix;
    if (same && change.installed) last = &change;
  }
  if (last == nullptr) return out;
  for (const auto& hop : last->next_hops) out.push_back(hop.address);
  return out;
}

void Causes::no_route(Cause& cause, const Fate& fate, TimePoint when) const {
  // The last route that covered it, and went.
  std::optional<std::size_t> gone;
  for (std::size_t i = 0; i < record_.fib().size() && record_.fib()[i].at <= when; ++i) {
    const auto& change = record_.fib()[i];
    if (change.node == fate.machine && !change.installed && change.prefix.contains(fate.next_hop)) {
      gone = i;
    }
  }
  ChainStep step;
  step.kind = "route";
  step.at = when;
  if (!gone) {
    step.text = fmt::format("{} never had a route to {}", fate.machine, fate.next_hop.to_string());
    cause.deed = "never had a route to " + fate.next_hop.to_string();
    cause.key = "never/" + fate.next_hop.to_string();
    cause.steps.push_back(std::move(step));
    return;
  }
  const auto& removal = record_.fib()[*gone];
  step.at = removal.at;
  step.evidence.push_back(evidence_id("fib", *gone));
  step.text = fmt::format("{} had no route to {}: {} went at {}", fate.machine,
                          fate.next_hop.to_string(), removal.prefix.to_string(), clock(removal.at));
  cause.deed = fmt::format("had no route to {} any more", removal.prefix.to_string());
  cause.key = "no route/" + removal.prefix.to_string();
  cause.steps.push_back(std::move(step));

  // The session that had brought it was lost.
  for (const auto& peer_address : tellers(fate.machine, removal)) {
    const auto changes = sessions_.find({fate.machine, peer_address});
    if (changes == sessions_.end()) continue;
    std::optional<std::size_t> lost;
    for (const auto i : changes->second) {
      const auto& change = record_.sessions()[i];
      if (change.at > removal.at) break;
      // What took it down, not the attempts to bring it up again.
      if (change.established()) lost.reset();
      if (!change.established() && !lost) lost = i;
    }
    if (!lost) continue;
    const auto& change = record_.sessions()[*lost];
    ChainStep session;
    session.kind = "session";
    session.at = change.at;
    session.evidence.push_back(evidence_id("session", *lost));
    const auto own = configured(fate.machine, peer_address);
    const auto peer = own && !record_.configured()[*own].peer_node.empty()
                          ? record_.configured()[*own].peer_node
                          : peer_address.to_string();
    session.text = fmt::format("{}'s session to {} was lost at {}: {}", fate.machine, peer,
                               clock(change.at), change.reason);
    cause.lost_to = peer;
    cause.lost_after = fmt::format("({})", change.reason.substr(0, change.reason.find(';')));
    cause.key += "/" + peer;
    cause.steps.push_back(std::move(session));
    for (std::size_t i = record_.faults().size(); i-- > 0;) {
      const auto& fault = record_.faults()[i];
      if (fault.at > change.at || node_of_target(fault.target) != peer) continue;
      cause.lost_after +=
          fmt::format(" after {} of {} at {}", fault.action, fault.target, clock(fault.at));
      cause.steps.push_back(
          {"fault",
           fault.at,
           fmt::format("{} of {} at {}", fault.action, fault.target, clock(fault.at)),
           {evidence_id("fault", i)},
           {}});
      break;
    }
    break;
  }
}

Cause Causes::of(const Fate& fate, TimePoint when) const {
  Cause cause;
  cause.machine = fate.machine;
  if (fate.kind == Fate::Kind::no_route) {
    no_route(cause, fate, when);
    cause.sentence = sentence({&cause});
    return cause;
  }
  ChainStep route;
  route.kind = "route";
  route.at = when;
  if (fate.fib) {
    route.at = record_.fib()[*fate.fib].at;
    route.evidence.push_back(evidence_id("fib", *fate.fib));
  }
  const auto prefix = fate.prefix.to_string();
  if (fate.kind == Fate::Kind::dropped) {
    route.text = fmt::format("{} dropped {} by its own route", fate.machine, prefix);
    cause.deed = "dropped " + prefix + " by a route of its own";
    cause.key = "dropped/" + prefix;
    cause.steps.push_back(std::move(route));
    cause.sentence = sentence({&cause});
    return cause;
  }
  const auto& neighbour = fate.neighbour;
  const auto to = neighbour.node.empty() ? fate.next_hop.to_string() : neighbour.node;
  route.text =
      fmt::format("{} still forwarded {} to {}{}", fate.machine, prefix, fate.next_hop.to_string(),
                  neighbour.node.empty() ? "" : " (" + neighbour.node + ")");
  if (fate.fib) route.text += ", as since " + clock(route.at);
  cause.steps.push_back(std::move(route));
  cause.deed = fmt::format("still forwarded {} to {}", prefix, to);

  ChainStep fault;
  fault.kind = "fault";
  fault.evidence = neighbour.evidence;
  const auto evidence = neighbour.evidence.empty() ? std::string() : neighbour.evidence.front();
  TimePoint since = when;
  switch (neighbour.reach) {
    case Reach::powered_off: {
      const auto& off = record_.faults()[index_in(evidence)];
      since = off.at;
      fault.text = fmt::format("{} lost power at {}", off.target, clock(since));
      cause.deed += fmt::format(", which lost power at {}", clock(since));
      break;
    }
    case Reach::link_down: {
      if (!evidence.empty()) since = record_.links()[index_in(evidence)].at;
      for (std::size_t i = 0; i < record_.faults().size(); ++i) {
        const auto& one = record_.faults()[i];
        if (one.at != since || one.action != "link_down") continue;
        fault.evidence.push_back(evidence_id("fault", i));
      }
      fault.text = fmt::format("no carrier at {} since {}", neighbour.where, clock(since));
      cause.deed += fmt::format(", but {} had no carrier since {}", neighbour.where, clock(since));
      break;
    }
    case Reach::silent_loss: {
      since = record_.faults()[index_in(evidence)].at;
      fault.text =
          fmt::format("the cable at {} lost every frame since {}", neighbour.where, clock(since));
      cause.deed += fmt::format(", but the cable at {} lost every frame since {}", neighbour.where,
                                clock(since));
      break;
    }
    case Reach::arp_failed:
      since = record_.neighbours()[index_in(evidence)].at;
      fault.kind = "neighbour";
      fault.text = fmt::format("nobody answered ARP for {} since {}", fate.next_hop.to_string(),
                               clock(since));
      cause.deed += fmt::format(", for which nobody answered ARP since {}", clock(since));
      break;
    case Reach::no_such_host:
    case Reach::up:
      fault.kind = "neighbour";
      fault.text = "nobody on the link has " + fate.next_hop.to_string();
      cause.deed += ", which nobody on the link has";
      break;
  }
  fault.at = since;
  cause.key = fmt::format("{}/{}/{}/{}", prefix, to, static_cast<int>(neighbour.reach), evidence);
  cause.steps.push_back(std::move(fault));
  add_session(cause, fate.machine, fate, since);
  cause.sentence = sentence({&cause});
  return cause;
}

std::string Causes::sentence(const std::vector<const Cause*>& causes) {
  std::vector<std::string> machines;
  const Cause* with_session = nullptr;
  for (const auto* cause : causes) {
    machines.push_back(cause->machine);
    if (with_session == nullptr && !cause->peer.empty()) with_session = cause;
  }
  std::ranges::sort(machines);
  machines.erase(std::unique(machines.begin(), machines.end()), machines.end());
  std::erase(machines, std::string());
  const bool one = machines.size() == 1;
  if (machines.size() > most_names) {
    const auto more = machines.size() - most_names + 1;
    machines.resize(most_names - 1);
    machines.push_back(fmt::format("{} more", more));
  }
  auto out = joined(machines) + (machines.empty() ? "" : " ") + causes.front()->deed;
  if (const auto& lost = *causes.front(); !lost.lost_to.empty()) {
    out += fmt::format(": {} to {} {} lost {}", one ? "its session" : "their sessions",
                       lost.lost_to, one ? "was" : "were", lost.lost_after);
  }
  if (with_session != nullptr) {
    out += fmt::format("; {} session{} to {} ", one ? "its" : "their", one ? "" : "s",
                       with_session->peer);
    if (with_session->held_until) {
      out += fmt::format("held until {} {}", with_session->held_reason, held_until(causes));
    } else {
      out += fmt::format("{} still held at the end of the run", one ? "was" : "were");
    }
    out += fmt::format(" (hold time {})", to_string(with_session->hold));
    if (!with_session->bfd) out += "; no BFD configured";
  }
  if (causes.front()->part) out += "; that took " + share(causes);
  return out;
}

std::optional<Cause> Causes::of_refusal(const Try& one) const {
  const auto* pod = pod_of(one.to.address, one.finished);
  if (pod == nullptr) return std::nullopt;
  // The last word about that pod before the end of the try.
  std::optional<std::size_t> last;
  for (const auto i : pods_by_name_.at(pod->pod)) {
    if (record_.pods()[i].at <= one.finished) last = i;
  }
  if (!last) return std::nullopt;
  const auto& state = record_.pods()[*last];
  if (state.phase != "Terminating" && state.phase != "Gone" && state.ready) return std::nullopt;
  Cause cause;
  cause.machine = one.from;
  const auto what = state.phase == "Gone"          ? "was gone"
                    : state.phase == "Terminating" ? "was terminating"
                                                   : "was not ready";
  cause.key = "pod/" + state.pod + "/" + what;
  cause.deed = fmt::format("still used {}, which {} since {}", state.pod, what, clock(state.at));
  cause.steps.push_back({"pod",
                         state.at,
                         fmt::format("{} {} since {}", state.pod, what, clock(state.at)),
                         {evidence_id("pod", *last)},
                         {}});
  cause.sentence = sentence({&cause});
  return cause;
}

std::optional<Cause> Causes::of_drops(const Try& one) const {
  if (!one.flow) return std::nullopt;
  const Flow answers{one.flow->transport, one.flow->to, one.flow->from};
  for (const auto& flow : {*one.flow, answers}) {
    const auto found = drops_.find(flow);
    if (found == drops_.end()) continue;
    std::vector<std::size_t> during;
    for (const auto i : found->second) {
      const auto at = record_.drops()[i].at;
      if (at >= one.started && at <= one.finished) during.push_back(i);
    }
    if (during.empty()) continue;
    const auto& first = record_.drops()[during.front()];
    const auto where = first.node + (first.interface.empty() ? "" : ":" + first.interface);
    Cause cause;
    cause.machine = first.node;
    cause.key = "drop/" + where + "/" + first.reason;
    cause.deed = fmt::format("dropped packets at {}: {}", where, first.reason);
    ChainStep step{"drop",
                   first.at,
                   fmt::format("{} dropped {} packet{} of {} to {} from {}: {}", where,
                               during.size(), during.size() == 1 ? "" : "s", flow.from.to_string(),
                               flow.to.to_string(), clock(first.at), first.reason),
                   {},
                   {}};
    for (const auto i : during) step.evidence.push_back(evidence_id("drop", i));
    cause.steps.push_back(std::move(step));
    cause.sentence = sentence({&cause});
    return cause;
  }
  return std::nullopt;
}

}  // namespace seatrial::results
