#include "results/dataplane/checker.h"

#include <algorithm>
#include <utility>

namespace seatrial::results::dataplane {

Checker::Checker(const State& state) : state_(state) {
  for (std::size_t i = 0; i < state.machines().size(); ++i) {
    machine_index_[state.machines()[i]] = i;
  }
  const auto count = state.machines().size();
  alive_.assign(count, true);
  adjacencies_of_cable_.resize(state.wiring().cable_count());
  scratch_.back.resize(count);
  scratch_.out.resize(count);
  scratch_.announcing.resize(count);
}

std::size_t Checker::class_of(const net::Prefix& prefix) {
  if (const auto* known = class_index_.find(prefix)) return *known;
  const auto index = classes_.size();
  class_index_[prefix] = index;
  Class fresh;
  fresh.prefix = prefix;
  const auto count = state_.machines().size();
  fresh.steps.resize(count);
  fresh.bits.resize(count);
  fresh.reported.resize(count);
  fresh.had.resize(count);
  fresh.senders.resize(count);
  classes_.push_back(std::move(fresh));
  touch_all(index);
  for (std::size_t machine = 0; machine < count; ++machine) refresh_step(index, machine);
  return index;
}

void Checker::queue(std::size_t index) {
  if (!std::exchange(classes_[index].queued, true)) dirty_.push_back(index);
}

void Checker::touch_all(std::size_t index) {
  classes_[index].all = true;
  queue(index);
}

template <typename Visit>
void Checker::for_each_receiver(const Step& step, Visit visit) const {
  if (step.end != Step::End::forwarded) return;
  for (const auto next : step.adjacencies) {
    const auto& adjacency = adjacencies_[next];
    const bool on = adjacency.neighbour.reach == Reach::up && !adjacency.on_link;
    if (on && adjacency.machine >= 0) visit(static_cast<std::size_t>(adjacency.machine));
  }
}

std::size_t Checker::adjacency(const std::string& port, const net::IpAddress& address,
                               bool on_link) {
  const auto [known, fresh] =
      adjacency_index_.try_emplace(AdjacencyKey{port, address, on_link}, adjacencies_.size());
  if (fresh) {
    Adjacency next{port, address, on_link, state_.wiring().neighbour(port, address), -1, {}};
    const auto machine = machine_index_.find(next.neighbour.node);
    if (machine != machine_index_.end()) next.machine = static_cast<int>(machine->second);
    for (const int cable : state_.wiring().cables_towards(port, address)) {
      adjacencies_of_cable_[static_cast<std::size_t>(cable)].push_back(adjacencies_.size());
    }
    if (next.neighbour.reach == Reach::arp_failed) arp_failed_.insert(adjacencies_.size());
    adjacencies_.push_back(std::move(next));
  }
  return known->second;
}

Checker::Step Checker::make_step(std::size_t index, std::size_t machine) {
  Step step;
  if (!alive_[machine]) {
    step.end = Step::End::off;
    return step;
  }
  const auto prefix = classes_[index].prefix;
  const auto& name = state_.machines()[machine];
  const auto* table = state_.table(name);
  const auto cover =
      table == nullptr ? net::PrefixMap<Entry>::Match{} : table->longest_cover(prefix);
  const bool own = cover && cover.value->local() && *cover.prefix == prefix;
  if (const auto* ports =
          prefix.is_host() && !own ? state_.translations(name, prefix.address()) : nullptr) {
    step.end = Step::End::delivered;
    std::set<std::size_t> backends;
    for (const auto& [port, translation] : *ports) {
      if (step.evidence.empty()) step.evidence = evidence_id("nat", translation.record);
      for (const auto& backend : translation.backends) {
        backends.insert(class_of(net::Prefix::host(backend.address)));
      }
    }
    for (const auto backend : backends) classes_[backend].dependents.insert(index);
    step.backends.assign(backends.begin(), backends.end());
    return step;
  }
  if (!cover) return step;
  const auto& entry = *cover.value;
  step.evidence = evidence_id("fib", entry.record);
  if (entry.drops()) {
    step.end = Step::End::dropped;
    return step;
  }
  step.end = Step::End::delivered;
  for (const auto& hop : entry.next_hops) {
    const bool on_link = hop.address.is_unspecified();
    if (on_link && !prefix.is_host()) continue;  // the subnet itself is here
    step.end = Step::End::forwarded;
    step.adjacencies.push_back(
        adjacency(name + ":" + hop.interface, on_link ? prefix.address() : hop.address, on_link));
  }
  step.exact_gateway = *cover.prefix == prefix && entry.by_gateway();
  return step;
}

void Checker::refresh_step(std::size_t index, std::size_t machine) {
  auto step = make_step(index, machine);  // may add classes
  auto& c = classes_[index];
  if (step == c.steps[machine]) return;
  if (step.end == Step::End::none && c.steps[machine].end != Step::End::none) {
    step.evidence = evidence_id("fib", state_.current_route());
  }
  for (const auto next : step.adjacencies) adjacencies_[next].users.insert(index);
  if (!step.backends.empty()) c.translated = true;
  auto& old = c.steps[machine];
  if (!c.all) {
    for_each_receiver(old, [&c](std::size_t to) { --c.senders[to]; });
    for_each_receiver(step, [&c](std::size_t to) { ++c.senders[to]; });
    c.touched.push_back(machine);
  }
  c.exact_gateways += (step.exact_gateway ? 1U : 0U);
  c.exact_gateways -= (old.exact_gateway ? 1U : 0U);
  old = std::move(step);
  queue(index);
}

void Checker::route_changed(const std::string& node, const net::Prefix& prefix) {
  const auto machine = machine_index_.find(node);
  if (machine == machine_index_.end()) {  // a pod: only what it announces counts
    if (prefix.length() > 0) class_of(prefix);
    return;
  }
  if (prefix.length() > 0) class_of(prefix);
  std::vector<std::size_t> touched;
  class_index_.for_each_within(
      prefix, [&](const net::Prefix&, const std::size_t& index) { touched.push_back(index); });
  for (const auto index : touched) refresh_step(index, machine->second);
}

void Checker::announcer_changed(const net::Prefix& prefix) {
  if (prefix.length() > 0) touch_all(class_of(prefix));
}

void Checker::translation_changed(const std::string& node, const net::IpAddress& address) {
  const auto index = class_of(net::Prefix::host(address));
  if (const auto machine = machine_index_.find(node); machine != machine_index_.end()) {
    refresh_step(index, machine->second);
  }
}

void Checker::refresh_cables(const std::set<std::string>& ports) {
  if (ports.empty()) return;
  for (const auto& port : ports) {
    const int cable = state_.wiring().cable_at(port);
    if (cable < 0) continue;
    for (const auto index : adjacencies_of_cable_[static_cast<std::size_t>(cable)]) {
      refresh(index);
    }
  }
  for (const auto index : std::set(arp_failed_)) refresh(index);
}

void Checker::refresh(std::size_t index) {
  auto& next = adjacencies_[index];
  auto now = state_.wiring().neighbour(next.port, next.address);
  if (now == next.neighbour) return;
  next.neighbour = std::move(now);
  if (next.neighbour.reach == Reach::arp_failed) {
    arp_failed_.insert(index);
  } else {
    arp_failed_.erase(index);
  }
  const auto machine = machine_index_.find(next.neighbour.node);
  next.machine = machine == machine_index_.end() ? -1 : static_cast<int>(machine->second);
  for (const auto user : next.users) touch_all(user);
}

void Checker::refresh_machine(const std::string& node) {
  const auto found = machine_index_.find(node);
  if (found == machine_index_.end()) {  // a pod: who it announces for
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      const auto* announcers = state_.announcers(classes_[i].prefix);
      if (announcers != nullptr && announcers->contains(node)) touch_all(i);
    }
    return;
  }
  alive_[found->second] = state_.wiring().alive(node);
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    touch_all(i);
    refresh_step(i, found->second);
  }
}

std::uint8_t Checker::bits_of(const Adjacency& next) {
  if (next.neighbour.reach == Reach::up) return 0;
  // That a host is gone is nobody's stale route; that a gateway is gone is.
  const bool stale = !next.on_link && next.neighbour.reach != Reach::no_such_host;
  return static_cast<std::uint8_t>(bit_lost | (stale ? bit_stale : 0));
}

std::uint8_t Checker::own_bits(const Class& c, std::size_t machine, bool announcing) const {
  const auto& step = c.steps[machine];
  std::uint8_t bits = 0;
  switch (step.end) {
    case Step::End::off:
      return 0;
    case Step::End::none:
    case Step::End::dropped:
      return announcing ? 0 : bit_lost;
    case Step::End::delivered:
      for (const auto backend : step.backends) bits |= classes_[backend].bits[machine];
      return bits;
    case Step::End::forwarded:
      for (const auto next : step.adjacencies) bits |= bits_of(adjacencies_[next]);
      return bits;
  }
  return bits;
}

// Gives `bit` to every machine from which one that has it is reached.
void Checker::spread(Class& c, std::uint8_t bit) {
  auto& queue = scratch_.queue;
  queue.clear();
  for (std::size_t i = 0; i < c.bits.size(); ++i) {
    if ((c.bits[i] & bit) != 0) queue.push_back(i);
  }
  while (!queue.empty()) {
    const auto machine = queue.back();
    queue.pop_back();
    for (const auto before : scratch_.back[machine]) {
      if ((c.bits[before] & bit) != 0) continue;
      c.bits[before] |= bit;
      queue.push_back(before);
    }
  }
}

void Checker::judge(std::size_t index) {
  auto& c = classes_[index];
  const auto count = c.steps.size();
  std::fill(scratch_.announcing.begin(), scratch_.announcing.end(), false);
  if (const auto* announcers = state_.announcers(c.prefix)) {
    for (const auto& [node, how] : *announcers) {
      if (const auto found = machine_index_.find(node); found != machine_index_.end()) {
        scratch_.announcing[found->second] = alive_[found->second];
      }
    }
  }
  for (auto& back : scratch_.back) back.clear();
  for (std::size_t i = 0; i < count; ++i) {
    c.bits[i] = own_bits(c, i, scratch_.announcing[i]);
    scratch_.out[i] = 0;
    for_each_receiver(c.steps[i], [&](std::size_t to) {
      scratch_.back[to].push_back(i);
      ++scratch_.out[i];
    });
  }
  for (std::size_t i = 0; i < count; ++i) {
    c.senders[i] = static_cast<std::uint32_t>(scratch_.back[i].size());
  }
  auto& queue = scratch_.queue;
  queue.clear();
  for (std::size_t i = 0; i < count; ++i) {
    if (scratch_.out[i] == 0) queue.push_back(i);
  }
  while (!queue.empty()) {
    const auto machine = queue.back();
    queue.pop_back();
    for (const auto before : scratch_.back[machine]) {
      if (--scratch_.out[before] == 0) queue.push_back(before);
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (scratch_.out[i] > 0) c.bits[i] |= bit_loop;
  }
  spread(c, bit_loop);
  spread(c, bit_lost);
  spread(c, bit_stale);
}

// What a machine's changed step makes of its own packets, where that concerns no other machine;
// false: it may, and the class has to be judged as a whole.
bool Checker::judge_alone(Class& c, std::size_t machine) const {
  const auto& step = c.steps[machine];
  const bool announcing =
      step.end != Step::End::forwarded && state_.announces(state_.machines()[machine], c.prefix);
  auto bits = own_bits(c, machine, announcing);
  bool goes_on = false;  // further than the next hop
  for_each_receiver(step, [&](std::size_t to) {
    bits |= c.bits[to];
    for_each_receiver(c.steps[to], [&](std::size_t) { goes_on = true; });
  });
  if (c.senders[machine] > 0 && (goes_on || bits != c.bits[machine] || (bits & bit_loop) != 0)) {
    return false;
  }
  c.bits[machine] = bits;
  return true;
}

void Checker::judge_touched(std::size_t index) {
  auto& c = classes_[index];
  const bool whole = c.all || !std::all_of(c.touched.begin(), c.touched.end(),
                                           [&](std::size_t m) { return judge_alone(c, m); });
  if (!whole) return;
  c.all = true;
  judge(index);
}

// What of it a person should hear of.
std::uint8_t Checker::verdict_of(const Class& c, std::size_t machine) const {
  const auto& step = c.steps[machine];
  std::uint8_t verdict = fine;
  if (step.end == Step::End::off || !(c.announced || c.exact)) return verdict;
  const auto bits = c.bits[machine];
  if ((bits & bit_loop) != 0) verdict |= loops;
  const bool lost_here = (bits & (c.announced ? bit_lost : bit_stale)) != 0;
  const bool never_had = step.end == Step::End::none && !c.had[machine];
  if (lost_here && !never_had) verdict |= lost;
  return verdict;
}

void Checker::report(std::size_t index, const Changed& changed) {
  auto& c = classes_[index];
  const bool announced = state_.announced(c.prefix);
  const bool exact = c.exact_gateways > 0;
  if (announced != c.announced || exact != c.exact) c.all = true;
  if (announced && !c.announced) std::fill(c.had.begin(), c.had.end(), false);
  c.announced = announced;
  c.exact = exact;
  auto& reported = scratch_.reported;
  reported.clear();
  const auto look = [&](std::size_t machine) {
    const auto end = c.steps[machine].end;
    if (end == Step::End::forwarded || end == Step::End::delivered) c.had[machine] = true;
    const auto verdict = verdict_of(c, machine);
    if (std::exchange(c.reported[machine], verdict) != verdict) reported.push_back(machine);
  };
  if (c.all) {
    for (std::size_t i = 0; i < c.steps.size(); ++i) look(i);
  } else {
    std::for_each(c.touched.begin(), c.touched.end(), look);
  }
  c.queued = c.all = false;
  c.touched.clear();
  if (!reported.empty()) changed(index, reported);
}

void Checker::settle(const Changed& changed) {
  for (const auto& node : std::exchange(machines_touched_, {})) refresh_machine(node);
  const auto neighbours = std::exchange(neighbours_touched_, {});
  const auto cables = std::exchange(cables_touched_, {});
  refresh_cables(cables);
  for (const auto& [port, address] : neighbours) {
    for (const bool on_link : {false, true}) {
      const auto known = adjacency_index_.find(AdjacencyKey{port, address, on_link});
      if (known != adjacency_index_.end()) refresh(known->second);
    }
  }
  std::set<std::size_t> translated;
  auto work = std::exchange(dirty_, {});
  std::sort(work.begin(), work.end());
  for (const auto index : work) {
    auto& c = classes_[index];
    if (c.translated) {
      translated.insert(index);
      continue;
    }
    translated.insert(c.dependents.begin(), c.dependents.end());
    judge_touched(index);
    report(index, changed);
  }
  // After what they are translated into.
  for (const auto index : translated) {
    classes_[index].all = true;
    judge(index);
    report(index, changed);
  }
}

}  // namespace seatrial::results::dataplane
