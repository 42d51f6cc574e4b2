// The verdict as a person reads it at the end of a run: what was expected and how it ended, then
// the figures behind it, then the slowest request hop by hop.
#include <fmt/format.h>

#include <algorithm>

#include "results/report/findings_text.h"
#include "results/report/report.h"
#include "results/report/summary.h"
#include "results/report/text.h"

namespace seatrial::results {
namespace {

class Page {
 public:
  Page(const Report& report, const VerdictOptions& options)
      : report_(report),
        record_(*report.record),
        options_(options),
        paths_(record_),
        summary_(summarize(report, paths_)) {}

  std::string write() {
    sessions();
    routes();
    requests();
    spread();
    drops();
    slowest();
    findings();
    expectations();
    end();
    return std::move(out_);
  }

 private:
  enum class Colour { green = 32, red = 31, bold = 1, dim = 2 };
  std::string in(Colour colour, std::string text) const {
    if (!options_.colour) return text;
    return fmt::format("\x1b[{}m{}\x1b[0m", static_cast<int>(colour), text);
  }
  void heading(const std::string& text) {
    if (!out_.empty()) out_ += "\n";
    out_ += in(Colour::bold, text) + "\n";
  }
  // Two columns: a label and wrapped text.
  void row(const std::string& label, const std::string& text, std::size_t label_width) {
    const auto first = "  " + padded(label, label_width) + "  ";
    out_ += wrapped(first, text, options_.width, label_width + 4);
  }

  void sessions() {
    const auto all = record_.sessions_at();
    if (all.empty()) return;
    struct Node {
      std::size_t up = 0;
      std::size_t count = 0;
      std::optional<TimePoint> last;
      std::string down;
    };
    // A machine without power says nothing more: its last word is not its state.
    std::map<std::string, TimePoint> dark;
    for (const auto& fault : record_.faults()) {
      if (fault.action == "power_off") dark.emplace(fault.target, fault.at);
    }
    std::map<std::string, Node> nodes;
    std::size_t up = 0;
    for (const auto& session : all) {
      auto& node = nodes[session.node];
      ++node.count;
      if (dark.contains(session.node)) {
        node.down = "; no power since " + seconds(round_ms(dark.at(session.node))) + " s";
      } else if (session.established()) {
        ++node.up;
        ++up;
        node.last = std::max(node.last.value_or(TimePoint{}), *session.last_established);
      } else {
        node.down += (node.down.empty() ? "; " : ", ") + session.peer.to_string() + " " +
                     session.state +
                     (session.last_reason.empty() ? "" : " (" + session.last_reason + ")");
      }
    }
    // Both ends report; a session to a peer outside of the design has one end here.
    heading(
        fmt::format("BGP sessions: {} of {} ends Established, two ends a session", up, all.size()));
    const auto width = widest(nodes);
    for (const auto& [name, node] : nodes) {
      auto text = fmt::format("{} of {}", node.up, node.count);
      if (node.last) text += ", the last at " + seconds(round_ms(*node.last)) + " s";
      row(name, text + node.down, width);
    }
  }

  static TimePoint round_ms(TimePoint at) {
    return std::chrono::round<std::chrono::milliseconds>(at);
  }
  template <typename Map>
  static std::size_t widest(const Map& map) {
    std::size_t width = 0;
    for (const auto& [name, unused] : map) width = std::max(width, columns(name));
    return width;
  }

  // Nodes with the same routes share a line.
  void routes() {
    std::map<std::string, std::vector<std::string>> by_route;  // text, nodes
    std::vector<std::string> order;
    for (const auto& node : record_.fib_nodes()) {
      record_.fib_at(node).for_each([&](const net::Prefix& prefix, const FibEntry& entry) {
        if (!options_.every_route && entry.protocol != "bgp") return;
        std::vector<std::string> hops;
        for (const auto& hop : entry.next_hops) {
          hops.push_back(hop.address.is_unspecified() ? hop.interface : hop.address.to_string());
        }
        hops.erase(std::unique(hops.begin(), hops.end()), hops.end());
        std::string text = padded(prefix.to_string(), 18) + " via ";
        for (std::size_t i = 0; i < hops.size(); ++i) text += (i > 0 ? ", " : "") + hops[i];
        if (hops.empty()) text += "nobody (" + entry.protocol + ")";
        auto& nodes = by_route[text];
        if (nodes.empty()) order.push_back(text);
        nodes.push_back(node);
      });
    }
    if (order.empty()) return;
    heading(options_.every_route ? "Routes" : "Routes learned by BGP");
    std::sort(order.begin(), order.end());
    std::size_t width = 0;
    for (const auto& text : order) width = std::max(width, columns(text));
    for (const auto& text : order) {
      std::string nodes;
      for (const auto& node : by_route[text]) nodes += (nodes.empty() ? "" : " ") + node;
      row(text, "at " + nodes, std::min(width, options_.width / 2));
    }
  }

  void requests() {
    for (const auto& client : summary_.clients) {
      heading(fmt::format("Requests of {}: {} of {} succeeded", client.client,
                          readable(client.succeeded), readable(client.count)));
      std::size_t width = 3;
      for (const auto& group : summary_.groups) {
        if (group.client == client.client) {
          width = std::max(width, columns(group.host + group.path));
        }
      }
      width = std::min<std::size_t>(width, 44);
      out_ += in(Colour::dim,
                 fmt::format("  {}  {:>7}  {:>9}  {:>9}  {:>9}  {:>9}  {}\n", padded("", width),
                             "count", "p50", "p90", "p99", "max", "answers"));
      for (const auto& group : summary_.groups) {
        if (group.client == client.client) figures(group.host + group.path, group, width);
      }
      figures("all", client, width);
    }
  }

  void figures(const std::string& label, const RequestGroup& group, std::size_t width) {
    std::string answers;
    for (const auto& [status, count] : group.statuses) {
      answers += fmt::format("{}{} x {}", answers.empty() ? "" : ", ", status, count);
    }
    for (const auto& [error, count] : group.errors) {
      answers += fmt::format("{}{} x {}", answers.empty() ? "" : ", ", error, count);
    }
    const auto at = [&](double percent) {
      return group.latency.empty() ? "-" : readable(group.latency.duration_at(percent));
    };
    const auto first =
        fmt::format("  {}  {:>7}  {:>9}  {:>9}  {:>9}  {:>9}  ", padded(label, width),
                    readable(group.count), at(50), at(90), at(99), at(100));
    out_ += wrapped(first, answers, options_.width, std::min<std::size_t>(columns(first), 60));
  }

  void spread() {
    for (const auto& [client, s] : summary_.spread) {
      if (s.answered == 0) continue;
      heading("Who carried the answers to " + client);
      shares("edges", s.edges, s.answered);
      shares("ingress pods", s.ingress_pods, s.answered);
      shares("app pods", s.app_pods, s.answered);
    }
  }
  void shares(const std::string& label, const std::map<std::string, std::uint64_t>& carried,
              std::uint64_t answered) {
    // A design without any of these has nobody to name.
    if (carried.size() == 1 && carried.begin()->first.empty()) return;
    std::string text;
    for (const auto& [name, count] : carried) {
      text += fmt::format("{}{} {:.1f}%", text.empty() ? "" : ", ", name.empty() ? "unknown" : name,
                          100.0 * static_cast<double>(count) / static_cast<double>(answered));
    }
    row(label, text.empty() ? "none" : text, 12);
  }

  void drops() {
    if (record_.drops().empty()) {
      heading("Packets dropped: none");
      return;
    }
    heading(fmt::format("Packets dropped: {}", readable(std::uint64_t{record_.drops().size()})));
    for (const auto& group : summary_.drops) {
      row(group.node,
          fmt::format("{} x {}, the first at {} s", readable(group.count), group.reason,
                      seconds(round_ms(group.first))),
          12);
    }
  }

  void slowest() {
    if (!summary_.slowest) return;
    const auto& path = *summary_.slowest;
    const auto& request = record_.requests()[path.request];
    heading("The slowest request, hop by hop");
    out_ +=
        wrapped("  ",
                fmt::format("{} {} -> {} in {}, request {} of {}, due at {} s", request.method,
                            request.url, request.status, readable(request.latency()),
                            request.number, request.client, seconds(round_ms(request.intended))),
                options_.width, 4);
    for (const auto& leg : path.legs) {
      out_ += wrapped(
          "  ",
          in(Colour::bold, fmt::format("{} => {}", leg.from, leg.to)) +
              fmt::format(" (tcp {} to {})", leg.flow.from.to_string(), leg.flow.to.to_string()),
          options_.width, 4);
      std::size_t width = 0;
      for (const auto& hop : leg.hops) width = std::max(width, columns(hop.node));
      for (std::size_t i = 0; i < leg.hops.size(); ++i) {
        if (i > 0) crossed(leg.hops[i - 1], leg.hops[i]);
        const auto& hop = leg.hops[i];
        const char* mark = i == 0 ? "o" : i + 1 == leg.hops.size() ? "*" : "|";
        const auto way = hop.in.empty()    ? "out " + hop.out
                         : hop.out.empty() ? "in " + hop.in
                                           : hop.in + " -> " + hop.out;
        out_ += fmt::format("    {:>12}  {} {}  {}\n", "+" + readable(hop.at - request.intended),
                            mark, padded(hop.node, width), way);
      }
    }
    std::for_each(path.legs.rbegin(), path.legs.rend(), [this](const auto& leg) { way_back(leg); });
    out_ += fmt::format("    {:>12}  answer complete at {}\n", "+" + readable(request.latency()),
                        request.client);
  }

  std::vector<std::string> switches(const PathHop& from, const PathHop& to) const {
    return report_.record->topology().switches_between(from.node, from.out, to.node);
  }

  void crossed(const PathHop& from, const PathHop& to) {
    for (const auto& name : switches(from, to)) {
      out_ += fmt::format("    {:>12}  : {}\n", "", name);
    }
  }

  void way_back(const PathLeg& leg) {
    if (leg.back.empty()) return;
    std::string text = "back: ";
    for (std::size_t i = 0; i < leg.back.size(); ++i) {
      if (i > 0) {
        text += " > ";
        for (const auto& name : switches(leg.back[i - 1], leg.back[i])) text += name + " > ";
      }
      text += leg.back[i].node;
    }
    out_ += wrapped("  ", text, options_.width, 4);
  }

  void findings() {
    const auto found = findings_of(report_);
    const TextColumns columns{options_.width, [this](std::string text) {
                                return "\n" + in(Colour::bold, std::move(text)) + "\n";
                              }};
    out_ += windows_text(record_, found->windows, columns);
    out_ += convergence_text(record_, found->convergence, columns);
    out_ += explanations_text(found->explainer->explanations(), columns);
  }

  void expectations() {
    heading("Expectations");
    std::size_t width = 4;
    for (const auto& outcome : report_.outcomes) width = std::max(width, columns(outcome.id));
    width = std::min<std::size_t>(width, 32);
    for (const auto& outcome : report_.outcomes) {
      const auto word = outcome.ok ? in(Colour::green, "ok  ") : in(Colour::red, "FAIL");
      const auto plain = "  " + std::string(4, ' ') + "  " + padded(outcome.id, width) + "  ";
      // Wrapped by its visible columns, then coloured.
      auto text = wrapped(plain, outcome.why, options_.width, width + 10);
      text.replace(2, 4, word);
      out_ += text;
    }
    if (report_.outcomes.empty()) out_ += "  none: the scenario expects nothing\n";
  }

  void end() {
    std::size_t failed = 0;
    for (const auto& outcome : report_.outcomes) failed += outcome.ok ? 0 : 1;
    const auto verdict =
        failed == 0 ? in(Colour::green,
                         fmt::format("PASS: all {} expectations hold", report_.outcomes.size()))
                    : in(Colour::red, fmt::format("FAIL: {} of {} expectations", failed,
                                                  report_.outcomes.size()));
    out_ += "\n" + verdict +
            fmt::format(" ({}, seed {}, {} simulated", report_.run.scenario, report_.run.seed,
                        to_string(report_.run.simulated));
    if (options_.cost) {
      out_ += fmt::format(" in {:.1f} s, {} events", options_.cost->wall_seconds,
                          readable(options_.cost->events));
    }
    out_ += ")\n";
    if (!options_.output_folder.empty()) {
      out_ += "Results: " + options_.output_folder +
              " (report.html, results.json, junit.xml, requests.csv)\n";
    }
  }

  const Report& report_;
  const Record& record_;
  const VerdictOptions& options_;
  PathFinder paths_;
  Summary summary_;
  std::string out_;
};

}  // namespace

std::string verdict(const Report& report, const VerdictOptions& options) {
  return Page(report, options).write();
}

}  // namespace seatrial::results
