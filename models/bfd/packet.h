// The BFD control packet, RFC 5880 section 4, and the checks of section 6.8.6 that need nothing but
// the packet. Authentication sections are decoded and encoded; no session here uses one, so that a
// packet with one is refused (section 6.8.6: "If the A bit is set and no authentication is in use
// (bfd.AuthType is zero), the packet MUST be discarded").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "models/io/host.h"
#include "models/net/units.h"

namespace seatrial::bfd {

inline constexpr std::uint16_t single_hop_port = 3784;  // RFC 5881
inline constexpr std::uint16_t multihop_port = 4784;    // RFC 5883

enum class State : std::uint8_t { admin_down = 0, down = 1, init = 2, up = 3 };

enum class Diagnostic : std::uint8_t {  // section 4.1; others up to 31 are kept as they come
  none = 0,
  control_detection_expired = 1,
  echo_failed = 2,
  neighbor_down = 3,
  forwarding_reset = 4,
  path_down = 5,
  concatenated_path_down = 6,
  administratively_down = 7,
  reverse_concatenated_path_down = 8,
};

enum class AuthenticationType : std::uint8_t {  // section 4.1
  simple_password = 1,
  keyed_md5 = 2,
  meticulous_keyed_md5 = 3,
  keyed_sha1 = 4,
  meticulous_keyed_sha1 = 5,
};

struct Authentication {  // sections 4.2 to 4.4
  AuthenticationType type = AuthenticationType::simple_password;
  std::uint8_t key_id = 0;
  std::uint32_t sequence = 0;          // not with a simple password
  std::vector<std::uint8_t> password;  // 1 to 16 bytes, or the digest: 16 (MD5), 20 (SHA1)
  friend bool operator==(const Authentication&, const Authentication&) = default;
};

struct ControlPacket {
  Diagnostic diagnostic = Diagnostic::none;
  State state = State::down;
  bool poll = false;
  bool final = false;
  bool control_plane_independent = false;
  bool demand = false;
  std::uint8_t detect_multiplier = 3;
  std::uint32_t my_discriminator = 0;
  std::uint32_t your_discriminator = 0;
  Duration desired_min_tx{};  // whole microseconds, as the other two
  Duration required_min_rx{};
  Duration required_min_echo_rx{};
  std::optional<Authentication> authentication;
  friend bool operator==(const ControlPacket&, const ControlPacket&) = default;
};

// A packet to be discarded says why, in the words of section 6.8.6.
tl::expected<ControlPacket, std::string> decode(io::Bytes bytes);
std::vector<std::uint8_t> encode(const ControlPacket& packet);

std::string_view to_string(State state);  // "AdminDown", "Down", "Init", "Up"
std::string to_string(Diagnostic diagnostic);

}  // namespace seatrial::bfd
