#include "models/nginx/template.h"

namespace seatrial::nginx {

namespace {
bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
}  // namespace

tl::expected<Template, std::string> Template::parse(std::string_view text) {
  Template result;
  result.text_ = text;
  std::size_t i = 0;
  while (i < text.size()) {
    if (text[i] != '$') {
      const auto next = std::min(text.find('$', i), text.size());
      result.parts_.push_back({false, std::string(text.substr(i, next - i))});
      i = next;
      continue;
    }
    ++i;
    const bool braced = i < text.size() && text[i] == '{';
    if (braced) ++i;
    const auto start = i;
    // A capture is one digit: "$10" is $1 and then "0".
    if (!braced && i < text.size() && text[i] >= '1' && text[i] <= '9') {
      ++i;
    } else {
      while (i < text.size() && is_name_char(text[i])) ++i;
    }
    std::string name(text.substr(start, i - start));
    if (braced) {
      if (i >= text.size() || text[i] != '}') {
        return tl::unexpected("the closing bracket in \"" + name + "\" variable is missing");
      }
      ++i;
    }
    if (name.empty()) return tl::unexpected(std::string("invalid variable name"));
    result.parts_.push_back({true, std::move(name)});
  }
  return result;
}

std::string Template::evaluate(const Variables& variables) const {
  std::string out;
  for (const auto& part : parts_) {
    if (part.is_variable) {
      out += variables.variable(part.text);
    } else {
      out += part.text;
    }
  }
  return out;
}

bool Template::is_literal() const {
  for (const auto& part : parts_) {
    if (part.is_variable) return false;
  }
  return true;
}

std::vector<std::string> Template::variables() const {
  std::vector<std::string> names;
  for (const auto& part : parts_) {
    if (part.is_variable) names.push_back(part.text);
  }
  return names;
}

}  // namespace seatrial::nginx
