#include "models/io/live/connection.h"

#include <netinet/tcp.h>

#include <boost/asio/post.hpp>

namespace seatrial::io::live {

using asio::ip::tcp;

namespace {

class LiveStream : public Stream {
 public:
  explicit LiveStream(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  ~LiveStream() override { connection_->detach(); }
  void set_handler(StreamHandler* handler) override { connection_->set_handler(handler); }
  void send(Bytes bytes) override { connection_->send(bytes); }
  std::size_t unsent() const override { return connection_->unsent(); }
  void shutdown() override { connection_->shutdown(); }
  void abort() override { connection_->abort(); }
  void pause_reading() override { connection_->pause(); }
  void resume_reading() override { connection_->resume(); }
  void set_hops(std::optional<int> ttl, std::optional<int> minimum) override {
    connection_->set_hops(ttl, minimum);
  }
  std::optional<Duration> round_trip() const override { return connection_->round_trip(); }
  net::Endpoint local() const override { return connection_->local(); }
  net::Endpoint remote() const override { return connection_->remote(); }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

std::unique_ptr<Stream> make_stream(std::shared_ptr<Connection> connection) {
  return std::make_unique<LiveStream>(std::move(connection));
}

void Connection::set_hops(std::optional<int> ttl, std::optional<int> minimum) {
  if (closed_) return;
  const int fd = socket_.native_handle();
  const auto family = remote_.address.family();
  error_code error;
  if (ttl) error = live::set_ttl(fd, family, *ttl);
  if (!error && minimum) error = set_minimum_ttl(fd, family, *minimum);
  if (error) abort();  // what was asked for a peer's safety is not silently left out
}

std::optional<Duration> Connection::round_trip() {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (closed_ || !connected_) return std::nullopt;
  if (getsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds(info.tcpi_rtt);
}

// ---------------------------------------------------------------- opening

error_code Connection::open(const net::Endpoint& remote, const ConnectOptions& options) {
  error_code error;
  const auto family = remote.address.family();
  socket_.open(to_asio<tcp>(remote).protocol(), error);
  if (error) return error;
  const int fd = socket_.native_handle();
  if (options.ttl && (error = set_ttl(fd, family, *options.ttl))) return error;
  if (options.minimum_ttl && (error = set_minimum_ttl(fd, family, *options.minimum_ttl))) {
    return error;
  }
  if (!options.md5_password.empty() &&
      (error = set_md5(fd, net::Prefix::host(remote.address), options.md5_password))) {
    return error;
  }
  if (options.source) {
    // The port is chosen at connect(2), so that many connections may share one.
    set_int_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    socket_.bind(to_asio<tcp>(net::Endpoint{*options.source, 0}), error);
    if (error) return error;
  }
  socket_.set_option(tcp::no_delay(true), error);
  if (!error) socket_.non_blocking(true, error);
  return error;
}

void Connection::connect(const net::Endpoint& remote, const ConnectOptions& options) {
  remote_ = remote;
  auto self = shared_from_this();
  if (const auto error = open(remote, options)) {
    asio::post(loop_, [self, error] { self->close(reason_of(error)); });
    return;
  }
  if (options.timeout) {
    connect_timer_.expires_after(*options.timeout);
    connect_timer_.async_wait([self](const error_code& error) {
      if (!error && !self->connected_) self->close(CloseReason::timed_out);
    });
  }
  socket_.async_connect(to_asio<tcp>(remote),
                        [self](const error_code& error) { self->on_connect(error); });
}

void Connection::on_connect(const error_code& error) {
  if (closed_) return;
  connect_timer_.cancel();
  if (error) return close(reason_of(error));
  if (!learn_endpoints()) return close(CloseReason::reset);
  connected_ = true;
  if (handler_ != nullptr) handler_->on_connected();
  if (closed_) return;
  wait_readable();
  if (unsent() > 0 || shutdown_wanted_) write_queued();
}

bool Connection::adopt(tcp::socket socket) {
  socket_ = std::move(socket);
  error_code error;
  socket_.set_option(tcp::no_delay(true), error);
  if (!error) socket_.non_blocking(true, error);
  if (error || !learn_endpoints()) {
    close_socket();
    return false;
  }
  connected_ = true;
  return true;
}

bool Connection::learn_endpoints() {
  error_code error;
  const auto local = socket_.local_endpoint(error);
  if (error) return false;
  const auto remote = socket_.remote_endpoint(error);
  if (error) return false;
  local_ = from_asio(local);
  remote_ = from_asio(remote);
  return true;
}

// ---------------------------------------------------------------- reading

void Connection::wait_readable() {
  if (closed_ || detached_ || paused_ || got_end_ || read_waiting_ || !connected_) return;
  read_waiting_ = true;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    self->read_waiting_ = false;
    if (error || self->closed_ || self->detached_ || self->paused_) return;
    self->read_once();
    self->wait_readable();
  });
}

bool Connection::read_once() {
  error_code error;
  const auto count = socket_.read_some(asio::buffer(buffer_), error);
  if (error == asio::error::would_block || error == asio::error::interrupted) return false;
  if (error == asio::error::eof) {
    got_end_ = true;
    if (handler_ != nullptr) handler_->on_end();
    finish_if_done();
    return false;
  }
  if (error) {
    close(reason_of(error));
    return false;
  }
  if (handler_ != nullptr) handler_->on_data({buffer_.data(), count});
  return true;
}

void Connection::pause() {
  paused_ = true;
  watch_errors();
}

void Connection::resume() {
  if (!paused_) return;
  paused_ = false;
  wait_readable();
}

// A paused stream still learns of a reset, which readiness to read would have told.
void Connection::watch_errors() {
  if (closed_ || detached_ || error_waiting_ || !connected_) return;
  error_waiting_ = true;
  socket_.async_wait(tcp::socket::wait_error, [self = shared_from_this()](const error_code& error) {
    self->error_waiting_ = false;
    if (error || self->closed_ || self->detached_ || !self->paused_) return;
    int pending = 0;
    socklen_t length = sizeof pending;
    ::getsockopt(self->socket_.native_handle(), SOL_SOCKET, SO_ERROR, &pending, &length);
    if (pending != 0) self->close(reason_of({pending, boost::system::system_category()}));
  });
}

// ---------------------------------------------------------------- writing

void Connection::send(Bytes bytes) {
  if (closed_ || detached_ || shutdown_wanted_ || bytes.empty()) return;
  if (connected_ && unsent() == 0) {
    error_code error;
    const auto count = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
    if (!error) {
      bytes = bytes.subspan(count);
      if (bytes.empty()) return;
    } else if (error != asio::error::would_block && error != asio::error::interrupted) {
      asio::post(loop_, [self = shared_from_this(), error] { self->write_failed(error); });
      return;
    }
  }
  if (out_begin_ > 0 && out_begin_ >= out_.size() / 2) {
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(out_begin_));
    out_begin_ = 0;
  }
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  wait_writable();
}

void Connection::wait_writable() {
  if (closed_ || write_waiting_ || !connected_) return;
  write_waiting_ = true;
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
    self->write_waiting_ = false;
    if (!error && !self->closed_) self->write_queued();
  });
}

void Connection::write_queued() {
  const bool had_some = unsent() > 0;
  while (unsent() > 0) {
    error_code error;
    out_begin_ += socket_.write_some(asio::buffer(out_.data() + out_begin_, unsent()), error);
    if (error == asio::error::would_block || error == asio::error::interrupted) {
      return wait_writable();
    }
    if (error) return write_failed(error);
  }
  out_.clear();
  out_begin_ = 0;
  if (detached_) return close_socket();
  if (shutdown_wanted_ && !shutdown_done_) {
    error_code error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    if (error) return write_failed(error);
    shutdown_done_ = true;
  }
  if (had_some && handler_ != nullptr) handler_->on_drained();
  finish_if_done();
}

// The peer may have answered before it reset the connection ("413, go away"): what has arrived is
// delivered first.
void Connection::write_failed(const error_code& error) {
  if (closed_) return;
  out_.clear();
  out_begin_ = 0;
  if (detached_) return close_socket();
  while (!closed_ && !detached_ && !paused_ && !got_end_ && read_once()) {
  }
  if (!closed_ && !detached_) close(reason_of(error));
}

void Connection::shutdown() {
  if (closed_ || detached_ || shutdown_wanted_) return;
  shutdown_wanted_ = true;
  if (!connected_ || unsent() > 0) return;  // follows what is queued
  asio::post(loop_, [self = shared_from_this()] {
    if (!self->closed_ && !self->shutdown_done_) self->write_queued();
  });
}

// ---------------------------------------------------------------- the end

void Connection::finish_if_done() {
  if (!closed_ && !detached_ && got_end_ && shutdown_done_) close(CloseReason::finished);
}

void Connection::close(CloseReason reason) {
  if (closed_) return;
  close_socket();
  if (handler_ != nullptr) handler_->on_closed(reason);
}

void Connection::close_socket() {
  closed_ = true;
  handler_ = detached_ ? nullptr : handler_;
  connect_timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void Connection::abort() {
  if (closed_) return;
  error_code ignored;
  if (socket_.is_open()) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  handler_ = nullptr;
  close_socket();
}

void Connection::detach() {
  handler_ = nullptr;
  if (detached_) return;
  detached_ = true;
  if (closed_) return;
  if (!connected_ || unsent() == 0) return close_socket();
  wait_writable();
}

}  // namespace seatrial::io::live
