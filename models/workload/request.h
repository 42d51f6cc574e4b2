// What became of one request: the record that every figure about a load is derived from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/http/message.h"
#include "models/net/address.h"
#include "models/net/units.h"

namespace seatrial::workload {

// What the client saw. Everything but `answered` is without a complete response.
enum class Symptom {
  answered,     // a complete response, whatever its status
  refused,      // RST in answer to the SYN
  reset,        // RST on an established connection
  timed_out,    // the request's own timeout, or the host's, whichever came first
  unreachable,  // no route, ICMP unreachable
  closed,       // FIN before the response was complete
  malformed,    // the response is not HTTP
  unresolved,   // the name has no address, or no name server answered
  failed,       // anything else the host reports
};
std::string_view to_string(Symptom symptom);

struct RequestFinished {
  std::string load;                // LoadConfig::name
  std::uint64_t id = 0;            // 1, 2, ... in order of intended start
  std::size_t template_index = 0;  // into LoadConfig::requests
  std::string method, url;

  TimePoint intended;  // when the arrival process wanted it: latency counts from here
  std::optional<TimePoint> lookup_started;   // asked DNS for the name, absent when it was known
  std::optional<TimePoint> lookup_finished;  // got its last answer
  std::optional<TimePoint> connecting;       // SYN, absent when a kept connection was used
  std::optional<TimePoint> connected;
  std::optional<TimePoint> sent;  // the request was handed to the connection
  std::optional<TimePoint> first_byte;
  std::optional<TimePoint> last_byte;
  TimePoint finished;  // last byte, or when it was given up

  net::Endpoint local, remote;  // remote is as the client sees it (the VIP, not the pod)
  bool reused_connection = false;
  Symptom symptom = Symptom::failed;
  int status = 0;  // 0: no status line came
  http::Fields fields;
  std::string body;             // at most LoadConfig::body_limit bytes of it
  std::uint64_t body_size = 0;  // all of it

  Duration latency() const { return finished - intended; }
  bool ok() const { return symptom == Symptom::answered && status >= 200 && status < 400; }
};

class LoadObserver {
 public:
  virtual ~LoadObserver() = default;
  virtual void on_request_finished(const RequestFinished& record) = 0;
};

}  // namespace seatrial::workload
