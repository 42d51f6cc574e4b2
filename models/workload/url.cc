#include "models/workload/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace seatrial::workload {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

bool is_host_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_';
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

tl::expected<Url, std::string> Url::parse(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  const auto wrong = [text](const std::string& what) {
    return tl::unexpected("URL \"" + std::string(text) + "\": " + what);
  };
  if (lower(text.substr(0, scheme.size())) != scheme) return wrong("expected http://HOST[:PORT]/");
  auto rest = text.substr(scheme.size());
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  auto authority = rest.substr(0, end);
  rest.remove_prefix(end);

  Url url;
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return wrong("expected ']' after the IPv6 address");
    url.host = lower(authority.substr(1, close - 1));
    url.address = net::IpAddress::parse(url.host);
    if (!url.address || url.address->is_v4()) return wrong("not an IPv6 address between [ and ]");
    port = authority.substr(close + 1);
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    url.host = lower(authority.substr(0, colon));
    url.address = net::IpAddress::parse(url.host);
    port = authority.substr(colon);
    if (url.host.empty()) return wrong("no host, expected http://HOST[:PORT]/");
    if (!std::all_of(url.host.begin(), url.host.end(), is_host_character)) {
      return wrong("\"" + url.host + "\" is not a host name");
    }
  }
  if (!port.empty()) {
    const auto number = port.starts_with(':') ? parse_port(port.substr(1)) : std::nullopt;
    if (!number) return wrong("expected a port from 1 to 65535 after ':'");
    url.port = *number;
  }
  const bool v6 = url.address && !url.address->is_v4();
  url.authority = v6 ? "[" + url.host + "]" : url.host;
  if (url.port != 80) url.authority += ":" + std::to_string(url.port);

  rest = rest.substr(0, rest.find('#'));
  if (std::any_of(rest.begin(), rest.end(), [](char c) { return c <= ' ' || c == 0x7f; })) {
    return wrong("a blank or control character, expected it to be percent-encoded");
  }
  url.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
  return url;
}

}  // namespace seatrial::workload
