#include "scenarios/engine/expectations/judge.h"

#include <fmt/format.h>

#include <algorithm>

namespace seatrial::scenario::expectations {
namespace {

constexpr std::array kinds{"sessions", "routes",     "blocks",    "next_hops",   "load",
                           "spread",   "drops",      "invariant", "convergence", "quiescent",
                           "always",   "eventually", "until"};
static_assert(kinds.size() == std::variant_size_v<decltype(Expectation::what)>);

}  // namespace

void Findings::add(std::string what, std::string evidence) {
  if (count_++ >= most_told) return;
  told_.push_back(std::move(what));
  if (!evidence.empty()) evidence_.push_back(std::move(evidence));
}

results::Outcome Findings::outcome(std::string summary, std::vector<std::string> evidence) const {
  results::Outcome out;
  out.ok = empty();
  out.why = std::move(summary);
  if (!empty()) {
    out.why += (out.why.empty() ? "" : ": ") + join(told_, "; ");
    if (count_ > told_.size()) out.why += fmt::format("; and {} more", count_ - told_.size());
    evidence = evidence_;
  }
  out.evidence = std::move(evidence);
  return out;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += separator;
    out += word;
  }
  return out;
}

std::string list_of(const std::vector<net::IpAddress>& addresses) {
  if (addresses.empty()) return "nobody";
  std::vector<std::string> words;
  words.reserve(addresses.size());
  for (const auto& address : addresses) words.push_back(address.to_string());
  return words.size() == 1 ? words[0] : "[" + join(words) + "]";
}

std::string percent(double share) {
  auto text = fmt::format("{:.4f}", share * 100.0);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " %";
}

const std::vector<results::Window>& Judge::windows() {
  if (!windows_) windows_ = results::find_windows(record_);
  return *windows_;
}

Signal Judge::signal(const Condition& condition) {
  return signal_of(condition, {record_, [this]() -> const auto& { return windows();
}
}  // namespace seatrial::scenario::expectations
);
}

const results::PathFinder& Judge::paths() {
  if (!paths_) paths_ = std::make_unique<results::PathFinder>(record_);
  return *paths_;
}

bool Judge::is_of_service(const std::string& pod, const std::string& service) const {
  const auto services = facts_.services_of(pod);
  return std::find(services.begin(), services.end(), service) != services.end();
}

std::string Judge::describe(std::size_t request) const {
  const auto& r = record_.requests()[request];
  return fmt::format("request {} ({} {} at {}s)", r.number, r.method, r.url, seconds(r.intended));
}

results::Outcome Judge::judge(const Expectation& expectation) {
  auto out = std::visit([this](const auto& what) { return judge(what); }, expectation.what);
  out.id = expectation.id;
  out.kind = kinds[expectation.what.index()];
  return out;
}

results::Outcome evaluate(const Expectation& expectation, const Scenario& scenario,
                          const Facts& facts, const results::Record& record) {
  return Judge(scenario, facts, record).judge(expectation);
}

std::vector<results::Outcome> evaluate_all(const Scenario& scenario, const Facts& facts,
                                           const results::Record& record) {
  Judge judge(scenario, facts, record);
  std::vector<results::Outcome> out;
  for (const auto& expectation : scenario.expect) out.push_back(judge.judge(expectation));
  return out;
}

}  // namespace seatrial::scenario::expectations
