#pragma once

#include <cstddef>
#include <string>

#include "models/ingress/generator.h"
#include "models/net/units.h"

namespace seatrial::ingress {

struct SyncRecord {
  enum class Action { none, reload, api };
  std::string host;  // the pod's, io::Host::name()
  TimePoint at{};    // when the change is in force
  TimePoint queued{};
  Action action = Action::none;
  std::string cause;      // "EndpointSlice default/home-0"
  std::size_t tasks = 0;  // that this sync covers: more than one in batch mode
  std::string error;      // empty when it worked
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_synced(const SyncRecord&) {}
  virtual void on_conflict(const std::string& host, TimePoint, const Conflict&) { (void)host; }
  // /nginx-ready answers 200 from now on.
  virtual void on_ready(const std::string& host, TimePoint) { (void)host; }
};

}  // namespace seatrial::ingress
