#include "models/kubernetes/corefile.h"

#include <charconv>
#include <vector>

namespace seatrial::kubernetes {
namespace {

struct Word {
  std::string text;
  Position at;
};
using Line = std::vector<Word>;

// Lines of words; '#' starts a comment, double quotes group.
std::vector<Line> split_words(const std::string& text, const Position& start) {
  std::vector<Line> lines;
  Line line;
  int row = start.line;
  int column = start.column;
  std::size_t i = 0;
  const auto end_line = [&] {
    if (!line.empty()) lines.push_back(std::move(line));
    line.clear();
  };
  while (i < text.size()) {
    const char c = text[i];
    if (c == '\n') {
      end_line();
      ++row;
      column = start.column;
      ++i;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++column;
      ++i;
    } else if (c == '#') {
      while (i < text.size() && text[i] != '\n') ++i;
    } else {
      const bool quoted = c == '"';
      const std::size_t first = i;
      Word word{"", {start.file, row, column}};
      if (quoted) ++i;
      while (i < text.size() && text[i] != '\n' &&
             (quoted ? text[i] != '"'
                     : std::string_view(" \t\r").find(text[i]) == std::string_view::npos)) {
        word.text += text[i++];
      }
      if (quoted && i < text.size() && text[i] == '"') ++i;
      column += static_cast<int>(i - first);
      line.push_back(std::move(word));
    }
  }
  end_line();
  return lines;
}

class CorefileReader {
 public:
  CorefileReader(const std::string& text, const Position& at, Diagnostics& diagnostics)
      : lines_(split_words(text, at)), at_(at), diagnostics_(diagnostics) {}

  Corefile read() {
    if (lines_.empty()) {
      diagnostics_.error(at_, "the Corefile is empty", "a server block such as .:53 { ... }");
      return result_;
    }
    read_address(lines_[0]);
    next_ = 1;
    while (next_ < lines_.size() && lines_[next_][0].text != "}") plugin();
    if (next_ >= lines_.size()) {
      diagnostics_.error(lines_.back().back().at, "the server block is not closed", "}");
    } else if (next_ + 1 < lines_.size()) {
      diagnostics_.error(lines_[next_ + 1][0].at, "a second server block is not modelled",
                         "one server block");
    }
    if (!has_kubernetes_) {
      diagnostics_.error(at_, "the Corefile has no plugin kubernetes",
                         "kubernetes cluster.local in-addr.arpa ip6.arpa { ... }");
    }
    return result_;
  }

 private:
  using Options = std::vector<Line>;

  void read_address(const Line& line) {
    const std::string& text = line[0].text;
    const auto colon = text.rfind(':');
    const auto port = number(colon == std::string::npos ? "53" : text.substr(colon + 1), 65535);
    if (line.size() != 2 || line[1].text != "{" || !port || *port == 0 ||
        (text.substr(0, colon) != "." && text.substr(0, colon) != "dns://.")) {
      diagnostics_.error(line[0].at, "'" + text + "' opens no server block that is modelled",
                         ".:53 {");
      return;
    }
    result_.port = static_cast<std::uint16_t>(*port);
  }

  static std::optional<std::uint32_t> number(std::string_view text, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || value > most) {
      return std::nullopt;
    }
    return value;
  }

  std::uint32_t count(const Line& line, std::size_t index, std::uint32_t fallback) {
    if (index < line.size()) {
      if (const auto value = number(line[index].text, 3600)) return *value;
    }
    diagnostics_.error(line[std::min(index, line.size() - 1)].at,
                       line[0].text + " has no number of seconds", "seconds from 0 to 3600");
    return fallback;
  }

  std::uint16_t port_of(const Line& line, std::uint16_t fallback) {
    if (line.size() < 2) return fallback;
    const std::string& text = line[1].text;
    const auto colon = text.rfind(':');
    const auto port = number(colon == std::string::npos ? text : text.substr(colon + 1), 65535);
    if (port && *port > 0) return static_cast<std::uint16_t>(*port);
    diagnostics_.error(line[1].at, "'" + text + "' is not an address", "such as :8181");
    return fallback;
  }

  void plugin() {
    Line line = lines_[next_++];
    Options options;
    if (line.back().text == "{") {
      line.pop_back();
      while (next_ < lines_.size() && lines_[next_][0].text != "}") {
        options.push_back(lines_[next_++]);
      }
      if (next_ < lines_.size()) ++next_;
    }
    if (line.empty()) {
      diagnostics_.error(lines_[next_ - 1][0].at, "a block without a plugin", "a plugin's name");
      return;
    }
    const std::string& name = line[0].text;
    if (name == "kubernetes") {
      kubernetes(line, options);
    } else if (name == "cache") {
      cache(line, options);
    } else if (name == "loadbalance") {
      result_.load_balance = true;
    } else if (name == "ready") {
      result_.ready_port = port_of(line, 8181);
    } else if (name == "health") {
      health(line, options);
    } else if (name == "forward") {
      diagnostics_.warning(line[0].at, "forward is not modelled: names outside " +
                                           result_.cluster_domain + " get SERVFAIL");
    } else if (name != "errors" && name != "log" && name != "prometheus" && name != "loop" &&
               name != "reload") {
      diagnostics_.error(line[0].at, "unknown plugin '" + name + "'",
                         "one of kubernetes, cache, loadbalance, ready, health, forward, errors, "
                         "log, prometheus, loop, reload");
    }
  }

  void kubernetes(const Line& line, const Options& options) {
    has_kubernetes_ = true;
    if (line.size() > 1) result_.cluster_domain = line[1].text;
    if (result_.cluster_domain.ends_with(".")) result_.cluster_domain.pop_back();
    for (const Line& option : options) {
      const std::string& name = option[0].text;
      if (name == "ttl") {
        result_.ttl = count(option, 1, result_.ttl);
      } else if (name == "pods") {
        const std::string mode = option.size() > 1 ? option[1].text : "";
        if (mode != "disabled" && mode != "insecure") {
          diagnostics_.error(option[0].at, "pods " + mode + " is not modelled",
                             "disabled or insecure");
        }
        result_.pods_insecure = mode == "insecure";
      } else if (name != "fallthrough") {
        diagnostics_.error(option[0].at, "kubernetes: '" + name + "' is not modelled",
                           "ttl, pods or fallthrough");
      }
    }
  }

  void cache(const Line& line, const Options& options) {
    const std::uint32_t seconds = line.size() > 1 ? count(line, 1, 30) : 3600;
    result_.cache_success = seconds;
    result_.cache_denial = line.size() > 1 ? seconds : 1800;
    for (const Line& option : options) {
      const bool about_cluster = option.size() > 2 && option[2].text == result_.cluster_domain;
      const std::string which = option.size() > 1 ? option[1].text : "";
      if (option[0].text == "disable" && about_cluster && which == "success") {
        result_.cache_success = 0;
      } else if (option[0].text == "disable" && about_cluster && which == "denial") {
        result_.cache_denial = 0;
      } else {
        diagnostics_.error(option[0].at, "cache: '" + option[0].text + "' is not modelled",
                           "disable success|denial " + result_.cluster_domain);
      }
    }
  }

  void health(const Line& line, const Options& options) {
    result_.health_port = port_of(line, 8080);
    for (const Line& option : options) {
      const auto time =
          option.size() > 1 ? parse_duration(option[1].text) : std::optional<Duration>();
      if (option[0].text != "lameduck" || !time) {
        diagnostics_.error(option[0].at, "health: '" + option[0].text + "' is not understood",
                           "lameduck DURATION");
        continue;
      }
      result_.lameduck = *time;
    }
  }

  std::vector<Line> lines_;
  Position at_;
  Diagnostics& diagnostics_;
  std::size_t next_ = 0;
  bool has_kubernetes_ = false;
  Corefile result_;
};

}  // namespace

Corefile read_corefile(const std::string& text, const Position& at, Diagnostics& diagnostics) {
  return CorefileReader(text, at, diagnostics).read();
}

std::optional<Corefile> find_corefile(const Objects& objects, Diagnostics& diagnostics) {
  for (const ConfigMap& map : objects.config_maps) {
    if (map.meta.name_space != "kube-system" || map.meta.name != "coredns") continue;
    const auto text = map.data.find("Corefile");
    if (text == map.data.end()) {
      diagnostics.error(map.meta.position, "ConfigMap kube-system/coredns has no Corefile",
                        "data.Corefile");
      return std::nullopt;
    }
    const auto at = map.positions.find("Corefile");
    return read_corefile(text->second, at == map.positions.end() ? map.meta.position : at->second,
                         diagnostics);
  }
  return std::nullopt;
}

}  // namespace seatrial::kubernetes
