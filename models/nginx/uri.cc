#include "models/nginx/uri.h"

namespace seatrial::nginx {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

// Takes out "//", "/./" and "/../"; nothing when that leads above the root.
std::optional<std::string> normalise(std::string_view path) {
  std::string out;
  std::size_t i = 0;
  while (i < path.size()) {
    const auto end = std::min(path.find('/', i + 1), path.size());
    const auto segment = path.substr(i + 1, end - i - 1);  // path[i] is '/'
    const bool last = end == path.size();
    if (segment.empty() || segment == ".") {
      if (last) out += '/';
    } else if (segment == "..") {
      if (out.empty()) return std::nullopt;
      out.erase(out.rfind('/'));
      if (last) out += '/';
    } else {
      out.append("/").append(segment);
    }
    i = end;
  }
  return out.empty() ? "/" : out;
}

}  // namespace

std::optional<RequestUri> parse_target(std::string_view target) {
  RequestUri uri;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    const auto slash = std::min(target.find_first_of("/?"), target.size());
    uri.authority = target.substr(0, slash);
    if (uri.authority.empty()) return std::nullopt;
    target.remove_prefix(slash);
    break;
  }
  uri.unparsed = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  if (!target.starts_with('/') && uri.authority.empty()) return std::nullopt;
  std::string_view rest = uri.unparsed;
  if (const auto fragment = rest.find('#'); fragment != std::string_view::npos) {
    rest = rest.substr(0, fragment);
  }
  const auto mark = rest.find('?');
  if (mark != std::string_view::npos) {
    uri.args = rest.substr(mark + 1);
    uri.has_args = true;
  }
  const auto decoded = decode(rest.substr(0, mark));
  if (!decoded) return std::nullopt;
  auto path = normalise(*decoded);
  if (!path) return std::nullopt;
  uri.path = std::move(*path);
  return uri;
}

std::string escape_path(std::string_view path) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto octet = static_cast<unsigned char>(c);
    const bool escaped = octet <= 0x20 || octet >= 0x7f || c == '%' || c == '?' || c == '#';
    if (!escaped) {
      out += c;
      continue;
    }
    out += '%';
    out += digits[octet >> 4];
    out += digits[octet & 15];
  }
  return out;
}

}  // namespace seatrial::nginx
