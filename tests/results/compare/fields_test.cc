// Every field that --ignore takes: two captures that differ in it alone differ, under its name, and
// are the same once it is passed over. The offsets are those of Ethernet (14 octets), IPv4 (RFC 791
// section 3.1, 20 octets) and TCP (RFC 9293 section 3.1) without options.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <set>

#include "tests/results/compare/support.h"

namespace seatrial::results {
namespace {

using namespace test;

constexpr std::size_t eth_type = 12, ip = 14, tcp_header = 34;

Frames only(const Bytes& frame) {
  return {{0s, frame}};
}
Bytes with(Bytes frame, std::size_t place, const Bytes& octets) {
  std::copy(octets.begin(), octets.end(), frame.begin() + static_cast<std::ptrdiff_t>(place));
  return frame;
}

// The SYNs, from which the numbers of what follows count, then one segment.
Frames segments(const Bytes& second) {
  Segment syn;
  syn.flags = SYN;
  syn.sequence = 99;
  Segment answer;
  std::swap(answer.from, answer.to);
  std::swap(answer.from_port, answer.to_port);
  answer.flags = SYN | ACK;
  answer.sequence = 499;
  answer.acknowledgment = 100;
  return {{0s, syn.frame()}, {1ms, answer.frame()}, {2ms, second}};
}
Segment segment() {
  Segment out;
  out.sequence = 100;
  out.acknowledgment = 500;
  out.data = octets("data");
  return out;
}
Frames sent(const std::function<void(Segment&)>& change) {
  auto out = segment();
  change(out);
  return segments(out.frame());
}

// The server, on 10.0.0.2, has the lower port.
Frames datagram(std::size_t from, std::size_t to, const Bytes& data) {
  return only(ip_frame(17, from > to ? 0x0a000001 : 0x0a000002, from > to ? 0x0a000002 : 0x0a000001,
                       u16(from) + u16(to) + u16(8 + data.size()) + u16(0) + data));
}
Frames answered(const Bytes& icmp_message) {
  return only(ip_frame(1, 0x0a000001, 0x0a000002, icmp_message));
}
Frames arp(std::uint8_t operation, std::uint8_t sender, std::uint8_t target) {
  return only(ethernet(0x0806) +
              Bytes{0, 1, 8, 0, 6, 4, 0, operation, 2, 0, 0, 0, 0, sender, 10, 0, 0, 1} +
              Bytes{2, 0, 0, 0, 0, target, 10, 0, 0, 2});
}
Frames after(Frames first, const Frames& second) {
  for (const auto& [at, frame] : second) first.push_back({at + 1s, frame});
  return first;
}

Frames http(const char* request, const char* response) {
  Frames frames;
  Talk(frames, 0s).open().client(std::string_view(request)).server(std::string_view(response));
  return frames;
}
constexpr auto get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr auto ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// RFC 1035 section 4.1: a header with these flags and counts, "a. IN A", and records of that name.
Bytes record(std::uint8_t ttl, std::uint8_t address) {
  return Bytes{0xc0, 12, 0, 1, 0, 1, 0, 0, 0, ttl, 0, 4, 10, 0, 0, address};
}
Frames dns(std::size_t flags, char name, std::initializer_list<std::size_t> counts,
           const Bytes& records) {
  Bytes message = u16(7) + u16(flags) + u16(1);
  for (const auto count : counts) message = message + u16(count);
  message = message + Bytes{1, static_cast<std::uint8_t>(name), 0, 0, 1, 0, 1} + records;
  const bool response = flags >= 0x8000;
  return response ? datagram(53, 5000, message) : datagram(5000, 53, message);
}
Frames dns_response(std::size_t flags) {
  return dns(0x8000 | flags, 'a', {0, 0, 0}, {});
}

Frames bgp_session(
    const std::function<void(Talk&)>& more,
    const std::function<void(bgp::OpenMessage&)>& change = [](auto&) {}) {
  Frames frames;
  Talk talk(frames, 0s, 40000, 179);
  auto open = bgp_open(65001, 0x0a000001);
  change(open);
  talk.open()
      .client(bgp::encode(open))
      .server(bgp::encode(bgp_open(65002, 0x0a000002)))
      .client(bgp::encode(bgp::KeepaliveMessage{}))
      .server(bgp::encode(bgp::KeepaliveMessage{}));
  more(talk);
  return frames;
}
// Inside an AS, where every attribute may stand.
Frames bgp_route(const std::function<void(bgp::PathAttributes&)>& change) {
  bgp::UpdateMessage message;
  auto& attributes = message.attributes.emplace();
  attributes.origin = bgp::Origin::igp;
  attributes.as_path.prepend({65001});
  attributes.next_hop = net::IpAddress::v4(0x0a000001);
  attributes.local_pref = 100;
  change(attributes);
  message.announced.push_back({net::Prefix::parse("203.0.113.0/24").value()});
  bgp::CodecOptions internal;
  internal.external = false;
  return bgp_session(
      [&](Talk& talk) {
        for (const auto& part : bgp::encode(message, internal)) talk.client(part);
      },
      [](bgp::OpenMessage& open) {
        open.asn = {65002};
        open.capabilities.four_octet_as = open.asn;
      });
}
Frames bgp_notification(std::uint8_t subcode, const Bytes& data) {
  return bgp_session([&](Talk& talk) {
    talk.client(bgp::encode(bgp::NotificationMessage(bgp::ErrorCode::cease, subcode, data)));
  });
}
// The octets of an UPDATE by hand (RFC 4271 section 4.3).
Frames bgp_octets(std::uint8_t type, const Bytes& body) {
  return bgp_session([&](Talk& talk) {
    talk.client(Bytes(16, 0xff) + u16(19 + body.size()) + Bytes{type} + body);
  });
}
// A route of 2001:db8::/32 with a global and this link-local next hop (RFC 2545 section 3).
Bytes mp_reach(std::uint8_t last) {
  const Bytes global{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  const Bytes local{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last};
  const auto value = Bytes{0, 2, 1, 32} + global + local + Bytes{0, 32, 0x20, 1, 0x0d, 0xb8};
  return Bytes{0x40, 1, 1, 0} + Bytes{0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9} +
         Bytes{0x80, 14, static_cast<std::uint8_t>(value.size())} + value;
}
Frames bgp_v6(std::initializer_list<std::uint8_t> link_locals) {
  return bgp_session([&](Talk& talk) {
    for (const auto last : link_locals) {
      const auto attributes = mp_reach(last);
      const auto body = u16(0) + u16(attributes.size()) + attributes;
      talk.client(Bytes(16, 0xff) + u16(19 + body.size()) + Bytes{2} + body);
    }
  });
}

struct Case {
  const char* name;
  Layer layer;
  Frames a, b;
};

std::vector<Case> frame_cases() {
  const auto frame = segment().frame();
  const auto patched = [&](std::size_t place, const Bytes& octets) {
    return segments(with(frame, place, octets));
  };
  const auto plain = segments(frame);
  const auto echo = Bytes{8, 0, 0, 0, 0, 1, 0, 1, 'p', 'i', 'n', 'g'};
  const auto with_option = [&](std::uint8_t last) {
    auto options = with(frame, tcp_header + 12, {0x60});
    options = with(options, ip + 2, u16(20 + 24 + 4));
    const Bytes mss{2, 4, 5, last};
    options.insert(options.begin() + tcp_header + 20, mss.begin(), mss.end());
    return segments(options);
  };
  const auto from_port = [&](std::size_t port) {
    auto frames = plain;
    for (const std::size_t i : {0U, 2U})
      frames[i].frame = with(frames[i].frame, tcp_header, u16(port));
    frames[1].frame = with(frames[1].frame, tcp_header + 2, u16(port));
    return frames;
  };
  const auto l = Layer::frames;
  return {
      {"eth.dst", l, plain, patched(5, {9})},
      {"eth.src", l, plain, patched(11, {9})},
      {"vlan.id", l, only(vlan_ethernet(10, 0x0800) + ipv4(17, udp(9, {1}))),
       only(vlan_ethernet(11, 0x0800) + ipv4(17, udp(9, {1})))},
      {"frame.len", l, plain, segments(frame + Bytes(10, 0))},  // padding
      {"ip.dsfield", l, plain, patched(ip + 1, {0x10})},
      {"ip.ttl", l, plain, patched(ip + 8, {63})},
      {"ip.id", l, plain, patched(ip + 4, {7, 7})},
      {"ip.flags", l, plain, patched(ip + 6, {0x40})},
      {"ip.frag_offset", l, only(ip_frame(17, 1, 2, Bytes(8, 1), 1)),
       only(ip_frame(17, 1, 2, Bytes(8, 1), 2))},
      {"tcp.seq", l, plain, patched(tcp_header + 4, u32(104))},
      {"tcp.ack", l, plain, patched(tcp_header + 8, u32(504))},
      {"tcp.flags", l, plain, sent([](Segment& s) { s.flags = ACK | FIN; })},
      {"tcp.window_size_value", l, plain, patched(tcp_header + 14, {1, 1})},
      {"tcp.options", l, with_option(1), with_option(2)},
      {"tcp.payload", l, plain, sent([](Segment& s) { s.data = octets("DATA"); })},
      {"tcp.port", l, plain, from_port(40001)},
      {"udp.payload", l, datagram(5000, 9, {1}), datagram(5000, 9, {2})},
      {"udp.port", l, datagram(5000, 9, {1}), datagram(5001, 9, {1})},
      {"icmp.type", l, answered(echo), answered(with(echo, 0, {13}))},
      {"icmp.code", l, answered(echo), answered(with(echo, 1, {3}))},
      {"icmp.payload", l, answered(echo), answered(with(echo, 9, {'o'}))},
      {"arp.opcode", l, arp(1, 1, 2), arp(2, 1, 2)},
      {"arp.src.hw_mac", l, arp(1, 1, 2), arp(1, 3, 2)},
      {"arp.dst.hw_mac", l, arp(1, 1, 2), arp(1, 1, 3)},
      {"data", l, only(ethernet(0x88cc) + Bytes{1}), only(ethernet(0x88cc) + Bytes{2})},
      {"frame.time", l, plain, after({}, after({}, plain))},
      {"bgp.keepalive", l, bgp_session([](Talk&) {}),
       bgp_session([](Talk& talk) { talk.client(bgp::encode(bgp::KeepaliveMessage{})); })},
  };
}

// "abc", so many octets that were not captured, "xyz".
Frames with_gap(std::uint32_t lost, const char* before = "abc") {
  Segment first = segment();
  first.data = octets(before);
  Segment second = segment();
  second.sequence += static_cast<std::uint32_t>(first.data.size()) + lost;
  second.data = octets("xyz");
  return after(segments(first.frame()), {{1s, second.frame()}});
}

std::vector<Case> message_cases() {
  const auto l = Layer::messages;
  const auto unreachable = [](std::uint8_t type, std::uint8_t code) {
    return answered(Bytes{type, code, 0, 0, 0, 0, 0, 0});
  };
  const auto plain = bgp_session([](Talk&) {});
  const auto route = bgp_route([](auto&) {});
  const auto old_speaker = [](std::uint32_t asn) {  // RFC 4271 alone
    return bgp_session([](Talk&) {},
                       [asn](bgp::OpenMessage& open) {
                         open.asn = {asn};
                         open.capabilities.four_octet_as.reset();
                       });
  };
  Frames refused;
  Talk(refused, 0s).refuse();
  Frames unanswered;
  unanswered.push_back(refused.front());
  const auto response = dns_response(0);
  const auto one = dns(0x8000, 'a', {1, 0, 0}, record(60, 1));
  std::vector<Case> out{
      {"tcp.connection", l, refused, unanswered},
      {"tcp.analysis.lost_segment", l, with_gap(3), with_gap(4)},
      {"tcp.segment_data", l, with_gap(3, "GET /a HT"), with_gap(3, "GET /b HT")},
      {"tcp.payload", l, http("abc", "def"), http("abC", "def")},
      {"udp.payload", l, datagram(5000, 9, {1}), datagram(5000, 9, {2})},
      {"icmp.type", l, unreachable(3, 1), unreachable(11, 1)},
      {"icmp.code", l, unreachable(3, 1), unreachable(3, 3)},
      {"icmp.payload", l, answered(Bytes{8, 0, 0, 0, 0, 1, 0, 1, 'p'}),
       answered(Bytes{8, 0, 0, 0, 0, 1, 0, 1, 'p', 'q'})},
      // One for one other hardware addresses are no difference: here one moves and one does not.
      {"arp.src.hw_mac", l, after(arp(1, 1, 2), arp(2, 3, 2)), after(arp(1, 1, 2), arp(2, 1, 2))},
      {"data", l, only(ethernet(0x88cc) + Bytes{1}), only(ethernet(0x88cc) + Bytes{2})},
      {"http.request", l, http(get, ""), http("", "")},
      {"http.request.method", l, http(get, ok), http("PUT / HTTP/1.1\r\nHost: x\r\n\r\n", ok)},
      {"http.request.uri", l, http(get, ok), http("GET /x HTTP/1.1\r\nHost: x\r\n\r\n", ok)},
      {"http.request.version", l, http(get, ok), http("GET / HTTP/1.0\r\nHost: x\r\n\r\n", ok)},
      {"http.host", l, http(get, ok), http("GET / HTTP/1.1\r\nHost: y\r\n\r\n", ok)},
      {"http.response", l, http(get, ok), http(get, "")},
      {"http.response.code", l, http(get, ok),
       http(get, "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nok")},
      {"http.response.version", l, http(get, ok),
       http(get, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")},
      {"http.response.complete", l, http(get, "HTTP/1.1 200 OK\r\n\r\nok"),
       after({},
             [&] {
               Frames frames;
               Talk(frames, 0s)
                   .open()
                   .client(std::string_view(get))
                   .server(std::string_view("HTTP/1.1 200 OK\r\n\r\nok"))
                   .close();
               return frames;
             }())},
      {"http.file_data", l, http(get, ok),
       http(get, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno")},
      {"http.malformed", l, http(get, "HTTP/1.1 200\x01\r\n\r\n"), http(get, "")},
      {"dns.query", l, after(dns(0, 'a', {0, 0, 0}, {}), response), response},
      {"dns.response", l, after(dns(0, 'a', {0, 0, 0}, {}), response), dns(0, 'a', {0, 0, 0}, {})},
      {"dns.qry.name", l, dns(0, 'a', {0, 0, 0}, {}), dns(0, 'b', {0, 0, 0}, {})},
      {"dns.flags.recdesired", l, response, dns_response(0x0100)},
      {"dns.flags.recavail", l, response, dns_response(0x0080)},
      {"dns.flags.truncated", l, response, dns_response(0x0200)},
      {"dns.flags.authoritative", l, response, dns_response(0x0400)},
      {"dns.flags.rcode", l, response, dns_response(3)},
      {"dns.resp.answers", l, one, dns(0x8000, 'a', {1, 0, 0}, record(60, 2))},
      {"dns.resp.authority", l, dns(0x8000, 'a', {0, 1, 0}, record(60, 1)),
       dns(0x8000, 'a', {0, 1, 0}, record(60, 2))},
      {"dns.resp.additional", l, dns(0x8000, 'a', {0, 0, 1}, record(60, 1)),
       dns(0x8000, 'a', {0, 0, 1}, record(60, 2))},
      {"dns.resp.ttl", l, one, dns(0x8000, 'a', {1, 0, 0}, record(59, 1))},
      {"dns.malformed", l, datagram(5000, 53, {1, 2, 3}), datagram(5000, 53, {1, 2, 4})},
      {"frame.time", l, http(get, ok), after({}, after({}, http(get, ok)))},
      {"bgp.open", l, plain, bgp_session([](Talk&) {}, [](auto& open) { open.hold_time_s = 90; })},
      {"bgp.open.holdtime", l, plain,
       bgp_session([](Talk&) {}, [](auto& open) { open.hold_time_s = 90; })},
      {"bgp.open.myas", l, old_speaker(65001), old_speaker(65009)},
      {"bgp.open.identifier", l, plain,
       bgp_session([](Talk&) {}, [](auto& open) { open.id = {1}; })},
      {"bgp.open.capabilities", l, plain,
       bgp_session([](Talk&) {}, [](auto& open) { open.capabilities.route_refresh = true; })},
      {"bgp.update", l, route, bgp_route([](auto& a) { a.med = 1; })},
      {"bgp.end_of_rib", l, bgp_octets(2, {0, 0, 0, 0}), plain},  // RFC 4724 section 2
      {"bgp.route_refresh", l, bgp_octets(5, {0, 1, 0, 1}), plain},
      {"bgp.notification", l, bgp_notification(2, {}), plain},
      {"bgp.notify.major_error", l, bgp_notification(2, {}), bgp_notification(4, {})},
      {"bgp.notify.data", l, bgp_notification(2, {1, 'a'}), bgp_notification(2, {1, 'b'})},
      {"bgp.malformed", l, bgp_octets(9, {1}), plain},
      {"bgp.history", l, bgp_session([](Talk& talk) {
         talk.client(Routes{{"203.0.113.0/24"}, 1, {}}.update());
         talk.client(Routes{{"203.0.113.0/24"}, 2, {}}.update());
       }),
       bgp_session([](Talk& talk) {
         talk.client(Routes{{"203.0.113.0/24"}, 2, {}}.update());
       })},
      {"bgp.update.path_attribute.link_local_next_hop", l, bgp_v6({1, 2}), bgp_v6({1, 1})},
  };
  using A = bgp::PathAttributes;
  const std::map<const char*, std::function<void(A&)>> attributes{
      {"bgp.update.path_attribute.local_pref", [](A& a) { a.local_pref = 200; }},
      {"bgp.update.path_attribute.originator_id", [](A& a) { a.originator_id = bgp::RouterId{9}; }},
      {"bgp.update.path_attribute.cluster_list", [](A& a) { a.cluster_list.push_back({9}); }},
      {"bgp.update.path_attribute.next_hop",
       [](A& a) { a.next_hop = net::IpAddress::v4(0x0a000009); }},
      {"bgp.update.path_attribute.origin", [](A& a) { a.origin = bgp::Origin::egp; }},
      {"bgp.update.path_attribute.as_path", [](A& a) { a.as_path.prepend({65001}); }},
      {"bgp.update.path_attribute.multi_exit_disc", [](A& a) { a.med = 5; }},
      {"bgp.update.path_attribute.atomic_aggregate", [](A& a) { a.atomic_aggregate = true; }},
      {"bgp.update.path_attribute.aggregator",
       [](A& a) {
         a.aggregator = bgp::Aggregator{{65001}, net::IpAddress::v4(0x0a000001)};
       }},
      {"bgp.update.path_attribute.communities",
       [](A& a) { a.communities.push_back(bgp::Community{0xfde90001U}); }},
      {"bgp.update.path_attribute.extended_communities",
       [](A& a) { a.extended_communities.push_back(bgp::ExtendedCommunity{0x0002fde900000001U}); }},
      {"bgp.update.path_attribute.large_communities",
       [](A& a) {
         a.large_communities.push_back(bgp::LargeCommunity{{65001, 1, 2}});
       }},
      {"bgp.update.path_attribute.aigp", [](A& a) { a.aigp = 7; }},
      {"bgp.update.path_attribute.only_to_customer",
       [](A& a) { a.only_to_customer = net::Asn{65001}; }},
      {"bgp.update.path_attribute.ipv6_extended_communities",
       [](A& a) {
         a.ipv6_extended_communities.push_back(bgp::Ipv6ExtendedCommunity{{0, 2, 0x20, 1}});
       }},
      {"bgp.update.path_attribute.unknown",
       [](A& a) {
         a.unknown.push_back({0xc0, 99, {1, 2}});
       }},
  };
  for (const auto& [name, change] : attributes) out.push_back({name, l, route, bgp_route(change)});
  return out;
}

// Under that name, or what it is the name of is not there.
bool is_told(const CaptureComparison& comparison, const std::string& name) {
  return std::any_of(comparison.findings.begin(), comparison.findings.end(), [&](const auto& f) {
    const bool alone = f.kind == FindingKind::missing || f.kind == FindingKind::extra;
    return alone || std::any_of(f.fields.begin(), f.fields.end(), [&](const auto& change) {
             return change.name == name || change.name.starts_with(name + ".");
           });
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fields_that_are_passed_over)

BOOST_AUTO_TEST_CASE(each_makes_the_difference_that_it_names) {
  auto cases = frame_cases();
  for (auto& more : message_cases()) cases.push_back(std::move(more));
  std::set<std::string_view> tried;
  for (const auto& [name, layer, a, b] : cases) {
    BOOST_TEST_CONTEXT(name << " by " << to_string(layer)) {
      tried.insert(name);
      const auto seen = compared(a, b, at_layer(layer));
      BOOST_TEST(!seen.same);
      BOOST_TEST(is_told(seen, name), all_words(seen));
      const auto passed_over = compared(a, b, ignoring({name}, layer));
      BOOST_TEST(passed_over.same, all_words(passed_over));
    }
  }
  // Of whole files, in alignment_test.cc.
  tried.insert("frame.cap_len");
  // A question without an answer is a note; times until an answer are judged with --rtt, below.
  tried.insert({"arp.unanswered", "http.time", "dns.time", "tcp.analysis.initial_rtt"});
  for (const auto& field : field_names()) {
    BOOST_TEST(tried.contains(field.name), field.name << " is not tried");
  }
}

BOOST_AUTO_TEST_CASE(times_until_an_answer_have_the_names_of_their_protocols) {
  const auto asked = [](Duration wait) {
    Frames frames;
    Talk(frames, 0s).open().client(std::string_view(get)).pause(wait).server(std::string_view(ok));
    auto question = dns(0, 'a', {0, 0, 0}, {});
    auto answer = dns_response(0);
    answer[0].at = wait;
    return after(frames, {question[0], answer[0]});
  };
  auto options = at_layer(Layer::messages);
  options.tolerance.rtt = 0.1;
  const auto slower = compared(asked(10ms), asked(30ms), options);
  BOOST_TEST(is_told(slower, "http.time"), all_words(slower));
  BOOST_TEST(is_told(slower, "dns.time"), all_words(slower));
  for (const char* name : {"http.time", "dns.time"}) BOOST_REQUIRE(options.lens.ignore(name));
  BOOST_TEST(compared(asked(10ms), asked(30ms), options).same);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace seatrial::results
