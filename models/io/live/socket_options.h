// Between the port's values and the kernel's: addresses, error numbers and the socket options that
// Asio has no name for. Every function returns an error code instead of throwing.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <optional>
#include <string>

#include "models/io/host.h"

namespace seatrial::io::live {

using boost::system::error_code;
namespace asio = boost::asio;

asio::ip::address to_asio(const net::IpAddress& address);
net::IpAddress from_asio(const asio::ip::address& address);

template <typename Protocol>
asio::ip::basic_endpoint<Protocol> to_asio(const net::Endpoint& endpoint) {
  return {to_asio(endpoint.address), endpoint.port};
}
template <typename Protocol>
net::Endpoint from_asio(const asio::ip::basic_endpoint<Protocol>& endpoint) {
  return {from_asio(endpoint.address()), endpoint.port()};
}

// A socket address as the kernel fills it in; nothing for a family that is not IP.
std::optional<net::Endpoint> from_sockaddr(const sockaddr_storage& address);
// Returns the length of what was written.
socklen_t to_sockaddr(const net::Endpoint& endpoint, sockaddr_storage& out);

CloseReason reason_of(const error_code& error);

// IP_TTL and IP_MINTTL, or their IPv6 namesakes (RFC 5082).
error_code set_ttl(int fd, net::Family family, int ttl);
error_code set_minimum_ttl(int fd, net::Family family, int minimum);
// RFC 2385, by TCP_MD5SIG_EXT, for all of a prefix. An empty password removes the key.
error_code set_md5(int fd, const net::Prefix& peers, const std::string& password);
// IP_PKTINFO and IP_RECVERR, or their IPv6 namesakes.
error_code set_datagram_options(int fd, net::Family family);
error_code set_int_option(int fd, int level, int name, int value);

}  // namespace seatrial::io::live
