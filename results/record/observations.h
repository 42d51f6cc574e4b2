// What a run observes, as typed values. Every word a person reads about a run - results.json,
// JUnit, the verdict, the explanation of one failed request - is derived from these and from the
// captures.
//
// The values are plain and know neither ns-3 nor a model's classes: an adapter at each model's
// observer fills them, so a new model changes an adapter, never a stored run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::results {

// A BGP session of `node` changed state.
struct SessionChanged {
  TimePoint at;
  std::string node;
  net::IpAddress peer;
  std::string state;   // "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"
  std::string reason;  // what caused it: "hold timer expired", "NOTIFICATION received: ..."

  bool established() const { return state == "Established"; }
};

// A BFD session of `node` changed state (RFC 5880).
struct BfdChanged {
  TimePoint at;
  std::string node;
  net::IpAddress peer;
  std::string state;     // "AdminDown", "Down", "Init", "Up"
  std::string reason;    // the diagnostic: "control detection time expired"; empty: none
  Duration detection{};  // how long a silence ends it; on leaving Up: how long it did
};

// One way on of a route. An unspecified address is a connected or blackhole route.
struct NextHop {
  net::IpAddress address;
  std::string interface;

  friend auto operator<=>(const NextHop&, const NextHop&) = default;
};

// The best paths of `prefix` in a node's Loc-RIB are now these; no next hop means withdrawn.
struct RibChanged {
  TimePoint at;
  std::string node;
  net::Prefix prefix;
  std::vector<net::IpAddress> next_hops;
  std::string protocol = "bgp";
  std::string detail;  // attributes as the daemon would print them
};

// The forwarding table of `node` changed. With `installed` false the entry is gone.
struct FibChanged {
  TimePoint at;
  std::string node;
  net::Prefix prefix;
  std::vector<NextHop> next_hops;
  std::string protocol;  // "bgp", "connected", "static", "blackhole", "kernel"
  bool installed = true;
};

// How a client's request ended. `status` is 0 when no answer came.
struct RequestFinished {
  std::string client;        // the load's name: "users"
  std::uint64_t number = 0;  // counts from 1 within a client
  std::string method;
  std::string url;
  std::string host;
  std::string path;
  std::string expect_service;  // "namespace/name"; empty where nothing is expected
  std::string answered_by;     // what the answer says of itself, the app's pod name; may be empty
  net::Endpoint local;         // the client's end of the connection; port 0: never connected
  net::Endpoint remote;
  TimePoint intended;  // when the open-loop schedule wanted it sent
  // Its name was asked of DNS and the answer came; both as `intended` when no packet asked.
  TimePoint lookup_started;
  TimePoint lookup_finished;
  TimePoint sent;  // when its connection was asked for, or its first byte written on a kept one
  TimePoint connected;  // the same as `sent` on a kept connection
  TimePoint first_byte;
  TimePoint finished;
  int status = 0;
  std::string error;        // "refused", "reset", "timed_out", ...; empty when an answer came
  std::uint64_t bytes = 0;  // of the answer's body

  // From the intended start, so that a stalled server cannot hide its stall.
  Duration latency() const { return finished - intended; }
  // From when it was sent: what a client that waits for each answer sees.
  Duration service_time() const { return finished - sent; }
  bool succeeded() const { return error.empty() && status >= 200 && status < 400; }
};

enum class ProxyRole : std::uint8_t { edge, ingress };

// One try of a proxy to hand a client's connection (stream) or request (http) to an upstream.
struct ProxyRecord {
  std::string node;  // the edge's name or the ingress pod's "namespace/name"
  ProxyRole role = ProxyRole::edge;
  bool http = false;             // false: a stream proxy, one record a connection
  net::Endpoint client;          // who connected
  net::Endpoint listener;        // our end of the client's connection
  net::Endpoint upstream_local;  // our end of the upstream connection; port 0: never connected
  net::Endpoint upstream;
  std::string upstream_name;  // the upstream group or the Service
  std::string host;           // http only
  std::string path;           // http only
  TimePoint received;         // the request's first byte; stream: the connection was accepted
  TimePoint started;          // of this try
  TimePoint connected;        // as `started` on a kept connection, as `finished` when it never was
  TimePoint first_byte;       // from the upstream; as `finished` when none came
  TimePoint finished;
  int status = 0;     // http only: what the client got
  std::string error;  // why this try failed; empty when it did not
};

// A pod's application answered a request.
struct RequestServed {
  std::string pod;       // "namespace/name"
  net::Endpoint client;  // who asked: the proxy before it
  net::Endpoint local;
  std::string path;
  TimePoint received;
  TimePoint answered;
  Duration waited{};    // of that: its service time, as for a database behind it
  Duration computed{};  // and on the CPU; what is left, it stood in the CPU's queue
  int status = 0;
};

enum class Transport : std::uint8_t { tcp = 6, udp = 17, other = 0 };

// A direction of a transport flow.
struct Flow {
  Transport transport = Transport::tcp;
  net::Endpoint from;
  net::Endpoint to;

  friend auto operator<=>(const Flow&, const Flow&) = default;
};

// The first packet of `flow` passed `node`.
struct HopSeen {
  TimePoint at;
  std::string node;
  Flow flow;
  std::string in;   // interface; empty at the sender
  std::string out;  // interface; empty at the receiver
};

// A packet was thrown away.
struct Drop {
  TimePoint at;
  std::string node;
  std::string interface;
  std::string reason;  // "no route", "queue full", "ttl expired", "link down", "policy", ...
  Flow flow;
  std::uint32_t bytes = 0;
};

// Frames stood in the transmit queue of a port, each of them longer than sim::long_wait.
struct QueueStood {
  TimePoint at;     // the first of them was handed over
  TimePoint until;  // the first that had not to wait so long any more, or the end of the last wait
  std::string port;
  std::uint64_t frames = 0;
  Duration longest{};              // of the waits
  std::uint64_t most_waiting = 0;  // frames in the queue
};

struct PodChanged {
  TimePoint at;
  std::string pod;  // "namespace/name"
  std::string node;
  net::IpAddress address;  // unspecified until one is assigned
  std::string phase;       // "Pending", "Running", "Terminating", "Gone", ...
  bool ready = false;
};

// The ready addresses of a Service are now these.
struct EndpointsChanged {
  TimePoint at;
  std::string service;  // "namespace/name"
  std::vector<net::Endpoint> ready;
};

// The carrier at a port changed: its cable was pulled or plugged, or the machine at the other end
// lost power.
struct LinkChanged {
  TimePoint at;
  std::string port;  // "core1:eth1"
  bool up = false;
};

// A machine lost power, or a process of it stopped or came back.
struct FaultInjected {
  TimePoint at;
  // As scenario.json says it: "power_off", "link_down", "link_up", "link_silent", "link_restored".
  std::string action;
  std::string target;  // "worker2", "core1:eth1"
};

// What a node knows of a neighbour on a link. `mac` is empty while none is known.
struct NeighbourChanged {
  TimePoint at;
  std::string node;
  std::string interface;
  net::IpAddress address;
  std::string mac;    // "02:00:00:00:00:07"
  std::string state;  // "reachable", "failed"
};

// The translation of a service address at a node is now to these backends.
struct NatChanged {
  TimePoint at;
  std::string node;
  std::string protocol;  // "tcp", "udp"
  net::Endpoint address;
  std::vector<net::Endpoint> backends;  // sorted; empty: refused or dropped
  bool installed = true;                // false: the address is not translated any more
};

// One side of a BGP session as the files imply it, told once when the run begins. What the session
// uses is the smaller hold time of its two sides.
struct SessionConfigured {
  std::string node;
  net::IpAddress peer;
  std::string peer_node;  // who has that address; empty: nobody in this design
  std::string profile;    // of the node's daemon: "frr-8.4-datacenter"
  Duration hold{};
  Duration keepalive{};
  bool bfd = false;
  std::string source;  // "network/core1/frr.conf:12"
};

// Anything else worth a line in the timeline: "reload", "power_off worker2", ...
struct Note {
  TimePoint at;
  std::string node;
  std::string kind;
  std::string text;
};

}  // namespace seatrial::results
