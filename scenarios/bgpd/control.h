// The door to a running bgpd: a Unix socket, one command a connection. A client sends a line; the
// answer is a first line "ok" or "error", then the text, then the end.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "scenarios/bgpd/commands.h"

namespace seatrial::bgpd {

class ControlServer {
 public:
  using Handler = std::function<Answer(const std::string& line)>;

  // Listens at `path`, where a socket that nobody listens on any more is replaced. The error says
  // what is in the way.
  static tl::expected<std::unique_ptr<ControlServer>, std::string> open(
      boost::asio::io_context& loop, const std::string& path, Handler handler);
  ~ControlServer();  // removes the socket
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  struct Impl;
  explicit ControlServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

// Asks the bgpd at `path` and waits for its answer; the error says why there is none.
tl::expected<Answer, std::string> ask(const std::string& path, const std::string& line);

}  // namespace seatrial::bgpd
