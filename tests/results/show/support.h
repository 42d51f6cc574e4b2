// The stored run of small_network.h with a few requests, 60 s long.
#pragma once

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "results/show/show.h"
#include "tests/results/small_network.h"

namespace seatrial::results::test {

inline StoredRun stored_run() {
  StoredRun run;
  run.record = small_network();
  run.run = {"small", "", 1, "0.1.0", 60s};
  run.outcomes = {{"served", false, "load", "2 of 3", {"request/2"}}};
  return run;
}

inline nlohmann::json json_of(const Shown& shown) {
  BOOST_REQUIRE_MESSAGE(shown, shown.error());
  return nlohmann::json::parse(*shown);
}
inline std::string text_of(const Shown& shown) {
  BOOST_REQUIRE_MESSAGE(shown, shown.error());
  return *shown;
}
inline std::string error_of(const Shown& shown) {
  BOOST_REQUIRE(!shown);
  return shown.error();
}
inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline const ShowFormat as_json{true, false, 100};

}  // namespace seatrial::results::test
