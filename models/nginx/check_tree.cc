// What only the whole tree shows: a log format is defined before it is used, a level of error_log
// exists, and somebody says how large each shared memory zone is. As `nginx -t` of 1.22.1 does; its
// messages, but for the zone's, which nginx gives without a line.
#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "models/nginx/directives.h"

namespace seatrial::nginx {

namespace {

std::string quote(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

constexpr std::array<std::string_view, 15> levels = {
    "debug_mail",  "emerg",       "alert",       "crit",       "error",
    "warn",        "notice",      "info",        "debug",      "debug_core",
    "debug_alloc", "debug_mutex", "debug_event", "debug_http", "debug_stream"};

class TreeChecker {
 public:
  explicit TreeChecker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void check(const std::vector<Directive>& directives) {
    for (const auto& directive : directives) {
      const auto& name = directive.name();
      if (name == "http" || name == "stream") {
        check_section(directive);
      } else if (name == "log_format" && directive.arguments() > 0) {
        formats_.insert(directive.argument(0));
      } else if (name == "access_log") {
        check_access_log(directive);
      } else if (name == "error_log") {
        check_error_log(directive);
      } else if (name != "map" && name != "geo" && name != "split_clients" && name != "types") {
        check(directive.children);  // of those the children are keys
      }
    }
  }

 private:
  void check_section(const Directive& section) {
    in_stream_ = section.name() == "stream";
    formats_.clear();
    if (!in_stream_) formats_.insert("combined");
    check(section.children);
    check_zones(section);
  }

  void check_access_log(const Directive& directive) {
    if (directive.arguments() == 0 || directive.argument(0) == "off") return;
    if (directive.arguments() == 1) {
      if (!in_stream_) return;
      diagnostics_.error(directive.at(), "log format is not specified",
                         "the name of a \"log_format\"");
    } else if (!formats_.contains(directive.argument(1))) {
      diagnostics_.error(directive.argument_at(1),
                         "unknown log format " + quote(directive.argument(1)),
                         "a \"log_format\" of that name before it");
    }
  }

  void check_error_log(const Directive& directive) {
    for (std::size_t i = 1; i < directive.arguments(); ++i) {
      const auto& level = directive.argument(i);
      if (std::ranges::find(levels, level) != levels.end()) continue;
      diagnostics_.error(directive.argument_at(i), "invalid log level " + quote(level),
                         "debug, info, notice, warn, error, crit, alert or emerg");
    }
  }

  // Upstreams may share a zone; then one of them has to say its size.
  void check_zones(const Directive& section) {
    std::set<std::string, std::less<>> sized;
    each_zone(section, [&](const Directive& zone) {
      if (zone.arguments() > 1) sized.insert(zone.argument(0));
    });
    each_zone(section, [&](const Directive& zone) {
      if (zone.arguments() != 1 || sized.contains(zone.argument(0))) return;
      diagnostics_.error(zone.at(), "zero size shared memory zone " + quote(zone.argument(0)),
                         "a size after the name, such as 64k");
    });
  }

  template <typename F>
  static void each_zone(const Directive& section, F&& f) {
    for (const auto& upstream : section.children) {
      if (upstream.name() != "upstream") continue;
      for (const auto& inner : upstream.children) {
        if (inner.name() == "zone") f(inner);
      }
    }
  }

  Diagnostics& diagnostics_;
  std::set<std::string, std::less<>> formats_;
  bool in_stream_ = false;
};

}  // namespace

void check_tree(const std::vector<Directive>& directives, Diagnostics& diagnostics) {
  TreeChecker(diagnostics).check(directives);
}

}  // namespace seatrial::nginx
