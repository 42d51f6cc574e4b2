// The port between a protocol model and the world. A model is sans-IO: it is written against Host
// and never blocks, never reads a clock, never opens a socket. sim::Host gives it an ns-3 node,
// io::LiveHost a real socket, and the tests an in-memory network (tests/support/fake_network.h).
//
// Rules that every host keeps:
//  - One thread. A callback never runs inside a call that the model makes; it runs later, from the
//  loop.
//  - After on_closed() no further callback of that stream comes. Deleting a Stream, Listener, Timer
//  or
//    DatagramSocket inside any callback, its own included, is allowed and ends its callbacks at
//    once.
//  - Handlers are not owned; they must outlive the object or be replaced with set_handler().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "models/io/random.h"
#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::io {

using Bytes = std::span<const std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Why a stream is gone.
enum class CloseReason {
  finished,     // both directions ended in order (FIN and FIN)
  refused,      // RST in answer to our SYN (ECONNREFUSED)
  reset,        // RST on an established connection (ECONNRESET)
  timed_out,    // no answer: SYN or data retransmissions exhausted, or connect timeout (ETIMEDOUT)
  unreachable,  // no route, or ICMP unreachable (ENETUNREACH, EHOSTUNREACH)
  failed,       // anything else the host reports, such as an address in use
};
std::string_view to_string(CloseReason reason);

class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  // The connection this host opened is established. Not called for accepted streams.
  virtual void on_connected() {}
  virtual void on_data(Bytes bytes) = 0;
  // The peer's FIN: no more data comes, sending is still possible.
  virtual void on_end() {}
  // unsent() fell to 0 after it had been above it.
  virtual void on_drained() {}
  // The last callback.
  virtual void on_closed(CloseReason reason) = 0;
};

// A byte stream (TCP). Deleting it is close(2): what is queued is still sent, then FIN.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual void set_handler(StreamHandler* handler) = 0;
  // Queues all of it; never blocks and never fails (a dead stream reports by on_closed). Look at
  // unsent() to apply back pressure.
  virtual void send(Bytes bytes) = 0;
  // Bytes queued by send() that the transport has not taken yet.
  virtual std::size_t unsent() const = 0;
  // FIN after what is queued; receiving goes on.
  virtual void shutdown() = 0;
  // RST, now; no further callback.
  virtual void abort() = 0;
  // Stop and go on reading: while paused the receive window closes, as with a process that does not
  // read.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  // From here on: the TTL or hop limit sent, and the least accepted (GTSM, RFC 5082). For an
  // accepted stream, whose peer is known only now. A host that cannot ignores it.
  virtual void set_hops(std::optional<int> ttl, std::optional<int> minimum) {
    (void)ttl;
    (void)minimum;
  }
  // The smoothed round-trip time, where the host's TCP tells.
  virtual std::optional<Duration> round_trip() const { return std::nullopt; }
  // Valid once connected or accepted (local port is chosen by then).
  virtual net::Endpoint local() const = 0;
  virtual net::Endpoint remote() const = 0;
};

struct ConnectOptions {
  std::optional<net::IpAddress> source;  // bind(2) to this address
  std::optional<Duration> timeout;       // give up with timed_out; otherwise the host's SYN retries
  std::optional<int> ttl;                // sent TTL / hop limit; otherwise the host's default, 64
  std::optional<int> minimum_ttl;        // GTSM (RFC 5082): received segments below are dropped
  std::string md5_password;              // TCP-MD5 (RFC 2385) where the host can; empty: none
};

struct ListenOptions {
  std::optional<int> ttl;
  std::optional<int> minimum_ttl;
  int backlog = 511;
};

class Listener {
 public:
  virtual ~Listener() = default;  // stops listening; accepted streams live on
  virtual net::Endpoint local() const = 0;
};

using AcceptHandler = std::function<void(std::unique_ptr<Stream>)>;

class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  // `to` is the address the datagram was sent to, with which an answer should be sent.
  virtual void on_datagram(const net::Endpoint& from, const net::Endpoint& to, Bytes bytes) = 0;
  // ICMP port or host unreachable for something sent to `to`.
  virtual void on_unreachable(const net::Endpoint& to) { (void)to; }
};

class DatagramSocket {
 public:
  virtual ~DatagramSocket() = default;
  // `source`: the address to send from, where the socket is bound to none.
  virtual void send(const net::Endpoint& to, Bytes bytes,
                    std::optional<net::IpAddress> source = std::nullopt) = 0;
  // As Stream::set_hops.
  virtual void set_hops(std::optional<int> ttl, std::optional<int> minimum) {
    (void)ttl;
    (void)minimum;
  }
  virtual net::Endpoint local() const = 0;
};

// A one-shot timer that is armed again and again, so that a periodic event allocates nothing.
class Timer {
 public:
  virtual ~Timer() = default;  // cancels
  virtual void arm(
      TimePoint at) = 0;  // replaces an earlier arming; a past time means "as soon as possible"
  virtual void cancel() = 0;
  virtual bool armed() const = 0;
  virtual TimePoint due() const = 0;  // when armed()
};

class Host {
 public:
  virtual ~Host() = default;

  // The node's name, for observations: "core1", "default/app-1-7d9f-x2x1z".
  virtual const std::string& name() const = 0;
  virtual TimePoint now() const = 0;

  virtual std::unique_ptr<Timer> timer(std::function<void()> callback) = 0;
  // Runs it after the current callback, at the same time.
  virtual void post(std::function<void()> callback) = 0;
  // Uses the host's CPU for that long (queued behind other work of this host), then goes on. A live
  // host goes on at once: there the work itself takes its time.
  virtual void spend(Duration cpu, std::function<void()> then) = 0;

  // Never nullptr; failure comes by on_closed().
  virtual std::unique_ptr<Stream> connect(const net::Endpoint& remote, StreamHandler* handler,
                                          const ConnectOptions& options = {}) = 0;
  // 0.0.0.0 or :: listens on every address. nullptr when the address or port is not to be had. An
  // accepted stream needs set_handler() inside `accept`.
  virtual std::unique_ptr<Listener> listen(const net::Endpoint& local, AcceptHandler accept,
                                           const ListenOptions& options = {}) = 0;
  // Port 0: a free one. nullptr when not to be had.
  virtual std::unique_ptr<DatagramSocket> bind_datagram(const net::Endpoint& local,
                                                        DatagramHandler* handler) = 0;

  // The stream NAME of this host: its numbers do not depend on any other stream.
  virtual RandomStream& random(std::string_view name) = 0;
};

inline void arm_in(Host& host, Timer& timer, Duration after) {
  timer.arm(host.now() + after);
}

}  // namespace seatrial::io
