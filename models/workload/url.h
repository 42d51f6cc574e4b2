// The part of RFC 3986 that a load's requests need: http://HOST[:PORT]/TARGET.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "models/net/address.h"

namespace seatrial::workload {

struct Url {
  std::string host;                       // lower case, without brackets
  std::optional<net::IpAddress> address;  // when the host is one
  std::uint16_t port = 80;
  std::string authority;     // as the Host field has it: the port only where it is not 80
  std::string target = "/";  // path and query, without the fragment

  // The error says what is wrong and what was expected.
  static tl::expected<Url, std::string> parse(std::string_view text);
};

}  // namespace seatrial::workload
