// Everything that the page's scripts draw from, as one JSON text.
#pragma once

#include <string>

#include "results/html/html.h"

namespace seatrial::results::html {

// Safe inside <script>. assets/data.js reads it.
std::string data_json(const Report& report, const HtmlLimits& limits);

}  // namespace seatrial::results::html
