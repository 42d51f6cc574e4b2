#include "results/html/data.h"

#include <fmt/format.h>

#include "results/html/escape.h"
#include "results/html/explanations.h"
#include "results/html/series.h"
#include "results/html/ways.h"
#include "results/html/windows.h"
#include "results/report/findings.h"

namespace seatrial::results::html {
namespace {

std::string joined(const std::vector<std::string>& list, bool as_text) {
  std::string out = "[";
  for (const auto& one : list) {
    if (out.size() > 1) out += ',';
    out += as_text ? json_string(one) : one;
  }
  return out + "]";
}

// {"total": of the run, "rows": their indexes when not all are here, "columns": [...]}
template <typename List, typename Rows>
std::string table(const List& list, const Rows& rows, bool complete, Texts& texts, Texts& values) {
  Columns columns(texts, values);
  std::string indexes;
  std::size_t last = 0;
  for (const std::size_t i : rows) {
    columns.add(list[i]);
    if (complete) continue;
    indexes += fmt::format("{}{}", indexes.empty() ? "" : ",", i - last);
    last = i;
  }
  const auto named = complete ? "" : fmt::format(R"("rows":[{}],)", indexes);
  return fmt::format(R"({{"total":{},{}"columns":{}}})", list.size(), named, columns.json());
}

std::string counters_json(const Record& record) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  for (const auto& [name, count] : record.counters()) out[name] = count;
  return out.dump(-1, ' ', true, Columns::replace);
}

template <typename T>
std::string json_of(const T& value) {
  return ToJson::of(value).dump(-1, ' ', true, Columns::replace);
}

}  // namespace

std::string data_json(const Report& report, const HtmlLimits& limits) {
  const Record& record = *report.record;
  const PathFinder paths(record);
  const auto selection = select_requests(record, report.run.seed, limits);
  Texts texts;
  Texts values;
  const auto ways = ways_of(record, paths, selection, texts);

  std::string kinds;
  store::for_each_kind(record, [&](std::string_view kind, const auto& list) {
    if (kind == "hop") return;  // part of the ways
    std::string one;
    if (kind == "request") {
      one = table(list, selection.requests, selection.complete, texts, values);
    } else if (kind == "proxy") {
      const bool complete = ways.proxies.size() == list.size();
      one = table(list, ways.proxies, complete, texts, values);
    } else {
      std::vector<std::size_t> rows(std::min(list.size(), limits.records));
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
      one = table(list, rows, rows.size() == list.size(), texts, values);
    }
    kinds += fmt::format("{}\"{}\":{}", kinds.empty() ? "" : ",\n", kind, one);
  });

  const auto findings = findings_of(report);
  const std::string out = fmt::format(
      "{{\"run\":{},\n\"participants\":{},\n\"topology\":{},\n\"expectations\":{},\n"
      "\"counters\":{},\n\"series\":{},\n\"figures\":{},\n\"failed_tries\":{},\n\"drops\":{},\n"
      "\"windows\":{},\n\"explanations\":{},\n"
      "\"selection\":{{\"requests\":{},\"kept\":{},\"failed\":{},\"failed_kept\":{},"
      "\"slowest_kept\":{},\"hops\":{}}},\n"
      "\"kinds\":{{{}}},\n\"shapes\":{},\n\"ways\":{},\n\"values\":{},\n\"texts\":{}}}",
      json_of(report.run), json_of(report.participants), json_of(record.topology()),
      json_of(report.outcomes), counters_json(record), series_json(record, report.run.simulated),
      groups_json(report, paths), failed_tries_json(record), drops_json(record),
      windows_json(findings->windows),
      explanations_json(record, *findings->explainer, selection, limits.chains),
      record.requests().size(), selection.requests.size(), selection.failed, selection.failed_kept,
      selection.slowest_kept, record.hops().size(), kinds, ways.shapes, ways.stream,
      joined(values.list(), false), joined(texts.list(), true));
  return script_safe(out);
}

}  // namespace seatrial::results::html
