// The page's markup: the verdict and the places that the scripts fill.
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <map>
#include <set>
#include <stdexcept>

#include "results/html/assets.h"
#include "results/html/data.h"
#include "results/html/escape.h"
#include "results/html/html.h"
#include "results/report/text.h"

namespace seatrial::results {
namespace {

using html::escape_html;

// What a Content-Security-Policy names a script by: only these three may run, whatever else gets
// into the page.
std::string script_hash(std::string_view script) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  unsigned int size = 0;
  if (EVP_Digest(script.data(), script.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 of a script of the report failed");
  }
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return "'sha256-" + std::string(text.begin(), text.begin() + length) + "'";
}

// {{name}} in `text` is replaced; what is put in is not looked at again.
std::string filled(std::string_view text, const std::map<std::string_view, std::string>& values) {
  std::string out;
  while (true) {
    const auto open = text.find("{{");
    out += text.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = text.find("}}", open);
    out += values.at(text.substr(open + 2, close - open - 2));
    text.remove_prefix(close + 2);
  }
}

// The first of them in sight, the others a click away.
std::string evidence_links(const std::vector<std::string>& evidence, const std::string& own) {
  constexpr std::size_t in_sight = 6;
  std::vector<std::string> links;
  std::set<std::string> named;
  const auto add = [&](const std::string& id) {
    if (!named.insert(id).second) return;
    links.push_back(
        fmt::format(R"(<a class="evidence" href="#evidence={0}">{0}</a>)", escape_html(id)));
  };
  for (const auto& id : evidence) add(id);
  if (links.empty()) add(own);
  if (links.size() <= in_sight + 1) return fmt::format("{}", fmt::join(links, " "));
  const auto rest = links.begin() + in_sight;
  return fmt::format("{} <details><summary>and {} more</summary>{}</details>",
                     fmt::join(links.begin(), rest, " "), links.size() - in_sight,
                     fmt::join(rest, links.end(), " "));
}

std::string expectation_rows(const Report& report) {
  std::string out;
  for (const bool wanted : {false, true}) {  // what fails comes first
    for (std::size_t i = 0; i < report.outcomes.size(); ++i) {
      const auto& outcome = report.outcomes[i];
      if (outcome.ok != wanted) continue;
      out += fmt::format(
          "<tr class=\"{}\"><td><span class=\"mark {}\">{}</span></td>"
          "<th scope=\"row\">{}<span class=\"kind\">{}</span></th>"
          "<td class=\"why\">{}</td><td class=\"links\">{}</td></tr>\n",
          outcome.ok ? "holds" : "fails", outcome.ok ? "ok" : "bad", outcome.ok ? "holds" : "fails",
          escape_html(outcome.id), escape_html(outcome.kind), escape_html(outcome.why),
          evidence_links(outcome.evidence, evidence_id("expectation", i)));
    }
  }
  if (out.empty()) {
    out =
        "<tr><td colspan=\"4\" class=\"empty\">The scenario expects nothing: there is no "
        "verdict, only what happened.</td></tr>\n";
  }
  return out;
}

std::string verdict_line(const Report& report) {
  const auto failed = std::count_if(report.outcomes.begin(), report.outcomes.end(),
                                    [](const Outcome& outcome) { return !outcome.ok; });
  if (report.outcomes.empty()) return "nothing was expected";
  if (failed == 0) {
    return report.outcomes.size() == 1
               ? "the one expectation holds"
               : fmt::format("all {} expectations hold", report.outcomes.size());
  }
  return fmt::format("{} of {} {} not hold", failed, report.outcomes.size(),
                     failed == 1 ? "expectations does" : "expectations do");
}

}  // namespace

std::string report_html(const Report& report, const HtmlLimits& limits) {
  const bool passed = report.passed();
  const auto app = std::string(html::app_script());
  const auto chart = std::string(html::uplot_script());
  const auto graph = std::string(html::cytoscape_script());
  const std::string title = escape_html(report.run.scenario);
  return filled(
      html::page_text(),
      {{"title", title},
       {"policy", script_hash(chart) + " " + script_hash(graph) + " " + script_hash(app)},
       {"style", std::string(html::style_text()) + std::string(html::uplot_style())},
       {"description", escape_html(report.run.description)},
       {"seed", std::to_string(report.run.seed)},
       {"simulated", readable(report.run.simulated)},
       {"version", escape_html(report.run.version)},
       {"outcome", passed ? "pass" : "fail"},
       {"verdict", passed ? "PASS" : "FAIL"},
       {"verdict_line", verdict_line(report)},
       {"expectations", expectation_rows(report)},
       {"licences", escape_html("uPlot " + std::string(html::uplot_licence()) +
                                "\n\nCytoscape.js\n\n" + std::string(html::cytoscape_licence()))},
       {"data", html::data_json(report, limits)},
       {"uplot", chart},
       {"cytoscape", graph},
       {"app", app}});
}

}  // namespace seatrial::results
