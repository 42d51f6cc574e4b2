// What a proxy tells about its work. The records join a client's request with the hops behind it:
// the `upstream_local` endpoint here is the `client` endpoint at the next proxy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::nginx {

enum class AttemptOutcome {
  ok,               // http: a response was passed on; stream: connected
  refused,          // RST in answer to the SYN
  connect_timeout,  // proxy_connect_timeout, or the host gave up
  unreachable,      // no route
  reset,            // RST after the connection stood
  closed_early,     // FIN before a complete response head
  invalid_header,   // not HTTP
  read_timeout,     // proxy_read_timeout or proxy_send_timeout
  bad_status,       // a status that proxy_next_upstream names
  truncated,        // the response head was passed on, then the upstream failed
  client_gone,      // the client left first
};
std::string_view to_string(AttemptOutcome outcome);

// One try at one peer.
struct Attempt {
  net::Endpoint peer;
  net::Endpoint local;  // our end of the upstream connection; port 0 when never connected
  bool reused = false;  // an idle keepalive connection
  TimePoint started{};  // connect began, or the idle connection was taken
  std::optional<TimePoint> connected;
  std::optional<TimePoint> first_byte;
  TimePoint ended{};
  int status = 0;  // http: the upstream's status
  AttemptOutcome outcome = AttemptOutcome::ok;
};

// One stream session, or one HTTP request.
struct ProxyRecord {
  enum class Kind { stream_session, http_request };
  Kind kind = Kind::http_request;
  std::string host;               // the node's name, io::Host::name()
  net::Endpoint client;           // remote end of the accepted connection
  net::Endpoint local;            // our end of it
  std::string upstream;           // empty when nothing was proxied
  net::Endpoint upstream_local;   // of the last attempt
  net::Endpoint upstream_remote;  // of the last attempt
  TimePoint accepted{};           // of the connection
  TimePoint started{};            // the request's first byte; stream: accepted
  std::optional<TimePoint> connect_started;
  std::optional<TimePoint> connected;
  std::optional<TimePoint> first_byte;  // from the upstream
  TimePoint ended{};
  std::uint64_t bytes_received = 0;  // from the client
  std::uint64_t bytes_sent = 0;      // to the client
  int status = 0;  // http: as sent to the client, 499 when it left; stream: 200, 502 ...
  // http only:
  std::string method;
  std::string target;  // as the client sent it
  std::string host_header;
  std::string server_name;                // the chosen server{}'s first name
  std::uint64_t connection_requests = 1;  // the how-manieth request of its connection
  std::vector<Attempt> attempts;
};

struct ReloadRecord {
  std::string host;
  TimePoint at{};
  unsigned generation = 0;          // 1 after start, 2 after the first reload
  std::size_t old_connections = 0;  // that earlier generations still serve
};

struct PeersRecord {
  enum class Cause { configured, resolved, resolve_failed, api, carried_over };
  std::string host;
  TimePoint at{};
  std::string upstream;
  Cause cause = Cause::configured;
  std::vector<net::Endpoint> peers;  // all of them, after the change
  std::string detail;                // "nginx-ingress.svc: NXDOMAIN"
};
std::string_view to_string(PeersRecord::Cause cause);

// A peer reached max_fails; it is skipped for fail_timeout.
struct PeerDisabledRecord {
  std::string host;
  TimePoint at{};
  std::string upstream;
  net::Endpoint peer;
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_finished(const ProxyRecord&) {}
  virtual void on_reloaded(const ReloadRecord&) {}
  virtual void on_peers_changed(const PeersRecord&) {}
  virtual void on_peer_disabled(const PeerDisabledRecord&) {}
};

}  // namespace seatrial::nginx
