// A TCP connection on the loop. It is apart from the Stream that a model holds because it outlives
// it: after close(2) the rest of what was queued is still to be written.
//
// Reading waits for readiness and only then takes bytes, so that pausing leaves them in the kernel
// and the receive window closes, as it does for a process that does not read.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "models/io/host.h"
#include "models/io/live/socket_options.h"

namespace seatrial::io::live {

using ReadBuffer = std::array<std::uint8_t, 65536>;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `buffer` is the loop's own: callbacks never nest, so one is enough.
  Connection(asio::io_context& loop, ReadBuffer& buffer)
      : loop_(loop), socket_(loop), connect_timer_(loop), buffer_(buffer) {}

  void connect(const net::Endpoint& remote, const ConnectOptions& options);
  // Takes over an accepted socket; reading starts with start_reading().
  bool adopt(asio::ip::tcp::socket socket);
  void start_reading() { wait_readable(); }

  void set_handler(StreamHandler* handler) { handler_ = handler; }
  void send(Bytes bytes);
  std::size_t unsent() const { return out_.size() - out_begin_; }
  void shutdown();
  void abort();
  void pause();
  void resume();
  void set_hops(std::optional<int> ttl, std::optional<int> minimum);
  std::optional<Duration> round_trip();
  // The Stream is deleted: no more callbacks; write what is queued, then close.
  void detach();
  const net::Endpoint& local() const { return local_; }
  const net::Endpoint& remote() const { return remote_; }

 private:
  error_code open(const net::Endpoint& remote, const ConnectOptions& options);
  bool learn_endpoints();
  void on_connect(const error_code& error);
  void wait_readable();
  void wait_writable();
  void watch_errors();
  bool read_once();  // false when there is nothing more to read now
  void write_queued();
  void write_failed(const error_code& error);
  void finish_if_done();
  void close(CloseReason reason);
  void close_socket();

  asio::io_context& loop_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer connect_timer_;
  ReadBuffer& buffer_;
  StreamHandler* handler_ = nullptr;
  net::Endpoint local_, remote_;
  std::vector<std::uint8_t> out_;
  std::size_t out_begin_ = 0;
  bool connected_ = false;
  bool closed_ = false;  // no callback comes any more and the socket is gone
  bool detached_ = false;
  bool paused_ = false;
  bool got_end_ = false;
  bool shutdown_wanted_ = false;
  bool shutdown_done_ = false;
  bool read_waiting_ = false;
  bool write_waiting_ = false;
  bool error_waiting_ = false;
};

std::unique_ptr<Stream> make_stream(std::shared_ptr<Connection> connection);

}  // namespace seatrial::io::live
