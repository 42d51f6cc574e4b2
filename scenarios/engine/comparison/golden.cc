#include "scenarios/engine/comparison/golden.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "results/compare/listing.h"
#include "results/pcap/writer.h"

namespace seatrial::scenario {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

tl::expected<ordered_json, std::string> results_of(const fs::path& out) {
  const auto path = out / "results.json";
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  auto json = file ? ordered_json::parse(text.str(), nullptr, false) : ordered_json();
  if (!json.is_object() || !json.contains("scenario") || !json["scenario"].is_string()) {
    return tl::unexpected(path.string() +
                          ": error: cannot be read, expected a finished run's results");
  }
  return json;
}

tl::expected<void, std::string> write(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return tl::unexpected(path.string() + ": error: cannot be written");
  return {};
}

// The part of a capture that the baseline holds.
tl::expected<std::uint64_t, std::string> copy_capture(const fs::path& from, const fs::path& to,
                                                      const results::CompareOptions& options) {
  auto source = results::Source::open(from, options.bpf, options.from, options.until);
  if (!source) return tl::unexpected(source.error());
  if (source->reader().link_type() != results::LinkType::ethernet) {
    return tl::unexpected(from.string() + ": error: frames of " +
                          source->reader().link_type_name() + ", expected Ethernet");
  }
  auto writer = results::PcapWriter::create(to);
  if (!writer) return tl::unexpected(writer.error());
  for (; source->head(); source->advance()) {
    writer->write(source->head()->time, source->head()->bytes, source->head()->original_bytes);
  }
  if (source->reader().error()) return tl::unexpected(*source->reader().error());
  if (auto closed = writer->close(); !closed) return tl::unexpected(closed.error());
  return source->frames();
}

tl::expected<std::uint64_t, std::string> write_messages(const fs::path& capture, const fs::path& to,
                                                        const results::CompareOptions& options) {
  auto source = results::Source::open(capture, {}, {}, {});
  if (!source) return tl::unexpected(source.error());
  const auto text = results::message_listing(*source, options.lens);
  if (auto done = write(to, text); !done) return tl::unexpected(done.error());
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

bool is_wanted(const std::string& name, const std::vector<std::string>& patterns) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [&name](const auto& pattern) {
           return fnmatch(pattern.c_str(), name.c_str(), 0) == 0 ||
                  fnmatch((pattern + ".pcap").c_str(), name.c_str(), 0) == 0;
         });
}

tl::expected<std::vector<std::string>, std::string> fill(const fs::path& folder,
                                                         const GoldenRequest& request,
                                                         const ordered_json& results) {
  std::vector<std::string> lines;
  ordered_json captures = ordered_json::array();
  for (const auto& [name, path] : results::captures_of(request.out)) {
    if (!is_wanted(name, request.options.captures)) continue;
    const auto frames = copy_capture(path, folder / name, request.options);
    if (!frames) return tl::unexpected(frames.error());
    const auto listing = fs::path(name).stem().string() + ".messages.jsonl";
    const auto messages = write_messages(folder / name, folder / listing, request.options);
    if (!messages) return tl::unexpected(messages.error());
    captures.push_back({{"name", name}, {"frames", *frames}, {"messages", *messages}});
    lines.push_back(
        fmt::format("{}: {} frames, {} messages in {}", name, *frames, *messages, listing));
  }
  if (captures.empty()) {
    return tl::unexpected(request.out.string() +
                          ": error: holds no capture to record, expected those of a run with "
                          "--pcap" +
                          (request.options.captures.empty() ? "" : " that the patterns name"));
  }
  const ordered_json manifest = {{"scenario", results["scenario"]},
                                 {"seed", results.value("seed", ordered_json())},
                                 {"version", results.value("version", ordered_json())},
                                 {"reason", request.reason},
                                 {"captures", captures}};
  for (const auto& [name, text] :
       {std::pair<const char*, std::string>{"manifest.json", manifest.dump(2) + "\n"},
        {"profile.json", request.profile}}) {
    if (auto done = write(folder / name, text); !done) return tl::unexpected(done.error());
  }
  return lines;
}

}  // namespace

tl::expected<std::string, std::string> scenario_of(const fs::path& out) {
  const auto results = results_of(out);
  if (!results) return tl::unexpected(results.error());
  return (*results)["scenario"].get<std::string>();
}

bool is_golden(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "manifest.json", error);
}

tl::expected<GoldenSummary, std::string> record_golden(const GoldenRequest& request) {
  const auto results = results_of(request.out);
  if (!results) return tl::unexpected(results.error());
  const auto name = request.name.empty() ? (*results)["scenario"].get<std::string>() : request.name;
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
    return tl::unexpected("\"" + name + "\" names no baseline, expected one folder's name");
  }
  const auto folder = request.root / name;
  const auto draft = request.root / ("." + name + ".new");
  std::error_code error;
  fs::remove_all(draft, error);
  fs::create_directories(draft, error);
  if (error) {
    return tl::unexpected(draft.string() + ": error: cannot be made: " + error.message());
  }
  auto lines = fill(draft, request, *results);
  if (lines) {
    fs::remove_all(folder, error);
    fs::rename(draft, folder, error);
    if (error) lines = tl::unexpected(folder.string() + ": error: " + error.message());
  }
  if (!lines) {
    fs::remove_all(draft, error);
    return tl::unexpected(lines.error());
  }
  return GoldenSummary{folder, *std::move(lines)};
}

results::Comparison check_golden(const fs::path& golden, const fs::path& out,
                                 const results::CompareOptions& options) {
  results::Comparison comparison;
  comparison.a = golden.string();
  comparison.b = out.string();
  comparison.layer = options.layer;
  const auto captured = results::captures_of(out);
  const auto recorded = results::captures_of(golden);
  if (recorded.empty()) {
    comparison.errors.push_back(golden.string() + ": error: holds no capture, expected a baseline");
  }
  for (const auto& entry : recorded) {
    const auto& name = entry.first;
    const auto& path = entry.second;
    const auto there = std::find_if(captured.begin(), captured.end(),
                                    [&name](const auto& other) { return other.first == name; });
    if (there == captured.end()) {
      results::Finding finding;
      finding.kind = results::FindingKind::missing;
      finding.capture = finding.where = name;
      finding.what = "capture missing in B (was the run made with --pcap?)";
      comparison.findings.push_back(std::move(finding));
      continue;
    }
    auto capture = results::compare_captures(path, there->second, options);
    capture.name = name;
    for (auto& finding : capture.findings) finding.capture = name;
    comparison.captures.push_back(std::move(capture));
  }
  return comparison;
}

}  // namespace seatrial::scenario
