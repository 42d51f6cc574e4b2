#include "scenarios/cli/comparison.h"

#include <fstream>
#include <iostream>

#include "results/compare/render.h"
#include "scenarios/cli/commands.h"
#include "scenarios/engine/comparison/profile.h"

namespace seatrial::cli {

void add_comparison_options(CLI::App& command, ComparisonArguments& arguments) {
  const auto repeatable = [](CLI::Option* option, const char* type) {
    option->type_name(type)->delimiter(',')->expected(1)->multi_option_policy(
        CLI::MultiOptionPolicy::TakeAll);
  };
  command
      .add_option("--layer", arguments.layer,
                  "How much the same they have to be: bytes, frames, streams or messages (default: "
                  "messages)")
      ->check(CLI::IsMember({"bytes", "frames", "streams", "messages"}))
      ->type_name("LAYER");
  command.add_option("--bpf", arguments.bpf, "Compare only what this capture filter takes")
      ->type_name("FILTER");
  repeatable(command.add_option("--ignore", arguments.ignore,
                                "Pass over a field or all below it: tcp.seq, ip.id, eth.src, "
                                "bgp.keepalive, http.server (see --fields; may be repeated)"),
             "FIELD");
  repeatable(command.add_option("--rename", arguments.rename,
                                "Call an address or a prefix by another or by a node's name, on "
                                "both sides: 10.0.0.1=core1,10.0.0.0/24=10.9.0.0/24"),
             "A=B");
  add_duration(command, "--time", arguments.time,
               "How much earlier or later the same may happen. Without it: 1 s for two captures of "
               "the same moment, anything for two takes");
  command
      .add_option("--rtt", arguments.rtt,
                  "How much faster or slower an answer may come: 10% (default: not judged)")
      ->type_name("SHARE");
  add_duration(command, "--from", arguments.from, "Leave out what comes before");
  add_duration(command, "--until", arguments.until,
               "Leave out what comes from then on; both count from the start of a simulated run, "
               "otherwise from the first frame");
  command
      .add_option("--profile", arguments.profile,
                  "The same as JSON; a golden's own profile.json is found by itself")
      ->type_name("FILE");
  repeatable(command.add_option("--pcap", arguments.captures,
                                "Of folders: only the captures of these names, such as 'edge*'"),
             "PATTERN");
}

void add_output_options(CLI::App& command, ComparisonArguments& arguments) {
  command.add_flag("--all", arguments.all,
                   "Compare and tell at every layer; --layer still decides the exit code");
  command.add_option("--max", arguments.most, "Tell at most so many findings")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->type_name("NUMBER");
  command.add_flag("--json", arguments.json, "One JSON object instead of words");
  command.add_option("--junit", arguments.junit, "Write a JUnit file too")->type_name("FILE");
  command.add_flag("--github", arguments.github, "Annotations for GitHub Actions too, at most 10");
}

results::CompareOptions comparison_options(const ComparisonArguments& arguments,
                                           const std::filesystem::path& golden) {
  results::CompareOptions options;
  Diagnostics diagnostics;
  bool wrong = false;
  const auto complain = [&wrong](const std::string& option, const std::string& text) {
    std::cerr << option << ": error: " << text << '\n';
    wrong = true;
  };
  const auto found = scenario::profile_of(golden);
  const auto profile = !arguments.profile.empty() ? arguments.profile
                       : found                    ? found->string()
                                                  : std::string();
  if (!profile.empty()) scenario::read_profile(read_file(profile), profile, options, diagnostics);
  std::cerr << diagnostics.to_string();
  wrong = diagnostics.has_errors();

  if (const auto layer = results::parse_layer(arguments.layer)) options.layer = *layer;
  options.all = arguments.all;
  if (!arguments.bpf.empty()) options.bpf = arguments.bpf;
  for (const auto& name : arguments.ignore) {
    if (const auto done = options.lens.ignore(name); !done) complain("--ignore", done.error());
  }
  for (const auto& text : arguments.rename) {
    if (const auto done = options.lens.rename(text); !done) complain("--rename", done.error());
  }
  if (arguments.time) options.tolerance.time = arguments.time;
  if (arguments.from) options.from = arguments.from;
  if (arguments.until) options.until = arguments.until;
  if (!arguments.rtt.empty()) {
    options.tolerance.rtt = scenario::parse_share(arguments.rtt);
    if (!options.tolerance.rtt) {
      complain("--rtt", "\"" + arguments.rtt + "\" is no share, expected one such as 10%");
    }
  }
  if (!arguments.captures.empty()) options.captures = arguments.captures;
  options.keep = std::max<std::size_t>(arguments.most, 1000);
  if (wrong) throw Done(bad_input);
  return options;
}

int tell(const results::Comparison& comparison, const ComparisonArguments& arguments) {
  for (const auto& error : comparison.errors) std::cerr << error << '\n';
  for (const auto& capture : comparison.captures) {
    for (const auto& error : capture.errors) std::cerr << error << '\n';
  }
  std::cout << (arguments.json ? results::comparison_json(comparison, arguments.most)
                               : results::comparison_text(comparison, arguments.most));
  if (arguments.github) {
    // Commands are read from either stream; a program that reads the JSON wants nothing else there.
    (arguments.json ? std::cerr : std::cout) << results::comparison_github(comparison);
  }
  if (!arguments.junit.empty()) {
    std::ofstream file(arguments.junit, std::ios::binary);
    file << results::comparison_junit(comparison, arguments.most);
    file.close();
    if (!file) {
      std::cerr << arguments.junit << ": error: cannot be written\n";
      return bad_input;
    }
  }
  if (comparison.trouble()) return bad_input;
  return comparison.same() ? done : failed;
}

}  // namespace seatrial::cli
