#include "models/ingress/ready_endpoint.h"

#include "models/http/parser.h"

namespace seatrial::ingress {

class ReadyEndpoint::Session : private io::StreamHandler {
 public:
  Session(ReadyEndpoint& endpoint, std::uint64_t id, std::unique_ptr<io::Stream> stream)
      : endpoint_(endpoint), id_(id), stream_(std::move(stream)) {
    stream_->set_handler(this);
  }

 private:
  void on_data(io::Bytes bytes) override {
    if (answered_) return;
    parser_.push(bytes);
    for (;;) {
      const http::Event event = parser_.next();
      switch (event.kind) {
        case http::EventKind::need_more:
          return;
        case http::EventKind::head:
        case http::EventKind::body:
          break;
        case http::EventKind::complete:
          answer();
          return;
        case http::EventKind::error:
          send(event.status == 0 ? 400 : event.status);
          return;
      }
    }
  }
  void on_end() override { stream_->shutdown(); }
  void on_closed(io::CloseReason) override { endpoint_.sessions_.erase(id_); }

  void answer() {
    if (http::split_target(parser_.head().target).first != endpoint_.path_) {
      send(404);
    } else {
      send(endpoint_.ready_() ? 200 : 503);
    }
  }
  void send(int status) {
    answered_ = true;
    http::ResponseHead head;
    head.status = status;
    head.fields.add("Content-Type", "text/plain; charset=utf-8");
    head.fields.add("Connection", "close");
    const std::string body = status == 200 ? "Ready\n" : std::string(http::reason_phrase(status));
    stream_->send(io::as_bytes(http::serialize(head, body)));
    stream_->shutdown();
  }

  ReadyEndpoint& endpoint_;
  std::uint64_t id_;
  http::RequestParser parser_;
  bool answered_ = false;
  std::unique_ptr<io::Stream> stream_;
};

ReadyEndpoint::ReadyEndpoint(io::Host& host, std::uint16_t port, std::string path,
                             std::function<bool()> ready)
    : path_(std::move(path)),
      ready_(std::move(ready)),
      listener_(host.listen({net::IpAddress(), port}, [this](std::unique_ptr<io::Stream> stream) {
        accept(std::move(stream));
      })) {}

ReadyEndpoint::~ReadyEndpoint() = default;

void ReadyEndpoint::accept(std::unique_ptr<io::Stream> stream) {
  const std::uint64_t id = next_++;
  sessions_.emplace(id, std::make_unique<Session>(*this, id, std::move(stream)));
}

}  // namespace seatrial::ingress
