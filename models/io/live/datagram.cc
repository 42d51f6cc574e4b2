#include "models/io/live/datagram.h"

#include <linux/errqueue.h>
#include <sys/uio.h>

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>

#include "models/io/hops.h"

namespace seatrial::io::live {

using asio::ip::udp;

namespace {

struct Control {
  alignas(cmsghdr) std::array<std::uint8_t, 512> bytes{};
};

// The address a received datagram was sent to, by its control messages.
std::optional<net::IpAddress> destination(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      return net::IpAddress::v4(ntohl(info.ipi_addr.s_addr));
    }
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(c), sizeof info);
      return net::IpAddress::from_bytes({info.ipi6_addr.s6_addr, 16});
    }
  }
  return std::nullopt;
}

// The TTL or hop limit it arrived with, where set_hops() asked for it.
std::optional<int> hops(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    const bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL;
    const bool v6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT;
    if (!v4 && !v6) continue;
    int value = 0;
    std::memcpy(&value, CMSG_DATA(c), sizeof value);
    return value;
  }
  return std::nullopt;
}

bool reports_unreachable(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    const bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR;
    const bool v6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR;
    if (!v4 && !v6) continue;
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(c), sizeof error);
    switch (error.ee_errno) {
      case ECONNREFUSED:
      case EHOSTUNREACH:
      case ENETUNREACH:
      case EACCES:  // administratively prohibited
        return true;
      default:
        return false;
    }
  }
  return false;
}

class Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(asio::io_context& loop, ReadBuffer& buffer, DatagramHandler* handler)
      : loop_(loop), socket_(loop), buffer_(buffer), handler_(handler) {}

  bool open(const net::Endpoint& local) {
    error_code error;
    socket_.open(to_asio<udp>(local).protocol(), error);
    if (!error) error = set_datagram_options(socket_.native_handle(), local.address.family());
    if (!error && !local.address.is_v4()) {
      error = set_int_option(socket_.native_handle(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
    }
    if (!error) socket_.bind(to_asio<udp>(local), error);
    if (!error) socket_.non_blocking(true, error);
    if (!error) local_ = from_asio(socket_.local_endpoint(error));
    if (error) return false;
    wait();
    return true;
  }

  void close() {
    handler_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
  }

  void send(const net::Endpoint& to, Bytes bytes, const std::optional<net::IpAddress>& source);
  void set_hops(std::optional<int> ttl, std::optional<int> minimum);
  const net::Endpoint& local() const { return local_; }

 private:
  void wait() {
    if (handler_ == nullptr) return;
    socket_.async_wait(udp::socket::wait_read,
                       [self = shared_from_this()](const error_code& error) {
                         if (error || self->handler_ == nullptr) return;
                         while (self->handler_ != nullptr && self->receive(MSG_ERRQUEUE)) {
                         }
                         // A bound, so that a flood does not starve the other sockets.
                         for (int i = 0; i < 64 && self->handler_ != nullptr; ++i) {
                           if (!self->receive(0)) break;
                         }
                         self->wait();
                       });
  }
  bool receive(int flags);
  void report_unreachable(const net::Endpoint& to) {
    asio::post(loop_, [self = shared_from_this(), to] {
      if (self->handler_ != nullptr) self->handler_->on_unreachable(to);
    });
  }

  asio::io_context& loop_;
  udp::socket socket_;
  ReadBuffer& buffer_;
  DatagramHandler* handler_;
  net::Endpoint local_;
  std::optional<int> minimum_hops_;
};

// One datagram, or one entry of the error queue; false when there is none.
bool Socket::receive(int flags) {
  sockaddr_storage address{};
  Control control;
  iovec data{buffer_.data(), buffer_.size()};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = sizeof address;
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  const auto count = ::recvmsg(socket_.native_handle(), &message, flags | MSG_DONTWAIT);
  if (count < 0) return errno == EINTR;
  const auto peer = from_sockaddr(address);
  if (!peer) return true;
  if ((flags & MSG_ERRQUEUE) != 0) {
    // Here the address is the one that our datagram was sent to.
    if (reports_unreachable(message)) handler_->on_unreachable(*peer);
    return true;
  }
  if (minimum_hops_ && hops(message).value_or(0) < *minimum_hops_) return true;
  net::Endpoint to = local_;
  if (const auto asked = destination(message)) to.address = *asked;
  deliver(*handler_, *peer, to, {buffer_.data(), static_cast<std::size_t>(count)}, hops(message));
  return true;
}

void Socket::set_hops(std::optional<int> ttl, std::optional<int> minimum) {
  const int fd = socket_.native_handle();
  const auto family = local_.address.family();
  error_code error;
  if (ttl) error = set_ttl(fd, family, *ttl);
  if (!error && minimum) {
    // Linux heeds IP_MINTTL for TCP only: ask for the hops of each datagram, and look.
    const bool v4 = family == net::Family::ipv4;
    error =
        set_int_option(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
    minimum_hops_ = minimum;
  }
  if (error) close();  // what was asked for a peer's safety is not silently left out
}

void Socket::send(const net::Endpoint& to, Bytes bytes,
                  const std::optional<net::IpAddress>& source) {
  sockaddr_storage address{};
  iovec data{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  Control control;
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = to_sockaddr(to, address);
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (source && source->family() == to.address.family() && local_.address.is_unspecified()) {
    message.msg_control = control.bytes.data();
    cmsghdr header{};
    if (source->is_v4()) {
      in_pktinfo info{};
      std::memcpy(&info.ipi_spec_dst, source->bytes().data(), 4);
      header = {CMSG_LEN(sizeof info), IPPROTO_IP, IP_PKTINFO};
      message.msg_controllen = CMSG_SPACE(sizeof info);
      std::memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &info, sizeof info);
    } else {
      in6_pktinfo info{};
      std::memcpy(&info.ipi6_addr, source->bytes().data(), 16);
      header = {CMSG_LEN(sizeof info), IPPROTO_IPV6, IPV6_PKTINFO};
      message.msg_controllen = CMSG_SPACE(sizeof info);
      std::memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &info, sizeof info);
    }
    std::memcpy(control.bytes.data(), &header, sizeof header);
  }
  // A send may report the ICMP error of an earlier one instead of sending; the error itself comes
  // by the error queue, and this datagram is tried again.
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return;
    if (errno == ENETUNREACH || errno == ENETDOWN) return report_unreachable(to);
    if (errno != ECONNREFUSED && errno != EHOSTUNREACH && errno != EINTR) return;
  }
}

class LiveDatagramSocket : public DatagramSocket {
 public:
  explicit LiveDatagramSocket(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}
  ~LiveDatagramSocket() override { socket_->close(); }
  void send(const net::Endpoint& to, Bytes bytes, std::optional<net::IpAddress> source) override {
    socket_->send(to, bytes, source);
  }
  void set_hops(std::optional<int> ttl, std::optional<int> minimum) override {
    socket_->set_hops(ttl, minimum);
  }
  net::Endpoint local() const override { return socket_->local(); }

 private:
  std::shared_ptr<Socket> socket_;
};

}  // namespace

std::unique_ptr<DatagramSocket> make_datagram_socket(asio::io_context& loop, ReadBuffer& buffer,
                                                     const net::Endpoint& local,
                                                     DatagramHandler* handler) {
  auto socket = std::make_shared<Socket>(loop, buffer, handler);
  if (!socket->open(local)) return nullptr;
  return std::make_unique<LiveDatagramSocket>(std::move(socket));
}

}  // namespace seatrial::io::live
