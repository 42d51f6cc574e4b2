#include "scenarios/engine/document/explain.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <regex>

#include "scenarios/engine/document/json_text.h"

namespace seatrial::scenario::document {
namespace {

using Json = nlohmann::ordered_json;

std::string unescape(std::string step) {
  for (std::size_t at = 0; (at = step.find('~', at)) != std::string::npos; ++at) {
    if (step.compare(at, 2, "~1") == 0) step.replace(at, 2, "/");
    if (step.compare(at, 2, "~0") == 0) step.replace(at, 2, "~");
  }
  return step;
}

std::string one_of(const std::vector<std::string>& words) {
  if (words.size() == 1) return words[0];
  std::string out = "one of ";
  for (std::size_t i = 0; i < words.size(); ++i) out += (i ? ", " : "") + words[i];
  return out;
}

class Explainer {
 public:
  explicit Explainer(const Json& schema) : root_(schema) {}

  std::vector<Complaint> take() { return std::move(complaints_); }

  void visit(const Json& schema, const Json& value, const std::string& pointer) {
    if (const auto it = schema.find("$ref"); it != schema.end()) {
      return visit(definition(it->get<std::string>()), value, pointer);
    }
    if (const auto it = schema.find("allOf"); it != schema.end()) {
      for (const Json& part : *it) visit(part, value, pointer);
    }
    if (const auto it = schema.find("anyOf"); it != schema.end()) {
      return choose(schema, *it, value, pointer);
    }
    if (const auto it = schema.find("enum"); it != schema.end()) {
      if (std::find(it->begin(), it->end(), value) == it->end()) {
        std::vector<std::string> words;
        for (const Json& word : *it) words.push_back(shown(word));
        complain(pointer, value, one_of(words));
      }
      return;
    }
    const auto type = schema.find("type");
    if (type == schema.end()) return;
    const std::string name = *type;
    if (!has_type(value, name)) return complain(pointer, value, expectation(schema, name));
    if (name == "object") return visit_object(schema, value, pointer);
    if (name == "array") return visit_array(schema, value, pointer);
    if (!in_bounds(schema, value)) complain(pointer, value, expectation(schema, name));
  }

 private:
  const Json& definition(const std::string& reference) const {
    return root_.at(Json::json_pointer(reference.substr(1)));  // "#/definitions/name"
  }

  static bool has_type(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    return value.is_number();
  }

  static std::string expectation(const Json& schema, const std::string& type) {
    if (const auto title = schema.find("title"); title != schema.end()) return *title;
    if (type == "object") return "an object";
    if (type == "array") return "a list";
    if (type == "integer") return "a whole number";
    if (type == "boolean") return "true or false";
    return "a " + type;
  }

  static bool in_bounds(const Json& schema, const Json& value) {
    if (value.is_string()) {
      const auto& text = value.get_ref<const std::string&>();
      if (text.size() < schema.value("minLength", std::size_t{0})) return false;
      if (text.size() > schema.value("maxLength", text.size())) return false;
      const auto pattern = schema.find("pattern");
      if (pattern == schema.end()) return true;
      // The library's matcher recurses over the text.
      if (text.size() > 4096) return false;
      return std::regex_search(text, std::regex(pattern->get<std::string>()));
    }
    if (value.is_number()) {
      // The schema library compares whole numbers as signed ones.
      if (value.is_number_unsigned() &&
          value.get<std::uint64_t>() >
              static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return false;
      }
      const double number = value.get<double>();
      if (schema.contains("minimum") && number < schema["minimum"].get<double>()) return false;
      if (schema.contains("maximum") && number > schema["maximum"].get<double>()) return false;
      if (schema.contains("exclusiveMinimum") &&
          number <= schema["exclusiveMinimum"].get<double>()) {
        return false;
      }
    }
    return true;
  }

  void visit_object(const Json& schema, const Json& value, const std::string& pointer) {
    static const Json none = Json::object();
    const Json& properties = schema.contains("properties") ? schema["properties"] : none;
    const auto additional = schema.find("additionalProperties");
    for (const auto& [key, member] : value.items()) {
      const auto member_pointer = below(pointer, key);
      if (const auto names = schema.find("propertyNames"); names != schema.end()) {
        const Json& rule = names->contains("$ref") ? definition((*names)["$ref"]) : *names;
        if (!in_bounds(rule, Json(key))) {
          complaints_.push_back(
              {member_pointer, true, "the key is \"" + key + "\"", expectation(rule, "string")});
        }
      }
      if (const auto known = properties.find(key); known != properties.end()) {
        visit(*known, member, member_pointer);
      } else if (additional != schema.end() && additional->is_object()) {
        visit(*additional, member, member_pointer);
      } else if (additional != schema.end() && *additional == false) {
        std::vector<std::string> words;
        for (const auto& [word, unused] : properties.items()) {
          if (!value.contains(word)) words.push_back('"' + word + '"');
        }
        complaints_.push_back({member_pointer, true, "unknown key \"" + key + "\"",
                               words.empty() ? "no further key" : one_of(words)});
      }
    }
    for (const Json& key : schema.value("required", Json::array())) {
      if (!value.contains(key.get<std::string>())) {
        complaints_.push_back({pointer, false, missing_message(pointer, shown(key)), ""});
      }
    }
  }

  static std::string missing_message(const std::string& pointer, const std::string& key) {
    return (pointer.empty() ? "the document" : member_name(pointer)) + " has no " + key;
  }

  void visit_array(const Json& schema, const Json& value, const std::string& pointer) {
    const auto least = schema.value("minItems", std::size_t{0});
    const auto most = schema.value("maxItems", value.size());
    if (value.size() < least || value.size() > most) {
      const bool exact = schema.contains("maxItems") && least == most;
      complaints_.push_back(
          {pointer, false,
           member_name(pointer) + " has " + std::to_string(value.size()) + " elements",
           exact                  ? "exactly " + std::to_string(least)
           : value.size() < least ? "at least " + std::to_string(least)
                                  : "at most " + std::to_string(most)});
    }
    const auto items = schema.find("items");
    if (items == schema.end()) return;
    for (std::size_t i = 0; i < value.size(); ++i) visit(*items, value[i], below(pointer, i));
  }

  // "expectation" or "condition", whose branches are told apart by a key; else nothing.
  static std::string kind_of_thing(const Json& schema) {
    const auto title = schema.value("title", std::string());
    for (const std::string article : {"an ", "a "}) {
      const auto noun = title.starts_with(article) ? title.substr(article.size()) : "";
      if (noun == "expectation" || noun == "condition") return noun;
    }
    return {};
  }

  // Of the branches that the value could have meant, the one whose own key it has: "routes" makes
  // an expectation one about routes. Otherwise the one of the value's type.
  void choose(const Json& schema, const Json& branches, const Json& value,
              const std::string& pointer) {
    std::vector<std::string> kinds;
    const auto noun = kind_of_thing(schema);
    const bool kinded = !noun.empty();
    for (const Json& branch : branches) {
      const Json& form = branch.contains("$ref") ? definition(branch["$ref"]) : branch;
      if (!has_type(value, form.value("type", ""))) continue;
      const auto required = form.find("required");
      if (!kinded || required == form.end()) return visit(form, value, pointer);
      const std::string kind = (*required)[required->front() == "id" ? 1 : 0];
      if (value.contains(kind)) return visit(form, value, pointer);
      kinds.push_back('"' + kind + '"');
    }
    if (kinds.empty()) return complain(pointer, value, schema.value("title", "another form"));
    std::vector<std::string> keys;
    for (const auto& [key, unused] : value.items()) {
      if (key != "id") keys.push_back('"' + key + '"');
    }
    std::string message = "no kind of " + noun + " is named";
    for (std::size_t i = 0; i < keys.size(); ++i) message += (i ? ", " : " by ") + keys[i];
    complaints_.push_back({pointer, false, message, one_of(kinds)});
  }

  void complain(const std::string& pointer, const Json& value, std::string expected) {
    const bool scalar = !value.is_structured();
    complaints_.push_back({pointer, false, member_name(pointer) + " is " + shown(value),
                           scalar && value.is_null() ? expected : std::move(expected)});
  }

  const Json& root_;
  std::vector<Complaint> complaints_;
};

}  // namespace

std::string member_name(const std::string& pointer) {
  const auto slash = pointer.rfind('/');
  if (slash == std::string::npos) return "the document";
  const std::string step = unescape(pointer.substr(slash + 1));
  const bool index = !step.empty() && std::all_of(step.begin(), step.end(),
                                                  [](char c) { return c >= '0' && c <= '9'; });
  if (!index || slash == 0) return '"' + step + '"';
  return "element " + step + " of " + member_name(pointer.substr(0, slash));
}

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

std::vector<Complaint> explain(const Json& schema, const Json& document) {
  Explainer explainer(schema);
  explainer.visit(schema, document, "");
  return explainer.take();
}

}  // namespace seatrial::scenario::document
