// The commands that a running bgpd answers: FRR's, as vtysh would send them.
#pragma once

#include <string>

#include "scenarios/bgpd/view.h"

namespace seatrial::bgpd {

struct Answer {
  std::string text;
  bool ok = true;  // false: not a command, or not one that could be done
};

Answer answer(const View& view, const std::string& line);

}  // namespace seatrial::bgpd
