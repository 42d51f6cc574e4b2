#include "results/report/fortio.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "results/histogram/histogram.h"

namespace seatrial::results {
namespace {

using Json = nlohmann::ordered_json;

constexpr double ns_per_s = 1e9;
constexpr int no_answer = -1;  // fortio's code of a request without one

double in_seconds(std::int64_t ns) {
  return static_cast<double>(ns) / ns_per_s;
}

// A run begins at 1970-01-01T00:00:00Z; none lasts a month. RFC 3339.
std::string date(Duration since) {
  const auto ns = since.count();
  const auto s = ns / 1'000'000'000;
  auto text = fmt::format("1970-01-{:02}T{:02}:{:02}:{:02}", 1 + s / 86400, s / 3600 % 24,
                          s / 60 % 60, s % 60);
  if (ns % 1'000'000'000 != 0) text += fmt::format(".{:09}", ns % 1'000'000'000);
  return text + "Z";
}

// The name that fortio gives its file: the date and the label with what is no letter as "_".
std::string run_id(Duration from, const std::string& label) {
  const auto s = from.count() / 1'000'000'000;
  auto id = fmt::format("1970-01-{:02}-{:02}{:02}{:02}_", 1 + s / 86400, s / 3600 % 24, s / 60 % 60,
                        s % 60);
  for (const char c : label) id += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return id.substr(0, 96);
}

class Durations {
 public:
  void add(std::int64_t ns) {
    values_.record(ns);
    sum_ += static_cast<double>(ns);
    squares_ += static_cast<double>(ns) * static_cast<double>(ns);
  }

  Json json() const {
    const auto count = static_cast<double>(values_.count());
    const double mean = values_.empty() ? 0.0 : sum_ / count;
    const double variance = values_.empty() ? 0.0 : std::max(0.0, squares_ / count - mean * mean);
    Json percentiles = Json::array();
    for (const double p : {50.0, 75.0, 90.0, 99.0, 99.9}) {  // fortio's own choice
      percentiles.push_back({{"Percentile", p}, {"Value", in_seconds(values_.percentile(p))}});
    }
    return {{"Count", values_.count()},
            {"Min", in_seconds(values_.min())},
            {"Max", in_seconds(values_.max())},
            {"Sum", sum_ / ns_per_s},
            {"Avg", mean / ns_per_s},
            {"StdDev", std::sqrt(variance) / ns_per_s},
            {"Data", steps()},
            {"Percentiles", values_.empty() ? Json() : std::move(percentiles)}};
  }

 private:
  // From the least to the largest value; Percent is of all up to the step's end.
  Json steps() const {
    Json out = Json::array();
    std::uint64_t seen = 0;
    values_.for_each([&](const Histogram::Bucket& bucket) {
      seen += bucket.count;
      const auto start = std::max(bucket.lowest, values_.min());
      const auto end = std::min(bucket.highest + 1, values_.max());
      out.push_back(
          {{"Start", in_seconds(start)},
           {"End", in_seconds(std::max(start, end))},
           {"Percent", 100.0 * static_cast<double>(seen) / static_cast<double>(values_.count())},
           {"Count", bucket.count}});
    });
    return out;
  }

  Histogram values_;
  double sum_ = 0;
  double squares_ = 0;
};

}  // namespace

std::string fortio_json(const Report& report, const std::string& client) {
  Durations all, failed;
  std::map<int, std::uint64_t> codes;
  std::string url;
  TimePoint first = TimePoint::max();
  TimePoint last{};
  for (const auto& request : report.record->requests()) {
    if (request.client != client) continue;
    if (url.empty()) url = request.url;
    first = std::min(first, request.intended);
    last = std::max(last, request.finished);
    all.add(request.latency().count());
    if (!request.succeeded()) failed.add(request.latency().count());
    ++codes[request.error.empty() ? request.status : no_answer];
  }
  const auto* load = report.run.load_of(client);
  const auto from = load != nullptr ? load->from : first.time_since_epoch();
  const auto lasted = std::max(Duration(1), last.time_since_epoch() - from);
  Json ret_codes = Json::object();
  std::uint64_t count = 0;
  for (const auto& [code, number] : codes) {
    ret_codes[std::to_string(code)] = number;
    count += number;
  }
  const auto label = report.run.scenario + " " + client;
  // "max" is fortio's word for "as fast as they come".
  const auto asked =
      load == nullptr || load->interval.count() <= 0
          ? std::string("max")
          : fmt::format("{:.9g}", ns_per_s / static_cast<double>(load->interval.count()));
  const Json out{
      {"RunType", "HTTP"},
      {"Labels", label},
      {"StartTime", date(from)},
      {"RequestedQPS", asked},
      {"RequestedDuration", load != nullptr ? to_string(load->to - load->from) : to_string(lasted)},
      {"ActualQPS", static_cast<double>(count) * ns_per_s / static_cast<double>(lasted.count())},
      {"ActualDuration", lasted.count()},
      {"NumThreads", 1},
      {"Version", "seatrial " + report.run.version},
      {"DurationHistogram", all.json()},
      {"ErrorsDurationHistogram", failed.json()},
      {"Exactly", 0},
      {"Jitter", load != nullptr && load->arrival == "poisson"},
      {"Uniform", load != nullptr && load->arrival == "uniform"},
      {"NoCatchUp", false},
      {"RunID", 0},
      {"AccessLoggerInfo", ""},
      {"ID", run_id(from, label)},
      {"RetCodes", std::move(ret_codes)},
      {"URL", url},
      {"AbortOn", 0}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace seatrial::results
