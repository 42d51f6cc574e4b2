#include "models/http/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <chrono>

namespace seatrial::http {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void append_fields(std::string& out, const Fields& fields) {
  for (const auto& field : fields) {
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  out.append("\r\n");
}

std::string_view version_text(int version) {
  return version == 10 ? "HTTP/1.0" : "HTTP/1.1";
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
  for (const auto& item : items_) {
    if (equal_ignoring_case(item.name, name)) return item.value;
  }
  return std::nullopt;
}

std::string Fields::joined(std::string_view name) const {
  std::string out;
  bool first = true;
  for (const auto& item : items_) {
    if (!equal_ignoring_case(item.name, name)) continue;
    if (!first) out += ", ";
    out += item.value;
    first = false;
  }
  return out;
}

bool Fields::has_token(std::string_view name, std::string_view token) const {
  for (const auto& item : items_) {
    if (!equal_ignoring_case(item.name, name)) continue;
    std::string_view rest = item.value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      if (equal_ignoring_case(trim(rest.substr(0, comma)), token)) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

void Fields::add(std::string name, std::string value) {
  items_.push_back({std::move(name), std::move(value)});
}

void Fields::set(std::string_view name, std::string value) {
  const auto same = [name](const Field& f) { return equal_ignoring_case(f.name, name); };
  const auto first = std::find_if(items_.begin(), items_.end(), same);
  if (first == items_.end()) {
    items_.push_back({std::string(name), std::move(value)});
    return;
  }
  first->value = std::move(value);
  items_.erase(std::remove_if(first + 1, items_.end(), same), items_.end());
}

void Fields::erase(std::string_view name) {
  std::erase_if(items_, [name](const Field& f) { return equal_ignoring_case(f.name, name); });
}

std::string serialize(const RequestHead& head) {
  std::string out = head.method;
  out.append(" ").append(head.target).append(" ").append(version_text(head.version)).append("\r\n");
  append_fields(out, head.fields);
  return out;
}

std::string serialize(const ResponseHead& head) {
  std::string out(version_text(head.version));
  const std::string_view reason =
      head.reason.empty() ? reason_phrase(head.status) : std::string_view(head.reason);
  out.append(" ").append(std::to_string(head.status)).append(" ").append(reason).append("\r\n");
  append_fields(out, head.fields);
  return out;
}

std::string serialize(ResponseHead head, std::string_view body) {
  head.fields.set("Content-Length", std::to_string(body.size()));
  return serialize(head).append(body);
}

std::string chunk(io::Bytes data) {
  if (data.empty()) return {};  // an empty chunk would end the body
  return fmt::format("{:x}\r\n{}\r\n", data.size(), io::as_text(data));
}

std::string_view reason_phrase(int status) {
  namespace beast = boost::beast::http;
  const auto known = beast::int_to_status(static_cast<unsigned>(std::max(status, 0)));
  if (known == beast::status::unknown) return "Unknown";
  const auto text = beast::obsolete_reason(known);
  return {text.data(), text.size()};
}

bool wants_keep_alive(int version, const Fields& fields) {
  if (fields.has_token("Connection", "close")) return false;
  return version >= 11 || fields.has_token("Connection", "keep-alive");
}

bool is_idempotent(std::string_view method) {
  for (const auto* known : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    if (method == known) return true;
  }
  return false;
}

std::string format_date(std::int64_t unix_seconds) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     days[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::pair<std::string_view, std::string_view> split_target(std::string_view target) {
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

}  // namespace seatrial::http
