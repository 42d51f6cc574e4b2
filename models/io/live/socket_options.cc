#include "models/io/live/socket_options.h"

#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace seatrial::io::live {

#ifndef IPV6_MINHOPCOUNT
constexpr int minimum_hop_count_option = 73;  // linux/in6.h, which netinet/in.h does not go with
#else
constexpr int minimum_hop_count_option = IPV6_MINHOPCOUNT;
#endif

asio::ip::address to_asio(const net::IpAddress& address) {
  const auto octets = address.bytes();
  if (address.is_v4()) return asio::ip::make_address_v4(address.v4_value());
  asio::ip::address_v6::bytes_type bytes;
  std::copy(octets.begin(), octets.end(), bytes.begin());
  return asio::ip::make_address_v6(bytes);
}

net::IpAddress from_asio(const asio::ip::address& address) {
  if (address.is_v4()) return net::IpAddress::v4(address.to_v4().to_uint());
  const auto bytes = address.to_v6().to_bytes();
  return *net::IpAddress::from_bytes({bytes.data(), bytes.size()});
}

std::optional<net::Endpoint> from_sockaddr(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return net::Endpoint{net::IpAddress::v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
  }
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    return net::Endpoint{*net::IpAddress::from_bytes({v6.sin6_addr.s6_addr, 16}),
                         ntohs(v6.sin6_port)};
  }
  return std::nullopt;
}

socklen_t to_sockaddr(const net::Endpoint& endpoint, sockaddr_storage& out) {
  std::memset(&out, 0, sizeof out);
  const auto octets = endpoint.address.bytes();
  if (endpoint.address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, octets.data(), octets.size());
    std::memcpy(&out, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  std::memcpy(&v6.sin6_addr, octets.data(), octets.size());
  std::memcpy(&out, &v6, sizeof v6);
  return sizeof v6;
}

CloseReason reason_of(const error_code& error) {
  switch (error.value()) {
    case ECONNREFUSED:
      return CloseReason::refused;
    case ECONNRESET:
    case EPIPE:
      return CloseReason::reset;
    case ETIMEDOUT:
      return CloseReason::timed_out;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
      return CloseReason::unreachable;
    default:
      return CloseReason::failed;
  }
}

error_code set_int_option(int fd, int level, int name, int value) {
  if (::setsockopt(fd, level, name, &value, sizeof value) == 0) return {};
  return {errno, boost::system::system_category()};
}

error_code set_ttl(int fd, net::Family family, int ttl) {
  return family == net::Family::ipv4 ? set_int_option(fd, IPPROTO_IP, IP_TTL, ttl)
                                     : set_int_option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, ttl);
}

error_code set_minimum_ttl(int fd, net::Family family, int minimum) {
  return family == net::Family::ipv4
             ? set_int_option(fd, IPPROTO_IP, IP_MINTTL, minimum)
             : set_int_option(fd, IPPROTO_IPV6, minimum_hop_count_option, minimum);
}

error_code set_md5(int fd, const net::Prefix& peers, const std::string& password) {
  tcp_md5sig key{};
  if (password.size() > sizeof key.tcpm_key) {
    return {EINVAL, boost::system::system_category()};
  }
  sockaddr_storage address{};
  to_sockaddr({peers.address(), 0}, address);
  std::memcpy(&key.tcpm_addr, &address, sizeof key.tcpm_addr);
  key.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
  key.tcpm_prefixlen = static_cast<std::uint8_t>(peers.length());
  key.tcpm_keylen = static_cast<std::uint16_t>(password.size());
  std::copy(password.begin(), password.end(), key.tcpm_key);
  if (::setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG_EXT, &key, sizeof key) == 0) return {};
  if (password.empty() && errno == ENOENT) return {};  // there was none to remove
  return {errno, boost::system::system_category()};
}

error_code set_datagram_options(int fd, net::Family family) {
  if (family == net::Family::ipv4) {
    if (auto error = set_int_option(fd, IPPROTO_IP, IP_PKTINFO, 1)) return error;
    return set_int_option(fd, IPPROTO_IP, IP_RECVERR, 1);
  }
  if (auto error = set_int_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)) return error;
  return set_int_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
}

}  // namespace seatrial::io::live
