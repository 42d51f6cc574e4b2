// Texts of scenario.json for the tests, and what reading them says.
#pragma once

#include <string>
#include <vector>

#include "scenarios/engine/document/document.h"

namespace seatrial::scenario::test {

// A design with one of each: 3 switches, a router, an edge, a cluster, a client with a load.
// Every line is one member, so that a test can name the line.
inline const std::vector<std::string>& design_lines() {
  static const std::vector<std::string> lines{
      R"({)",                                                                         // 1
      R"(  "name": "small", "duration": "60s",)",                                     // 2
      R"(  "fabric": {)",                                                             // 3
      R"(    "switches": [{"name": "tor1", "vlans": [10, 20]}, {"name": "lan1"}],)",  // 4
      R"(    "routers": [{"name": "core1", "config": "core1.conf"}],)",               // 5
      R"(    "links": [{"ends": ["core1:eth0", "lan1"], "rate": "10Gbps"},)",         // 6
      R"(              {"ends": ["core1:eth1", "tor1"]}])",                           // 7
      R"(  },)",                                                                      // 8
      R"(  "edges": [{"name": "edge1", "at": "tor1", "address": "10.1.1.4/24"}],)",   // 9
      R"(  "clusters": [{"name": "prod", "manifests": ["k8s/*.yaml"], "nodes": [)",   // 10
      R"(    {"name": "worker1", "at": "tor1", "address": "10.1.1.8/24"}]}],)",       // 11
      R"(  "clients": [{"name": "users", "at": "lan1", "address": "10.2.0.10/24",)",  // 12
      R"(    "load": {"rate": 200, "from": "10s", "to": "40s", "requests": [)",       // 13
      R"(      {"url": "http://cafe/api", "resolve": "10.50.0.80"}]}}],)",            // 14
      R"(  "timeline": [{"at": "20s", "do": "power_off", "target": "worker1"}],)",    // 15
      R"(  "expect": [{"id": "up", "sessions": "as_configured", "by": "15s"}])",      // 16
      R"(})"};                                                                        // 17
  return lines;
}

// The design with `from` replaced by `to` in line `line` (from 1).
inline std::string design_with(int line = 0, const std::string& from = "",
                               const std::string& to = "") {
  std::string out;
  int number = 0;
  for (auto text : design_lines()) {
    if (++number == line) {
      const auto at = text.find(from);
      if (at == std::string::npos) throw std::logic_error("line has no " + from);
      text.replace(at, from.size(), to);
    }
    out += text + "\n";
  }
  return out;
}

inline std::string problems_of(const std::string& text, const document::ReadOptions& options = {}) {
  Diagnostics diagnostics;
  document::read(text, "s.json", diagnostics, options);
  return diagnostics.to_string();
}

}  // namespace seatrial::scenario::test
