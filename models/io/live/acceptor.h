// A listening TCP socket on the loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "models/io/host.h"
#include "models/io/live/connection.h"

namespace seatrial::io::live {

class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  Acceptor(asio::io_context& loop, ReadBuffer& buffer, AcceptHandler accept)
      : acceptor_(loop),
        socket_(loop),
        pause_(loop),
        loop_(loop),
        buffer_(buffer),
        accept_(std::move(accept)) {}

  error_code open(const net::Endpoint& local, const ListenOptions& options);
  void close();
  const net::Endpoint& local() const { return local_; }
  error_code require_md5(const net::Prefix& peers, const std::string& password);

 private:
  void wait();
  void accepted(const error_code& error);

  asio::ip::tcp::acceptor acceptor_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer pause_;
  asio::io_context& loop_;
  ReadBuffer& buffer_;
  AcceptHandler accept_;
  net::Endpoint local_;
  bool closed_ = false;
};

}  // namespace seatrial::io::live
