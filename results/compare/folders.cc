#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "results/compare/compare.h"

namespace seatrial::results {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t most_members = 1000;
constexpr int deepest = 64;

std::optional<std::string> text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::string shown(const Json& value) {
  auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return text;
}

class JsonComparison {
 public:
  JsonComparison(const CompareOptions& options, Comparison& out) : options_(options), out_(out) {}

  void compare(const std::string& path, const Json& a, const Json& b, int depth) {
    if (a == b || options_.lens.ignores_path("results" + dotted(path))) return;
    if (depth < deepest && a.is_object() && b.is_object()) return objects(path, a, b, depth);
    if (depth < deepest && a.is_array() && b.is_array()) return arrays(path, a, b, depth);
    if (a.is_number() && b.is_number() && similar(path, a.get<double>(), b.get<double>())) return;
    report(path, FindingKind::changed, shown(a), shown(b));
  }

 private:
  static std::string dotted(std::string path) {
    std::replace(path.begin(), path.end(), '/', '.');
    return path;
  }

  bool similar(const std::string& path, double a, double b) const {
    const auto& tolerance = options_.tolerance;
    const auto difference = a > b ? a - b : b - a;
    const auto larger = std::max(a < 0 ? -a : a, b < 0 ? -b : b);
    if (tolerance.rtt && difference <= *tolerance.rtt * larger) return true;
    if (!tolerance.time) return false;
    const auto ns = static_cast<double>(tolerance.time->count());
    if (path.ends_with("_ns")) return difference <= ns;
    if (path.ends_with("_s")) return difference * 1e9 <= ns;
    return false;
  }

  void report(const std::string& path, FindingKind kind, const std::string& a,
              const std::string& b) {
    if (out_.findings.size() >= most_members) return;
    Finding finding;
    finding.kind = kind;
    finding.where = "results.json";
    const auto name = path.empty() ? std::string("the document") : path.substr(1);
    finding.what = name + ": " + a + " in A, " + b + " in B";
    finding.fields.push_back({name, a, b});
    out_.findings.push_back(std::move(finding));
  }

  void objects(const std::string& path, const Json& a, const Json& b, int depth) {
    for (const auto& [key, value] : a.items()) {
      const auto at = b.find(key);
      if (at == b.end()) {
        report(path + "/" + key, FindingKind::missing, shown(value), "none");
      } else {
        compare(path + "/" + key, value, *at, depth + 1);
      }
    }
    for (const auto& [key, value] : b.items()) {
      if (!a.contains(key)) report(path + "/" + key, FindingKind::extra, "none", shown(value));
    }
  }

  static std::optional<std::string> identity(const Json& value) {
    for (const char* key : {"id", "name", "prefix"}) {
      const auto at = value.is_object() ? value.find(key) : value.end();
      if (value.is_object() && at != value.end() && at->is_string()) return at->get<std::string>();
    }
    return std::nullopt;
  }

  void arrays(const std::string& path, const Json& a, const Json& b, int depth) {
    std::map<std::string, std::pair<const Json*, const Json*>> named;
    bool all_named = true;
    for (const auto* side : {&a, &b}) {
      for (const auto& element : *side) {
        const auto id = identity(element);
        all_named = all_named && id;
        if (!id) continue;
        auto& entry = named[*id];
        auto& place = side == &a ? entry.first : entry.second;
        all_named = all_named && place == nullptr;  // else it names nothing
        place = &element;
      }
    }
    if (all_named) {
      for (const auto& [id, sides] : named) {
        const auto where = path + "/" + id;
        if (sides.first == nullptr) {
          report(where, FindingKind::extra, "none", shown(*sides.second));
        } else if (sides.second == nullptr) {
          report(where, FindingKind::missing, shown(*sides.first), "none");
        } else {
          compare(where, *sides.first, *sides.second, depth + 1);
        }
      }
      return;
    }
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      const auto where = path + "/" + std::to_string(i);
      if (i >= a.size()) {
        report(where, FindingKind::extra, "none", shown(b[i]));
      } else if (i >= b.size()) {
        report(where, FindingKind::missing, shown(a[i]), "none");
      } else {
        compare(where, a[i], b[i], depth + 1);
      }
    }
  }

  const CompareOptions& options_;
  Comparison& out_;
};

bool is_capture(const fs::path& path) {
  const auto extension = path.extension().string();
  return extension == ".pcap" || extension == ".pcapng" || extension == ".cap";
}

void compare_results(const fs::path& a, const fs::path& b, const CompareOptions& options,
                     Comparison& out) {
  const auto left = text_of(a / "results.json");
  const auto right = text_of(b / "results.json");
  if (left && right) {
    compare_json(*left, *right, options, out);
  } else if (left || right) {
    Finding finding;
    finding.kind = left ? FindingKind::missing : FindingKind::extra;
    finding.where = "results.json";
    finding.what = left ? "missing in B" : "only in B";
    out.findings.push_back(std::move(finding));
  }
}

}  // namespace

std::vector<std::pair<std::string, fs::path>> captures_of(const fs::path& folder) {
  std::map<std::string, fs::path> found;
  std::error_code error;
  for (const auto& place : {folder, folder / "pcap"}) {
    for (const auto& entry : fs::directory_iterator(place, error)) {
      if (is_capture(entry.path())) found.emplace(entry.path().filename().string(), entry.path());
    }
  }
  return {found.begin(), found.end()};
}

void compare_json(const std::string& a, const std::string& b, const CompareOptions& options,
                  Comparison& out) {
  const auto left = Json::parse(a, nullptr, false);
  const auto right = Json::parse(b, nullptr, false);
  for (const auto& [json, side] : {std::pair(&left, "A"), std::pair(&right, "B")}) {
    if (json->is_discarded()) {
      out.errors.push_back(fmt::format("results.json in {}: error: not JSON", side));
    }
  }
  if (!left.is_discarded() && !right.is_discarded()) {
    JsonComparison(options, out).compare("", left, right, 0);
  }
}

Comparison compare_folders(const fs::path& a, const fs::path& b, const CompareOptions& options) {
  Comparison out;
  out.a = a.string();
  out.b = b.string();
  out.layer = options.layer;
  std::map<std::string, std::pair<fs::path, fs::path>> names;
  const auto wanted = [&options](const std::string& name) {
    return options.captures.empty() ||
           std::any_of(options.captures.begin(), options.captures.end(), [&](const auto& pattern) {
             return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
           });
  };
  for (const auto& [name, path] : captures_of(a)) {
    if (wanted(name)) names[name].first = path;
  }
  for (const auto& [name, path] : captures_of(b)) {
    if (wanted(name)) names[name].second = path;
  }
  for (const auto& [name, paths] : names) {
    if (!paths.first.empty() && !paths.second.empty()) {
      auto capture = compare_captures(paths.first, paths.second, options);
      capture.name = name;
      for (auto& finding : capture.findings) finding.capture = name;
      out.captures.push_back(std::move(capture));
      continue;
    }
    Finding finding;
    finding.kind = paths.second.empty() ? FindingKind::missing : FindingKind::extra;
    finding.capture = name;
    finding.where = name;
    finding.what = paths.second.empty() ? "capture missing in B" : "capture only in B";
    out.findings.push_back(std::move(finding));
  }
  if (options.captures.empty()) compare_results(a, b, options, out);
  if (names.empty() && !fs::exists(a / "results.json") && !fs::exists(b / "results.json")) {
    out.errors.push_back(a.string() + " and " + b.string() +
                         ": error: neither holds a capture or results.json");
  }
  return out;
}

}  // namespace seatrial::results
