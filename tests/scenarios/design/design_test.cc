// What shows only when all files of a design are seen together. The files are those of the
// reference design, read into memory and changed one at a time.
#include "scenarios/engine/design/design.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace seatrial;
using namespace seatrial::scenario;

namespace {

namespace fs = std::filesystem;

struct Reference {
  MemoryFiles files;
  Diagnostics diagnostics;

  explicit Reference(const std::string& name = "get-me-to-the-cluster") {
    const fs::path root = fs::path(SEATRIAL_SOURCE_DIR) / "scenarios" / name;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      files.add(entry.path().lexically_relative(root).string(), text.str());
    }
  }

  void replace(const std::string& file, const std::string& old_text, const std::string& new_text) {
    auto text = *files.read(file);
    const auto at = text.find(old_text);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, file + " has no " + old_text);
    files.add(file, text.replace(at, old_text.size(), new_text));
  }

  std::optional<Design> load() { return load_design(files, diagnostics); }

  // One diagnostic names this file and line and holds these words.
  bool says(Severity severity, const std::string& file, int line, const std::string& words) const {
    for (const auto& item : diagnostics.items()) {
      if (item.severity == severity && item.position.file == file && item.position.line == line &&
          item.message.find(words) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  int line_of(const std::string& file, const std::string& marker) const {
    std::istringstream in(*files.read(file));
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      if (line.find(marker) != std::string::npos) return number;
    }
    BOOST_FAIL(file + " has no line with " + marker);
    return 0;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(design, Reference)

BOOST_AUTO_TEST_CASE(the_reference_design_has_no_diagnostics_and_a_full_mesh) {
  const auto loaded = load();
  BOOST_TEST_REQUIRE(loaded.has_value(), diagnostics.to_string());
  BOOST_TEST(diagnostics.to_string() == "");
  // 2 cores, 3 edges and 4 nodes, each with each: 9 * 8 / 2.
  BOOST_TEST(loaded->session_count() == 36U);
  BOOST_TEST(loaded->sessions.size() == 72U);
  BOOST_TEST(describe(*loaded).find("BGP sessions: 36") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(two_sides_that_disagree_on_the_as_are_a_warning_at_the_neighbor) {
  replace("network/core1/frr.conf", "neighbor EDGES remote-as 64512",
          "neighbor EDGES remote-as 64513");
  const auto loaded = load();
  BOOST_TEST_REQUIRE(loaded.has_value(), diagnostics.to_string());
  // core1 with each of the three edges.
  BOOST_TEST(loaded->session_count() == 33U);
  const int line = line_of("network/core1/frr.conf", "neighbor 10.1.1.4 peer-group EDGES");
  BOOST_TEST(says(Severity::warning, "network/core1/frr.conf", line, "is in AS 64512, not 64513"),
             diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(sides_that_disagree_on_the_password_are_an_error_at_the_side_that_has_it) {
  replace("edge/edge1/frr.conf", " neighbor 10.1.1.2 peer-group CORES\n",
          " neighbor 10.1.1.2 peer-group CORES\n neighbor 10.1.1.2 password sea\n");
  load();
  const int line = line_of("edge/edge1/frr.conf", "neighbor 10.1.1.2 peer-group CORES");
  const int other = line_of("network/core1/frr.conf", "neighbor 10.1.1.4 peer-group EDGES");
  BOOST_TEST(
      says(Severity::error, "edge/edge1/frr.conf", line,
           "has a password, and network/core1/frr.conf:" + std::to_string(other) + " has none"),
      diagnostics.to_string());
  BOOST_TEST(diagnostics.error_count() == 1U, diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(the_same_password_on_both_sides_is_no_error) {
  replace("edge/edge1/frr.conf", " neighbor 10.1.1.2 peer-group CORES\n",
          " neighbor 10.1.1.2 peer-group CORES\n neighbor 10.1.1.2 password sea\n");
  replace("network/core1/frr.conf", " neighbor 10.1.1.4 peer-group EDGES\n",
          " neighbor 10.1.1.4 peer-group EDGES\n neighbor 10.1.1.4 password sea\n");
  BOOST_TEST(load().has_value(), diagnostics.to_string());
  BOOST_TEST(diagnostics.to_string() == "");
}

BOOST_AUTO_TEST_CASE(a_neighbor_without_a_session_back_is_a_warning) {
  replace("network/core2/frr.conf", " neighbor 10.1.1.2 peer-group CORES\n", "");
  replace("network/core2/frr.conf", " neighbor 10.1.1.2 description core1\n", "");
  const auto loaded = load();
  BOOST_TEST_REQUIRE(loaded.has_value(), diagnostics.to_string());
  BOOST_TEST(loaded->session_count() == 35U);
  const int line = line_of("network/core1/frr.conf", "neighbor 10.1.1.3 peer-group CORES");
  BOOST_TEST(says(Severity::warning, "network/core1/frr.conf", line, "no session back"),
             diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(a_cabled_interface_needs_an_address) {
  replace("network/core1/frr.conf", "interface eth1", "interface eth7");
  BOOST_TEST(!load().has_value());
  const int line = line_of("scenario.json", "core1:eth1");
  BOOST_TEST(says(Severity::error, "scenario.json", line, "has no interface \"eth1\""),
             diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(an_edge_has_the_same_address_in_both_files) {
  replace("edge/edge1/frr.conf", "ip address 10.1.1.4/24", "ip address 10.1.1.44/24");
  BOOST_TEST(!load().has_value());
  const int line = line_of("edge/edge1/frr.conf", "interface eth0");
  BOOST_TEST(says(Severity::error, "edge/edge1/frr.conf", line, "10.1.1.44/24"),
             diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(an_address_used_twice_is_an_error) {
  replace("network/core2/frr.conf", "ip address 10.1.1.3/24", "ip address 10.1.1.2/24");
  BOOST_TEST(!load().has_value());
  BOOST_TEST(diagnostics.to_string().find("10.1.1.2 is an address of core2 and of core1") !=
                 std::string::npos,
             diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(a_layer_2_loop_is_shown_with_its_switches) {
  replace("scenario.json", "\"links\": [",
          "\"links\": [\n      {\"ends\": [\"tor2:swp40\", \"tor1:swp40\"]},");
  BOOST_TEST(!load().has_value());
  BOOST_TEST(diagnostics.to_string().find("closes a layer-2 loop") != std::string::npos,
             diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_named_where_it_is_named) {
  replace("scenario.json", "edge/edge2/nginx.conf", "edge/edge2/nginx.cnf");
  BOOST_TEST(!load().has_value());
  const int line = line_of("scenario.json", "nginx.cnf");
  bool named = false;
  for (const auto& item : diagnostics.items()) {
    named = named || (item.position.line == line && item.position.file == "scenario.json");
  }
  BOOST_TEST(named, diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(a_service_that_no_manifest_has_is_told_before_the_run) {
  const auto line = line_of("scenario.json", "http://cafe.example.com/files\"");
  replace("scenario.json", "\"expect_service\": \"default/files\"",
          "\"expect_service\": \"default/file\"");
  BOOST_TEST(!load());
  BOOST_TEST(
      says(Severity::error, "scenario.json", line, "no manifest has the Service \"default/file\""),
      diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(a_urls_port_fits_in_16_bits) {
  const auto line = line_of("scenario.json", "http://cafe.example.com/\"");
  replace("scenario.json", "http://cafe.example.com/\"", "http://cafe.example.com:65536/\"");
  BOOST_TEST(!load());
  BOOST_TEST(says(Severity::error, "scenario.json", line, "expected a port from 1 to 65535"),
             diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(a_host_of_two_objects_is_a_warning_at_the_second) {
  const auto line = line_of("cluster/expose.yaml", "apiVersion: k8s.nginx.org/v1");
  replace("cluster/expose.yaml", "host: harbour.example.com", "host: cafe.example.com");
  BOOST_TEST(load().has_value(), diagnostics.to_string());
  BOOST_TEST(says(Severity::warning, "cluster/expose.yaml", line,
                  "VirtualServer default/harbour has the host cafe.example.com of Ingress "
                  "default/cafe"),
             diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(a_cluster_ip_lies_in_the_service_range) {
  // The range that is meant when none is given is 10.96.0.0/12: up to 10.111.255.255.
  replace("cluster/coredns.yaml", "clusterIP: 10.96.0.10", "clusterIP: 10.112.0.10");
  BOOST_TEST(!load());
  BOOST_TEST(diagnostics.to_string().find("Service kube-system/kube-dns has the clusterIP "
                                          "10.112.0.10, expected an address of 10.96.0.0/12") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_nobody_has_is_a_warning) {
  replace("scenario.json", "\"10.2.0.2\"", "\"10.2.0.77\"");
  BOOST_TEST(load().has_value(), diagnostics.to_string());
  BOOST_TEST(diagnostics.to_string().find("gateway 10.2.0.77 of users is no address of this "
                                          "design") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_profile_that_does_not_exist_is_an_error) {
  replace("scenario.json", "\"calico_profile\": \"3.25\"", "\"calico_profile\": \"3.1\"");
  BOOST_TEST(!load());
  BOOST_TEST(diagnostics.to_string().find("there is no Calico profile \"3.1\" for \"prod\", "
                                          "expected \"3.25\"") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

// Routers of more than one AS, between loopbacks, and edges that call into a listen range.
struct Sessions : Reference {
  Sessions() : Reference("sessions") {}
};

BOOST_FIXTURE_TEST_SUITE(derived_sessions, Sessions)

BOOST_AUTO_TEST_CASE(a_listen_range_has_a_side_for_everybody_who_calls_into_it) {
  const auto loaded = load();
  BOOST_TEST_REQUIRE(loaded.has_value(), diagnostics.to_string());
  BOOST_TEST(diagnostics.to_string() == "");
  // core1-core2, an ISP each, two edges each, three nodes each.
  BOOST_TEST(loaded->session_count() == 13U);
  BOOST_TEST(loaded->sessions.size() == 26U);
  const auto found = std::ranges::find_if(loaded->sessions, [](const SessionSide& side) {
    return side.node == "core2" && side.peer_name == "edge1";
  });
  BOOST_TEST_REQUIRE((found != loaded->sessions.end()));
  BOOST_TEST(found->peer.to_string() == "10.1.1.4");
  BOOST_TEST(found->passive);
}

BOOST_AUTO_TEST_CASE(who_calls_from_outside_the_range_has_no_session_back) {
  replace("network/core1/frr.conf", "listen range 10.1.1.4/30", "listen range 10.1.1.4/32");
  const auto loaded = load();
  BOOST_TEST_REQUIRE(loaded.has_value(), diagnostics.to_string());
  BOOST_TEST(loaded->session_count() == 12U);
  const int line = line_of("edge/edge2/frr.conf", "neighbor 10.1.1.2 peer-group CORES");
  BOOST_TEST(says(Severity::warning, "edge/edge2/frr.conf", line, "has no session back to edge2"),
             diagnostics.to_string());
}

BOOST_AUTO_TEST_CASE(a_side_is_in_the_as_that_it_shows_its_peer) {
  replace("network/isp1/frr.conf", " neighbor 192.0.2.2 description core1\n",
          " neighbor 192.0.2.2 description core1\n neighbor 192.0.2.2 local-as 65011\n");
  replace("network/core1/frr.conf", "neighbor 192.0.2.1 remote-as 65010",
          "neighbor 192.0.2.1 remote-as 65011");
  const auto loaded = load();
  BOOST_TEST_REQUIRE(loaded.has_value(), diagnostics.to_string());
  BOOST_TEST(diagnostics.to_string() == "");
  BOOST_TEST(loaded->session_count() == 13U);
}

BOOST_AUTO_TEST_CASE(a_loopback_that_two_share_is_nobodys) {
  replace("network/core1/frr.conf", " ip address 10.255.0.1/32\n",
          " ip address 10.255.0.1/32\n ip address 10.255.0.9/32\n");
  replace("network/core2/frr.conf", " ip address 10.255.0.2/32\n",
          " ip address 10.255.0.2/32\n ip address 10.255.0.9/32\n");
  replace("edge/edge1/frr.conf", "neighbor 10.1.1.2 peer-group CORES\n",
          "neighbor 10.255.0.9 peer-group CORES\n neighbor 10.1.1.2 peer-group CORES\n");
  const auto loaded = load();
  BOOST_TEST_REQUIRE(loaded.has_value(), diagnostics.to_string());
  const int line = line_of("edge/edge1/frr.conf", "neighbor 10.255.0.9");
  BOOST_TEST(says(Severity::warning, "edge/edge1/frr.conf", line, "is no node of this design"),
             diagnostics.to_string());
}

BOOST_AUTO_TEST_SUITE_END()
