// decode, then encode, gives the same octets: messages of every type, made from a seed by the RFCs'
// layouts alone. In canonical form: no bit of a prefix behind its length (RFC 4271 section 4.3),
// the Extended Length flag where the length asks for it, well-formed throughout.
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <set>

#include "models/bgp/json/message_json.h"
#include "models/io/random.h"

namespace seatrial::bgp::test {
namespace {

class Maker {
 public:
  Maker(std::uint64_t seed, const JsonOptions& options)
      : random_(seed, "messages"), options_(options) {}

  Octets message() {
    Octets out;
    while (out.empty() || out.size() > most()) {
      out.clear();
      WireWriter writer(out);
      for (int i = 0; i < 16; ++i) writer.u8(0xFF);
      writer.u16(0);
      body(static_cast<std::uint8_t>(below(8) < 4 ? 2 : 1 + below(5)), writer);
      writer.patch_u16(16, out.size());
    }
    return out;
  }

 private:
  std::size_t below(std::size_t bound) { return random_.below(bound); }
  bool often() { return below(3) != 0; }
  std::uint8_t octet() { return static_cast<std::uint8_t>(below(256)); }
  std::uint32_t asn() {
    const auto wide = options_.codec.four_octet_as && often();
    return static_cast<std::uint32_t>(1 + below(wide ? 0xFFFFFFFF : 0xFFFF));
  }
  Octets octets(std::size_t count) {
    Octets out;
    while (out.size() < count) out.push_back(octet());
    return out;
  }
  std::size_t most() const {
    return options_.extended_messages ? max_extended_message_size : max_message_size;
  }

  void body(std::uint8_t type, WireWriter& out) {
    out.u8(type);
    switch (type) {
      case 1:
        return open(out);
      case 2:
        return update(out);
      case 3: {
        out.u8(octet());
        out.u8(octet());
        return out.bytes(octets(below(40)));
      }
      case 5:
        out.u16(static_cast<std::uint16_t>(below(3)));
        out.u8(static_cast<std::uint8_t>(below(5)));
        return out.u8(octet());
      default:
        return;
    }
  }

  // ------------------------------------------------------------------ OPEN

  void open(WireWriter& out) {
    out.u8(4);
    out.u16(static_cast<std::uint16_t>(1 + below(65535)));
    out.u16(static_cast<std::uint16_t>(often() ? 3 + below(65533) : 0));
    out.u32(static_cast<std::uint32_t>(1 + below(0xFFFFFFFF)));
    const bool extended = below(4) == 0;  // RFC 9072
    Octets parameters;
    WireWriter writer(parameters);
    for (auto count = below(4); count > 0; --count) {
      Octets capabilities;
      for (auto some = below(5); some > 0; --some) {
        const auto one = capability();
        if (capabilities.size() + one.size() + parameters.size() > 240) break;
        capabilities.insert(capabilities.end(), one.begin(), one.end());
      }
      writer.u8(2);
      if (extended) {
        writer.u16(static_cast<std::uint16_t>(capabilities.size()));
      } else {
        writer.u8(static_cast<std::uint8_t>(capabilities.size()));
      }
      writer.bytes(capabilities);
      if (parameters.size() > 200) break;
    }
    if (extended) {
      out.u8(255);
      out.u8(255);
      out.u16(static_cast<std::uint16_t>(parameters.size()));
    } else {
      out.u8(static_cast<std::uint8_t>(parameters.size()));
    }
    out.bytes(parameters);
  }

  // Of every kind that is known, with values of the length of its RFC, and unknown ones of any.
  Octets capability() {
    constexpr std::array<std::uint8_t, 14> codes{1,  2,  5,  6,  9,   64, 65,
                                                 69, 70, 71, 73, 128, 4,  200};
    constexpr std::array<std::size_t, 14> lengths{4, 0, 6, 0, 1, 6, 4, 4, 0, 7, 2, 0, 3, 5};
    const auto kind = below(codes.size());
    const bool any_length = codes.at(kind) == 4 || codes.at(kind) == 128 || codes.at(kind) == 200;
    auto value = octets(!any_length || often() ? lengths.at(kind) : below(12));
    if (codes.at(kind) == 65) value[0] |= 1;  // AS 0 is none
    if (codes.at(kind) == 73) value = often() ? Octets{2, 'a', 'b', 1, 'c'} : Octets{0, 0};
    Octets out{codes.at(kind), static_cast<std::uint8_t>(value.size())};
    out.insert(out.end(), value.begin(), value.end());
    return out;
  }

  // ------------------------------------------------------------------ UPDATE

  void nlri(std::uint16_t afi, std::size_t count, WireWriter& out) {
    for (; count > 0; --count) {
      if (!options_.codec.add_path_receive.empty())
        out.u32(static_cast<std::uint32_t>(random_.next()));
      const auto length = below(afi == 1 ? 33 : 129);
      auto address = octets((length + 7) / 8);
      if (length % 8 != 0) address.back() &= static_cast<std::uint8_t>(0xFF << (8 - length % 8));
      out.u8(static_cast<std::uint8_t>(length));
      out.bytes(address);
    }
  }

  void attribute(std::uint8_t flags, std::uint8_t code, const Octets& value, WireWriter& out) {
    const bool extended = value.size() > 255;
    out.u8(static_cast<std::uint8_t>(flags | (extended ? 0x10 : 0)));
    out.u8(code);
    if (extended) {
      out.u16(static_cast<std::uint16_t>(value.size()));
    } else {
      out.u8(static_cast<std::uint8_t>(value.size()));
    }
    out.bytes(value);
  }

  Octets as_path(bool four_octet) {
    Octets out;
    WireWriter writer(out);
    for (auto segments = below(4); segments > 0; --segments) {
      const auto count = 1 + below(often() ? 4 : 255);
      writer.u8(static_cast<std::uint8_t>(1 + below(options_.codec.external ? 2 : 4)));
      writer.u8(static_cast<std::uint8_t>(count));
      for (std::size_t i = 0; i < count; ++i) {
        if (four_octet) {
          writer.u32(asn());
        } else {
          writer.u16(static_cast<std::uint16_t>(1 + below(65535)));
        }
      }
    }
    return out;
  }

  Octets aggregator(bool four_octet) {
    Octets out;
    WireWriter writer(out);
    if (four_octet) {
      writer.u32(asn());
    } else {
      writer.u16(static_cast<std::uint16_t>(1 + below(65535)));
    }
    writer.bytes(octets(4));
    return out;
  }

  Octets reach() {
    Octets out;
    WireWriter writer(out);
    const auto afi = static_cast<std::uint16_t>(1 + below(3));
    writer.u16(afi);
    writer.u8(1);
    auto hop = octets(afi == 1 && often() ? 4 : often() ? 16 : 32);
    hop[0] = afi == 1 && hop.size() == 4 ? 10 : 0x20;
    writer.u8(static_cast<std::uint8_t>(hop.size()));
    writer.bytes(hop);
    writer.u8(0);
    if (afi == 3) {  // a family that nobody here knows
      writer.bytes(octets(below(9)));
    } else {
      nlri(afi, below(6), writer);
    }
    return out;
  }
  Octets unreach() {
    Octets out;
    WireWriter writer(out);
    const auto afi = static_cast<std::uint16_t>(1 + below(2));
    writer.u16(afi);
    writer.u8(1);
    nlri(afi, below(6), writer);
    return out;
  }

  // In ascending order of type (RFC 4271 section 5), but that MP_REACH_NLRI may go first (RFC 7606
  // section 5.1) and an unknown one anywhere.
  void update(WireWriter& out) {
    const bool external = options_.codec.external;
    const bool four = options_.codec.four_octet_as;
    const auto many = options_.extended_messages ? 1200 : 60;
    Octets withdrawn;
    WireWriter gone(withdrawn);
    if (!often()) nlri(1, below(9), gone);
    Octets all;
    WireWriter to(all);
    std::vector<Octets> parts;
    const auto put = [&](std::uint8_t flags, std::uint8_t code, const Octets& value) {
      Octets one;
      WireWriter writer(one);
      attribute(flags, code, value, writer);
      parts.push_back(std::move(one));
    };
    const bool mp = below(3) == 0;
    put(0x40, 1, {static_cast<std::uint8_t>(below(3))});
    put(0x40, 2, as_path(four));
    auto hop = octets(4);
    hop[0] = 10;
    put(0x40, 3, hop);
    if (often()) put(0x80, 4, octets(4));
    if (!external) put(0x40, 5, octets(4));
    if (!often()) put(0x40, 6, {});
    if (!often()) put(0xC0, 7, aggregator(four));
    if (often())
      put(often() ? 0xC0 : 0xE0, 8, octets(4 * (1 + below(static_cast<std::size_t>(many)))));
    if (!external && !often()) put(0x80, 9, octets(4));
    if (!external && !often()) put(0x80, 10, octets(4 * (1 + below(4))));
    if (!often()) put(0x80, 13, octets(3));  // deprecated, unknown here
    if (mp) put(0x80, 14, reach());
    if (!often()) put(0x80, 15, unreach());
    if (!often()) put(0xC0, 16, octets(8 * (1 + below(40))));
    if (!four && !often()) put(0xC0, 17, as_path_of_four());
    if (!four && !often()) put(0xC0, 18, aggregator_of_four());
    if (!often()) put(0xC0, 22, octets(5));  // RFC 6514, unknown here
    if (!often()) put(0xC0, 25, octets(20 * (1 + below(3))));
    if (!often()) put(0x80, 26, aigp());
    if (!often()) put(0xC0, 32, octets(12 * (1 + below(4))));
    if (!often()) put(0xC0, 35, octets(4));
    if (often())
      put(often() ? 0xE0 : 0xC0, static_cast<std::uint8_t>(40 + below(200)), octets(below(300)));
    if (mp && often()) {
      const auto reached =
          std::ranges::find_if(parts, [](const Octets& one) { return one[1] == 14; });
      std::rotate(parts.begin(), reached, reached + 1);
    }
    if (below(4) == 0) std::swap(parts.back(), parts[below(parts.size())]);
    for (const auto& one : parts) to.bytes(one);
    out.u16(static_cast<std::uint16_t>(withdrawn.size()));
    out.bytes(withdrawn);
    out.u16(static_cast<std::uint16_t>(all.size()));
    out.bytes(all);
    nlri(1, 1 + below(9), out);
  }
  Octets as_path_of_four() { return {2, 2, 0, 1, octet(), octet(), 0, 2, octet(), octet()}; }
  Octets aggregator_of_four() { return {0, 1, octet(), octet(), 10, 0, 0, 1}; }
  Octets aigp() {
    Octets out{1, 0, 11};
    const auto metric = octets(8);
    out.insert(out.end(), metric.begin(), metric.end());
    if (!often()) out.insert(out.end(), {7, 0, 4, 9});  // a TLV that is unknown
    return out;
  }

  io::RandomStream random_;
  const JsonOptions& options_;
};

void check(const JsonOptions& options, std::uint64_t seed, int count) {
  Maker maker(seed, options);
  std::set<std::string> types;
  for (int i = 0; i < count; ++i) {
    const auto message = maker.message();
    std::size_t taken = 0;
    const auto json = message_to_json(message, options, taken);
    BOOST_TEST_CONTEXT("message " << i << ' ' << to_hex(message)) {
      BOOST_REQUIRE(json);
      BOOST_TEST(taken == message.size());
      BOOST_TEST(json->value("outcome", "accept") == "accept");
      BOOST_TEST(!json->contains("malformed"));
      // Through the text, as a user has it. A peer's name may be no UTF-8; hex has it, too.
      const auto text = json->dump(-1, ' ', false, Json::error_handler_t::replace);
      const auto back = message_from_text(text, options);
      BOOST_REQUIRE_MESSAGE(back, text << ": " << back.error().what);
      BOOST_TEST(to_hex(*back) == to_hex(message));
    }
    types.insert((*json)["type"]);
  }
  BOOST_TEST(types.size() == 5U);
}

BOOST_AUTO_TEST_SUITE(roundtrip)

BOOST_AUTO_TEST_CASE(every_message_gives_its_octets_back) {
  check({}, 1, 1500);
  JsonOptions external;
  external.codec.external = true;
  check(external, 2, 500);
  JsonOptions two_octet;
  two_octet.codec.four_octet_as = false;
  check(two_octet, 3, 500);
  JsonOptions paths;
  paths.codec.add_path_receive = {ipv4_unicast, ipv6_unicast};
  check(paths, 4, 500);
  JsonOptions extended;
  extended.extended_messages = true;
  extended.codec.max_size = max_extended_message_size;
  check(extended, 5, 500);
}

BOOST_AUTO_TEST_CASE(an_order_that_is_not_by_type_is_told) {
  const auto decoded = [](const std::string& attributes) {
    std::size_t taken = 0;
    const auto hex = std::string(32, 'f') + "00" +
                     to_hex(Octets{static_cast<std::uint8_t>(23 + attributes.size() / 2)}) + "02" +
                     "0000" + "00" +
                     to_hex(Octets{static_cast<std::uint8_t>(attributes.size() / 2)}) + attributes;
    return *message_to_json(*from_hex(hex), {}, taken);
  };
  // An unknown one of type 22 between those of 16 and 32, and behind both.
  const std::string low = "c01008" + std::string(16, '1');
  const std::string unknown =
      "c01601"
      "07";
  const std::string high = "c0200c" + std::string(24, '1');
  BOOST_TEST(!decoded(low + unknown + high)["attributes"].contains("order"));
  auto json = decoded(low + high + unknown);
  BOOST_TEST(json["attributes"]["order"] == Json::array({16, 32, 22}));
  json["attributes"]["order"] = Json::array({22U});  // the others behind it
  const auto octets = message_from_json(json, {});
  BOOST_REQUIRE(octets);
  BOOST_TEST(to_hex(*octets).substr(46) == unknown + low + high);
  json["attributes"]["order"] = Json::array({22U, 22U});
  BOOST_TEST(!message_from_json(json, {}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
