#include "models/dns/plugins.h"

#include <algorithm>
#include <utility>

namespace seatrial::dns {
namespace {

// The dnsutil.MinimalTTL of CoreDNS: the smallest TTL of all records, 1 h at most, 5 s when there
// is none or the answer is a failure.
Duration message_ttl(const Answer& answer) {
  constexpr Duration fail_safe = std::chrono::seconds(5);
  if (answer.rcode != Rcode::no_error && answer.rcode != Rcode::name_error) return fail_safe;
  Duration ttl = std::chrono::hours(1);
  bool any = false;
  for (const auto* section : {&answer.answers, &answer.authority, &answer.additional}) {
    for (const auto& record : *section) {
      ttl = std::min<Duration>(ttl, std::chrono::seconds(record.ttl));
      any = true;
    }
  }
  return any ? ttl : fail_safe;
}

void set_ttl(Answer& answer, Duration ttl) {
  const auto whole =
      static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(ttl).count());
  for (auto* section : {&answer.answers, &answer.authority, &answer.additional}) {
    for (auto& record : *section) record.ttl = whole;
  }
}

}  // namespace

Answer Cache::lookup(const Question& question) {
  const auto now = host_.now();
  for (const auto* items : {&denial_, &success_}) {
    const auto found = items->find({question.name, question.type});
    if (found == items->end()) continue;
    const auto& item = found->second;
    // What is left, in whole seconds of age, as CoreDNS counts.
    const auto left =
        item.ttl - std::chrono::duration_cast<std::chrono::seconds>(now - item.stored);
    if (left <= Duration(0)) continue;
    ++hits_;
    auto answer = item.answer;
    set_ttl(answer, left);
    return answer;
  }
  ++misses_;
  auto answer = next_.lookup(question);
  const bool denial = answer.rcode != Rcode::no_error || answer.answers.empty();
  const auto ttl = std::min(std::max(message_ttl(answer), options_.minimum),
                            denial ? options_.denial : options_.success);
  set_ttl(answer, ttl);
  store(denial ? denial_ : success_, question, answer, ttl);
  (denial ? success_ : denial_).erase({question.name, question.type});
  return answer;
}

void Cache::store(Items& items, const Question& question, const Answer& answer, Duration ttl) {
  const std::pair key(question.name, question.type);
  if (items.size() >= options_.capacity && !items.contains(key)) {
    if (items.empty()) return;
    items.erase(std::min_element(items.begin(), items.end(), [](const auto& a, const auto& b) {
      return a.second.stored < b.second.stored;
    }));
  }
  items.insert_or_assign(key, Item{answer, host_.now(), ttl});
}

void Cache::clear() {
  success_.clear();
  denial_.clear();
}

Answer LoadBalance::lookup(const Question& question) {
  auto answer = next_.lookup(question);
  auto& random = host_.random("dns-loadbalance");
  for (auto* section : {&answer.answers, &answer.additional}) {
    const auto is_address = [](const Record& r) {
      return r.type == Type::a || r.type == Type::aaaa;
    };
    const auto first = std::stable_partition(section->begin(), section->end(),
                                             [](const Record& r) { return r.type == Type::cname; });
    const auto last = std::stable_partition(first, section->end(), is_address);
    for (auto left = last - first; left > 1; --left) {
      const auto pick = random.below(static_cast<std::uint64_t>(left));
      std::iter_swap(first + (left - 1), first + static_cast<std::ptrdiff_t>(pick));
    }
  }
  return answer;
}

}  // namespace seatrial::dns
