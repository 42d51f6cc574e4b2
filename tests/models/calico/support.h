#pragma once

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "models/calico/resources.h"
#include "models/calico/sessions.h"

namespace seatrial::calico::test {

inline Resources read_text(const std::string& text, Diagnostics& diagnostics) {
  return read(kubernetes::read_resources(text, "calico.yaml", diagnostics), diagnostics);
}

inline Resources read_clean(const std::string& text) {
  Diagnostics diagnostics;
  auto out = read_text(text, diagnostics);
  BOOST_REQUIRE_MESSAGE(diagnostics.empty(), diagnostics.to_string());
  return out;
}

inline std::string file_text(const std::string& path) {
  std::ifstream in(std::string(SEATRIAL_SOURCE_DIR) + "/" + path);
  BOOST_REQUIRE_MESSAGE(in.good(), path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline net::IpAddress ip(const std::string& text) {
  return *net::IpAddress::parse(text);
}
inline net::Prefix prefix(const std::string& text) {
  return *net::Prefix::parse(text);
}

inline NodeInfo node(const std::string& name, const std::string& address, Labels labels = {}) {
  return {
      .name = name, .address = *net::InterfaceAddress::parse(address), .labels = std::move(labels)};
}

}  // namespace seatrial::calico::test
