// junit.xml: one test case an expectation, as CI servers read it. A case's name holds the
// scenario's, because servers join the files of many runs.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "results/report/report.h"

namespace seatrial::results {
namespace {

// Length of the well-formed UTF-8 sequence (RFC 3629) at the beginning; 0: there is none.
std::size_t sequence_length(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  unsigned low = 0x80;
  unsigned high = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
  } else {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if (at(i) < low || at(i) > high) return 0;
    low = 0x80;
    high = 0xbf;
  }
  return length;
}

// XML 1.0 has no way to write most control characters, nor anything that is not UTF-8.
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = sequence_length(text);
    const char c = text[0];
    if (length != 1) {
      out += length == 0 ? std::string_view("?") : text.substr(0, length);
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\n' || c == '\t' || c == '\r') {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += '?';
    } else {
      out += c;
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace

std::string junit_xml(const Report& report) {
  std::size_t failures = 0;
  for (const auto& outcome : report.outcomes) failures += outcome.ok ? 0 : 1;
  const auto scenario = escaped(report.run.scenario);
  const auto totals = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\"",
                                  report.outcomes.size(), failures);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites {}>\n  <testsuite name=\"{}\" {}>\n", totals, scenario, totals);
  out += "    <properties>\n";
  for (const auto& [name, value] :
       {std::pair<const char*, std::string>{"seed", std::to_string(report.run.seed)},
        {"version", report.run.version},
        {"simulated", to_string(report.run.simulated)}}) {
    out += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, escaped(value));
  }
  out += "    </properties>\n";

  std::set<std::string> names;
  for (const auto& outcome : report.outcomes) {
    std::string name = outcome.id;
    for (int i = 2; !names.insert(name).second; ++i) name = fmt::format("{}-{}", outcome.id, i);
    out += fmt::format("    <testcase classname=\"seatrial\" name=\"{}.{}\">\n", scenario,
                       escaped(name));
    std::string evidence;
    for (const auto& id : outcome.evidence) evidence += (evidence.empty() ? "" : " ") + id;
    if (!outcome.ok) {
      out += fmt::format("      <failure type=\"{}\" message=\"{}\">{}{}</failure>\n",
                         escaped(outcome.kind), escaped(outcome.why), escaped(outcome.why),
                         evidence.empty() ? "" : "&#10;evidence: " + escaped(evidence));
    } else {
      out += fmt::format("      <system-out>{}</system-out>\n", escaped(outcome.why));
    }
    out += "    </testcase>\n";
  }
  return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace seatrial::results
