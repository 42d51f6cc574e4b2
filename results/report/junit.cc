// junit.xml: one test case an expectation, as CI servers read it. A case's name holds the
// scenario's, because servers join the files of many runs.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "results/report/report.h"
#include "results/text/xml.h"

namespace seatrial::results {

std::string junit_xml(const Report& report) {
  std::size_t failures = 0;
  for (const auto& outcome : report.outcomes) failures += outcome.ok ? 0 : 1;
  const auto scenario = xml_escaped(report.run.scenario);
  const auto totals = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\"",
                                  report.outcomes.size(), failures);
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites {}>\n  <testsuite name=\"{}\" {}>\n", totals, scenario, totals);
  out += "    <properties>\n";
  for (const auto& [name, value] :
       {std::pair<const char*, std::string>{"seed", std::to_string(report.run.seed)},
        {"version", report.run.version},
        {"simulated", to_string(report.run.simulated)}}) {
    out += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_escaped(value));
  }
  out += "    </properties>\n";

  std::set<std::string> names;
  for (const auto& outcome : report.outcomes) {
    std::string name = outcome.id;
    for (int i = 2; !names.insert(name).second; ++i) name = fmt::format("{}-{}", outcome.id, i);
    out += fmt::format("    <testcase classname=\"seatrial\" name=\"{}.{}\">\n", scenario,
                       xml_escaped(name));
    std::string evidence;
    for (const auto& id : outcome.evidence) evidence += (evidence.empty() ? "" : " ") + id;
    if (!outcome.ok) {
      out +=
          fmt::format("      <failure type=\"{}\" message=\"{}\">{}{}</failure>\n",
                      xml_escaped(outcome.kind), xml_escaped(outcome.why), xml_escaped(outcome.why),
                      evidence.empty() ? "" : "&#10;evidence: " + xml_escaped(evidence));
    } else {
      out += fmt::format("      <system-out>{}</system-out>\n", xml_escaped(outcome.why));
    }
    out += "    </testcase>\n";
  }
  return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace seatrial::results
