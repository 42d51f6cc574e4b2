// Says in words of the design why a document breaks the schema.
//
// The judge is valijson; its messages name schema keywords, and for a choice between forms every
// branch's complaint. This walks the same schema with the same value and tells a person what to
// change: the unknown key and the keys there are, the value and what was expected (a definition's
// "title"), and for an expectation only the complaints about the kind that it names.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace seatrial::scenario::document {

struct Complaint {
  std::string pointer;  // of the offending value, or of the member whose key is unknown
  bool at_key = false;
  std::string message;
  std::string expected;
};

std::vector<Complaint> explain(const nlohmann::ordered_json& schema,
                               const nlohmann::ordered_json& document);

// "\"rate\"", or "element 2 of \"ends\"", for a pointer's last step.
std::string member_name(const std::string& pointer);
// The value as it is shown in a message: "\"10Gbs\"", "12", "a list", "an object".
std::string shown(const nlohmann::ordered_json& value);

}  // namespace seatrial::scenario::document
