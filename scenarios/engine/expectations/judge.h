// One run under judgement, with what several kinds of expectation look up in it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "results/dataplane/windows.h"
#include "results/path/path.h"
#include "scenarios/engine/expectations/expectations.h"
#include "scenarios/engine/expectations/signal.h"

namespace seatrial::scenario::expectations {

class Judge {
 public:
  Judge(const Scenario& scenario, const Facts& facts, const results::Record& record)
      : scenario_(scenario), facts_(facts), record_(record) {}

  results::Outcome judge(const Expectation& expectation);

 private:
  results::Outcome judge(const ExpectSessions& e);
  results::Outcome judge(const ExpectRoutes& e);
  results::Outcome judge(const ExpectBlocks& e);
  results::Outcome judge(const ExpectNextHops& e);
  results::Outcome judge(const ExpectLoad& e);
  results::Outcome judge(const ExpectSpread& e);
  results::Outcome judge(const ExpectDrops& e);
  results::Outcome judge(const ExpectInvariant& e);
  results::Outcome judge(const ExpectConvergence& e);
  results::Outcome judge(const ExpectQuiescent& e);
  results::Outcome judge(const ExpectAlways& e);
  results::Outcome judge(const ExpectEventually& e);
  results::Outcome judge(const ExpectUntil& e);

  const results::PathFinder& paths();
  const std::vector<results::Window>& windows();
  Signal signal(const Condition& condition);
  bool is_of_service(const std::string& pod, const std::string& service) const;
  // "request 17 (GET http://cafe.example.com/api at 12.5s)"
  std::string describe(std::size_t request) const;
  // What is wrong with who answered; empty when it is right.
  std::string wrong_answerer(std::size_t request);

  const Scenario& scenario_;
  const Facts& facts_;
  const results::Record& record_;
  std::unique_ptr<results::PathFinder> paths_;
  std::optional<std::vector<results::Window>> windows_;
};

// Collects what is wrong: the first few in words, the rest as a number.
class Findings {
 public:
  void add(std::string what, std::string evidence = {});
  bool empty() const { return count_ == 0; }
  std::size_t count() const { return count_; }
  // A failed outcome that begins with `summary`; a good one when nothing was found.
  results::Outcome outcome(std::string summary, std::vector<std::string> evidence = {}) const;

 private:
  static constexpr std::size_t most_told = 3;
  std::vector<std::string> told_;
  std::vector<std::string> evidence_;
  std::size_t count_ = 0;
};

std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");
// "[10.1.1.4, 10.1.1.5]", or "nobody"
std::string list_of(const std::vector<net::IpAddress>& addresses);
std::string percent(double share);
inline TimePoint moment(Duration at) {
  return TimePoint(at);
}

}  // namespace seatrial::scenario::expectations
