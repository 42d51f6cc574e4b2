#include "models/io/live/live_host.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "models/io/live/acceptor.h"
#include "models/io/live/connection.h"
#include "models/io/live/datagram.h"

namespace seatrial::io {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using live::error_code;

namespace {

// A timer that is put off again and again, as a hold timer is with every message, costs no system
// call: the loop wakes at the first of its times and then waits for the rest. What is due already
// needs no clock at all.
class LiveTimer : public Timer {
 public:
  LiveTimer(asio::io_context& loop, Clock::time_point epoch, std::function<void()> callback)
      : state_(std::make_shared<State>(loop, epoch, std::move(callback))) {}
  ~LiveTimer() override { cancel(); }

  void arm(TimePoint at) override {
    state_->armed = true;
    state_->due = at;
    if (state_->wakes_at && *state_->wakes_at <= at) return;
    wait(state_);
  }
  void cancel() override {
    if (!state_->armed) return;
    state_->armed = false;
    ++state_->generation;
    state_->wakes_at.reset();
    state_->timer.cancel();
  }
  bool armed() const override { return state_->armed; }
  TimePoint due() const override { return state_->due; }

 private:
  struct State {
    State(asio::io_context& io, Clock::time_point start, std::function<void()> f)
        : loop(io), epoch(start), timer(io), callback(std::move(f)) {}
    asio::io_context& loop;
    Clock::time_point epoch;
    asio::steady_timer timer;
    std::function<void()> callback;
    std::uint64_t generation = 0;  // of the wait that counts
    std::optional<TimePoint> wakes_at;
    bool armed = false;
    TimePoint due{};
  };

  static void wait(const std::shared_ptr<State>& state) {
    auto woken = [state, generation = ++state->generation](const error_code&) {
      if (state->generation == generation) wake(state);
    };
    const auto when =
        state->epoch + std::chrono::duration_cast<Clock::duration>(state->due.time_since_epoch());
    state->wakes_at = state->due;
    if (when <= Clock::now()) {
      asio::post(state->loop, [woken = std::move(woken)] { woken({}); });
    } else {
      state->timer.expires_at(when);
      state->timer.async_wait(std::move(woken));
    }
  }

  static void wake(const std::shared_ptr<State>& state) {
    const auto woke_at = *state->wakes_at;
    state->wakes_at.reset();
    if (woke_at < state->due) return wait(state);
    state->armed = false;
    state->callback();
  }

  std::shared_ptr<State> state_;
};

class LiveListener : public Listener {
 public:
  explicit LiveListener(std::shared_ptr<live::Acceptor> acceptor)
      : acceptor_(std::move(acceptor)) {}
  ~LiveListener() override { acceptor_->close(); }
  net::Endpoint local() const override { return acceptor_->local(); }

 private:
  std::shared_ptr<live::Acceptor> acceptor_;
};

std::uint64_t system_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

struct LiveHost::Impl {
  Impl(std::string host_name, std::uint64_t seed) : name(std::move(host_name)), random(seed) {}

  const std::string name;
  const Clock::time_point epoch = Clock::now();
  RandomStreams random;
  live::ReadBuffer buffer;
  std::map<net::Prefix, std::string> md5_passwords;
  std::vector<std::weak_ptr<live::Acceptor>> acceptors;
  std::vector<std::string> refusals;
  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{loop.get_executor()};
  std::vector<std::unique_ptr<asio::signal_set>> signals;
};

LiveHost::LiveHost(std::string name, std::optional<std::uint64_t> seed)
    : impl_(std::make_unique<Impl>(std::move(name), seed ? *seed : system_seed())) {}
LiveHost::~LiveHost() = default;

void LiveHost::run() {
  impl_->loop.run();
}

bool LiveHost::run_until(const std::function<bool()>& done, Duration limit) {
  const auto end = Clock::now() + limit;
  while (!done()) {
    if (impl_->loop.stopped() || impl_->loop.run_one_until(end) == 0) return done();
  }
  return true;
}

void LiveHost::run_for(Duration duration) {
  run_until([] { return false; }, duration);
}

void LiveHost::stop() {
  impl_->loop.stop();
}

void LiveHost::on_signal(std::initializer_list<int> signals, std::function<void(int)> callback) {
  auto& set = *impl_->signals.emplace_back(std::make_unique<asio::signal_set>(impl_->loop));
  for (const int signal : signals) set.add(signal);
  // Waits again and again; the set outlives the loop's handlers.
  struct Again {
    asio::signal_set& set;
    std::function<void(int)> callback;
    void operator()(const error_code& error, int signal) {
      if (error) return;
      callback(signal);
      set.async_wait(*this);
    }
  };
  set.async_wait(Again{set, std::move(callback)});
}

boost::asio::io_context& LiveHost::loop() {
  return impl_->loop;
}

const std::string& LiveHost::name() const {
  return impl_->name;
}

TimePoint LiveHost::now() const {
  return TimePoint(std::chrono::duration_cast<Duration>(Clock::now() - impl_->epoch));
}

std::unique_ptr<Timer> LiveHost::timer(std::function<void()> callback) {
  return std::make_unique<LiveTimer>(impl_->loop, impl_->epoch, std::move(callback));
}

void LiveHost::post(std::function<void()> callback) {
  asio::post(impl_->loop, std::move(callback));
}

void LiveHost::spend(Duration, std::function<void()> then) {
  post(std::move(then));
}

std::unique_ptr<Stream> LiveHost::connect(const net::Endpoint& remote, StreamHandler* handler,
                                          const ConnectOptions& options) {
  auto connection = std::make_shared<live::Connection>(impl_->loop, impl_->buffer);
  connection->set_handler(handler);
  connection->connect(remote, options);
  return live::make_stream(std::move(connection));
}

std::unique_ptr<Listener> LiveHost::listen(const net::Endpoint& local, AcceptHandler accept,
                                           const ListenOptions& options) {
  auto acceptor = std::make_shared<live::Acceptor>(impl_->loop, impl_->buffer, std::move(accept));
  if (const auto error = acceptor->open(local, options)) {
    impl_->refusals.push_back(local.to_string() + ": " + error.message());
    return nullptr;
  }
  for (const auto& [peers, password] : impl_->md5_passwords) {
    if (acceptor->require_md5(peers, password)) {
      acceptor->close();
      return nullptr;
    }
  }
  std::erase_if(impl_->acceptors, [](const auto& known) { return known.expired(); });
  impl_->acceptors.push_back(acceptor);
  return std::make_unique<LiveListener>(std::move(acceptor));
}

std::unique_ptr<DatagramSocket> LiveHost::bind_datagram(const net::Endpoint& local,
                                                        DatagramHandler* handler) {
  return live::make_datagram_socket(impl_->loop, impl_->buffer, local, handler);
}

const std::vector<std::string>& LiveHost::refusals() const {
  return impl_->refusals;
}

RandomStream& LiveHost::random(std::string_view name) {
  return impl_->random[impl_->name + "/" + std::string(name)];
}

bool LiveHost::set_listener_md5(const net::Prefix& peers, const std::string& password) {
  impl_->md5_passwords[peers] = password;
  bool all = true;
  for (const auto& known : impl_->acceptors) {
    if (const auto acceptor = known.lock()) all = !acceptor->require_md5(peers, password) && all;
  }
  return all;
}

}  // namespace seatrial::io
