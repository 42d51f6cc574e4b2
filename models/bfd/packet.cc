#include "models/bfd/packet.h"

#include <algorithm>
#include <array>
#include <limits>

namespace seatrial::bfd {
namespace {

constexpr std::size_t mandatory_size = 24;
constexpr std::size_t smallest_authenticated_size = 26;
constexpr std::uint8_t version = 1;
constexpr std::uint8_t poll_bit = 0x20;
constexpr std::uint8_t final_bit = 0x10;
constexpr std::uint8_t independent_bit = 0x08;
constexpr std::uint8_t authentication_bit = 0x04;
constexpr std::uint8_t demand_bit = 0x02;
constexpr std::uint8_t multipoint_bit = 0x01;
constexpr std::size_t longest_password = 16;

std::uint32_t read_32(io::Bytes bytes, std::size_t at) {
  return (std::uint32_t{bytes[at]} << 24U) | (std::uint32_t{bytes[at + 1]} << 16U) |
         (std::uint32_t{bytes[at + 2]} << 8U) | std::uint32_t{bytes[at + 3]};
}

void write_32(std::vector<std::uint8_t>& out, std::uint32_t value) {
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

Duration microseconds(std::uint32_t value) {
  return std::chrono::microseconds(value);
}

std::uint32_t to_microseconds(Duration value) {
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(value).count();
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(count, 0, std::numeric_limits<std::uint32_t>::max()));
}

// The digest's size; 0 for a simple password.
std::size_t digest_size(AuthenticationType type) {
  switch (type) {
    case AuthenticationType::keyed_md5:
    case AuthenticationType::meticulous_keyed_md5:
      return 16;
    case AuthenticationType::keyed_sha1:
    case AuthenticationType::meticulous_keyed_sha1:
      return 20;
    case AuthenticationType::simple_password:
      break;
  }
  return 0;
}

tl::expected<Authentication, std::string> decode_authentication(io::Bytes section) {
  const auto wrong = [](const char* what) { return tl::make_unexpected(std::string(what)); };
  if (section[0] < 1 || section[0] > 5) return wrong("unknown authentication type");
  if (section[1] != section.size()) return wrong("authentication length is wrong");
  Authentication out;
  out.type = static_cast<AuthenticationType>(section[0]);
  std::size_t begin = 3;
  if (const auto digest = digest_size(out.type); digest > 0) {
    begin = 8;  // key id, reserved, sequence number
    if (section.size() != begin + digest) return wrong("authentication length is wrong");
    out.sequence = read_32(section, 4);
  } else if (section.size() < begin + 1 || section.size() > begin + longest_password) {
    return wrong("authentication length is wrong");
  }
  out.key_id = section[2];
  const auto rest = section.subspan(begin);
  out.password.assign(rest.begin(), rest.end());
  return out;
}

void encode_authentication(std::vector<std::uint8_t>& out, const Authentication& section) {
  const bool digest = digest_size(section.type) > 0;
  out.push_back(static_cast<std::uint8_t>(section.type));
  out.push_back(static_cast<std::uint8_t>((digest ? 8 : 3) + section.password.size()));
  out.push_back(section.key_id);
  if (digest) {
    out.push_back(0);
    write_32(out, section.sequence);
  }
  out.insert(out.end(), section.password.begin(), section.password.end());
}

}  // namespace

// The order of the checks is that of section 6.8.6.
tl::expected<ControlPacket, std::string> decode(io::Bytes bytes) {
  const auto wrong = [](const char* what) { return tl::make_unexpected(std::string(what)); };
  if (bytes.size() < mandatory_size) return wrong("shorter than a control packet");
  if (bytes[0] >> 5U != version) return wrong("version is not 1");
  const auto flags = bytes[1];
  const std::size_t length = bytes[3];
  const bool authenticated = (flags & authentication_bit) != 0;
  if (length < (authenticated ? smallest_authenticated_size : mandatory_size)) {
    return wrong("length is less than the minimum");
  }
  if (length > bytes.size()) return wrong("length is greater than the payload");
  if (bytes[2] == 0) return wrong("detect multiplier is zero");
  if ((flags & multipoint_bit) != 0) return wrong("multipoint bit is set");
  ControlPacket out;
  out.my_discriminator = read_32(bytes, 4);
  if (out.my_discriminator == 0) return wrong("my discriminator is zero");
  out.your_discriminator = read_32(bytes, 8);
  out.state = static_cast<State>(flags >> 6U);
  if (out.your_discriminator == 0 && out.state != State::down && out.state != State::admin_down) {
    return wrong("your discriminator is zero in a state other than Down or AdminDown");
  }
  out.diagnostic = static_cast<Diagnostic>(bytes[0] & 0x1fU);
  out.poll = (flags & poll_bit) != 0;
  out.final = (flags & final_bit) != 0;
  out.control_plane_independent = (flags & independent_bit) != 0;
  out.demand = (flags & demand_bit) != 0;
  // Section 6.5: a packet never has both.
  if (out.poll && out.final) return wrong("poll and final are both set");
  out.detect_multiplier = bytes[2];
  out.desired_min_tx = microseconds(read_32(bytes, 12));
  out.required_min_rx = microseconds(read_32(bytes, 16));
  out.required_min_echo_rx = microseconds(read_32(bytes, 20));
  if (authenticated) {
    auto section = decode_authentication(bytes.subspan(mandatory_size, length - mandatory_size));
    if (!section) return tl::make_unexpected(section.error());
    out.authentication = std::move(*section);
  }
  return out;
}

std::vector<std::uint8_t> encode(const ControlPacket& packet) {
  std::vector<std::uint8_t> out;
  out.push_back(static_cast<std::uint8_t>((version << 5U) |
                                          (static_cast<unsigned>(packet.diagnostic) & 0x1fU)));
  unsigned flags = static_cast<unsigned>(packet.state) << 6U;
  if (packet.poll) flags |= poll_bit;
  if (packet.final) flags |= final_bit;
  if (packet.control_plane_independent) flags |= independent_bit;
  if (packet.authentication) flags |= authentication_bit;
  if (packet.demand) flags |= demand_bit;
  out.push_back(static_cast<std::uint8_t>(flags));
  out.push_back(packet.detect_multiplier);
  out.push_back(0);  // the length, below
  write_32(out, packet.my_discriminator);
  write_32(out, packet.your_discriminator);
  write_32(out, to_microseconds(packet.desired_min_tx));
  write_32(out, to_microseconds(packet.required_min_rx));
  write_32(out, to_microseconds(packet.required_min_echo_rx));
  if (packet.authentication) encode_authentication(out, *packet.authentication);
  out[3] = static_cast<std::uint8_t>(out.size());
  return out;
}

std::string_view to_string(State state) {
  constexpr std::array<std::string_view, 4> names{"AdminDown", "Down", "Init", "Up"};
  return names[static_cast<std::size_t>(state)];
}

std::string to_string(Diagnostic diagnostic) {
  constexpr std::array<std::string_view, 9> names{"no diagnostic",
                                                  "control detection time expired",
                                                  "echo function failed",
                                                  "neighbor signaled session down",
                                                  "forwarding plane reset",
                                                  "path down",
                                                  "concatenated path down",
                                                  "administratively down",
                                                  "reverse concatenated path down"};
  const auto code = static_cast<std::size_t>(diagnostic);
  return code < names.size() ? std::string(names[code]) : "diagnostic " + std::to_string(code);
}

}  // namespace seatrial::bfd
