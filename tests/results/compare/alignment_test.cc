// What makes two captures run apart: clocks that step back, a side that is far ahead, much that is
// missing at once, damage, octets that were not captured.
#include <boost/test/unit_test.hpp>
#include <deque>
#include <map>
#include <set>

#include "models/diagnostics/edit_distance.h"
#include "results/compare/align.h"
#include "results/dissect/packet.h"
#include "tests/results/compare/support.h"

namespace seatrial::results {
namespace {

using namespace test;

Bytes numbered(std::uint32_t number) {
  const Bytes data = u32(number);
  return ip_frame(17, 0x0a000001, 0x0a000002, u16(5000) + u16(9) + u16(8 + 4) + u16(0) + data);
}
// Datagrams of one flow, numbered, a millisecond apart.
Frames datagrams(std::uint32_t from, std::uint32_t to, Duration begin = 0s) {
  Frames frames;
  for (auto i = from; i < to; ++i) frames.push_back({begin + i * 1ms, numbered(i)});
  return frames;
}
Frames joined(Frames first, const Frames& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::string response_of(std::size_t octets) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(octets) + "\r\n\r\n";
}
// A request, its response in three segments, and another request and response on the connection.
Frames download(std::size_t lost) {
  Frames frames;
  Talk talk(frames, 0s);
  talk.open().client("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  talk.server(response_of(300) + std::string(100, 'a'));
  talk.server(std::string(100, 'b')).server(std::string(100, 'c'));
  talk.client("GET /b HTTP/1.1\r\nHost: x\r\n\r\n").server(response_of(2) + "ok").close();
  if (lost > 0) frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(lost));
  return frames;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(captures_that_run_apart)

BOOST_AUTO_TEST_CASE(much_that_is_missing_at_once_is_all_that_is_missing) {
  const auto all = datagrams(0, 5000);
  const auto some = joined(datagrams(0, 1000), datagrams(3000, 5000));
  for (const auto layer : {Layer::frames, Layer::messages}) {
    const auto out = compared(all, some, at_layer(layer));
    BOOST_TEST(out.differences == 2000U, to_string(layer));
    BOOST_TEST(out.layers.back().compared == 3000U, to_string(layer));
    BOOST_TEST(compared(some, all, at_layer(layer)).differences == 2000U, to_string(layer));
  }
}

BOOST_AUTO_TEST_CASE(a_side_that_is_far_ahead_waits) {
  // 40 s later, at 1000 a second: more than what is kept for a counterpart. Another flow goes on.
  const auto other = [](Duration at) {
    Frames frames;
    Talk(frames, at).open().client("GET / HTTP/1.1\r\n\r\n").server(response_of(0)).close();
    return frames;
  };
  const auto a = joined(other(0s), joined(datagrams(1000, 46000), other(90s)));
  const auto b = joined(other(0s), joined(datagrams(1000, 46000, 40s), other(90s)));
  for (const auto layer : {Layer::frames, Layer::messages}) {
    const auto out = compared(a, b, at_layer(layer));
    BOOST_REQUIRE(out.differences == 1U);
    BOOST_TEST(out.findings[0].what.starts_with("40.000 s later in B: datagram of 4 octets"),
               all_words(out));
  }
}

BOOST_AUTO_TEST_CASE(a_clock_that_steps_back_does_not_part_what_belongs_together) {
  auto a = datagrams(0, 50000);
  for (std::size_t i = 10; i < a.size(); ++i) a[i].at -= 5ms;  // to what has been before
  auto b = a;
  b.back().frame[18] = 9;  // the identification: 14 + 4
  a.front().at += 1h;
  b.front().at += 1h;
  BOOST_TEST(compared(a, b).same);
  BOOST_TEST(compared(a, b, at_layer(Layer::frames)).differences == 1U);
}

BOOST_AUTO_TEST_CASE(each_distance_is_held_to_the_tolerance) {
  // 3 ms late is within 5 ms and does not make 6 ms so; a frame that is 6 ms late is the only one.
  auto a = datagrams(0, 4);
  for (std::size_t i = 0; i < a.size(); ++i) a[i].at = i * 1s;
  auto b = a;
  b[1].at += 3ms;
  b[2].at += 6ms;
  CompareOptions options;
  options.tolerance.time = 5ms;
  const auto out = compared(a, b, options);
  BOOST_REQUIRE(out.findings.size() == 1U);
  BOOST_TEST(out.findings[0].what == "6.000 ms later in B: datagram of 4 octets");
  BOOST_TEST(out.findings[0].b->frame == 3U);
  options.tolerance.time = 6ms;
  BOOST_TEST(compared(a, b, options).same);
}

BOOST_AUTO_TEST_CASE(two_takes_are_laid_over_each_other_where_most_fits) {
  // An hour later, by 0 to 8 ms of jitter: all are within 4 ms of the middle.
  auto a = datagrams(0, 9);
  auto b = a;
  for (std::size_t i = 0; i < b.size(); ++i) b[i].at += 1h + i * 1ms;
  CompareOptions options;
  options.tolerance.time = 4ms;
  BOOST_TEST(all_words(compared(a, b, options)) == "");
  options.tolerance.time = 3ms;
  BOOST_TEST(!compared(a, b, options).same);
}

BOOST_AUTO_TEST_CASE(what_comes_after_the_damage_of_the_other_is_left_out) {
  const Folder folder;
  const auto a = folder.write("a.pcap", datagrams(0, 100));
  const auto b = folder.write("b.pcap", datagrams(0, 100));
  // A header of 24 octets, records of 16 and a frame of 14 + 20 + 8 + 4: into the 41st.
  constexpr std::uintmax_t record = 16 + 46;
  std::filesystem::resize_file(b, 24 + 40 * record + 20);
  const auto out = compare_captures(a, b, {});
  BOOST_TEST(out.same, all_words(out));
  BOOST_TEST(out.layers.back().compared == 40U);
  BOOST_REQUIRE(out.errors.size() == 1U);
  BOOST_TEST(out.errors[0].find("offset " + std::to_string(24 + 40 * record) +
                                ": error: frame 41 cannot be read") != std::string::npos,
             out.errors[0]);
  BOOST_REQUIRE(out.notes.size() == 1U);
  BOOST_TEST(out.notes[0].starts_with("60 frames of "), out.notes[0]);
}

BOOST_AUTO_TEST_CASE(what_comes_at_the_moment_of_the_damage_is_compared_as_far_as_it_was_read) {
  const Folder folder;
  auto frames = datagrams(0, 10);
  for (auto& frame : frames) frame.at = 1s;
  const auto a = folder.write("a.pcap", frames);
  const auto b = folder.write("b.pcap", frames);
  std::filesystem::resize_file(b, std::filesystem::file_size(b) - 3);
  const auto out = compare_captures(a, b, {});
  BOOST_TEST(out.same, all_words(out));
  BOOST_TEST(out.layers.back().compared == 9U);
}

BOOST_AUTO_TEST_CASE(times_are_those_of_the_run_where_it_was_simulated) {
  // A clock that starts at 0 is a simulated one; another one is told from the first frame on.
  for (const auto& [begin, told] : {std::pair<Duration, Duration>{20s, 20s + 1ms},
                                    std::pair<Duration, Duration>{24h * 365, 1ms}}) {
    auto frames = datagrams(0, 3, begin);
    const auto whole = frames;
    frames.erase(frames.begin() + 1);
    const auto out = compared(whole, frames);
    BOOST_REQUIRE(out.findings.size() == 1U);
    BOOST_TEST((out.findings[0].a->time == TimePoint(told)), seconds(out.findings[0].a->time));
  }
}

BOOST_AUTO_TEST_CASE(octets_that_were_not_captured_are_counted_in_a_body_of_known_length) {
  const auto whole = download(0);
  // Frames 0 to 3 are the handshake and the request; 4 to 6 the response's.
  for (const std::size_t lost : {5U, 6U}) {
    const auto out = compared(whole, download(lost));
    BOOST_REQUIRE(out.findings.size() == 1U);
    BOOST_TEST(
        out.findings[0].what.find("300 octets, 100 of them not captured") != std::string::npos,
        all_words(out));
  }
}

BOOST_AUTO_TEST_CASE(a_response_that_was_not_captured_is_the_one_that_is_missing) {
  // Three requests on one connection; the frames are 3 of the handshake, then in turn.
  const auto talk = [](std::size_t lost) {
    Frames frames;
    Talk one(frames, 0s);
    one.open();
    for (const auto* path : {"/a", "/b", "/c"}) {
      one.client("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
      one.server(response_of(2) + path);
    }
    one.close();
    if (lost > 0) frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(lost));
    return frames;
  };
  const auto octets = (response_of(2) + "/a").size();
  const std::map<std::size_t, std::string> lost_frames{{4, "/a"}, {6, "/b"}, {8, "/c"}};
  for (const auto& [frame, path] : lost_frames) {
    const auto said = words(compared(talk(0), talk(frame)));
    const std::set<std::string> found(said.begin(), said.end());
    const std::set<std::string> expected{
        "missing in B: response 200 to GET " + path,
        "only in B: " + std::to_string(octets) + " octets that were not captured"};
    BOOST_TEST(found == expected, all_words(compared(talk(0), talk(frame))));
  }
}

// As `tcpdump -s` takes them: no more than so many octets of each frame.
std::filesystem::path write_cut(const Folder& folder, const char* name, const Frames& frames,
                                std::uint32_t octets) {
  auto path = folder.path() / name;
  PcapOptions options;
  options.snaplen = octets;
  auto writer = PcapWriter::create(path, options).value();
  for (const auto& [at, frame] : frames) writer.write(TimePoint(at), frame);
  BOOST_REQUIRE(writer.close());
  return path;
}

BOOST_AUTO_TEST_CASE(a_snaplen_is_said_once_and_what_both_hold_is_compared) {
  const auto talk = [](const std::string& target) {
    Frames frames;
    for (const auto start : {0s, 1s, 2s}) {
      Talk(frames, start)
          .open()
          .client("GET " + target + " HTTP/1.1\r\nHost: cafe.example.com\r\n\r\n")
          .server(response_of(2) + "ok")
          .close();
    }
    return frames;
  };
  const Folder folder;
  const auto whole = folder.write("whole.pcap", talk("/a"));
  // 54 octets of headers, then "GET /a HTTP/1.1", CR, LF.
  const auto cut = write_cut(folder, "cut.pcap", talk("/a"), 54 + 17);
  const std::string once =
      "6 frames are longer in A than in B, which holds 71 octets of a frame at most (snaplen): "
      "what lies beyond them is not compared";
  for (const auto layer : {Layer::messages, Layer::streams, Layer::frames}) {
    const auto out = compare_captures(whole, cut, at_layer(layer));
    BOOST_TEST(words(out) == std::vector<std::string>{once}, boost::test_tools::per_element());
    BOOST_TEST(!out.same);
    BOOST_TEST(compare_captures(whole, cut, ignoring({"frame.cap_len"}, layer)).same);
  }
  const auto back = words(compare_captures(cut, whole, {}));
  BOOST_REQUIRE(back.size() == 1U);
  BOOST_TEST(back[0].starts_with("6 frames are longer in B than in A, which holds 71 octets"));

  // Another target is within the 71 octets, another body is not.
  const auto other = write_cut(folder, "other.pcap", talk("/b"), 54 + 17);
  const auto told = words(compare_captures(whole, other, ignoring({"frame.cap_len"})));
  BOOST_REQUIRE(told.size() == 3U);
  for (const auto& what : told) {
    BOOST_TEST(what ==
               "beginning of a message, 17 octets: octets GET /a HTTP/1.1\\x0d\\x0a in A, "
               "GET /b HTTP/1.1\\x0d\\x0a in B");
  }
}

BOOST_AUTO_TEST_CASE(a_header_that_is_cut_still_belongs_to_its_connection) {
  // 54 octets of a frame: up to the end of a TCP header without options; these have a timestamp.
  auto frames = download(0);
  const Bytes stamp{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
  for (auto& [at, frame] : frames) {
    const auto size = frame.size() - 14 + stamp.size();
    frame[16] = static_cast<std::uint8_t>(size >> 8);
    frame[17] = static_cast<std::uint8_t>(size);
    frame[46] = 0x80;
    frame.insert(frame.begin() + 54, stamp.begin(), stamp.end());
  }
  CapturedFrame cut;
  cut.bytes = std::span(frames[5].frame).first(54);
  cut.original_bytes = frames[5].frame.size();
  const auto packet = dissect(LinkType::ethernet, cut);
  BOOST_TEST((packet.transport == Transport::tcp));
  BOOST_TEST(packet.payload.empty());
  BOOST_TEST(packet.missing == 100U);
}

BOOST_AUTO_TEST_CASE(a_segment_with_other_octets_is_one_that_changed) {
  const auto a = download(0);
  auto b = a;
  b[5].frame.back() ^= 1U;
  const auto out = compared(a, b, at_layer(Layer::frames));
  BOOST_REQUIRE(out.findings.size() == 1U);
  BOOST_TEST(out.findings[0].fields[0].name == "tcp.payload");
  BOOST_TEST(out.findings[0].a->frame == 6U);
}

BOOST_AUTO_TEST_CASE(common_elements_beyond_the_window_are_found) {
  struct Element {
    std::uint64_t digest;
  };
  const auto sequence = [](std::uint64_t from, std::uint64_t to) {
    std::deque<Element> out;
    for (; from < to; ++from) out.push_back({from});
    return out;
  };
  auto a = sequence(0, 3000);
  auto b = sequence(2000, 2300);
  std::size_t pairs = 0;
  std::size_t alone = 0;
  align_waiting(
      a, b, true, [&](auto i, auto j) { return a[i].digest == b[j].digest ? 2 : 0; },
      [&](const Aligned& edit) { ++(edit.a && edit.b ? pairs : alone); });
  BOOST_TEST(pairs == 300U);
  BOOST_TEST(alone == 2700U);
}

BOOST_AUTO_TEST_CASE(edit_distance_of_words) {
  // Levenshtein's measure: kitten, sitten, sittin, sitting.
  BOOST_TEST(edit_distance("kitten", "sitting") == 3U);
  BOOST_TEST(edit_distance("", "abc") == 3U);
  BOOST_TEST(edit_distance("bgp.med", "bgp.med") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::results
