#include "models/io/live/acceptor.h"

namespace seatrial::io::live {

using asio::ip::tcp;

error_code Acceptor::open(const net::Endpoint& local, const ListenOptions& options) {
  error_code error;
  const auto family = local.address.family();
  acceptor_.open(to_asio<tcp>(local).protocol(), error);
  if (error) return error;
  const int fd = acceptor_.native_handle();
  acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  // :: means every IPv6 address, so that 0.0.0.0 beside it is not "in use" (nginx: ipv6only=on).
  if (!error && family == net::Family::ipv6) {
    error = set_int_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  }
  // Accepted connections inherit both.
  if (!error && options.ttl) error = set_ttl(fd, family, *options.ttl);
  if (!error && options.minimum_ttl) error = set_minimum_ttl(fd, family, *options.minimum_ttl);
  if (!error) acceptor_.bind(to_asio<tcp>(local), error);
  if (!error) acceptor_.listen(options.backlog, error);
  if (!error) acceptor_.non_blocking(true, error);
  if (!error) local_ = from_asio(acceptor_.local_endpoint(error));
  if (!error) wait();
  return error;
}

void Acceptor::close() {
  closed_ = true;
  pause_.cancel();
  error_code ignored;
  acceptor_.close(ignored);
}

error_code Acceptor::require_md5(const net::Prefix& peers, const std::string& password) {
  if (closed_ || peers.family() != local_.address.family()) return {};
  return set_md5(acceptor_.native_handle(), peers, password);
}

void Acceptor::wait() {
  if (closed_) return;
  acceptor_.async_accept(
      socket_, [self = shared_from_this()](const error_code& error) { self->accepted(error); });
}

void Acceptor::accepted(const error_code& error) {
  if (closed_) return;
  if (error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
      error == asio::error::no_memory) {
    // The connection stays in the backlog; asking again at once would spin.
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([self = shared_from_this()](const error_code& cancelled) {
      if (!cancelled) self->wait();
    });
    return;
  }
  if (!error) {
    auto connection = std::make_shared<Connection>(loop_, buffer_);
    if (connection->adopt(std::exchange(socket_, tcp::socket(loop_)))) {
      accept_(make_stream(connection));  // may close this listener
      connection->start_reading();
    }
  }
  wait();
}

}  // namespace seatrial::io::live
