// Files and folders: damage, formats, names of fields, the forms of the outcome.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "results/compare/align.h"
#include "results/compare/render.h"
#include "results/text/printable.h"
#include "tests/results/compare/support.h"

namespace seatrial::results {
namespace {

using namespace test;

Frames some() {
  Frames frames;
  Talk(frames, 0s)
      .open()
      .client("GET / HTTP/1.1\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\n\r\n")
      .close();
  return frames;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(files_and_folders)

BOOST_AUTO_TEST_CASE(identical_files_are_the_same_at_every_layer) {
  const auto out = compared(some(), some());
  BOOST_TEST(out.same);
  BOOST_REQUIRE(out.layers.size() == 1U);
  BOOST_TEST((out.layers[0].layer == Layer::bytes));
  BOOST_TEST(out.layers[0].same);
}

BOOST_AUTO_TEST_CASE(what_could_be_read_of_a_damaged_file_is_compared) {
  const Folder folder;
  const auto a = folder.write("a.pcap", some());
  const auto b = folder.write("b.pcap", some());
  std::filesystem::resize_file(b, std::filesystem::file_size(b) - 3);  // inside the last frame
  const auto out = compare_captures(a, b, {});
  BOOST_TEST(out.same, all_words(out));
  BOOST_REQUIRE(out.errors.size() == 1U);
  BOOST_TEST(out.errors[0].find("b.pcap: offset ") != std::string::npos);
  Comparison whole;
  whole.captures.push_back(out);
  BOOST_TEST(whole.trouble());
}

BOOST_AUTO_TEST_CASE(folders_by_name_and_results_by_member) {
  const Folder a, b;
  const auto fill = [](const Folder& folder, const char* results, const char* other) {
    std::filesystem::create_directory(folder.path() / "pcap");
    folder.write("pcap/both.pcap", some());
    folder.write(std::string("pcap/") + other, some());
    std::ofstream(folder.path() / "results.json") << results;
  };
  fill(a, R"({"list": [{"id": "x", "n": 1}, {"id": "y", "n": 2}], "p99_ns": 1000000})", "a.pcap");
  fill(b, R"({"list": [{"id": "y", "n": 3}, {"id": "x", "n": 1}], "p99_ns": 1000900})", "b.pcap");
  const auto out = compare_folders(a.path(), b.path(), {});
  std::vector<std::string> what;
  for (const auto& finding : out.findings) what.push_back(finding.where + " " + finding.what);
  const std::vector<std::string> expected{"a.pcap capture missing in B", "b.pcap capture only in B",
                                          "results.json list/y/n: 2 in A, 3 in B",
                                          "results.json p99_ns: 1000000 in A, 1000900 in B"};
  BOOST_TEST(what == expected, boost::test_tools::per_element());
  BOOST_REQUIRE(out.captures.size() == 1U);
  BOOST_TEST(out.captures[0].same);

  CompareOptions tolerant;
  tolerant.tolerance.time = 1us;
  BOOST_REQUIRE(tolerant.lens.ignore("results.list"));
  tolerant.captures = {"both*"};
  BOOST_TEST(compare_folders(a.path(), b.path(), tolerant).same());
}

BOOST_AUTO_TEST_CASE(names_of_fields) {
  Lens lens;
  BOOST_TEST(lens.ignore("bgp").has_value());
  BOOST_TEST(lens.ignores("bgp.keepalive"));
  BOOST_TEST(!lens.ignores("bgpx"));
  BOOST_TEST(lens.ignore("http.x_request_id").has_value());
  BOOST_TEST(lens.ignores("http.x_request_id"));
  const auto wrong = lens.ignore("tcp.seqq");
  BOOST_REQUIRE(!wrong);
  BOOST_TEST(wrong.error().find("near it: tcp.seq") != std::string::npos, wrong.error());
  BOOST_TEST(!lens.ignore(""));
  BOOST_TEST(!lens.ignore("bgp."));
}

BOOST_AUTO_TEST_CASE(renaming_addresses_and_prefixes) {
  Lens lens;
  for (const auto* text : {"10.0.0.1=core1", "10.1.0.0/16=172.20.0.0/16", "10.9.0.0/24=lan"}) {
    BOOST_REQUIRE(lens.rename(text));
  }
  const auto address = [](const char* text) { return net::IpAddress::parse(text).value(); };
  const auto prefix = [](const char* text) { return net::Prefix::parse(text).value(); };
  BOOST_TEST(lens.name(address("10.0.0.1")) == "core1");
  BOOST_TEST(lens.name(address("10.1.2.3")) == "172.20.2.3");
  BOOST_TEST(lens.name(prefix("10.1.2.0/24")) == "172.20.2.0/24");
  BOOST_TEST(lens.name(prefix("10.9.0.0/24")) == "lan");
  BOOST_TEST(lens.name(prefix("10.0.0.1/32")) == "core1");
  for (const auto* text : {"", "10.0.0.1", "=x", "10.0.0.1=", "x=y", "10.0.0.0/8=10.0.0.0/9"}) {
    BOOST_TEST(!lens.rename(text), text);
  }
}

BOOST_AUTO_TEST_CASE(renaming_between_ipv4_and_ipv6) {
  const auto address = [](const char* text) { return net::IpAddress::parse(text).value(); };
  const auto prefix = [](const char* text) { return net::Prefix::parse(text).value(); };
  Lens up;
  for (const auto* text : {"10.1.0.0/16=2001:db8:1::/48", "10.0.0.1=2001:db8::1"}) {
    BOOST_REQUIRE(up.rename(text));
  }
  BOOST_TEST(up.name(address("10.1.2.3")) == "2001:db8:1::203");  // 2 * 256 + 3
  BOOST_TEST(up.name(prefix("10.1.0.0/16")) == "2001:db8:1::/48");
  BOOST_TEST(up.name(prefix("10.1.2.0/26")) == "2001:db8:1::200/122");  // 64 addresses each
  BOOST_TEST(up.name(prefix("10.0.0.1/32")) == "2001:db8::1/128");
  BOOST_TEST(up.name(address("2001:db8:1::203")) == "2001:db8:1::203");
  Lens down;
  BOOST_REQUIRE(down.rename("2001:db8:1::/64=10.1.0.0/24"));
  BOOST_TEST(down.name(address("2001:db8:1::7")) == "10.1.0.7");
  BOOST_TEST(down.name(prefix("2001:db8:1::/64")) == "10.1.0.0/24");
  BOOST_TEST(down.name(prefix("2001:db8:1::40/122")) == "10.1.0.64/26");
  // 0x107 is more than a /24 has room for.
  BOOST_TEST(down.name(address("2001:db8:1::107")) == "2001:db8:1::107");
  Lens names;
  for (const auto* text : {"10.0.0.1=core1", "2001:db8::1=core1"})
    BOOST_REQUIRE(names.rename(text));
  BOOST_TEST(names.name(prefix("10.0.0.1/32")) == names.name(prefix("2001:db8::1/128")));
  BOOST_TEST(!Lens().rename("10.0.0.0/16=2001:db8::/120"));
}

BOOST_AUTO_TEST_CASE(alignment_finds_the_one_that_is_more) {
  const std::string a = "abcdef";
  const std::string b = "abXcdef";
  const auto edits =
      align(a.size(), b.size(), [&](std::size_t i, std::size_t j) { return a[i] == b[j] ? 2 : 0; });
  BOOST_REQUIRE(edits.size() == 7U);
  BOOST_TEST(!edits[2].a);
  BOOST_TEST(edits[2].b.value() == 2U);
}

BOOST_AUTO_TEST_CASE(the_forms_of_an_outcome) {
  Frames other;
  Talk(other, 0s)
      .open()
      .client("GET / HTTP/1.1\r\n\r\n")
      .server("HTTP/1.1 404 <&>\r\n\r\n")
      .close();
  const Folder folder;
  auto comparison =
      compare_files(folder.write("a.pcap", some()), folder.write("b.pcap", other), {});
  BOOST_TEST(comparison_text(comparison, 20).find("status 200 in A, 404 in B") !=
             std::string::npos);
  const auto json = nlohmann::json::parse(comparison_json(comparison, 20));
  BOOST_TEST(json["verdict"] == "different");
  BOOST_TEST(json["findings"][0]["fields"][0]["name"] == "http.response.code");
  BOOST_TEST(comparison_junit(comparison, 20).find("failures=\"1\"") != std::string::npos);
  // GitHub: ten at most, the tenth says how many more.
  auto& capture = comparison.captures[0];
  capture.findings.assign(30, capture.findings[0]);
  capture.differences = 30;
  const auto lines = comparison_github(comparison);
  BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == 10);
  BOOST_TEST(lines.find("and 21 more differences") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_capture_that_differs_in_all_does_not_hide_the_others) {
  Comparison comparison;
  for (const auto& [name, count] : {std::pair{"a.pcap", 100}, {"b.pcap", 1}, {"c.pcap", 100}}) {
    CaptureComparison capture;
    capture.name = name;
    capture.same = false;
    for (int i = 0; i < count; ++i) {
      Finding finding;
      finding.capture = name;
      finding.what = name + std::string(" ") + std::to_string(i);
      capture.findings.push_back(finding);
    }
    capture.differences = static_cast<std::uint64_t>(count);
    comparison.captures.push_back(capture);
  }
  std::vector<std::string> shown;
  const auto document = nlohmann::json::parse(comparison_json(comparison, 6));
  for (const auto& finding : document["findings"]) shown.push_back(finding["what"]);
  const std::vector<std::string> expected{"a.pcap 0", "a.pcap 1", "a.pcap 2",
                                          "b.pcap 0", "c.pcap 0", "c.pcap 1"};
  BOOST_TEST(shown == expected, boost::test_tools::per_element());
  BOOST_TEST(comparison_text(comparison, 6).find("and 195 more (--max)") != std::string::npos);
  BOOST_TEST(comparison_text(comparison, 0).find("and 201 more (--max)") != std::string::npos);
  const auto github = comparison_github(comparison);
  BOOST_TEST(std::count(github.begin(), github.end(), '\n') == 10);
  BOOST_TEST(github.find("and 192 more differences") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_terminal_obeys_nothing_that_a_capture_says) {
  // ESC [ 2 J, a line break, an octet that is no UTF-8 (RFC 3629), NEXT LINE (U+0085), an e acute.
  BOOST_TEST(printable("a\x1b[2J\n\xff\xc2\x85\xc3\xa9") ==
             "a\\x1b[2J\\x0a\\xff\\xc2\\x85\xc3\xa9");
  Frames a, b;
  Talk(a, 0s).open().client("GET /\x9b HTTP/1.1\r\nHost: x\r\nX: \x1b[2J\r\n\r\n");
  Talk(b, 0s).open().client("GET /\x9b HTTP/1.1\r\nHost: x\r\nX: ::error::%0A\r\n\r\n");
  const Folder folder;
  const auto comparison = compare_files(folder.write("a.pcap", a), folder.write("b.pcap", b), {});
  BOOST_TEST(!comparison.same());
  for (const auto& text : {comparison_text(comparison, 20), comparison_github(comparison)}) {
    BOOST_TEST(text.find('\x1b') == std::string::npos, text);
    BOOST_TEST(text.find('\x9b') == std::string::npos, text);
  }
  BOOST_TEST(
      !nlohmann::json::parse(comparison_json(comparison, 20), nullptr, false).is_discarded());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::results
