// When and from where packets could loop or be lost, for the page.
#pragma once

#include <string>
#include <vector>

#include "results/dataplane/windows.h"

namespace seatrial::results::html {

// JSON: {"total": n, "list": [...]}, the first of them in order of time.
std::string windows_json(const std::vector<Window>& windows);

}  // namespace seatrial::results::html
