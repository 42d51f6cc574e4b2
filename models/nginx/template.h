// A "complex value": text with variables, as in `proxy_set_header Host $host;`
// (ngx_http_compile_complex_value). "$name" and "${name}"; there is no escape for '$' in nginx.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace seatrial::nginx {

class Variables {
 public:
  virtual ~Variables() = default;
  // An unset variable is empty text, as in nginx.
  virtual std::string variable(std::string_view name) const = 0;
};

class Template {
 public:
  Template() = default;
  // The error is nginx's own text: invalid variable name.
  static tl::expected<Template, std::string> parse(std::string_view text);

  std::string evaluate(const Variables& variables) const;
  bool is_literal() const;
  bool empty() const { return parts_.empty(); }
  const std::string& text() const { return text_; }  // as written
  std::vector<std::string> variables() const;

 private:
  struct Part {
    bool is_variable = false;
    std::string text;
  };
  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace seatrial::nginx
