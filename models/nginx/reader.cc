#include "models/nginx/reader.h"

#include <algorithm>

#include "models/nginx/reading.h"
#include "models/nginx/values.h"
#include "models/nginx/variables.h"

namespace seatrial::nginx {

namespace {

// Files that nginx's packages put beside nginx.conf; nothing in them matters to a simulation.
bool comes_with_the_package(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  for (const auto* known : {"mime.types", "fastcgi_params", "fastcgi.conf", "proxy_params",
                            "scgi_params", "uwsgi_params", "koi-win", "koi-utf", "win-utf"}) {
    if (name == known) return true;
  }
  return false;
}

class Includes {
 public:
  Includes(const FileSource& files, std::string prefix, Diagnostics& diagnostics)
      : files_(files), prefix_(std::move(prefix)), diagnostics_(diagnostics) {}

  std::vector<Directive> expand(std::vector<Directive> directives, int depth) {
    std::vector<Directive> result;
    for (auto& directive : directives) {
      if (directive.is_block) {
        directive.children = expand(std::move(directive.children), depth);
      } else if (directive.name() == "include") {
        include(directive, depth, result);
        continue;
      }
      result.push_back(std::move(directive));
    }
    return result;
  }

 private:
  void include(const Directive& directive, int depth, std::vector<Directive>& result) {
    if (directive.arguments() != 1) {
      diagnostics_.error(directive.at(), "invalid number of arguments in \"include\" directive",
                         "1 argument");
      return;
    }
    if (depth >= max_depth) {
      diagnostics_.error(directive.at(), "includes are nested too deep",
                         "no file to include itself");
      return;
    }
    std::string path = directive.argument(0);
    if (!path.starts_with('/') && !prefix_.empty()) path = prefix_ + "/" + path;
    std::vector<std::string> paths{path};
    const bool is_pattern = path.find_first_of("*?[") != std::string::npos;
    if (is_pattern) paths = files_.glob(path);
    for (const auto& one : paths) {
      const auto text = files_.read(one);
      if (!text) {
        if (comes_with_the_package(one)) continue;
        diagnostics_.error(directive.argument_at(0),
                           "open() " + quoted(one) + " failed: no such file",
                           "a file relative to " + quoted(prefix_.empty() ? "." : prefix_));
        continue;
      }
      for (auto& inner : expand(parse(*text, one, diagnostics_), depth + 1)) {
        result.push_back(std::move(inner));
      }
    }
  }

  static constexpr int max_depth = 16;
  const FileSource& files_;
  std::string prefix_;
  Diagnostics& diagnostics_;
};

void read_main(const std::vector<Directive>& directives, Reading& reading, Config& config) {
  for (const auto& directive : directives) {
    const auto& name = directive.name();
    if (name == "worker_processes") {
      if (directive.argument(0) != "auto") reading.read_number(directive, config.worker_processes);
    } else if (name == "worker_shutdown_timeout") {
      Duration time{0};
      reading.read_time(directive, time);
      config.worker_shutdown_timeout = time;
    } else if (name == "events") {
      for (const auto& inner : directive.children) {
        if (inner.name() == "worker_connections") {
          reading.read_number(inner, config.worker_connections);
        }
      }
    } else if (name == "stream") {
      config.stream = reading.read_stream(directive);
    } else if (name == "http") {
      config.http = reading.read_http(directive);
    }
  }
}

// One address cannot carry bytes and requests at once.
void check_ports(const Config& config, Reading& reading) {
  if (!config.stream || !config.http) return;
  for (const auto& stream : config.stream->servers) {
    for (const auto& listen : stream.listens) {
      for (const auto& server : config.http->servers) {
        for (const auto& other : server.listens) {
          if (other.address != listen.address) continue;
          reading.error(listen.at,
                        "bind() to " + listen.address.to_string() + " failed: address in use",
                        "another address than the http server's at " + other.at.file + ":" +
                            std::to_string(other.at.line));
        }
      }
    }
  }
}

}  // namespace

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

Config read_text(std::string_view text, const std::string& path, const FileSource& files,
                 Diagnostics& diagnostics, const ReadOptions& options) {
  const auto slash = path.rfind('/');
  std::string prefix = options.prefix;
  if (prefix.empty() && slash != std::string::npos) prefix = path.substr(0, slash);
  while (prefix.size() > 1 && prefix.ends_with('/')) prefix.pop_back();

  auto directives = Includes(files, prefix, diagnostics).expand(parse(text, path, diagnostics), 0);
  const bool has_events = std::any_of(directives.begin(), directives.end(),
                                      [](const Directive& d) { return d.name() == "events"; });
  check_tree(directives, diagnostics);
  check_directives(directives, in_main, diagnostics);
  if (!has_events) {
    diagnostics.error({path, 0, 0}, "no \"events\" section in configuration", "\"events {}\"");
  }
  Config config;
  Reading reading(diagnostics);
  read_main(directives, reading, config);
  reading.check_variables();
  check_ports(config, reading);
  return config;
}

Config read(const std::string& path, const FileSource& files, Diagnostics& diagnostics,
            const ReadOptions& options) {
  const auto text = files.read(path);
  if (!text) {
    diagnostics.error({path, 0, 0}, "open() " + quoted(path) + " failed: no such file",
                      "a configuration file");
    return {};
  }
  return read_text(*text, path, files, diagnostics, options);
}

void Reading::read_time(const Directive& directive, Duration& into) {
  if (const auto time = parse_time(directive.argument(0))) {
    into = *time;
  } else {
    error(directive.argument_at(0),
          quoted(directive.name()) + " directive invalid value " + quoted(directive.argument(0)),
          "a time such as 10s or 1m30s");
  }
}

void Reading::read_size(const Directive& directive, std::uint64_t& into) {
  if (const auto size = parse_size(directive.argument(0))) {
    into = *size;
  } else {
    error(directive.argument_at(0),
          quoted(directive.name()) + " directive invalid value " + quoted(directive.argument(0)),
          "a size such as 8k or 1m");
  }
}

void Reading::read_number(const Directive& directive, int& into) {
  if (const auto number = parse_number(directive.argument(0))) {
    into = *number;
  } else {
    error(directive.argument_at(0),
          quoted(directive.name()) + " directive invalid value " + quoted(directive.argument(0)),
          "a number");
  }
}

bool Reading::flag(const Directive& directive) const {
  return lower_case(directive.argument(0)) == "on";
}

Template Reading::read_template(const Directive& directive, std::size_t argument) {
  auto parsed = Template::parse(directive.argument(argument));
  if (!parsed) {
    error(directive.argument_at(argument), parsed.error(), "$name or ${name}");
    return {};
  }
  for (auto& name : parsed->variables()) {
    used_variables_.emplace_back(directive.argument_at(argument), std::move(name));
  }
  return std::move(*parsed);
}

void Reading::check_variables() {
  for (const auto& [at, name] : used_variables_) {
    if (is_builtin_variable(name) || defined_variables_.contains(name)) continue;
    error(at, "unknown " + quoted(name) + " variable",
          "a variable of nginx's that is modelled, or one that \"set\" or \"map\" defines");
  }
}

}  // namespace seatrial::nginx
