#include "scenarios/bgpd/control.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <istream>

namespace seatrial::bgpd {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

constexpr std::size_t longest_command = 4096;

// One client: its line, then our answer.
class Client : public std::enable_shared_from_this<Client> {
 public:
  Client(stream_protocol::socket socket, const ControlServer::Handler& handler)
      : socket_(std::move(socket)), handler_(handler), buffer_(longest_command) {}

  void run() {
    asio::async_read_until(socket_, buffer_, '\n',
                           [self = shared_from_this()](const error_code& error, std::size_t) {
                             if (!error) self->reply();
                           });
  }

 private:
  void reply() {
    std::istream in(&buffer_);
    std::string line;
    std::getline(in, line);
    const auto answer = handler_(line);
    out_ = (answer.ok ? "ok\n" : "error\n") + answer.text;
    asio::async_write(socket_, asio::buffer(out_),
                      [self = shared_from_this()](const error_code&, std::size_t) {
                        error_code ignored;
                        self->socket_.shutdown(stream_protocol::socket::shutdown_both, ignored);
                      });
  }

  stream_protocol::socket socket_;
  ControlServer::Handler handler_;
  asio::streambuf buffer_;
  std::string out_;
};

bool somebody_listens(const std::string& path) {
  asio::io_context loop;
  stream_protocol::socket socket(loop);
  error_code error;
  socket.connect(stream_protocol::endpoint(path), error);
  return !error;
}

}  // namespace

struct ControlServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& loop, std::string where, Handler commands)
      : path(std::move(where)), handler(std::move(commands)), acceptor(loop) {}

  void accept() {
    acceptor.async_accept(
        [self = shared_from_this()](const error_code& error, stream_protocol::socket socket) {
          if (error) return;
          std::make_shared<Client>(std::move(socket), self->handler)->run();
          self->accept();
        });
  }

  std::string path;
  Handler handler;
  stream_protocol::acceptor acceptor;
};

tl::expected<std::unique_ptr<ControlServer>, std::string> ControlServer::open(
    asio::io_context& loop, const std::string& path, Handler handler) {
  const auto refuse = [&path](const std::string& why) {
    return tl::make_unexpected(path + ": " + why);
  };
  // The kernel's limit, less the final 0.
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return refuse("too long for a Unix socket");
  struct stat known {};
  if (::lstat(path.c_str(), &known) == 0) {
    if (!S_ISSOCK(known.st_mode)) return refuse("there is a file that is no socket");
    if (somebody_listens(path)) return refuse("somebody listens there already");
    ::unlink(path.c_str());
  }
  auto impl = std::make_shared<Impl>(loop, path, std::move(handler));
  error_code error;
  impl->acceptor.open(stream_protocol(), error);
  if (!error) impl->acceptor.bind(stream_protocol::endpoint(path), error);
  if (!error) impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return refuse(error.message());
  impl->accept();
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

ControlServer::~ControlServer() {
  error_code ignored;
  impl_->acceptor.close(ignored);
  ::unlink(impl_->path.c_str());
}

tl::expected<Answer, std::string> ask(const std::string& path, const std::string& line) {
  const auto refuse = [&path](const std::string& why) {
    return tl::make_unexpected(path + ": " + why);
  };
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return refuse("too long for a Unix socket");
  asio::io_context loop;
  stream_protocol::socket socket(loop);
  error_code error;
  socket.connect(stream_protocol::endpoint(path), error);
  if (error) {
    struct stat known {};
    const bool there = ::lstat(path.c_str(), &known) == 0;
    if (there && !S_ISSOCK(known.st_mode)) return refuse("is no socket");
    if (!there) return refuse("there is no such socket: is bgpd running with --control?");
    if (error == asio::error::connection_refused) return refuse("nobody listens there any more");
    return refuse(error.message());
  }
  asio::write(socket, asio::buffer(line + "\n"), error);
  if (error) return refuse(error.message());
  std::string text;
  asio::read(socket, asio::dynamic_buffer(text), error);
  if (error != asio::error::eof) return refuse(error.message());
  const auto end = text.find('\n');
  const auto head = text.substr(0, end);
  if (end == std::string::npos || (head != "ok" && head != "error")) {
    return refuse("not the socket of a bgpd");
  }
  return Answer{text.substr(end + 1), head == "ok"};
}

}  // namespace seatrial::bgpd
