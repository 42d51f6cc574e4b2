// Name, place, number of arguments and on/off of every directive, in nginx's words, before anything
// is made of it.
#include <set>
#include <string>

#include "models/nginx/directives.h"
#include "models/nginx/values.h"

namespace seatrial::nginx {

namespace {

std::string quote(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string context_names(const std::vector<const DirectiveRule*>& rules) {
  static constexpr std::pair<unsigned, std::string_view> names[] = {
      {in_main, "main"},
      {in_events, "events"},
      {in_http, "http"},
      {in_server, "http server"},
      {in_location, "location"},
      {in_upstream, "http upstream"},
      {in_stream, "stream"},
      {in_stream_server, "stream server"},
      {in_stream_upstream, "stream upstream"},
  };
  std::string out;
  for (const auto& [bit, name] : names) {
    for (const auto* rule : rules) {
      if ((rule->contexts & bit) == 0) continue;
      if (!out.empty()) out += ", ";
      out += name;
      break;
    }
  }
  return "it in " + out;
}

std::string argument_count(const DirectiveRule& rule) {
  const auto min = rule.min_arguments, max = rule.max_arguments;
  if (max == 0) return "no argument";
  if (min == max) return std::to_string(min) + (min == 1 ? " argument" : " arguments");
  if (max >= 64) return "at least " + std::to_string(min);
  return std::to_string(min) + " to " + std::to_string(max) + " arguments";
}

// "listen 80" without its ";" swallows the next line; the sign is a directive's name among the
// arguments, at the start of a later line.
const Word* swallowed(const Directive& directive, Context context) {
  for (std::size_t i = 1; i < directive.words.size(); ++i) {
    const auto& word = directive.words[i];
    if (word.at.line == directive.words[i - 1].at.line) continue;
    for (const auto* rule : rules_for(word.text)) {
      if ((rule->contexts & context) != 0) return &word;
    }
  }
  return nullptr;
}

const DirectiveRule* rule_in(const std::vector<const DirectiveRule*>& rules, Context context) {
  for (const auto* rule : rules) {
    if ((rule->contexts & context) != 0) return rule;
  }
  return nullptr;
}

class Checker {
 public:
  Checker(Context context, Diagnostics& diagnostics)
      : context_(context), diagnostics_(diagnostics) {}

  // Whether something can be read from it.
  bool check(Directive& directive) {
    const auto& name = directive.name();
    const auto rules = rules_for(name);
    if (rules.empty()) {
      const auto near = nearest(name, names_in(context_));
      return fail(directive, "unknown directive " + quote(name), near ? quote(*near) : "");
    }
    const auto* rule = rule_in(rules, context_);
    if (rule == nullptr) {
      return fail(directive, quote(name) + " directive is not allowed here", context_names(rules));
    }
    if (const auto* word = swallowed(directive, context_)) {
      return fail(
          directive, "directive " + quote(name) + " is not terminated",
          "\";\" before " + quote(word->text) + " of line " + std::to_string(word->at.line));
    }
    const bool takes_block = rule->shape == Shape::block || rule->shape == Shape::opaque;
    if (takes_block && !directive.is_block) {
      return fail(directive, "directive " + quote(name) + " has no opening \"{\"", "\"{\"");
    }
    if (!takes_block && directive.is_block) {
      return fail(directive, "directive " + quote(name) + " is not terminated by \";\"", "\";\"");
    }
    if (directive.arguments() < rule->min_arguments ||
        directive.arguments() > rule->max_arguments) {
      return fail(directive, "invalid number of arguments in " + quote(name) + " directive",
                  argument_count(*rule));
    }
    if (!check_shape(directive, *rule)) return false;
    if (!check_handling(directive, *rule)) return false;
    if (rule->shape == Shape::block) {
      check_directives(directive.children, inner_context(name, context_), diagnostics_);
    }
    return rule->handling == Handling::modelled;
  }

 private:
  bool fail(const Directive& directive, std::string what, std::string expected) {
    diagnostics_.error(directive.at(), std::move(what), std::move(expected));
    return false;
  }

  bool check_shape(const Directive& directive, const DirectiveRule& rule) {
    const auto& name = directive.name();
    if (rule.shape == Shape::flag) {
      const auto text = lower_case(directive.argument(0));
      if (text != "on" && text != "off") {
        diagnostics_.error(directive.argument_at(0),
                           "invalid value " + quote(directive.argument(0)) + " in " + quote(name) +
                               " directive, it must be \"on\" or \"off\"");
        return false;
      }
    }
    if ((rule.shape == Shape::flag || rule.shape == Shape::value) && !seen_.insert(name).second) {
      return fail(directive, quote(name) + " directive is duplicate", "it once in a block");
    }
    if (context_ == in_main && rule.shape == Shape::block && !seen_.insert(name).second) {
      return fail(directive, quote(name) + " directive is duplicate", "it once");
    }
    return true;
  }

  bool check_handling(const Directive& directive, const DirectiveRule& rule) {
    const auto& name = directive.name();
    // "off" of what is refused or warned about is what the model does anyway.
    const bool off = directive.arguments() == 1 && directive.argument(0) == "off";
    if (rule.handling == Handling::refused && !off) {
      const bool tls = name.starts_with("ssl") || name.starts_with("proxy_ssl");
      return fail(directive,
                  tls ? "TLS is not modelled, and " + quote(name) + " needs it"
                      : quote(name) + " is not modelled and would change what happens",
                  tls ? "passing TLS through with stream" : "a configuration without it");
    }
    // Here "off" is what the model does not do.
    const bool warns = name == "proxy_request_buffering" ? off : !off;
    if (rule.handling == Handling::warned && warns) {
      diagnostics_.warning(directive.at(), quote(name) + " is not modelled and has no effect here");
    }
    return true;
  }

  Context context_;
  Diagnostics& diagnostics_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

void check_directives(std::vector<Directive>& directives, Context context,
                      Diagnostics& diagnostics) {
  Checker checker(context, diagnostics);
  std::vector<Directive> good;
  for (auto& directive : directives) {
    if (checker.check(directive)) good.push_back(std::move(directive));
  }
  directives = std::move(good);
}

Context inner_context(std::string_view name, Context outer) {
  if (name == "events") return in_events;
  if (name == "http") return in_http;
  if (name == "stream") return in_stream;
  if (name == "location") return in_location;
  if (name == "upstream") return outer == in_stream ? in_stream_upstream : in_upstream;
  if (name == "server") return outer == in_stream ? in_stream_server : in_server;
  return outer;
}

}  // namespace seatrial::nginx
