// --set PATH=VALUE and --inject AT:ACTION:TARGET. The path is checked against the schema step by
// step, so that a misspelt one is an error and not a key that nobody reads.
#include <algorithm>
#include <charconv>

#include "scenarios/engine/document/document.h"
#include "scenarios/engine/document/explain.h"
#include "scenarios/engine/document/override.h"
#include "scenarios/engine/document/schema.h"

namespace seatrial::scenario::document {
namespace {

using Json = nlohmann::ordered_json;

// Splits at dots; a step in brackets may hold dots: "expect.[routes.edge1].at".
std::vector<std::string> steps_of(std::string_view path) {
  std::vector<std::string> steps(1);
  bool bracket = false;
  for (const char c : path) {
    if (c == '[' && !bracket && steps.back().empty()) {
      bracket = true;
    } else if (c == ']' && bracket) {
      bracket = false;
    } else if (c == '.' && !bracket) {
      steps.emplace_back();
    } else {
      steps.back() += c;
    }
  }
  return steps;
}

std::string name_of(const Json& element) {
  for (const char* key : {"name", "id"}) {
    if (element.is_object() && element.contains(key) && element[key].is_string()) {
      return element[key];
    }
  }
  return "";
}

std::optional<std::size_t> element_of(const Json& list, const std::string& step) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error == std::errc() && end == step.data() + step.size()) {
    return index < list.size() ? std::optional(index) : std::nullopt;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (name_of(list[i]) == step) return i;
  }
  return std::nullopt;
}

std::string elements_there_are(const Json& list) {
  if (list.empty()) return "a list that is not empty";
  std::string out = "an index below " + std::to_string(list.size());
  for (const Json& element : list) {
    if (const auto name = name_of(element); !name.empty()) out += ", or \"" + name + "\"";
  }
  return out;
}

std::string keys_there_are(const Json& schema) {
  std::string out;
  if (const auto properties = schema.find("properties"); properties != schema.end()) {
    for (const auto& [key, unused] : properties->items()) {
      out += (out.empty() ? "one of \"" : ", \"") + key + "\"";
    }
  }
  return out.empty() ? "the path to end before it" : out;
}

}  // namespace

std::optional<std::string> set_path(Json& document, std::string_view assignment,
                                    Diagnostics& diagnostics) {
  constexpr std::size_t longest = 4096;  // as in the document itself
  if (assignment.size() > longest) {
    diagnostics.error({"--set", 0, 0},
                      "an assignment of " + std::to_string(assignment.size()) + " bytes",
                      "at most " + std::to_string(longest));
    return std::nullopt;
  }
  const Position at{"--set " + std::string(assignment), 0, 0};
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    diagnostics.error(at, "there is no path before a \"=\"", "PATH=VALUE");
    return std::nullopt;
  }
  Json* value = &document;
  const Json* schema = &schema_json();
  std::string pointer;
  for (const auto& step : steps_of(assignment.substr(0, equals))) {
    if (value->is_array()) {
      const auto index = element_of(*value, step);
      if (!index) {
        diagnostics.error(at, member_name(pointer) + " has no element \"" + step + "\"",
                          elements_there_are(*value));
        return std::nullopt;
      }
      schema = schema_of_member(*schema, *value, step);
      value = &(*value)[*index];
      pointer = below(pointer, *index);
    } else {
      const Json* member = schema_of_member(*schema, *value, step);
      if (member == nullptr || schema->contains("items")) {
        diagnostics.error(at, member_name(pointer) + " can have no \"" + step + "\"",
                          keys_there_are(*schema));
        return std::nullopt;
      }
      if (value->is_null()) *value = Json::object();  // a step that is made on the way
      if (!value->is_object()) {
        diagnostics.error(at, member_name(pointer) + " is " + shown(*value), "an object");
        return std::nullopt;
      }
      schema = member;
      value = &(*value)[step];
      pointer = below(pointer, step);
    }
    if (schema == nullptr) {
      diagnostics.error(at, member_name(pointer) + " can have nothing below it");
      return std::nullopt;
    }
  }
  const std::string text(assignment.substr(equals + 1));
  Json parsed = Json::parse(text, nullptr, false);
  const bool wants_text = schema->value("type", "") == "string";
  *value = parsed.is_discarded() || (wants_text && !parsed.is_string()) ? Json(text) : parsed;
  return pointer;
}

std::optional<std::string> inject(Json& document, std::string_view event,
                                  Diagnostics& diagnostics) {
  constexpr std::size_t longest = 4096;  // as an assignment
  const Position at{"--inject " + std::string(event.substr(0, longest)), 0, 0};
  const auto first = event.find(':');
  const auto second = first == std::string_view::npos ? first : event.find(':', first + 1);
  if (second == std::string_view::npos || event.size() > longest) {
    diagnostics.error(at, "it is no event", "AT:ACTION:TARGET, such as 30s:link_down:core1:eth1");
    return std::nullopt;
  }
  if (!document.is_object()) return "";  // the schema tells
  Json& timeline = document["timeline"];
  if (timeline.is_null()) timeline = Json::array();
  if (!timeline.is_array()) return "";
  // "edge1/bgp prefix=10.50.0.80/32": what the event has beyond the three.
  auto target = event.substr(second + 1);
  auto members = target.substr(std::min(target.find(' '), target.size()));
  target = target.substr(0, target.size() - members.size());
  Json added{{"at", event.substr(0, first)},
             {"do", event.substr(first + 1, second - first - 1)},
             {"target", target}};
  while (!members.empty()) {
    members.remove_prefix(1);
    const auto member = members.substr(0, members.find(' '));
    members.remove_prefix(member.size());
    const auto equals = member.find('=');
    if (equals == std::string_view::npos) {
      diagnostics.error(at, "\"" + std::string(member) + "\" is no member of an event",
                        "NAME=VALUE after the target, such as prefix=10.50.0.80/32");
      return std::nullopt;
    }
    added[std::string(member.substr(0, equals))] = member.substr(equals + 1);
  }
  timeline.push_back(std::move(added));
  return below(below("", "timeline"), timeline.size() - 1);
}

bool apply_override(Json& document, std::string_view assignment, Diagnostics& diagnostics) {
  Json changed = document;
  if (!set_path(changed, assignment, diagnostics)) return false;
  document = std::move(changed);
  return true;
}

}  // namespace seatrial::scenario::document
