#include "results/compare/message_comparison.h"

#include <algorithm>

#include "results/compare/align.h"
#include "results/compare/message_parts.h"

namespace seatrial::results {
namespace {

// How many may wait on one side for a side that lags or says nothing.
constexpr std::size_t most_waiting = 20'000;
// How much of a conversation is kept for a second look, and how many that did not fit.
constexpr std::size_t most_said = 64;
constexpr std::size_t most_leftovers = 256;

}  // namespace

MessageComparison::MessageComparison(const Lens& lens, const TimeTolerance& tolerance, Layer layer,
                                     std::size_t keep)
    : lens_(lens), timing_(tolerance, lens), layer_(layer), keep_(keep) {
  sinks_[0] = std::make_unique<SideSink>(*this, Side::a);
  sinks_[1] = std::make_unique<SideSink>(*this, Side::b);
}

MessageComparison::~MessageComparison() = default;

MessageSink& MessageComparison::sink(Side side) {
  return *sinks_.at(index(side));
}

void MessageComparison::on_open(Side side, ConversationId id, const Conversation& conversation) {
  auto& group = groups_[conversation.group];
  if (!group) {
    group = std::make_unique<Group>();
    group->name = conversation.group;
  }
  auto& waiting = group->waiting.at(index(other(side)));
  Pair* pair = nullptr;
  if (!waiting.empty()) {
    pair = waiting.front();
    waiting.pop_front();
  } else {
    auto made = std::make_unique<Pair>();
    pair = made.get();
    pair->group = group.get();
    group->pairs.emplace(pair, std::move(made));
    group->waiting.at(index(side)).push_back(pair);
  }
  Half& half = pair->halves.at(index(side));
  half.present = true;
  half.id = id;
  half.conversation = conversation;
  const auto& counterpart = pair->halves.at(index(other(side))).conversation;
  if (conversation.identity != 0 && conversation.identity == counterpart.identity) {
    same_packets_ = true;
  }
  by_id_.at(index(side))[id] = pair;
}

void MessageComparison::on_message(Side side, ConversationId id, const std::string& name,
                                   Message message) {
  const auto found = by_id_.at(index(side)).find(id);
  if (found == by_id_.at(index(side)).end()) return;
  Pair& pair = *found->second;
  Half& half = pair.halves.at(index(side));
  ++half.messages;
  half.digest += hash_of(name, message.digest);
  if (!pair.settled && (half.conversation.only_one || half.messages > most_said)) settle(pair);
  Lane& lane = pair.lanes[name];
  if (lane.muted) return;
  auto& waiting = lane.waiting.at(index(side));
  if (waiting.size() >= most_waiting) {
    ++lane.dropped.at(index(side));
    return;
  }
  waiting.push_back(std::move(message));
  if (waiting.size() == most_waiting) full_.at(index(side)).insert(&lane);
  consume(pair, name, lane, false);
  // A prefix of a RIB that both have told needs no place any longer.
  if (lane.empty() && lane.matched.empty() && pair.lanes.size() > 16) pair.lanes.erase(name);
}

void MessageComparison::consume(Pair& pair, const std::string& name, Lane& lane, bool judging) {
  drain(pair, name, lane, judging);
  for (const auto side : {Side::a, Side::b}) {
    auto& full = full_.at(index(side));
    if (!full.empty() && lane.waiting.at(index(side)).size() < most_waiting) full.erase(&lane);
  }
}

// `judging`: both sides are over, and this pair is the right one.
void MessageComparison::drain(Pair& pair, const std::string& name, Lane& lane, bool judging) {
  auto& a = lane.waiting[0];
  auto& b = lane.waiting[1];
  while (!a.empty() && !b.empty()) {
    if (a.front().digest == b.front().digest) {
      if (pair.settled) {
        same(pair, a.front(), b.front());
      } else {
        lane.matched.push_back({std::move(a.front()), std::move(b.front())});
      }
      ++lane.same;
      a.pop_front();
      b.pop_front();
      continue;
    }
    const bool enough = std::min(a.size(), b.size()) >= align_window;
    if ((enough || judging) && octets_differ(pair, name, a.front(), b.front())) {
      lane.muted = true;
      a.clear();
      b.clear();
      return;
    }
    if (!enough) return;
    settle(pair);
    resolve(pair, name, lane, false);
  }
}

void MessageComparison::settle(Pair& pair) {
  if (std::exchange(pair.settled, true)) return;
  std::map<std::string, Lane*> in_order;
  for (auto& [name, lane] : pair.lanes) in_order.emplace(name, &lane);
  for (auto& [_, lane] : in_order) {
    for (const auto& [a, b] : std::exchange(lane->matched, {})) same(pair, a, b);
  }
}

std::map<std::string, std::vector<Message>> MessageComparison::Pair::take_said(Side side) {
  std::map<std::string, std::vector<Message>> said;
  for (auto& [name, lane] : lanes) {
    auto& waiting = lane.waiting.at(index(side));
    if (lane.matched.empty() && waiting.empty()) continue;
    auto& messages = said[name];
    for (auto& both : lane.matched) messages.push_back(std::move(both.at(index(side))));
    std::move(waiting.begin(), waiting.end(), std::back_inserter(messages));
  }
  return said;
}

// Judges what waits. Unless it is everything there will be, what follows the last match stays.
void MessageComparison::resolve(const Pair& pair, const std::string& name, Lane& lane,
                                bool everything) {
  auto& a = lane.waiting[0];
  auto& b = lane.waiting[1];
  const auto likeness = [&](std::size_t i, std::size_t j) {
    return a[i].digest == b[j].digest ? 2 : a[i].key == b[j].key && a[i].kind == b[j].kind ? 1 : 0;
  };
  Run run;
  align_waiting(a, b, everything, likeness, [&](const Aligned& edit) {
    if (edit.a && edit.b) {
      octets_alone(pair, name, std::exchange(run, {}));
      const auto& left = a[*edit.a];
      const auto& right = b[*edit.b];
      if (left.digest == right.digest) {
        same(pair, left, right);
        ++lane.same;
      } else {
        changed(pair, name, left, right);
      }
      return;
    }
    const auto side = edit.a ? Side::a : Side::b;
    const auto place = edit.a ? *edit.a : *edit.b;
    const auto& message = lane.waiting.at(index(side))[place];
    if (message.kind != stream_kind) return alone(pair, name, side, message, lane, place);
    if (run.octets > 0 && run.side != side) octets_alone(pair, name, std::exchange(run, {}));
    run.add(side, message);
  });
  octets_alone(pair, name, run);
}

void MessageComparison::on_close(Side side, ConversationId id) {
  auto& ids = by_id_.at(index(side));
  const auto found = ids.find(id);
  if (found == ids.end()) return;
  Pair& pair = *found->second;
  ids.erase(found);
  pair.halves.at(index(side)).closed = true;
  if (!pair.halves[0].closed || !pair.halves[1].closed) return;
  Group& group = *pair.group;
  auto node = group.pairs.extract(&pair);
  end(group, std::move(node.mapped()));
}

// Both sides of a pair are over.
void MessageComparison::end(Group& group, std::unique_ptr<Pair> pair) {
  const bool differs = std::any_of(pair->lanes.begin(), pair->lanes.end(), [](const auto& entry) {
    return !entry.second.empty() || entry.second.muted;
  });
  if (!differs) return settle(*pair);
  if (pair->settled) return judge(*pair);
  for (const auto side : {Side::a, Side::b}) {
    Half& half = pair->halves.at(index(side));
    half.said = pair->take_said(side);
    if (matches_leftover(group, side, half)) continue;
    group.leftovers.at(index(side)).push_back(std::move(half));
  }
  if (group.leftovers[0].size() > most_leftovers || group.leftovers[1].size() > most_leftovers) {
    judge_leftovers(group);
  }
}

bool MessageComparison::matches_leftover(Group& group, Side side, Half& half) {
  auto& candidates = group.leftovers.at(index(other(side)));
  const auto found = std::find_if(candidates.begin(), candidates.end(), [&half](const Half& c) {
    return c.digest == half.digest && c.messages == half.messages;
  });
  if (found == candidates.end()) return false;
  const auto& a = side == Side::a ? half : *found;
  const auto& b = side == Side::a ? *found : half;
  Pair pair;
  pair.group = &group;
  for (const auto& [name, messages] : a.said) {
    const auto& others = b.said.at(name);
    for (std::size_t i = 0; i < std::min(messages.size(), others.size()); ++i) {
      same(pair, messages[i], others[i]);
    }
  }
  candidates.erase(found);
  return true;
}

// Conversations that have no like on the other side: laid beside each other by what they began
// with, and told apart message by message.
void MessageComparison::judge_leftovers(Group& group) {
  auto& a = group.leftovers[0];
  auto& b = group.leftovers[1];
  for (auto* halves : {&a, &b}) {
    std::stable_sort(halves->begin(), halves->end(), [](const Half& x, const Half& y) {
      return x.conversation.at.frame < y.conversation.at.frame;
    });
  }
  const auto likeness = [](const Half& left, const Half& right) {
    std::size_t common = 0;
    for (const auto& [name, messages] : left.said) {
      const auto there = right.said.find(name);
      if (there == right.said.end()) continue;
      for (std::size_t i = 0; i < std::min(messages.size(), there->second.size()); ++i) {
        if (messages[i].key == there->second[i].key) ++common;
      }
    }
    return common;
  };
  const auto pairs = align(a.size(), b.size(), [&](std::size_t i, std::size_t j) {
    // Nearly all of what was said has a counterpart, or some of it.
    const auto common = likeness(a[i], b[j]);
    const auto most = std::max(a[i].messages, b[j].messages);
    return common * 2 > most ? 2 : common > 0 ? 1 : 0;
  });
  for (const auto& entry : pairs) {
    Pair pair;
    pair.group = &group;
    for (const auto side : {Side::a, Side::b}) {
      const auto& place = side == Side::a ? entry.a : entry.b;
      if (!place) continue;
      Half& half = pair.halves.at(index(side));
      half = std::move(group.leftovers.at(index(side))[*place]);
      for (auto& [name, messages] : half.said) {
        auto& waiting = pair.lanes[name].waiting.at(index(side));
        std::move(messages.begin(), messages.end(), std::back_inserter(waiting));
      }
    }
    judge(pair);
  }
  a.clear();
  b.clear();
}

void MessageComparison::judge(Pair& pair) {
  settle(pair);
  for (auto& full : full_) {
    for (auto& [_, lane] : pair.lanes) full.erase(&lane);
  }
  if (!pair.halves[0].present) return only(pair, Side::b);
  if (!pair.halves[1].present) return only(pair, Side::a);
  std::map<std::string, Lane*> in_order;
  for (auto& [name, lane] : pair.lanes) in_order.emplace(name, &lane);
  for (auto& [name, lane] : in_order) {
    consume(pair, name, *lane, true);
    if (!lane->empty() && !stream_ends(pair, name, *lane)) resolve(pair, name, *lane, true);
    for (const auto side : {Side::a, Side::b}) too_many(pair, name, side, *lane);
  }
}

void MessageComparison::finish(const std::array<CaptureSpan, 2>& spans, CaptureComparison& out) {
  for (auto& [_, group] : groups_) {
    std::vector<Pair*> open;
    for (auto& [pair, owned] : group->pairs) open.push_back(owned.get());
    std::sort(open.begin(), open.end(), [](const Pair* x, const Pair* y) {
      const auto key = [](const Pair* p) {
        const auto& half = p->halves[0].present ? p->halves[0] : p->halves[1];
        return std::pair(half.present && !p->halves[0].present, half.conversation.at.frame);
      };
      return key(x) < key(y);
    });
    for (auto* pair : open) {
      auto node = group->pairs.extract(pair);
      auto owned = std::move(node.mapped());
      const bool one_sided = !owned->halves[0].present || !owned->halves[1].present;
      if (!one_sided) {
        end(*group, std::move(owned));
        continue;
      }
      const auto side = owned->halves[0].present ? Side::a : Side::b;
      Half& half = owned->halves.at(index(side));
      if (owned->settled) {
        judge(*owned);
        continue;
      }
      half.said = owned->take_said(side);
      if (!matches_leftover(*group, side, half)) {
        group->leftovers.at(index(side)).push_back(std::move(half));
      }
    }
    judge_leftovers(*group);
  }
  for (auto& finding : timing_.finish(layer_, spans, same_packets_, notes_)) {
    report(std::move(finding));
  }
  for (auto& finding : findings_) {
    if (finding.a) finding.a->time = TimePoint(finding.a->time - spans[0].origin());
    if (finding.b) finding.b->time = TimePoint(finding.b->time - spans[1].origin());
  }
  std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& x, const Finding& y) {
    const auto when = [](const Finding& f) {
      return f.a ? f.a->time : f.b ? f.b->time : TimePoint();
    };
    return when(x) < when(y);
  });
  add_notes(out);
  LayerVerdict verdict;
  verdict.layer = layer_;
  verdict.differences = differences_;
  verdict.compared = compared_;
  verdict.same = differences_ == 0;
  out.add(verdict);
  out.differences += differences_;
  std::move(findings_.begin(), findings_.end(), std::back_inserter(out.findings));
}

}  // namespace seatrial::results
