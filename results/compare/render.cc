#include "results/compare/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "results/text/printable.h"
#include "results/text/xml.h"

namespace seatrial::results {
namespace {

using Json = nlohmann::ordered_json;

std::string frames_text(const Finding& finding) {
  const auto side = [](const char* name, const std::optional<Witness>& witness) {
    return witness
               ? fmt::format("{} frame {} at {} s", name, witness->frame, seconds(witness->time))
               : std::string();
  };
  const auto a = side("A", finding.a);
  const auto b = side("B", finding.b);
  return a + (a.empty() || b.empty() ? "" : ", ") + b;
}

std::string place(const Finding& finding) {
  return finding.capture.empty() || finding.capture == finding.where
             ? finding.where
             : finding.capture + ": " + finding.where;
}

void append_finding(std::string& out, std::size_t number, const Finding& finding) {
  out += fmt::format("{:3}. {}\n       {}\n", number, printable(finding.what),
                     printable(place(finding)));
  const auto frames = frames_text(finding);
  if (!frames.empty()) out += "       " + frames + "\n";
  if (finding.kind == FindingKind::content) {
    for (const auto& field : finding.fields) {
      out += fmt::format("         A: {}\n         B: {}\n", field.a, field.b);
    }
  }
  for (const auto& line : finding.context) out += "         " + printable(line) + "\n";
}

// At most so many, of each capture as many as of any other that has more: one that differs in all
// shall not hide the others.
std::vector<const Finding*> findings_of(const Comparison& comparison, std::size_t most) {
  std::vector<const std::vector<Finding>*> parts{&comparison.findings};
  for (const auto& capture : comparison.captures) parts.push_back(&capture.findings);
  std::vector<std::size_t> taken(parts.size());
  std::size_t total = 0;
  for (bool more = true; more && total < most;) {
    more = false;
    for (std::size_t i = 0; i < parts.size() && total < most; ++i) {
      if (taken[i] == parts[i]->size()) continue;
      ++taken[i];
      ++total;
      more = true;
    }
  }
  std::vector<const Finding*> out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t k = 0; k < taken[i]; ++k) out.push_back(&(*parts[i])[k]);
  }
  return out;
}
std::size_t findings_kept(const Comparison& comparison) {
  auto out = comparison.findings.size();
  for (const auto& capture : comparison.captures) out += capture.findings.size();
  return out;
}

void append_capture(std::string& out, const CaptureComparison& capture) {
  if (!capture.name.empty()) out += capture.name + "\n";
  for (const auto& layer : capture.layers) {
    out += fmt::format("  {:<9} ", to_string(layer.layer));
    if (layer.layer == Layer::bytes) {
      out += layer.same ? "identical\n" : "differ " + layer.text + "\n";
    } else if (layer.same) {
      out += fmt::format("same ({} compared)\n", layer.compared);
    } else {
      out += fmt::format("{} {}, {} the same\n", layer.differences,
                         layer.differences == 1 ? "difference" : "differences", layer.compared);
    }
  }
}

std::string counted(std::uint64_t count, std::string_view where) {
  return fmt::format("{} {} {}", count, count == 1 ? "difference" : "differences", where);
}

std::string verdict_line(const Comparison& comparison) {
  std::string out = comparison.same() ? "same" : "different";
  if (comparison.trouble()) {
    const bool nothing =
        std::all_of(comparison.captures.begin(), comparison.captures.end(),
                    [](const CaptureComparison& capture) { return capture.layers.empty(); });
    if (nothing) return "trouble: nothing could be compared\n";
    out = "trouble: not all of it could be read; what could is " + out;
  }
  const auto deciding = comparison.deciding_differences();
  const auto total = comparison.differences();
  if (deciding > 0)
    out += ": " + counted(deciding, "by " + std::string(to_string(comparison.layer)));
  if (total > deciding) {
    out += deciding > 0 ? ", " : fmt::format(" by {}; ", to_string(comparison.layer));
    out += counted(total - deciding, "at other layers");
  }
  return out + "\n";
}

Json witness_json(const std::optional<Witness>& witness) {
  if (!witness) return nullptr;
  return {{"frame", witness->frame}, {"time_ns", witness->time.time_since_epoch().count()}};
}

Json finding_json(const Finding& finding) {
  Json fields = Json::array();
  for (const auto& field : finding.fields) {
    fields.push_back({{"name", field.name}, {"a", field.a}, {"b", field.b}});
  }
  return {{"layer", to_string(finding.layer)},
          {"kind", to_string(finding.kind)},
          {"capture", finding.capture},
          {"where", finding.where},
          {"what", finding.what},
          {"fields", fields},
          {"context", finding.context},
          {"a", witness_json(finding.a)},
          {"b", witness_json(finding.b)}};
}

std::string command_escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%') {
      out += "%25";
    } else if (c == '\n') {
      out += "%0A";
    } else if (c == '\r') {
      out += "%0D";
    } else if (property && c == ':') {
      out += "%3A";
    } else if (property && c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

void append_case(std::string& out, const std::string& name, const std::vector<Finding>& findings,
                 std::uint64_t differences, const std::vector<std::string>& errors, bool same,
                 std::size_t most) {
  out += fmt::format("    <testcase classname=\"seatrial.diff\" name=\"{}\">\n", xml_escaped(name));
  if (!errors.empty()) {
    std::string text;
    for (const auto& error : errors) text += (text.empty() ? "" : "\n") + error;
    out += fmt::format("      <error message=\"{}\">{}</error>\n", xml_escaped(errors.front()),
                       xml_escaped(text));
  } else if (!same) {
    std::string text;
    for (std::size_t i = 0; i < std::min(findings.size(), most); ++i) {
      append_finding(text, i + 1, findings[i]);
    }
    const auto message = findings.empty() ? std::string("different") : findings.front().what;
    out += fmt::format("      <failure type=\"{} differences\" message=\"{}\">{}</failure>\n",
                       differences, xml_escaped(message), xml_escaped(text));
  }
  out += "    </testcase>\n";
}

}  // namespace

std::string comparison_text(const Comparison& comparison, std::size_t most) {
  std::string out = fmt::format("A: {}\nB: {}\n", comparison.a, comparison.b);
  for (const auto& capture : comparison.captures) append_capture(out, capture);
  const auto findings = findings_of(comparison, most);
  const auto kept = findings_kept(comparison);
  if (kept > 0) out += "\n";
  for (std::size_t i = 0; i < findings.size(); ++i) append_finding(out, i + 1, *findings[i]);
  const auto all = std::max<std::uint64_t>(comparison.differences(), kept);
  const auto more = kept > 0 ? all - findings.size() : 0;
  if (more > 0) out += fmt::format("     and {} more (--max)\n", more);
  bool first = true;
  const auto note = [&](const std::string& capture, const std::string& text) {
    if (std::exchange(first, false)) out += "\nnotes (no differences by themselves)\n";
    out += "  - " + (capture.empty() ? "" : capture + ": ") + printable(text) + "\n";
  };
  for (const auto& text : comparison.notes) note("", text);
  for (const auto& capture : comparison.captures) {
    for (const auto& text : capture.notes) note(capture.name, text);
  }
  return out + "\n" + verdict_line(comparison);
}

std::string comparison_json(const Comparison& comparison, std::size_t most) {
  Json captures = Json::array();
  Json errors = comparison.errors;
  for (const auto& capture : comparison.captures) {
    Json layers = Json::array();
    for (const auto& layer : capture.layers) {
      layers.push_back({{"layer", to_string(layer.layer)},
                        {"same", layer.same},
                        {"differences", layer.differences},
                        {"compared", layer.compared}});
    }
    captures.push_back({{"name", capture.name},
                        {"a", capture.a},
                        {"b", capture.b},
                        {"same", capture.same},
                        {"differences", capture.differences},
                        {"layers", layers},
                        {"notes", capture.notes},
                        {"errors", capture.errors}});
    for (const auto& error : capture.errors) errors.push_back(error);
  }
  Json findings = Json::array();
  for (const auto* finding : findings_of(comparison, most)) {
    findings.push_back(finding_json(*finding));
  }
  const Json document = {{"a", comparison.a},
                         {"b", comparison.b},
                         {"verdict", comparison.trouble() ? "trouble"
                                     : comparison.same()  ? "same"
                                                          : "different"},
                         {"layer", to_string(comparison.layer)},
                         {"same", comparison.same() && !comparison.trouble()},
                         {"differences", comparison.differences()},
                         {"captures", captures},
                         {"findings", findings},
                         {"notes", comparison.notes},
                         {"errors", errors}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string comparison_junit(const Comparison& comparison, std::size_t most) {
  std::string cases;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t tests = 0;
  const auto add = [&](const std::string& name, const auto& part, std::uint64_t differences,
                       bool same) {
    ++tests;
    if (!part.errors.empty()) {
      ++errors;
    } else if (!same) {
      ++failures;
    }
    append_case(cases, name, part.findings, differences, part.errors, same, most);
  };
  if (comparison.captures.empty() || !comparison.findings.empty() || !comparison.errors.empty()) {
    add("results", comparison, comparison.findings.size(), comparison.findings.empty());
  }
  for (const auto& capture : comparison.captures) {
    add(capture.name.empty() ? capture.b : capture.name, capture, capture.differences,
        capture.same);
  }
  const auto totals = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\"", tests,
                                  failures, errors);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite name=\"seatrial "
      "diff\" {0}>\n{1}  </testsuite>\n</testsuites>\n",
      totals, cases);
}

std::string comparison_github(const Comparison& comparison) {
  constexpr std::size_t most = 10;  // GitHub shows no more of a step
  const auto findings = findings_of(comparison, most);
  std::vector<std::string> errors = comparison.errors;
  for (const auto& capture : comparison.captures) {
    errors.insert(errors.end(), capture.errors.begin(), capture.errors.end());
  }
  std::vector<std::string> lines;
  lines.reserve(errors.size() + findings.size());
  for (const auto& error : errors) {
    lines.push_back("::error title=seatrial diff::" + command_escaped(error, false));
  }
  for (const auto* finding : findings) {
    auto text = printable(finding->what) + "\n" + printable(place(*finding));
    const auto frames = frames_text(*finding);
    if (!frames.empty()) text += "\n" + frames;
    lines.push_back(fmt::format(
        "::error title={}::{}",
        command_escaped("seatrial diff: " + std::string(to_string(finding->kind)), true),
        command_escaped(text, false)));
  }
  const auto total =
      errors.size() + std::max<std::uint64_t>(comparison.differences(), findings_kept(comparison));
  std::string out;
  const bool cut = total > most;
  for (std::size_t i = 0; i < std::min(lines.size(), cut ? most - 1 : most); ++i) {
    out += lines[i] + "\n";
  }
  if (cut) {
    out +=
        fmt::format("::error title=seatrial diff::and {} more differences\n", total - (most - 1));
  }
  return out;
}

}  // namespace seatrial::results
