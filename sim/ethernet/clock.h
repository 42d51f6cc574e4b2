// Between the project's time and ns-3's. Both count whole nanoseconds (ns-3's default resolution).
#pragma once

#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include "models/net/units.h"

namespace seatrial::sim {

inline TimePoint now() {
  return TimePoint(Duration(ns3::Simulator::Now().GetTimeStep()));
}
inline ns3::Time to_ns3(Duration d) {
  return ns3::Time(d.count());
}
inline ns3::Time to_ns3(TimePoint t) {
  return ns3::Time(t.time_since_epoch().count());
}

}  // namespace seatrial::sim
