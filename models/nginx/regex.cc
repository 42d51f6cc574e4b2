#include "models/nginx/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace seatrial::nginx {

namespace {

std::string error_text(int code) {
  PCRE2_UCHAR text[128];
  pcre2_get_error_message(code, text, sizeof(text));
  return reinterpret_cast<const char*>(text);
}

// A pattern that backtracks for ever shall not stop a run.
constexpr std::uint32_t match_limit = 1'000'000;

}  // namespace

tl::expected<Regex, std::string> Regex::compile(const std::string& pattern, bool ignore_case) {
  int code = 0;
  PCRE2_SIZE offset = 0;
  auto* compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                 ignore_case ? PCRE2_CASELESS : 0U, &code, &offset, nullptr);
  if (compiled == nullptr) {
    return tl::unexpected("pcre2_compile() failed: " + error_text(code) + " in \"" + pattern +
                          "\" at offset " + std::to_string(offset));
  }
  Regex regex;
  regex.pattern_ = pattern;
  regex.code_ = {compiled, [](void* p) { pcre2_code_free(static_cast<pcre2_code*>(p)); }};

  std::uint32_t count = 0, entry_size = 0;
  PCRE2_SPTR table = nullptr;
  pcre2_pattern_info(compiled, PCRE2_INFO_NAMECOUNT, &count);
  pcre2_pattern_info(compiled, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
  pcre2_pattern_info(compiled, PCRE2_INFO_NAMETABLE, &table);
  for (std::uint32_t i = 0; i < count; ++i, table += entry_size) {
    const unsigned group = (static_cast<unsigned>(table[0]) << 8) | table[1];
    regex.names_.emplace_back(reinterpret_cast<const char*>(table + 2), group);
  }
  return regex;
}

std::optional<std::vector<std::string>> Regex::match(std::string_view subject) const {
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  if (code == nullptr) return std::nullopt;
  const std::unique_ptr<pcre2_match_data, void (*)(pcre2_match_data*)> data(
      pcre2_match_data_create_from_pattern(code, nullptr), pcre2_match_data_free);
  const std::unique_ptr<pcre2_match_context, void (*)(pcre2_match_context*)> context(
      pcre2_match_context_create(nullptr), pcre2_match_context_free);
  pcre2_set_match_limit(context.get(), match_limit);
  const int groups = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(),
                                 0, 0, data.get(), context.get());
  if (groups <= 0) return std::nullopt;
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data.get());
  std::vector<std::string> captures(pcre2_get_ovector_count(data.get()));
  for (std::size_t i = 0; i < static_cast<std::size_t>(groups); ++i) {
    const auto begin = offsets[2 * i], end = offsets[2 * i + 1];
    if (begin != PCRE2_UNSET && end >= begin) captures[i] = subject.substr(begin, end - begin);
  }
  return captures;
}

}  // namespace seatrial::nginx
