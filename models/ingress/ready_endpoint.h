// The controller's own listener for its readiness probe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "models/io/host.h"

namespace seatrial::ingress {

class ReadyEndpoint {
 public:
  // 200 on `path` while ready() says so, else 503; 404 on any other path.
  ReadyEndpoint(io::Host& host, std::uint16_t port, std::string path, std::function<bool()> ready);
  ~ReadyEndpoint();
  ReadyEndpoint(const ReadyEndpoint&) = delete;
  ReadyEndpoint& operator=(const ReadyEndpoint&) = delete;

 private:
  class Session;
  void accept(std::unique_ptr<io::Stream> stream);

  std::string path_;
  std::function<bool()> ready_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Session>> sessions_;
  std::unique_ptr<io::Listener> listener_;
};

}  // namespace seatrial::ingress
