#include "scenarios/engine/comparison/profile.h"

#include <charconv>
#include <cmath>

#include "scenarios/engine/document/json_text.h"

namespace seatrial::scenario {
namespace {

using document::below;
using nlohmann::ordered_json;

class ProfileReader {
 public:
  ProfileReader(const document::JsonText& text, results::CompareOptions& options,
                Diagnostics& diagnostics)
      : text_(text), options_(options), diagnostics_(diagnostics) {}

  void read() {
    if (!text_.json.is_object()) {
      diagnostics_.error(text_.places.value(""), "a profile is no object", "{\"ignore\": [...]}");
      return;
    }
    for (const auto& [key, value] : text_.json.items()) member(key, value);
  }

 private:
  void member(const std::string& key, const ordered_json& value) {
    const auto at = below("", key);
    if (key == "layer") {
      one(at, value, [&](const std::string& text) -> std::string {
        const auto layer = results::parse_layer(text);
        if (!layer) return "bytes, frames, streams or messages";
        options_.layer = *layer;
        return "";
      });
    } else if (key == "ignore" || key == "rename") {
      many(at, value, [&](const std::string& text) -> std::string {
        const auto done = key == "ignore" ? options_.lens.ignore(text) : options_.lens.rename(text);
        if (done) return "";
        // What it says of the text itself is said of every key.
        constexpr std::string_view before = ", expected ";
        const auto at_expected = done.error().find(before);
        return at_expected == std::string::npos ? done.error()
                                                : done.error().substr(at_expected + before.size());
      });
    } else if (key == "time" || key == "from" || key == "until") {
      one(at, value, [&](const std::string& text) -> std::string {
        const auto duration = parse_duration(text);
        if (!duration || *duration < Duration(0)) return "a duration such as \"5ms\"";
        (key == "time"   ? options_.tolerance.time
         : key == "from" ? options_.from
                         : options_.until) = *duration;
        return "";
      });
    } else if (key == "rtt") {
      one(at, value, [&](const std::string& text) -> std::string {
        options_.tolerance.rtt = parse_share(text);
        return options_.tolerance.rtt ? "" : "a share such as \"10%\"";
      });
    } else if (key == "bpf") {
      one(at, value, [&](const std::string& text) -> std::string {
        options_.bpf = text;
        return "";
      });
    } else if (key == "pcap") {
      many(at, value, [&](const std::string& text) -> std::string {
        options_.captures.push_back(text);
        return "";
      });
    } else {
      diagnostics_.error(text_.places.key(at), "unknown key \"" + key + "\"",
                         "layer, ignore, rename, time, rtt, from, until, bpf or pcap");
    }
  }

  template <typename F>
  void one(const std::string& at, const ordered_json& value, F take) {
    if (!value.is_string()) {
      diagnostics_.error(text_.places.value(at), at.substr(1) + " is " + value.dump(), "a text");
      return;
    }
    const auto text = value.get<std::string>();
    const auto expected = take(text);
    if (!expected.empty()) {
      diagnostics_.error(text_.places.value(at), at.substr(1) + " is \"" + text + "\"", expected);
    }
  }

  template <typename F>
  void many(const std::string& at, const ordered_json& value, F take) {
    if (!value.is_array()) {
      diagnostics_.error(text_.places.value(at), at.substr(1) + " is " + value.dump(),
                         "a list of texts");
      return;
    }
    for (std::size_t i = 0; i < value.size(); ++i) one(below(at, i), value[i], take);
  }

  const document::JsonText& text_;
  results::CompareOptions& options_;
  Diagnostics& diagnostics_;
};

}  // namespace

void read_profile(const std::string& text, const std::string& file,
                  results::CompareOptions& options, Diagnostics& diagnostics) {
  const auto parsed = document::parse_json(text, file, diagnostics);
  if (parsed) ProfileReader(*parsed, options, diagnostics).read();
}

std::optional<std::filesystem::path> profile_of(const std::filesystem::path& golden) {
  std::error_code error;
  const auto exists = [&error](const std::filesystem::path& path) {
    return std::filesystem::is_regular_file(path, error);
  };
  if (std::filesystem::is_directory(golden, error)) {
    const auto path = golden / "profile.json";
    return exists(path) ? std::optional(path) : std::nullopt;
  }
  auto own = golden;
  own.replace_extension(".profile.json");
  if (exists(own)) return own;
  const auto shared = golden.parent_path() / "profile.json";
  return exists(shared) ? std::optional(shared) : std::nullopt;
}

std::optional<double> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  if (percent) value /= 100;
  if (value < 0 || value > 1) return std::nullopt;
  return value;
}

}  // namespace seatrial::scenario
