#include "models/io/process.h"

#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace seatrial::io {

struct Process::State {
  bool frozen = false;
  std::deque<std::function<void()>> waiting;
  // The host's streams in the order in which they were made, to stop reading, and whether their
  // model reads.
  struct Reading {
    Stream* stream;
    bool wanted = true;
  };
  std::map<std::uint64_t, Reading> streams;
  std::uint64_t next_stream = 0;

  // Now, or when the process goes on.
  void run(std::function<void()> what) {
    if (frozen || !waiting.empty()) {
      waiting.push_back(std::move(what));
    } else {
      what();
    }
  }
};

namespace {

// An object of the process that may be gone when its turn comes.
using Alive = std::shared_ptr<bool>;

class ProcessTimer final : public Timer {
 public:
  using Run = std::function<void(std::function<void()>)>;
  ProcessTimer(Host& host, Run run, std::function<void()> callback)
      : run_(std::move(run)), callback_(std::move(callback)) {
    inner_ = host.timer([this] { expired(); });
  }
  ~ProcessTimer() override { *alive_ = false; }
  ProcessTimer(const ProcessTimer&) = delete;
  ProcessTimer& operator=(const ProcessTimer&) = delete;

  void arm(TimePoint at) override {
    forget();
    inner_->arm(at);
  }
  void cancel() override {
    forget();
    inner_->cancel();
  }
  bool armed() const override { return waits_ || inner_->armed(); }
  TimePoint due() const override { return waits_ ? due_ : inner_->due(); }

 private:
  void forget() {  // an expiry that nobody has seen yet
    waits_ = false;
    ++generation_;
  }
  void expired() {
    waits_ = true;
    due_ = inner_->due();
    const auto mine = ++generation_;
    run_([this, mine, alive = alive_] {
      if (!*alive || generation_ != mine) return;
      waits_ = false;
      callback_();
    });
  }

  Run run_;
  std::function<void()> callback_;
  std::unique_ptr<Timer> inner_;
  Alive alive_ = std::make_shared<bool>(true);
  bool waits_ = false;
  TimePoint due_;
  std::uint64_t generation_ = 0;
};

}  // namespace

namespace {

// Passes a stream's events on when the process runs.
template <typename State>
class ProcessStream final : public Stream, public StreamHandler {
 public:
  ProcessStream(std::shared_ptr<State> state, StreamHandler* handler)
      : state_(std::move(state)), handler_(handler) {}
  ~ProcessStream() override {
    *alive_ = false;
    state_->streams.erase(number_);
  }
  ProcessStream(const ProcessStream&) = delete;
  ProcessStream& operator=(const ProcessStream&) = delete;

  void take(std::unique_ptr<Stream> inner) {
    inner_ = std::move(inner);
    number_ = state_->next_stream++;
    state_->streams[number_] = {inner_.get()};
    if (state_->frozen) inner_->pause_reading();
  }

  // --- Stream
  void set_handler(StreamHandler* handler) override { handler_ = handler; }
  void send(Bytes bytes) override { inner_->send(bytes); }
  std::size_t unsent() const override { return inner_->unsent(); }
  void shutdown() override { inner_->shutdown(); }
  void abort() override {
    inner_->abort();
    *std::exchange(alive_, std::make_shared<bool>(true)) = false;  // no further callback
  }
  void pause_reading() override {
    state_->streams.at(number_).wanted = false;
    inner_->pause_reading();
  }
  void resume_reading() override {
    state_->streams.at(number_).wanted = true;
    if (!state_->frozen) inner_->resume_reading();
  }
  void set_hops(std::optional<int> ttl, std::optional<int> minimum) override {
    inner_->set_hops(ttl, minimum);
  }
  net::Endpoint local() const override { return inner_->local(); }
  net::Endpoint remote() const override { return inner_->remote(); }

  // --- StreamHandler
  void on_connected() override {
    pass([this] { handler_->on_connected(); });
  }
  void on_data(Bytes bytes) override {
    if (!state_->frozen && state_->waiting.empty()) {  // the common case copies nothing
      if (handler_ != nullptr) handler_->on_data(bytes);
      return;
    }
    pass([this, kept = std::vector<std::uint8_t>(bytes.begin(), bytes.end())] {
      handler_->on_data(kept);
    });
  }
  void on_end() override {
    pass([this] { handler_->on_end(); });
  }
  void on_drained() override {
    pass([this] { handler_->on_drained(); });
  }
  void on_closed(CloseReason reason) override {
    pass([this, reason] { handler_->on_closed(reason); });
  }

 private:
  template <typename F>
  void pass(F what) {
    state_->run([this, alive = alive_, what = std::move(what)] {
      if (*alive && handler_ != nullptr) what();
    });
  }

  std::shared_ptr<State> state_;
  StreamHandler* handler_;
  std::unique_ptr<Stream> inner_;
  Alive alive_ = std::make_shared<bool>(true);
  std::uint64_t number_ = 0;
};

// Datagrams that come while the process is frozen wait in the socket's buffer.
template <typename State>
class ProcessDatagrams final : public DatagramSocket, public DatagramHandler {
 public:
  ProcessDatagrams(std::shared_ptr<State> state, DatagramHandler* handler)
      : state_(std::move(state)), handler_(handler) {}
  ~ProcessDatagrams() override { *alive_ = false; }
  ProcessDatagrams(const ProcessDatagrams&) = delete;
  ProcessDatagrams& operator=(const ProcessDatagrams&) = delete;
  bool take(std::unique_ptr<DatagramSocket> inner) {
    inner_ = std::move(inner);
    return inner_ != nullptr;
  }

  void send(const net::Endpoint& to, Bytes bytes, std::optional<net::IpAddress> source) override {
    inner_->send(to, bytes, source);
  }
  void set_hops(std::optional<int> ttl, std::optional<int> minimum) override {
    inner_->set_hops(ttl, minimum);
  }
  net::Endpoint local() const override { return inner_->local(); }

  void on_datagram(const net::Endpoint& from, const net::Endpoint& to, Bytes bytes) override {
    if (!state_->frozen && state_->waiting.empty()) return handler_->on_datagram(from, to, bytes);
    if (state_->frozen && held_ + bytes.size() > receive_buffer) return;  // the kernel drops it
    held_ += bytes.size();
    state_->run([this, alive = alive_, from, to,
                 kept = std::vector<std::uint8_t>(bytes.begin(), bytes.end())] {
      if (!*alive) return;
      held_ -= kept.size();
      handler_->on_datagram(from, to, kept);
    });
  }
  void on_unreachable(const net::Endpoint& to) override {
    state_->run([this, alive = alive_, to] {
      if (*alive) handler_->on_unreachable(to);
    });
  }

 private:
  static constexpr std::size_t receive_buffer = 212992;  // Linux: net.core.rmem_default

  std::shared_ptr<State> state_;
  DatagramHandler* handler_;
  std::unique_ptr<DatagramSocket> inner_;
  Alive alive_ = std::make_shared<bool>(true);
  std::size_t held_ = 0;
};

class ProcessListener final : public Listener {
 public:
  explicit ProcessListener(Alive alive) : alive_(std::move(alive)) {}
  ~ProcessListener() override { *alive_ = false; }
  ProcessListener(const ProcessListener&) = delete;
  ProcessListener& operator=(const ProcessListener&) = delete;
  bool take(std::unique_ptr<Listener> inner) {
    inner_ = std::move(inner);
    return inner_ != nullptr;
  }
  net::Endpoint local() const override { return inner_->local(); }

 private:
  std::unique_ptr<Listener> inner_;
  Alive alive_;
};

}  // namespace

Process::Process(Host& host) : host_(host), state_(std::make_shared<State>()) {}

Process::~Process() {
  state_->waiting.clear();
}

bool Process::frozen() const {
  return state_->frozen;
}

void Process::freeze() {
  if (std::exchange(state_->frozen, true)) return;
  for (const auto& [number, reading] : state_->streams) reading.stream->pause_reading();
}

void Process::thaw() {
  if (!std::exchange(state_->frozen, false)) return;
  host_.post([state = state_] {
    while (!state->frozen && !state->waiting.empty()) {
      const auto next = std::move(state->waiting.front());
      state->waiting.pop_front();
      next();
    }
    if (state->frozen) return;
    for (const auto& [number, reading] : state->streams) {  // callbacks come later, from the loop
      if (reading.wanted) reading.stream->resume_reading();
    }
  });
}

std::unique_ptr<Timer> Process::timer(std::function<void()> callback) {
  return std::make_unique<ProcessTimer>(
      host_, [state = state_](std::function<void()> what) { state->run(std::move(what)); },
      std::move(callback));
}

void Process::post(std::function<void()> callback) {
  host_.post([state = state_, callback = std::move(callback)]() mutable {
    state->run(std::move(callback));
  });
}

void Process::spend(Duration cpu, std::function<void()> then) {
  host_.spend(cpu,
              [state = state_, then = std::move(then)]() mutable { state->run(std::move(then)); });
}

std::unique_ptr<Stream> Process::connect(const net::Endpoint& remote, StreamHandler* handler,
                                         const ConnectOptions& options) {
  auto stream = std::make_unique<ProcessStream<State>>(state_, handler);
  stream->take(host_.connect(remote, stream.get(), options));
  return stream;
}

std::unique_ptr<Listener> Process::listen(const net::Endpoint& local, AcceptHandler accept,
                                          const ListenOptions& options) {
  auto alive = std::make_shared<bool>(true);
  auto listener = std::make_unique<ProcessListener>(alive);
  const auto accepted = [state = state_, alive,
                         accept = std::move(accept)](std::unique_ptr<Stream> inner) {
    // Shared, for a std::function has to be copied; the backlog keeps it while nobody accepts.
    auto stream = std::make_shared<std::unique_ptr<ProcessStream<State>>>(
        std::make_unique<ProcessStream<State>>(state, nullptr));
    inner->set_handler(stream->get());
    (*stream)->take(std::move(inner));
    state->run([alive, accept, stream] {
      if (*alive) accept(std::move(*stream));
    });
  };
  if (!listener->take(host_.listen(local, accepted, options))) return nullptr;
  return listener;
}

std::unique_ptr<DatagramSocket> Process::bind_datagram(const net::Endpoint& local,
                                                       DatagramHandler* handler) {
  auto socket = std::make_unique<ProcessDatagrams<State>>(state_, handler);
  if (!socket->take(host_.bind_datagram(local, socket.get()))) return nullptr;
  return socket;
}

}  // namespace seatrial::io
