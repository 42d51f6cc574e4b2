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
  classes_.push_back(std::move(fresh));
  for (std::size_t machine = 0; machine < count; ++machine) refresh_step(index, machine);
  dirty_.insert(index);
  return index;
}

std::size_t Checker::adjacency(const std::string& port, const net::IpAddress& address,
                               bool on_link) {
  const auto [known, fresh] =
      adjacency_index_.try_emplace({port, address, on_link}, adjacencies_.size());
  if (fresh) {
    Adjacency next{port, address, on_link, state_.wiring().neighbour(port, address), -1, {}};
    const auto machine = machine_index_.find(next.neighbour.node);
    if (machine != machine_index_.end()) next.machine = static_cast<int>(machine->second);
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
  c.steps[machine] = std::move(step);
  dirty_.insert(index);
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
  if (prefix.length() > 0) dirty_.insert(class_of(prefix));
}

void Checker::translation_changed(const std::string& node, const net::IpAddress& address) {
  const auto index = class_of(net::Prefix::host(address));
  if (const auto machine = machine_index_.find(node); machine != machine_index_.end()) {
    refresh_step(index, machine->second);
  }
}

void Checker::refresh_wiring() {
  for (auto& next : adjacencies_) refresh(next);
}

void Checker::refresh(Adjacency& next) {
  auto now = state_.wiring().neighbour(next.port, next.address);
  if (now == next.neighbour) return;
  next.neighbour = std::move(now);
  const auto machine = machine_index_.find(next.neighbour.node);
  next.machine = machine == machine_index_.end() ? -1 : static_cast<int>(machine->second);
  dirty_.insert(next.users.begin(), next.users.end());
}

void Checker::refresh_machine(const std::string& node) {
  const auto found = machine_index_.find(node);
  if (found == machine_index_.end()) {  // a pod: who it announces for
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      const auto* announcers = state_.announcers(classes_[i].prefix);
      if (announcers != nullptr && announcers->contains(node)) dirty_.insert(i);
    }
    return;
  }
  alive_[found->second] = state_.wiring().alive(node);
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    refresh_step(i, found->second);
    dirty_.insert(i);
  }
}

std::uint8_t Checker::bits_of(const Adjacency& next) {
  if (next.neighbour.reach == Reach::up) return 0;
  // That a host is gone is nobody's stale route; that a gateway is gone is.
  const bool stale = !next.on_link && next.neighbour.reach != Reach::no_such_host;
  return static_cast<std::uint8_t>(bit_lost | (stale ? bit_stale : 0));
}

std::uint8_t Checker::own_bits(const Class& c, std::size_t machine) const {
  const auto& step = c.steps[machine];
  std::uint8_t bits = 0;
  switch (step.end) {
    case Step::End::off:
      return 0;
    case Step::End::none:
    case Step::End::dropped:
      return scratch_.announcing[machine] ? 0 : bit_lost;
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
    c.bits[i] = own_bits(c, i);
    scratch_.out[i] = 0;
    if (c.steps[i].end != Step::End::forwarded) continue;
    for (const auto next : c.steps[i].adjacencies) {
      const auto& adjacency = adjacencies_[next];
      const bool on = adjacency.neighbour.reach == Reach::up && !adjacency.on_link;
      if (!on || adjacency.machine < 0) continue;
      scratch_.back[static_cast<std::size_t>(adjacency.machine)].push_back(i);
      ++scratch_.out[i];
    }
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

// What of it a person should hear of; true when that changed.
bool Checker::report(std::size_t index) {
  auto& c = classes_[index];
  const auto count = c.steps.size();
  const bool announced = state_.announced(c.prefix);
  const auto routed = [](const Step& step) {
    return step.end == Step::End::forwarded || step.end == Step::End::delivered;
  };
  if (announced && !c.announced) std::fill(c.had.begin(), c.had.end(), false);
  c.announced = announced;
  bool exact = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (routed(c.steps[i])) c.had[i] = true;
    exact = exact || c.steps[i].exact_gateway;
  }
  bool changed = false;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& step = c.steps[i];
    std::uint8_t verdict = fine;
    if (step.end != Step::End::off && (announced || exact)) {
      if ((c.bits[i] & bit_loop) != 0) verdict |= loops;
      const bool lost_here = announced ? (c.bits[i] & bit_lost) != 0 : (c.bits[i] & bit_stale) != 0;
      const bool never_had = step.end == Step::End::none && !c.had[i];
      if (lost_here && !never_had) verdict |= lost;
    }
    changed = changed || verdict != c.reported[i];
    c.reported[i] = verdict;
  }
  return changed;
}

void Checker::settle(const Changed& changed) {
  for (const auto& node : std::exchange(machines_touched_, {})) refresh_machine(node);
  const auto neighbours = std::exchange(neighbours_touched_, {});
  if (std::exchange(wiring_touched_, false)) {
    refresh_wiring();
  } else {
    for (const auto& [port, address] : neighbours) {
      for (const bool on_link : {false, true}) {
        const auto known = adjacency_index_.find({port, address, on_link});
        if (known != adjacency_index_.end()) refresh(adjacencies_[known->second]);
      }
    }
  }
  std::set<std::size_t> translated;
  const auto work = std::exchange(dirty_, {});
  for (const auto index : work) {
    if (classes_[index].translated) {
      translated.insert(index);
      continue;
    }
    const auto before = classes_[index].bits;
    judge(index);
    if (before != classes_[index].bits) {
      translated.insert(classes_[index].dependents.begin(), classes_[index].dependents.end());
    }
    if (report(index)) changed(index);
  }
  // After what they are translated into.
  for (const auto index : translated) {
    judge(index);
    if (report(index)) changed(index);
  }
}

}  // namespace seatrial::results::dataplane
