#include "scenarios/engine/document/schema.h"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "scenarios/engine/document/document.h"
#include "scenarios/engine/document/explain.h"

namespace seatrial::scenario::document {
namespace {

using Json = nlohmann::ordered_json;

bool valijson_accepts(const nlohmann::json& document, valijson::ValidationResults& results) {
  static const auto schema = [] {
    const auto json = nlohmann::json::parse(schema_text());
    auto out = std::make_unique<valijson::Schema>();
    valijson::SchemaParser parser;
    valijson::adapters::NlohmannJsonAdapter adapter(json);
    parser.populateSchema(adapter, *out);
    return out;
  }();
  valijson::Validator validator;
  const valijson::adapters::NlohmannJsonAdapter target(document);
  return validator.validate(*schema, target, &results);
}

// "<root>", "[clients]", "[0]" to "/clients/0".
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (const auto& step : context) {
    if (step.size() >= 2 && step.front() == '[') {
      pointer = below(pointer, std::string_view(step).substr(1, step.size() - 2));
    }
  }
  return pointer;
}

const Json& resolve(const Json& schema) {
  const Json* at = &schema;
  for (;;) {
    if (const auto it = at->find("$ref"); it != at->end()) {
      at = &schema_json().at(Json::json_pointer(it->get<std::string>().substr(1)));
    } else if (const auto all = at->find("allOf"); all != at->end() && all->size() == 1) {
      at = &(*all)[0];
    } else {
      return *at;
    }
  }
}

}  // namespace

const Json& schema_json() {
  static const Json schema = Json::parse(schema_text());
  return schema;
}

bool follows_schema(const JsonText& document, Diagnostics& diagnostics) {
  valijson::ValidationResults results;
  const bool accepted = valijson_accepts(nlohmann::json(document.json), results);
  const auto complaints = explain(schema_json(), document.json);
  for (const auto& complaint : complaints) {
    const auto at = complaint.at_key ? document.places.key(complaint.pointer)
                                     : document.places.value(complaint.pointer);
    diagnostics.error(at, complaint.message, complaint.expected);
  }
  if (accepted || !complaints.empty()) return accepted && complaints.empty();
  for (const auto& error : results) {
    diagnostics.error(document.places.value(pointer_of(error.context)), error.description);
  }
  if (results.numErrors() == 0) {
    diagnostics.error(document.places.value(""), "the document breaks the scenario's schema");
  }
  return false;
}

const Json* schema_of_member(const Json& schema, const Json& value, const std::string& key) {
  const Json& rules = resolve(schema);
  if (const auto any = rules.find("anyOf"); any != rules.end()) {
    const Json* found = nullptr;
    for (const Json& branch : *any) {
      const Json& form = resolve(branch);
      const auto required = form.find("required");
      const bool meant = required == form.end() || required->size() < 2 || !value.is_object() ||
                         value.contains((*required)[1].get<std::string>());
      if (!meant) continue;
      if (const Json* member = schema_of_member(form, value, key)) found = member;
    }
    return found;
  }
  if (rules.contains("items")) return &resolve(rules["items"]);
  if (const auto properties = rules.find("properties"); properties != rules.end()) {
    if (const auto member = properties->find(key); member != properties->end()) {
      return &resolve(*member);
    }
  }
  const auto additional = rules.find("additionalProperties");
  if (additional != rules.end() && additional->is_object()) return &resolve(*additional);
  return nullptr;
}

}  // namespace seatrial::scenario::document
