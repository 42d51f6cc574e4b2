#include "models/workload/echo_app.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "models/http/parser.h"

namespace seatrial::workload {
namespace {

// A request that is being answered lets its successors wait in the parser; beyond this the client
// waits too.
constexpr std::size_t pipeline_limit = 65536;

// nginx's $time_local, in UTC: "01/Jan/2024:00:00:12 +0000".
std::string time_local(std::int64_t unix_seconds) {
  using namespace std::chrono;
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds moment{std::chrono::seconds(unix_seconds)};
  const auto day = floor<days>(moment);
  const year_month_day date(day);
  const hh_mm_ss time(moment - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%02u/%s/%04d:%02d:%02d:%02d +0000",
                static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                static_cast<int>(date.year()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text.data();
}

// nginx's $request_id: 16 random octets in hexadecimal.
std::string request_id(io::RandomStream& random) {
  std::array<char, 33> text{};
  const auto high = random.next();
  const auto low = random.next();
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(high),
                static_cast<unsigned long long>(low));
  return text.data();
}

}  // namespace

Duration TimeDistribution::draw(io::RandomStream& random) const {
  switch (kind) {
    case Kind::constant:
      return low;
    case Kind::uniform:
      return random.between(low, high);
    case Kind::exponential:
      return Duration(
          static_cast<Duration::rep>(random.exponential(static_cast<double>(low.count()))));
  }
  return low;
}

class EchoApp::Connection : public io::StreamHandler {
 public:
  Connection(EchoApp& app, std::uint64_t id, std::unique_ptr<io::Stream> stream)
      : app_(app),
        id_(id),
        stream_(std::move(stream)),
        idle_(app.host_.timer([this] { app_.remove(id_); })),
        work_(app.host_.timer([this] { compute(); })) {
    stream_->set_handler(this);
    wait_for_request();
  }

  // Between two requests, with nothing of the next one here.
  bool idle() const { return !busy_ && answered_any_ && !parser_.in_message(); }

  void on_data(io::Bytes bytes) override {
    parser_.push(bytes);
    if (!busy_) return read();
    if (parser_.buffered() > pipeline_limit) stream_->pause_reading();
  }
  void on_end() override {
    ended_ = true;
    if (!busy_) app_.remove(id_);
  }
  void on_closed(io::CloseReason) override { app_.remove(id_); }

  void respond() {
    request_.answered = app_.host_.now();
    request_.status = status_;
    const bool keep = parser_.keep_alive() && !app_.stopping_;
    stream_->send(io::as_bytes(app_.response_for(request_, keep)));
    ++app_.served_;
    if (app_.observer_ != nullptr) app_.observer_->on_request_served(request_);
    if (!keep || ended_) return app_.remove(id_);
    busy_ = false;
    answered_any_ = true;
    parser_.restart();
    stream_->resume_reading();
    wait_for_request();
    read();
  }

 private:
  void wait_for_request() { io::arm_in(app_.host_, *idle_, app_.config_.keepalive_timeout); }

  void read() {
    for (;;) {
      const auto event = parser_.next();
      switch (event.kind) {
        case http::EventKind::head:
          begin();
          break;
        case http::EventKind::body:
          break;  // read and forgotten
        case http::EventKind::complete:
          return work();
        case http::EventKind::need_more:
          return;
        case http::EventKind::error:
          stream_->send(io::as_bytes(http::serialize(
              {.status = event.status, .fields = {{"Connection", "close"}}}, event.what + "\n")));
          return app_.remove(id_);
      }
    }
  }

  void begin() {
    const auto& head = parser_.head();
    request_ = {app_.config_.name,
                app_.host_.now(),
                {},
                stream_->remote(),
                stream_->local(),
                head.method,
                head.target,
                {},
                head.fields,
                0,
                {},
                {}};
    if (const auto host = head.fields.find("Host")) request_.host = *host;
    if (head.fields.has_token("Expect", "100-continue")) {
      stream_->send(io::as_bytes("HTTP/1.1 100 Continue\r\n\r\n"));
    }
  }

  void work() {
    busy_ = true;
    idle_->cancel();
    if (http::split_target(request_.target).first == app_.config_.readiness_path) {
      status_ = app_.ready_ ? 200 : 503;
      return respond();
    }
    status_ = 200;
    const auto wait = app_.config_.service_time.draw(app_.host_.random("service-time"));
    request_.waited = wait;
    if (wait <= Duration(0)) return compute();
    io::arm_in(app_.host_, *work_, wait);
  }

  void compute() {
    const auto cpu = app_.config_.cpu.draw(app_.host_.random("service-cpu"));
    request_.computed = cpu;
    if (cpu <= Duration(0)) return respond();
    app_.host_.spend(cpu, [&app = app_, alive = std::weak_ptr(app_.alive_), id = id_] {
      if (alive.expired()) return;
      const auto found = app.connections_.find(id);
      if (found != app.connections_.end()) found->second->respond();
    });
  }

  EchoApp& app_;
  const std::uint64_t id_;
  std::unique_ptr<io::Stream> stream_;
  std::unique_ptr<io::Timer> idle_, work_;
  http::RequestParser parser_;
  RequestServed request_;
  int status_ = 200;
  bool busy_ = false;  // a request is being answered
  bool answered_any_ = false;
  bool ended_ = false;
};

EchoApp::EchoApp(io::Host& host, AppConfig config, AppObserver* observer)
    : host_(host),
      config_([&] {
        if (config.name.empty()) config.name = host.name();
        return std::move(config);
      }()),
      observer_(observer),
      alive_(std::make_shared<bool>(true)) {
  listener_ = host_.listen({net::IpAddress{}, config_.port},
                           [this](auto stream) { accept(std::move(stream)); });
}

EchoApp::~EchoApp() = default;

void EchoApp::accept(std::unique_ptr<io::Stream> stream) {
  const auto id = next_connection_++;
  connections_.emplace(id, std::make_unique<Connection>(*this, id, std::move(stream)));
}

void EchoApp::remove(std::uint64_t id) {
  connections_.erase(id);
  stopped_if_idle();
}

void EchoApp::stop(std::function<void()> stopped) {
  stopping_ = true;
  stopped_ = std::move(stopped);
  listener_.reset();
  std::erase_if(connections_, [](const auto& entry) { return entry.second->idle(); });
  stopped_if_idle();
}

void EchoApp::stopped_if_idle() {
  if (!stopping_ || !connections_.empty() || !stopped_) return;
  host_.post([alive = std::weak_ptr(alive_), stopped = std::exchange(stopped_, nullptr)] {
    if (!alive.expired()) stopped();
  });
}

std::string EchoApp::response_for(const RequestServed& request, bool keep_alive) {
  const auto now = config_.start_date +
                   std::chrono::floor<std::chrono::seconds>(host_.now().time_since_epoch()).count();
  std::string body;
  if (http::split_target(request.target).first == config_.readiness_path) {
    body = ready_ ? "ok\n" : "not ready\n";
  } else {
    body = "Server address: " + request.local.to_string() + "\nServer name: " + config_.name +
           "\nDate: " + time_local(now) + "\nURI: " + request.target +
           "\nRequest ID: " + request_id(host_.random("request-id")) + "\n";
    if (body.size() < config_.response_size) body.resize(config_.response_size, ' ');
  }
  http::ResponseHead head;
  head.status = request.status;
  head.fields = {{"Server", "seatrial"},
                 {"Date", http::format_date(now)},
                 {"Content-Type", "text/plain"},
                 {"Connection", keep_alive ? "keep-alive" : "close"},
                 {"Cache-Control", "no-cache"}};
  if (request.method != "HEAD") return http::serialize(std::move(head), body);
  head.fields.add("Content-Length", std::to_string(body.size()));
  return http::serialize(head);
}

}  // namespace seatrial::workload
