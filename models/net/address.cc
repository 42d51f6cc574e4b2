#include "models/net/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace seatrial::net {
namespace {

template <typename T>
std::optional<T> parse_number(std::string_view text, T most) {
  if (text.empty()) return std::nullopt;
  T value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size() || value > most)
    return std::nullopt;
  return value;
}

std::size_t fnv1a(std::span<const std::uint8_t> bytes, std::size_t seed) {
  std::uint64_t hash = 1469598103934665603ULL ^ seed;
  for (const auto byte : bytes) {
    hash ^= byte;
    hash *= 1099511628211ULL;
  }
  return static_cast<std::size_t>(hash ^ (hash >> 29));
}

std::optional<InterfaceAddress> split_prefix(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const auto length =
      parse_number<unsigned>(text.substr(slash + 1), static_cast<unsigned>(address->bits()));
  if (!length) return std::nullopt;
  return InterfaceAddress{*address, static_cast<int>(*length)};
}

}  // namespace

std::optional<IpAddress> IpAddress::from_bytes(std::span<const std::uint8_t> octets) {
  if (octets.size() != 4 && octets.size() != 16) return std::nullopt;
  IpAddress a;
  a.family_ = octets.size() == 4 ? Family::ipv4 : Family::ipv6;
  std::copy(octets.begin(), octets.end(), a.bytes_.begin());
  return a;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  char buffer[INET6_ADDRSTRLEN] = {};
  std::memcpy(buffer, text.data(), text.size());
  if (std::strlen(buffer) != text.size()) return std::nullopt;
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(AF_INET, buffer, octets.data()) == 1) {
    return from_bytes(std::span(octets).first(4));
  }
  if (inet_pton(AF_INET6, buffer, octets.data()) == 1) return from_bytes(octets);
  return std::nullopt;
}

bool IpAddress::is_unspecified() const {
  return std::ranges::all_of(bytes(), [](auto b) { return b == 0; });
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[0] == 127;
  return bytes_[15] == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](auto b) { return b == 0; });
}

bool IpAddress::is_multicast() const {
  return is_v4() ? (bytes_[0] & 0xf0) == 0xe0 : bytes_[0] == 0xff;
}

std::string IpAddress::to_string() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  inet_ntop(is_v4() ? AF_INET : AF_INET6, bytes_.data(), buffer, sizeof buffer);
  return buffer;
}

Prefix::Prefix(const IpAddress& address, int length)
    : address_(address), length_(static_cast<std::uint8_t>(std::clamp(length, 0, address.bits()))) {
  auto octet = static_cast<std::size_t>(length_ / 8);
  const auto size = static_cast<std::size_t>(address.bits() / 8);
  if (octet == size) return;
  address_.bytes_[octet] &= static_cast<std::uint8_t>(0xff00 >> (length_ % 8));
  while (++octet < size) address_.bytes_[octet] = 0;
}

std::optional<Prefix> Prefix::parse_lenient(std::string_view text) {
  const auto parts = split_prefix(text);
  if (!parts) return std::nullopt;
  return parts->subnet();
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const auto parts = split_prefix(text);
  if (!parts || parts->subnet().address() != parts->address) return std::nullopt;
  return parts->subnet();
}

bool Prefix::contains(const IpAddress& address) const {
  if (address.family() != family()) return false;
  if (address.is_v4()) {
    const auto differ = address.v4_value() ^ address_.v4_value();
    return length_ == 0 || (differ >> (32 - length_)) == 0;
  }
  return Prefix(address, length_).address_ == address_;
}

bool Prefix::contains(const Prefix& other) const {
  return other.length_ >= length_ && contains(other.address_);
}

std::string Prefix::to_string() const {
  return address_.to_string() + "/" + std::to_string(length_);
}

std::optional<InterfaceAddress> InterfaceAddress::parse(std::string_view text) {
  return split_prefix(text);
}

std::string InterfaceAddress::to_string() const {
  return address.to_string() + "/" + std::to_string(length);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = IpAddress::parse(host);
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1), 65535);
  if (!address || !port || bracketed == address->is_v4()) return std::nullopt;
  return Endpoint{*address, *port};
}

std::string Endpoint::to_string() const {
  const auto host = address.is_v4() ? address.to_string() : "[" + address.to_string() + "]";
  return host + ":" + std::to_string(port);
}

std::optional<Asn> Asn::parse(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) {
    const auto value = parse_number<std::uint32_t>(text, 0xffffffffU);
    return value ? std::optional(Asn{*value}) : std::nullopt;
  }
  const auto high = parse_number<std::uint32_t>(text.substr(0, dot), 0xffff);
  const auto low = parse_number<std::uint32_t>(text.substr(dot + 1), 0xffff);
  if (!high || !low) return std::nullopt;
  return Asn{(*high << 16) | *low};
}

}  // namespace seatrial::net

std::size_t std::hash<seatrial::net::IpAddress>::operator()(
    const seatrial::net::IpAddress& a) const noexcept {
  return seatrial::net::fnv1a(a.bytes(), 0);
}
std::size_t std::hash<seatrial::net::Prefix>::operator()(
    const seatrial::net::Prefix& p) const noexcept {
  return seatrial::net::fnv1a(p.address().bytes(), static_cast<std::size_t>(p.length()) << 8);
}
std::size_t std::hash<seatrial::net::Endpoint>::operator()(
    const seatrial::net::Endpoint& e) const noexcept {
  return seatrial::net::fnv1a(e.address.bytes(), std::size_t{e.port} << 16);
}
