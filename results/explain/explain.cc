#include "results/explain/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "results/explain/cause.h"
#include "results/explain/frames.h"
#include "results/explain/slow.h"

namespace seatrial::results {
namespace {

constexpr Duration always_slow = std::chrono::seconds(1);
// A piece of time that is a smaller part of the whole is told together with its like.
constexpr int least_part = 100;
// So many questions about the moments of one try: more SYNs than that are not sent in any timeout.
constexpr std::size_t most_moments = 8;

bool timed_out(const std::string& error) {
  return error != "refused" && error != "reset" && error != "closed";
}

}  // namespace

std::string FrameId::to_string() const {
  return fmt::format("{} frame {}", file, number);
}

class Explainer::Impl {
 public:
  Impl(const Record& record, const std::vector<Explanations::SlowBound>& missed, std::string folder)
      : record_(record),
        causes_(record),
        tries_(record),
        breakdown_(record),
        slow_(record, causes_, tries_),
        frames_(std::move(folder)) {
    index_services();
    find_bounds(missed);
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < record.requests().size(); ++i) {
      const auto symptom = symptom_of(i);
      if (symptom == "answered") continue;
      ++(symptom == "slow" ? all_.slow : all_.failed);
      wanted.push_back(i);
    }
    auto explained = explain(wanted);
    group(explained);
  }

  const Explanations& explanations() const { return all_; }

  std::vector<Explanation> explain_all(const std::vector<std::size_t>& requests) const {
    for (const auto request : requests) {
      if (request >= record_.requests().size()) {
        throw std::out_of_range(fmt::format("no request/{}", request));
      }
    }
    std::vector<Explanation> out;
    for (auto& work : explain(requests)) out.push_back(std::move(work.explanation));
    return out;
  }

 private:
  struct Work {
    Explanation explanation;
    std::optional<Cause> cause;
    std::vector<Try> tries;
    std::vector<std::size_t> proxies;
    // Of one that was answered.
    Timing timing;
    std::vector<SpentOn> spent;
    std::map<std::size_t, Cause> lost;  // by span
  };
  struct Asked {
    std::size_t work;
    std::optional<std::size_t> span;  // of a slow one's time
    bool answers;
  };

  void index_services() {
    for (const auto& change : record_.endpoints()) {
      auto& addresses = services_[change.service];
      for (const auto& endpoint : change.ready) addresses.insert(endpoint.address);
    }
    for (const auto& pod : record_.pods()) {
      if (!pod.address.is_unspecified()) addresses_of_pod_[pod.pod].insert(pod.address);
    }
  }

  void find_bounds(const std::vector<Explanations::SlowBound>& missed) {
    std::map<std::string, std::vector<Duration>> latencies;
    for (const auto& request : record_.requests()) {
      auto& list = latencies[request.client];
      if (request.succeeded()) list.push_back(request.latency());
    }
    for (auto& [client, list] : latencies) {
      Explanations::SlowBound bound{client, always_slow, "more than 1 s"};
      if (!list.empty()) {
        const auto middle = [](std::vector<Duration>& values) {
          const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
          std::nth_element(values.begin(), half, values.end());
          return *half;
        };
        const auto median = middle(list);
        for (auto& value : list) value = value > median ? value - median : median - value;
        const auto deviation = middle(list);
        const auto outlier = std::max(10 * median, median + 3 * deviation);
        if (outlier < always_slow) {
          bound.above = outlier;
          bound.why = fmt::format(
              "more than 10 times the median of {} and 3 median absolute deviations above it",
              took(median));
        }
      }
      for (const auto& one : missed) {
        if (one.client == client) bound = one;
      }
      bounds_[client] = bound.above;
      all_.slow_bounds.push_back(std::move(bound));
    }
  }

  bool wrong_answerer(const RequestFinished& request) const {
    if (request.expect_service.empty() || request.answered_by.empty()) return false;
    const auto service = services_.find(request.expect_service);
    const auto pod = addresses_of_pod_.find(request.answered_by);
    if (service == services_.end() || pod == addresses_of_pod_.end()) return false;
    return std::ranges::none_of(pod->second, [&](const net::IpAddress& address) {
      return service->second.contains(address);
    });
  }

  std::string symptom_of(std::size_t index) const {
    const auto& request = record_.requests()[index];
    if (!request.error.empty()) return request.error;
    if (!request.succeeded()) return std::to_string(request.status);
    if (wrong_answerer(request)) return "wrong answerer";
    if (request.latency() > bounds_.at(request.client)) return "slow";
    return "answered";
  }

  ChainStep symptom_step(std::size_t index, const std::string& symptom) const {
    const auto& r = record_.requests()[index];
    auto text = fmt::format("{} {} of {} (request {}, due at {}) ", r.method, r.url, r.client,
                            r.number, clock(r.intended));
    if (!r.error.empty()) {
      text += fmt::format("ended with {} after {}", r.error, took(r.latency()));
    } else if (symptom == "wrong answerer") {
      text += fmt::format("was answered by {}, expected {}", r.answered_by, r.expect_service);
    } else {
      text += fmt::format("got status {} after {}", r.status, took(r.latency()));
    }
    ChainStep step{"symptom", r.finished, std::move(text), {evidence_id("request", index)}, {}};
    if (r.local.port != 0) {
      step.frames = frames_.of({Transport::tcp, r.local, r.remote}, r.client, r.sent, r.finished);
    }
    return step;
  }

  ChainStep try_step(const Try& one) const {
    const auto to = causes_.name(one.to, one.finished);
    ChainStep step;
    step.kind = "try";
    step.at = one.started;
    if (!one.proxy) {
      step.text = fmt::format("{}'s connection to {} from {}", one.from, to, clock(one.started));
    } else {
      step.evidence.push_back(evidence_id("proxy", *one.proxy));
      step.text =
          one.error == "client gone"
              ? fmt::format("{} waited for {} from {} until the client left at {}", one.from, to,
                            clock(one.started), clock(one.finished))
              : fmt::format("{} tried {} at {}: {} after {}", one.from, to, clock(one.started),
                            one.error, took(one.finished - one.started));
    }
    if (one.sent.size() > 1)
      step.text += fmt::format("; its SYN was sent {} times", one.sent.size());
    for (const auto hop : one.sent) step.evidence.push_back(evidence_id("hop", hop));
    if (one.flow) step.frames = frames_.of(*one.flow, one.from, one.started, one.finished);
    return step;
  }

  ChainStep time_step(const TimeSpan& span, const RequestFinished& request) const {
    ChainStep step{"time",        span.from, breakdown_.words(span, request),
                   span.evidence, {},        span.took()};
    if (span.kind == TimeSpan::Kind::failed) {
      step = try_step(tries_.of_proxy(*span.proxy, span.to));
      step.took = span.took();
    } else if (span.kind == TimeSpan::Kind::lookup) {
      step.frames = frames_.lookups(span.where, span.from, span.to);
    } else if (span.flow) {
      step.frames = frames_.of(*span.flow, span.where, span.from, span.to);
    }
    step.piece = piece_of(span.kind);
    return step;
  }

  // Where the time went; what is short is one step.
  void tell_time(const Timing& timing, std::vector<ChainStep>& chain) const {
    const auto& request = record_.requests()[timing.path.request];
    ChainStep rest{"time", request.finished, "", {}, {}, Duration::zero()};
    std::size_t short_ones = 0;
    for (const auto& span : timing.spans) {
      if (span.took() * least_part >= request.latency()) {
        chain.push_back(time_step(span, request));
        continue;
      }
      ++short_ones;
      *rest.took += span.took();
      for (const auto& id : span.evidence) {
        if (std::ranges::find(rest.evidence, id) == rest.evidence.end()) {
          rest.evidence.push_back(id);
        }
      }
    }
    if (short_ones == 0) return;
    rest.piece = "other";
    rest.text = fmt::format("{}: {} shorter piece{}", took(*rest.took), short_ones,
                            short_ones == 1 ? "" : "s");
    chain.push_back(std::move(rest));
  }

  // All at once: the run is replayed once for all of their questions.
  std::vector<Work> explain(const std::vector<std::size_t>& requests) const {
    std::vector<Work> out;
    std::vector<FateQuestion> questions;
    std::vector<Asked> asked;
    for (const auto index : requests) {
      Work work;
      work.explanation.request = index;
      const auto& symptom = work.explanation.symptom = symptom_of(index);
      if (symptom == "slow" || symptom == "answered") {
        work.timing = breakdown_.of(index);
        if (symptom == "slow") work.spent = slow_.connections(work.timing);
        for (const auto& [span, one] : work.spent) ask(one, {out.size(), span}, questions, asked);
      } else {
        work.tries = tries_.wrong(index, work.proxies);
        // The innermost and last first: that is what the answer waited for.
        for (std::size_t k = work.tries.size(); k-- > 0;) {
          ask(work.tries[k], {out.size(), std::nullopt}, questions, asked);
        }
      }
      out.push_back(std::move(work));
    }
    const auto answers = fates(record_, questions);
    for (std::size_t i = 0; i < questions.size(); ++i) {
      auto& work = out[asked[i].work];
      const auto span = asked[i].span;
      if (!answers[i].lost() || (span ? work.lost.contains(*span) : work.cause.has_value())) {
        continue;
      }
      auto cause = causes_.of(answers[i], questions[i].at);
      if (asked[i].answers) {
        cause.deed += " (the answers' way)";
        cause.sentence = Causes::sentence({&cause});
      }
      if (span) {
        work.lost.emplace(*span, std::move(cause));
      } else {
        work.cause = std::move(cause);
      }
    }
    for (auto& work : out) finish(work);
    return out;
  }

  void ask(const Try& one, std::pair<std::size_t, std::optional<std::size_t>> who,
           std::vector<FateQuestion>& questions, std::vector<Asked>& asked) const {
    const auto& [work, span] = who;
    // What was answered, be it with a refusal, was not lost.
    if (!span && !timed_out(one.error) && !one.answers_seen.empty()) return;
    std::vector<TimePoint> moments{one.started};
    for (const auto hop : one.sent) moments.push_back(record_.hops()[hop].at);
    if (moments.size() > most_moments) moments.resize(most_moments);
    // What went well in the end was lost before.
    const bool to_the_end = one.error != "unreachable" && (!span || !one.error.empty());
    if (to_the_end && timed_out(one.error)) {  // it may have been under way when something broke
      for (const auto& fault : record_.faults()) {
        const bool during = fault.at > one.started && fault.at < one.finished;
        if (during && moments.size() < 2 * most_moments) moments.push_back(fault.at);
      }
    }
    if (to_the_end) moments.push_back(one.finished);
    for (const auto at : moments) {
      // Its last moment may be the first of something else's.
      if (at > one.finished) continue;
      questions.push_back({at, one.from, one.to.address, one.seen});
      asked.push_back({work, span, false});
      if (one.arrived_at.empty()) continue;
      questions.push_back({at, one.arrived_at, one.flow->from.address, one.answers_seen});
      asked.push_back({work, span, true});
    }
  }

  void finish(Work& work) const {
    auto& e = work.explanation;
    e.chain.push_back(symptom_step(e.request, e.symptom));
    if (e.symptom == "wrong answerer") {
      wrong_service(work);
      return;
    }
    if (e.symptom == "answered" || e.symptom == "slow") {
      tell_time(work.timing, e.chain);
      if (e.symptom == "answered") return;
      work.cause = slow_.main_cause(work.timing, work.spent, work.lost);
    } else {
      for (const auto& one : work.tries) e.chain.push_back(try_step(one));
      for (std::size_t k = work.tries.size(); k-- > 0 && !work.cause;) {
        work.cause = causes_.of_drops(work.tries[k]);
        if (!work.cause && !work.tries[k].error.empty()) {
          work.cause = causes_.of_refusal(work.tries[k]);
        }
        if (!work.cause) work.cause = causes_.of_process(work.tries[k]);
      }
      if (!work.cause) no_live_upstream(work);
    }
    if (!work.cause) return;
    e.attributed = true;
    e.cause = work.cause->sentence;
    e.chain.insert(e.chain.end(), work.cause->steps.begin(), work.cause->steps.end());
  }

  // A proxy that tried nobody had disabled every peer, and said so.
  void no_live_upstream(Work& work) const {
    for (const auto index : work.proxies) {
      const auto& proxy = record_.proxies()[index];
      if (proxy.upstream.port != 0 || proxy.error.empty()) continue;
      auto& e = work.explanation;
      e.chain.push_back(
          {"answer",
           proxy.finished,
           fmt::format("{} answered {} itself: {}", proxy.node, proxy.status, proxy.error),
           {evidence_id("proxy", index)},
           {}});
      for (std::size_t i = record_.notes().size(); i-- > 0;) {
        const auto& note = record_.notes()[i];
        if (note.at > proxy.finished || note.node != proxy.node) continue;
        if (note.kind != "peer disabled" && !note.kind.starts_with("peers")) continue;
        if (!note.text.starts_with(proxy.upstream_name + ":")) continue;
        Cause cause;
        cause.machine = proxy.node;
        cause.key = "peers/" + note.kind + "/" + proxy.upstream_name;
        cause.deed = fmt::format("had no live peer of {} ({} at {})", proxy.upstream_name,
                                 note.kind, clock(note.at));
        cause.sentence = Causes::sentence({&cause});
        cause.steps.push_back(
            {"peers", note.at, note.kind + ": " + note.text, {evidence_id("note", i)}, {}});
        work.cause = std::move(cause);
        return;
      }
    }
  }

  // The pod that answered had the address of one that did before, or was never of the service.
  void wrong_service(Work& work) const {
    auto& e = work.explanation;
    const auto& request = record_.requests()[e.request];
    std::vector<std::size_t> proxies;
    tries_.wrong(e.request, proxies);
    std::reverse(proxies.begin(), proxies.end());
    for (const auto index : proxies) {
      const auto& proxy = record_.proxies()[index];
      if (proxy.upstream.port == 0) continue;
      const auto* pod = causes_.pod_of(proxy.upstream.address, proxy.finished);
      if (pod == nullptr || pod->pod != request.answered_by) continue;
      Cause cause;
      cause.machine = proxy.node;
      cause.deed = fmt::format("sent it to {} for {}", causes_.name(proxy.upstream, proxy.finished),
                               proxy.upstream_name);
      cause.key = "wrong/" + proxy.upstream_name + "/" + request.answered_by;
      cause.sentence = Causes::sentence({&cause});
      e.chain.push_back(
          {"try", proxy.started, proxy.node + " " + cause.deed, {evidence_id("proxy", index)}, {}});
      e.attributed = true;
      e.cause = cause.sentence;
      work.cause = std::move(cause);
      return;
    }
  }

  void group(std::vector<Work>& explained) {
    std::map<std::tuple<std::string, std::string, std::string>, std::size_t> index;
    std::vector<std::vector<const Cause*>> causes;
    for (auto& work : explained) {
      const auto& e = work.explanation;
      const auto& request = record_.requests()[e.request];
      const auto key = work.cause && e.attributed ? work.cause->key : std::string();
      const auto [known, fresh] =
          index.try_emplace({request.client, e.symptom, key}, all_.groups.size());
      if (fresh) {
        ExplanationGroup one;
        one.client = request.client;
        one.symptom = e.symptom;
        one.attributed = e.attributed;
        one.first = one.last = request.intended;
        one.chain = e.chain;
        all_.groups.push_back(std::move(one));
        causes.emplace_back();
      }
      auto& group = all_.groups[known->second];
      group.requests.push_back(e.request);
      group.first = std::min(group.first, request.intended);
      group.last = std::max(group.last, request.intended);
      if (work.cause && e.attributed) causes[known->second].push_back(&*work.cause);
      if (!e.attributed) ++all_.unattributed;
    }
    for (std::size_t i = 0; i < all_.groups.size(); ++i) {
      if (!causes[i].empty()) all_.groups[i].cause = Causes::sentence(causes[i]);
    }
    std::ranges::stable_sort(all_.groups, [](const auto& a, const auto& b) {
      if (a.attributed != b.attributed) return a.attributed;
      return a.requests.size() > b.requests.size();
    });
  }

  const Record& record_;
  Causes causes_;
  Tries tries_;
  Breakdown breakdown_;
  SlowTime slow_;
  Frames frames_;
  std::map<std::string, std::set<net::IpAddress>> services_;
  std::map<std::string, std::set<net::IpAddress>> addresses_of_pod_;
  std::map<std::string, Duration> bounds_;
  Explanations all_;
};

Explainer::Explainer(const Record& record, const std::vector<Explanations::SlowBound>& missed,
                     std::string folder)
    : impl_(std::make_unique<Impl>(record, missed, std::move(folder))) {}
Explainer::~Explainer() = default;

Explanation Explainer::explain(std::size_t request) const {
  return std::move(impl_->explain_all({request}).front());
}

std::vector<Explanation> Explainer::explain(const std::vector<std::size_t>& requests) const {
  return impl_->explain_all(requests);
}

const Explanations& Explainer::explanations() const {
  return impl_->explanations();
}

}  // namespace seatrial::results
