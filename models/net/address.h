// IP addresses, prefixes and transport endpoints as values. Both families share one type, so that a
// routing table, a resolver and a proxy need no second code path for IPv6.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace seatrial::net {

enum class Family : std::uint8_t { ipv4 = 4, ipv6 = 6 };

class IpAddress {
 public:
  constexpr IpAddress() = default;  // 0.0.0.0
  static constexpr IpAddress v4(std::uint32_t host_order) {
    IpAddress a;
    for (std::size_t i = 0; i < 4; ++i) {
      a.bytes_[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
    }
    return a;
  }
  // 4 or 16 octets in network order; anything else is nothing.
  static std::optional<IpAddress> from_bytes(std::span<const std::uint8_t> octets);
  // Dotted quad, or RFC 4291 text form. Nothing for anything else (no zone, no leading zeros in
  // IPv4).
  static std::optional<IpAddress> parse(std::string_view text);

  constexpr Family family() const { return family_; }
  constexpr bool is_v4() const { return family_ == Family::ipv4; }
  constexpr int bits() const { return is_v4() ? 32 : 128; }
  // Network order, 4 or 16 octets.
  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), is_v4() ? 4U : 16U}; }
  // IPv4 only: the address as a number in host order.
  constexpr std::uint32_t v4_value() const {
    return (std::uint32_t{bytes_[0]} << 24) | (std::uint32_t{bytes_[1]} << 16) |
           (std::uint32_t{bytes_[2]} << 8) | std::uint32_t{bytes_[3]};
  }
  constexpr bool bit(int index) const {  // 0 is the most significant
    return ((bytes_[static_cast<std::size_t>(index) / 8] >> (7 - index % 8)) & 1) != 0;
  }
  bool is_unspecified() const;
  bool is_loopback() const;
  bool is_multicast() const;
  // RFC 5952 form for IPv6.
  std::string to_string() const;

  // IPv4 sorts before IPv6; within a family numerically.
  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  Family family_ = Family::ipv4;
  std::array<std::uint8_t, 16> bytes_{};

  friend class Prefix;
};

// A network prefix; host bits are always zero.
class Prefix {
 public:
  constexpr Prefix() = default;  // 0.0.0.0/0
  // Clears the host bits; `length` is clamped to the family's bits.
  Prefix(const IpAddress& address, int length);
  // Becomes Prefix(IpAddress::v4(address), length), where it lies: a reader of whole tables copies
  // nothing. Only on a default-made prefix; `length` is at most 32.
  void become_v4(std::uint32_t address, std::uint8_t length) {
    const auto kept = length == 0 ? 0 : address & (~std::uint32_t{0} << (32 - length));
    const auto octets = std::endian::native == std::endian::little ? __builtin_bswap32(kept) : kept;
    std::memcpy(address_.bytes_.data(), &octets, sizeof octets);
    length_ = length;
  }
  static Prefix host(const IpAddress& address) { return {address, address.bits()}; }
  // "10.0.0.0/8"; nothing when malformed, or when host bits are set (use parse_lenient for those).
  static std::optional<Prefix> parse(std::string_view text);
  // As parse(), but "10.1.1.4/24" gives 10.1.1.0/24, as routers accept it.
  static std::optional<Prefix> parse_lenient(std::string_view text);

  const IpAddress& address() const { return address_; }
  int length() const { return length_; }
  Family family() const { return address_.family(); }
  bool is_host() const { return length_ == address_.bits(); }
  bool contains(const IpAddress& address) const;
  bool contains(const Prefix& other) const;  // true for itself
  std::string to_string() const;

  friend auto operator<=>(const Prefix&, const Prefix&) = default;

 private:
  IpAddress address_;
  std::uint8_t length_ = 0;
};

// An interface address: 10.1.1.4/24 keeps both the address and its subnet.
struct InterfaceAddress {
  IpAddress address;
  int length = 0;

  static std::optional<InterfaceAddress> parse(std::string_view text);
  Prefix subnet() const { return {address, length}; }
  std::string to_string() const;
  friend auto operator<=>(const InterfaceAddress&, const InterfaceAddress&) = default;
};

// A transport address: 10.1.1.4:80, [2001:db8::1]:179.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  static std::optional<Endpoint> parse(std::string_view text);
  std::string to_string() const;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// An autonomous system number, 4 octets (RFC 6793).
struct Asn {
  std::uint32_t value = 0;
  static std::optional<Asn> parse(std::string_view text);  // asplain or asdot
  std::string to_string() const { return std::to_string(value); }
  friend auto operator<=>(const Asn&, const Asn&) = default;
};

}  // namespace seatrial::net

template <>
struct std::hash<seatrial::net::IpAddress> {
  std::size_t operator()(const seatrial::net::IpAddress& a) const noexcept;
};
template <>
struct std::hash<seatrial::net::Prefix> {
  std::size_t operator()(const seatrial::net::Prefix& p) const noexcept;
};
template <>
struct std::hash<seatrial::net::Endpoint> {
  std::size_t operator()(const seatrial::net::Endpoint& e) const noexcept;
};
