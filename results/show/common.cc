#include "results/show/common.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "results/report/text.h"

namespace seatrial::results::show {

std::string shown_time(TimePoint at) {
  const auto us = std::chrono::ceil<std::chrono::microseconds>(at.time_since_epoch()).count();
  return fmt::format("{}.{:06}", us / 1'000'000, us % 1'000'000);
}

std::int64_t ns(TimePoint at) {
  return at.time_since_epoch().count();
}

Json ns(const std::optional<TimePoint>& at) {
  return at ? Json(ns(*at)) : Json();
}

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

tl::expected<TimePoint, std::string> moment(const StoredRun& run,
                                            const std::optional<TimePoint>& at) {
  const TimePoint end(run.run.simulated);
  if (at && *at > end) {
    return tl::make_unexpected(fmt::format(
        "{} s is after the end of the run, expected at most {} s", seconds(*at), seconds(end)));
  }
  return at.value_or(end);
}

std::string moment_text(const StoredRun& run, const std::optional<TimePoint>& at) {
  if (at) return fmt::format("at {} s", seconds(*at));
  return fmt::format("at the end ({} s)", seconds(TimePoint(run.run.simulated)));
}

std::vector<std::string> node_names(const StoredRun& run) {
  std::set<std::string> names;
  for (const auto& node : run.record.topology().nodes) names.insert(node.name);
  for (const auto& name : run.record.fib_nodes()) names.insert(name);
  for (const auto& session : run.record.sessions()) names.insert(session.node);
  return {names.begin(), names.end()};
}

bool is_pod(const StoredRun& run, const std::string& node) {
  const auto* known = run.record.topology().node(node);
  return known != nullptr ? known->kind == "pod" : node.find('/') != std::string::npos;
}

std::optional<std::string> wrong_node(const StoredRun& run, const std::string& node) {
  if (node.empty()) return std::nullopt;
  const auto names = node_names(run);
  if (std::ranges::binary_search(names, node)) return std::nullopt;
  return unknown("node", node, names);
}

std::map<std::string, std::size_t> without_power(const Record& record, TimePoint at) {
  std::map<std::string, std::size_t> out;
  for (std::size_t i = 0; i < record.faults().size(); ++i) {
    const auto& fault = record.faults()[i];
    if (fault.at > at) break;
    if (fault.action == "power_off") out[fault.target] = i;
    if (fault.action == "power_on") out.erase(fault.target);
  }
  return out;
}

std::string heading(const std::string& text, const ShowFormat& format) {
  std::string out = wrapped("", text, format.width, 2);
  if (!format.colour) return out;
  out.pop_back();
  return in_colour(Colour::bold, out, true) + "\n";
}

std::string count_text(std::size_t count, const std::string& one, const std::string& several) {
  return readable(std::uint64_t{count}) + " " + (count == 1 ? one : several);
}

}  // namespace seatrial::results::show
