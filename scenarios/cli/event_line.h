// Events of a live daemon on standard output, each a line of its own and flushed at once: JSON for
// programs, or words for people.
#pragma once

#include <iostream>
#include <nlohmann/json.hpp>

#include "models/io/host.h"

namespace seatrial::cli {

class EventLine {
 public:
  EventLine(const io::Host& host, bool json) : host_(host), json_(json) {}

  // `fields` in their order; `event` and `time` come first.
  void write(const std::string& event,
             const nlohmann::ordered_json& fields = nlohmann::ordered_json::object()) const {
    if (json_) {
      nlohmann::ordered_json line = {{"event", event}, {"time", seconds(host_.now())}};
      line.update(fields);
      std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    } else {
      std::cout << seconds(host_.now()) << "s " << event;
      for (const auto& [key, value] : fields.items()) {
        std::cout << ' ' << key << '='
                  << value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
      }
    }
    std::cout << std::endl;
  }

 private:
  const io::Host& host_;
  const bool json_;
};

}  // namespace seatrial::cli
