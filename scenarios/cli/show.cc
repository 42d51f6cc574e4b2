// seatrial show: a finished run at any moment, from its records.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "results/show/names.h"
#include "results/show/show.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/output.h"

namespace seatrial::cli {
namespace {

struct Options {
  std::string folder;
  std::string what;
  std::string which;  // "users/17"
  std::optional<Duration> at;
  std::optional<Duration> begin;  // --from DURATION
  std::optional<Duration> end;    // --to DURATION
  std::string from;               // as given: a time, or a node
  std::string to;                 // a time, or an address
  std::string node;
  std::string prefix;
  bool longer = false;
  bool pods = false;
  bool down = false;
  std::string client;
  std::string request;
  bool failed = false;
  std::optional<std::size_t> slow;
  std::string status;
  std::optional<std::size_t> limit;
  std::vector<std::string> kinds;
  OutputOptions output;
};

struct What {
  std::set<std::string, std::less<>> options;  // beyond --json and --width
  std::set<std::string, std::less<>> needs;    // kinds of record
};

const std::map<std::string, What, std::less<>>& whats() {
  static const std::map<std::string, What, std::less<>> all{
      {"sessions", {{"--at", "--node", "--down"}, {"session", "pod", "fault"}}},
      {"rib", {{"--at", "--node", "--prefix", "--longer", "--pods"}, {"rib", "pod", "fault"}}},
      {"fib", {{"--at", "--node", "--prefix", "--longer", "--pods"}, {"fib", "pod", "fault"}}},
      {"requests",
       {{"--at", "--node", "--prefix", "--client", "--failed", "--slow", "--status", "--from",
         "--to", "--limit", "WHICH"},
        {"request", "proxy", "pod"}}},
      {"paths",
       {{"--at", "--from", "--to", "--node", "--prefix", "--client", "--failed", "--limit",
         "WHICH"},
        {"request", "proxy", "hop", "pod", "fib", "link", "fault", "nat"}}},
      {"timeline",
       {{"--at", "--limit", "--node", "--prefix", "--kind", "--from", "--to"},
        {"session", "bfd", "rib", "fib", "fault", "link", "pod", "endpoints", "note", "nat",
         "neighbour", "drop", "request"}}},
      {"explain", {{"--request", "--client", "WHICH"}, {}}},
      // Only what none of the data plane rests on is left out: hops, proxies' records, requests.
      {"windows",
       {{"--at", "--node", "--prefix", "--kind", "--from", "--to"},
        {"session", "rib", "fib", "fault", "link", "pod", "endpoints", "note", "nat", "neighbour",
         "configured"}}},
  };
  return all;
}

[[noreturn]] void refuse(const std::string& message) {
  std::cerr << "seatrial show: error: " << message << '\n';
  throw Done(bad_input);
}

TimePoint time_of(const std::string& option, const std::string& text) {
  const auto value = parse_duration(text);
  if (!value || *value < Duration(0)) {
    refuse(option + " \"" + text +
           "\" is not a time of the run, expected a number with a unit: 36s, "
           "1.5ms, 2m");
  }
  return TimePoint(*value);
}
std::optional<TimePoint> time_of(const std::optional<Duration>& since) {
  return since ? std::optional(TimePoint(*since)) : std::nullopt;
}
std::optional<TimePoint> optional_time(const std::string& option, const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(time_of(option, text));
}

// An option of another WHAT would be passed over in silence otherwise.
void check_options(const CLI::App& command, const Options& options, const What& what) {
  for (const auto* option : command.get_options()) {
    const auto name = option->get_name();
    if (option->count() == 0 || name == "OUT" || name == "WHAT" || name == "--json" ||
        name == "--width" || name == "--help") {
      continue;
    }
    if (what.options.contains(name)) continue;
    std::string those;
    for (const auto& [other, its] : whats()) {
      if (its.options.contains(name)) those += (those.empty() ? "" : ", ") + other;
    }
    refuse((name == "WHICH" ? "\"" + options.which + "\"" : name) + " does not go with " +
           options.what + (those.empty() ? "" : ", expected with " + those));
  }
}

results::ReadOptions all_but(const std::set<std::string, std::less<>>& needs) {
  results::ReadOptions out;
  for (const auto& kind : results::kinds_of_record()) {
    if (!needs.contains(kind)) out.without.insert(kind);
  }
  return out;
}

results::StoredRun read(const Options& options, const std::set<std::string, std::less<>>& needs) {
  auto run = results::read_run(options.folder, all_but(needs));
  if (!run) {
    std::cerr << run.error() << '\n';
    throw Done(bad_input);
  }
  return *std::move(run);
}

// Those of which something was asked that only one of the three questions about ways takes.
bool chooses_requests(const Options& options) {
  return options.failed || options.limit || !options.client.empty();
}

results::RequestQuery request_query(const Options& options, const results::ShowFormat& format) {
  constexpr std::size_t shown_unasked = 50;  // on a terminal; a program gets all
  results::RequestQuery query;
  query.one = options.which;
  query.client = options.client;
  query.failed = options.failed;
  query.slow = options.slow;
  query.status = options.status;
  query.limit = options.limit.value_or(format.json ? 0 : shown_unasked);
  query.at = time_of(options.at);
  query.node = options.node;
  query.prefix = options.prefix;
  return query;
}

// A request's way; the ways of requests; the ways that a packet would take.
results::Shown show_paths(const Options& options, const results::ShowFormat& format) {
  // "--node worker1 --prefix 172.16.1.64/26" asks for the way from the one to the other.
  const bool both = !options.node.empty() && !options.prefix.empty();
  const auto from = both && options.from.empty() ? options.node : options.from;
  const auto to = both && options.to.empty() ? options.prefix : options.to;
  const bool forwarding = !from.empty() || !to.empty();
  const bool some = options.at || !options.node.empty() || !options.prefix.empty();
  if (!options.which.empty() && (forwarding || some || chooses_requests(options))) {
    refuse("paths: expected nothing beside one request, \"" + options.which + "\"");
  }
  if (forwarding && (from.empty() || to.empty() || chooses_requests(options) ||
                     (!both && (!options.node.empty() || !options.prefix.empty())))) {
    refuse("paths: expected both --from NODE and --to ADDRESS, with --at or without");
  }
  if (!options.which.empty()) {
    return results::show_path(read(options, {"request", "proxy", "hop", "pod"}), options.which,
                              format);
  }
  if (forwarding) {
    return results::show_forwarding(read(options, {"pod", "fib", "link", "fault", "nat"}),
                                    {from, to, time_of(options.at)}, format);
  }
  if (!some && !chooses_requests(options)) {
    refuse(
        "paths: expected a request (paths users/17), a moment (--at 36s: the requests under way), "
        "or both --from NODE and --to ADDRESS");
  }
  return results::show_ways(read(options, {"request", "proxy", "hop", "pod"}),
                            request_query(options, format), format);
}

results::Shown answer(const Options& options, const results::ShowFormat& format) {
  const auto& what = options.what;
  if (what == "paths") return show_paths(options, format);
  if (what == "explain") {
    if (!options.which.empty() && !options.request.empty()) {
      refuse("explain: expected one request, \"" + options.which + "\" or --request " +
             options.request);
    }
    auto run = results::read_run(options.folder);
    if (!run) {
      std::cerr << run.error() << '\n';
      throw Done(bad_input);
    }
    return results::show_explain(
        *run,
        {options.which.empty() ? options.request : options.which, options.client, options.folder},
        format);
  }
  if (what == "sessions" || what == "rib" || what == "fib") {
    const auto run = read(options, whats().find(what)->second.needs);
    const results::ShowQuery query{time_of(options.at), options.node, options.prefix,
                                   options.longer,      options.pods, options.down};
    return what == "sessions" ? results::show_sessions(run, query, format)
           : what == "rib"    ? results::show_rib(run, query, format)
                              : results::show_fib(run, query, format);
  }
  const auto from = optional_time("--from", options.from);
  const auto to = optional_time("--to", options.to);
  auto needs = whats().find(what)->second.needs;
  if (what == "requests" && !options.node.empty()) needs.insert("hop");
  const auto run = read(options, needs);
  if (what == "requests") {
    if (!options.which.empty() &&
        (options.at || !options.node.empty() || !options.prefix.empty())) {
      refuse("requests: expected nothing beside one request, \"" + options.which + "\"");
    }
    auto query = request_query(options, format);
    query.from = from;
    query.to = to;
    return results::show_requests(run, query, format);
  }
  if (what == "windows") {
    return results::show_windows(
        run, {time_of(options.at), 0, options.node, options.prefix, options.kinds, from, to},
        format);
  }
  return results::show_timeline(run,
                                {time_of(options.at), options.limit.value_or(10), options.node,
                                 options.prefix, options.kinds, from, to},
                                format);
}

int show(const CLI::App& command, const Options& options) {
  const auto format = options.output.format();
  if (results::is_evidence_id(options.what)) {
    check_options(command, options, {});
    const auto kind = options.what.substr(0, options.what.find('/'));
    return print(results::show_record(read(options, {kind, "pod"}), options.what, format),
                 "seatrial show");
  }
  const auto found = whats().find(options.what);
  if (found == whats().end()) {
    std::vector<std::string> known;
    for (const auto& [name, what] : whats()) known.push_back(name);
    refuse(results::unknown("view", options.what, known) +
           " (or the id of a record, such as request/17)");
  }
  check_options(command, options, found->second);
  return print(answer(options, format), "seatrial show");
}

}  // namespace

void register_show(CLI::App& app) {
  auto* command = app.add_subcommand("show",
                                     "Show a finished run at any moment: sessions, tables, "
                                     "requests, paths, timeline, windows; and "
                                     "why requests failed.");
  auto options = std::make_shared<Options>();
  command->add_option("OUT", options->folder, "Folder of a finished run")->required();
  command
      ->add_option("WHAT", options->what,
                   "sessions, rib, fib, requests, paths, timeline, windows or explain; or the id "
                   "of a record that a "
                   "verdict or a row names, such as request/17")
      ->required();
  command->add_option(
      "WHICH", options->which,
      "requests, paths, explain: one request, by client and number, such as users/17");
  add_duration(*command, "--at", options->at,
               "The moment (default: the end of the run). requests, paths: those "
               "under way then");
  command
      ->add_option("--node", options->node,
                   "Only that node. requests, paths: whose packets passed it")
      ->type_name("NODE");
  command
      ->add_option(
          "--prefix", options->prefix,
          "rib, fib: exactly that prefix; for an address the longest match. timeline: "
          "changes inside it, or that cover the address; windows likewise. requests, paths: "
          "with a connection to there. paths --node N --prefix P: from N to there")
      ->type_name("PREFIX|ADDRESS");
  command->add_flag("--longer", options->longer, "rib, fib: every prefix inside --prefix, too");
  command->add_flag("--pods", options->pods, "rib, fib: the tables of pods, too");
  command->add_flag("--down", options->down, "sessions: only those that do not stand");
  command->add_option("--request", options->request, "explain: only that request, users/17")
      ->type_name("CLIENT/N");
  command->add_option("--client", options->client, "requests, paths, explain: only that client's")
      ->type_name("NAME");
  command->add_flag("--failed", options->failed, "requests, paths: only those that failed");
  command->add_option("--slow", options->slow, "requests: the N slowest")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--status", options->status,
                   "requests: that ended so: 502, 5xx, refused, \"timed out\"")
      ->type_name("STATUS");
  command
      ->add_option("--from", options->from,
                   "requests, timeline: from that time on (36s). paths: the node that sends")
      ->type_name("TIME|NODE");
  command
      ->add_option(
          "--to", options->to,
          "requests, timeline: before that time. paths: the address or prefix that is sent to")
      ->type_name("TIME|ADDRESS[:PORT]");
  command
      ->add_option("--kind", options->kinds,
                   "timeline: only these kinds: session, rib, fib, fault, link, pod, endpoints, "
                   "note, nat, neighbour, drop, request. windows: loop, blackhole")
      ->type_name("KIND,...")
      ->delimiter(',');
  command
      ->add_option(
          "--limit", options->limit,
          "requests, paths: rows at most (default 50, with --json all; 0: all). timeline: entries "
          "on either side of --at (default 10)")
      ->type_name("N");
  add_output_options(*command, options->output);
  command->footer(
      "Times are simulated, from the start of the run. Every row names the record it rests on; "
      "`seatrial show OUT fib/207` prints that record.");
  command->callback([command, options] {
    if (const int status = show(*command, *options); status != done) throw Done(status);
  });
}

}  // namespace seatrial::cli
