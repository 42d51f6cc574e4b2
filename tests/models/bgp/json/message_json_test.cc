// Vectors by hand from the RFCs' layouts; lengths are computed from the parts.
#include <boost/test/unit_test.hpp>

#include "models/bgp/json/message_json.h"

namespace seatrial::bgp::test {
namespace {

std::string hex_number(std::size_t value, int octets) {
  Octets out;
  for (int i = octets - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return to_hex(out);
}
// RFC 4271 section 4.1, 4.3.
std::string message(int type, const std::string& body) {
  return std::string(32, 'f') + hex_number(19 + body.size() / 2, 2) +
         hex_number(static_cast<std::size_t>(type), 1) + body;
}
std::string attribute(const std::string& flags_and_type, const std::string& value) {
  return flags_and_type + hex_number(value.size() / 2, 1) + value;
}
std::string update(const std::string& withdrawn, const std::string& attributes,
                   const std::string& nlri) {
  return message(2, hex_number(withdrawn.size() / 2, 2) + withdrawn +
                        hex_number(attributes.size() / 2, 2) + attributes + nlri);
}

const auto origin = attribute("4001", "00");
const auto path = attribute("4002",
                            "0202"
                            "0000fde9"
                            "00011170");  // 65001 70000
const auto hop = attribute("4003", "0a000001");
const auto pref = attribute("4005", "00000064");
const std::string nlri = "18c00002";  // 192.0.2.0/24

Json decode(const std::string& hex, const JsonOptions& options = {}) {
  std::size_t taken = 0;
  const auto octets = from_hex(hex);
  BOOST_REQUIRE(octets);
  const auto json = message_to_json(*octets, options, taken);
  BOOST_REQUIRE(json);
  return *json;
}
std::string encode(const Json& json, const JsonOptions& options = {}) {
  const auto octets = message_from_json(json, options);
  return octets ? to_hex(*octets) : octets.error();
}

BOOST_AUTO_TEST_SUITE(message_json)

BOOST_AUTO_TEST_CASE(an_update_is_listed_and_gives_its_octets_back) {
  // Every attribute of RFC 4271, 1997, 4360, 4456, 5701, 7311, 8092 and 9234, and one unknown.
  const auto attributes = origin + path + hop + attribute("8004", "0000000a") + pref +
                          attribute("4006", "") +
                          attribute("c007",
                                    "0000fde9"
                                    "0a000009") +
                          attribute("c008",
                                    "fde90064"
                                    "ffffff01") +
                          attribute("8009", "0a000002") + attribute("800a", "0a000003") +
                          attribute("c010",
                                    "0002fde900000064"
                                    "010a000000000001") +
                          attribute("c019", "000220010db8000000000000000000000001000a") +
                          attribute("801a",
                                    "01000b"
                                    "0000000000000005") +
                          attribute("c020",
                                    "0000fde9"
                                    "00000001"
                                    "00000002") +
                          attribute("c023", "0000fde9") + attribute("c063", "beef");
  const auto bytes = update("10ac10", attributes, nlri);
  const auto json = decode(bytes);
  const auto& a = json["attributes"];
  BOOST_TEST(json["type"] == "UPDATE");
  BOOST_TEST(json["length"] == bytes.size() / 2);
  BOOST_TEST(json["withdrawn"] == Json::parse(R"(["172.16.0.0/16"])"));
  BOOST_TEST(json["nlri"] == Json::parse(R"(["192.0.2.0/24"])"));
  BOOST_TEST(a["origin"] == "igp");
  BOOST_TEST(a["as_path"] == Json::parse(R"([{"type":"sequence","asns":[65001,70000]}])"));
  BOOST_TEST(a["next_hop"] == "10.0.0.1");
  BOOST_TEST(a["med"] == 10);
  BOOST_TEST(a["local_pref"] == 100);
  BOOST_TEST(a["atomic_aggregate"] == true);
  BOOST_TEST(a["aggregator"] == Json::parse(R"({"asn":65001,"address":"10.0.0.9"})"));
  BOOST_TEST(a["communities"] == Json::parse(R"(["65001:100","no-export"])"));
  BOOST_TEST(a["originator_id"] == "10.0.0.2");
  BOOST_TEST(a["cluster_list"] == Json::parse(R"(["10.0.0.3"])"));
  // RFC 4360 section 4: type 0, subtype 2: route target of a 2-octet AS; type 1, subtype 10: no
  // name.
  BOOST_TEST(a["extended_communities"] == Json::parse(R"(["rt:65001:100","0x010a000000000001"])"));
  BOOST_TEST(a["aigp"] == 5);
  BOOST_TEST(a["large_communities"] == Json::parse(R"(["65001:1:2"])"));
  BOOST_TEST(a["otc"] == 65001);
  BOOST_TEST(a["unknown"] == Json::parse(R"([{"type":99,"flags":192,"hex":"beef"}])"));
  BOOST_TEST(json["outcome"] == "accept");
  BOOST_TEST(encode(json) == bytes);
}

BOOST_AUTO_TEST_CASE(order_and_flags_survive) {
  // BIRD sends attributes by their code, FRR the MP_REACH_NLRI first; Extended Length is a sender's
  // choice, and a router that passed an attribute on unread sets Partial (RFC 4271 section 4.3).
  const auto reach = attribute("800e",
                               "000201"
                               "10"
                               "20010db8000000000000000000000001"
                               "00"
                               "2020010db8");
  for (const auto& attributes : {reach + origin + path + pref, origin + path + pref + reach,
                                 origin + path +
                                     "5005"
                                     "0004"
                                     "00000064" +
                                     reach,
                                 origin + path + pref + attribute("e008", "fde90064") + reach}) {
    const auto bytes = update("", attributes, "");
    const auto json = decode(bytes);
    BOOST_TEST(json["outcome"] == "accept");
    BOOST_TEST(json["attributes"]["mp_reach"]["nlri"] == Json::parse(R"(["2001:db8::/32"])"));
    BOOST_TEST(encode(json) == bytes);
  }
}

BOOST_AUTO_TEST_CASE(path_ids_are_there_when_they_are_agreed_on) {
  JsonOptions options;
  options.codec.add_path_receive = {ipv4_unicast};
  const auto bytes = update("", origin + path + hop + pref, "00000007" + nlri);
  const auto json = decode(bytes, options);
  BOOST_TEST(json["nlri"] == Json::parse(R"([{"prefix":"192.0.2.0/24","path_id":7}])"));
  BOOST_TEST(encode(json, options) == bytes);
}

struct Bad {
  const char* what;
  std::string attributes;
  bool external;
  const char* outcome;
  const char* section;
};

BOOST_AUTO_TEST_CASE(rfc_7606_says_what_follows) {
  const Bad rows[] = {
      {"ORIGIN 3", attribute("4001", "03") + path + hop + pref, false, "treat-as-withdraw",
       "RFC 7606 section 7.1"},
      {"AS_PATH overrun",
       origin +
           attribute("4002",
                     "0203"
                     "0000fde9") +
           hop + pref,
       false, "treat-as-withdraw", "RFC 7606 section 7.2"},
      {"NEXT_HOP of 3", origin + path + attribute("4003", "0a0000") + pref, false,
       "treat-as-withdraw", "RFC 7606 section 7.3"},
      {"MED of 3", origin + path + hop + pref + attribute("8004", "000000"), false,
       "treat-as-withdraw", "RFC 7606 section 7.4"},
      {"LOCAL_PREF from outside", origin + path + hop + pref, true, "attribute-discard",
       "RFC 7606 section 7.5"},
      {"ATOMIC_AGGREGATE of 1", origin + path + hop + pref + attribute("4006", "00"), false,
       "attribute-discard", "RFC 7606 section 7.6"},
      {"AGGREGATOR of 6", origin + path + hop + pref + attribute("c007", "fde90a000009"), false,
       "attribute-discard", "RFC 7606 section 7.7"},
      {"COMMUNITIES of 3", origin + path + hop + pref + attribute("c008", "fde900"), false,
       "treat-as-withdraw", "RFC 7606 section 7.8"},
      {"EXTENDED COMMUNITIES of 7",
       origin + path + hop + pref + attribute("c010", "0002fde9000000"), false, "treat-as-withdraw",
       "RFC 7606 section 7.14"},
      {"AIGP TLV of 12",
       origin + path + hop + pref +
           attribute("801a",
                     "01000c"
                     "000000000000000500"),
       false, "attribute-discard", "RFC 7311 section 3"},
      {"OTC of 3", origin + path + hop + pref + attribute("c023", "000000"), false,
       "treat-as-withdraw", "RFC 9234 section 5"},
      {"flags", attribute("c001", "00") + path + hop + pref, false, "treat-as-withdraw",
       "RFC 7606 section 3 c"},
      {"no AS_PATH", origin + hop + pref, false, "treat-as-withdraw", "RFC 7606 section 3 d"},
      {"ORIGIN twice", origin + origin + path + hop + pref, false, "attribute-discard",
       "RFC 7606 section 3 g"},
  };
  for (const auto& row : rows) {
    JsonOptions options;
    options.codec.external = row.external;
    const auto json = decode(update("", row.attributes, nlri), options);
    BOOST_TEST_CONTEXT(row.what << ": " << json.dump()) {
      BOOST_TEST(json["outcome"] == row.outcome);
      BOOST_TEST(json["reasons"][0]["section"] == row.section);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_reset_has_its_notification) {
  // RFC 4271 section 6.1: 1/2 with the length as data, 1/3 with the type, 1/1 without.
  const auto short_keepalive = decode(std::string(32, 'f') +
                                      "0014"
                                      "04"
                                      "00");
  BOOST_TEST(short_keepalive["outcome"] == "session-reset");
  BOOST_TEST(short_keepalive["notification"]["code"] == 1);
  BOOST_TEST(short_keepalive["notification"]["subcode"] == 2);
  BOOST_TEST(short_keepalive["notification"]["data"] == "0014");
  BOOST_TEST(decode(std::string(32, 'f') + "0013"
                                           "09")["notification"]["data"] == "09");
  BOOST_TEST(decode(std::string(32, '0') + "0013"
                                           "04")["notification"]["subcode"] == 1);
  // RFC 7606 section 3 j: an NLRI that cannot be read; RFC 4271 section 6.3: 3/10.
  const auto bad_nlri = decode(update("", origin + path + hop + pref, "21c0000200"));
  BOOST_TEST(bad_nlri["outcome"] == "session-reset");
  BOOST_TEST(bad_nlri["notification"]["code"] == 3);
  BOOST_TEST(bad_nlri["notification"]["subcode"] == 10);
  BOOST_TEST(bad_nlri["reasons"][0]["section"] == "RFC 7606 section 3 j");
  // What an attribute is to blame for names it.
  const auto reach_of_4 = attribute("800e", "00020100");
  const auto unreach = attribute("800f", "000201");
  for (const auto& [bad, name, type] : {std::tuple{attribute("404d", ""), "attribute 77", 77},
                                        std::tuple{reach_of_4, "MP_REACH_NLRI", 14},
                                        std::tuple{unreach + unreach, "MP_UNREACH_NLRI", 15}}) {
    const auto json = decode(update("", origin + path + hop + pref + bad, nlri));
    BOOST_TEST(json["outcome"] == "session-reset");
    BOOST_TEST(json["reasons"][0]["attribute"] == name);
    BOOST_TEST(json["reasons"][0]["type"] == type);
  }
  // RFC 4271 section 6.2: version 5 is answered with the highest that is supported.
  const auto version = decode(message(1,
                                      "05"
                                      "fde9"
                                      "00b4"
                                      "0a000001"
                                      "00"));
  BOOST_TEST(version["outcome"] == "session-reset");
  BOOST_TEST(version["notification"]["code"] == 2);
  BOOST_TEST(version["notification"]["data"] == "0004");
}

BOOST_AUTO_TEST_CASE(an_open_shows_every_capability) {
  const auto capability = [](const std::string& code, const std::string& value) {
    return code + hex_number(value.size() / 2, 1) + value;
  };
  // RFC 4760, 2918, 8950, 8654, 9234, 4724 (with 8538's bit), 6793, 7911, 7313, 9494.
  const auto list =
      capability("01", "00010001") + capability("02", "") + capability("05", "000100010002") +
      capability("06", "") + capability("09", "03") +
      capability("40",
                 "4078"
                 "00010180") +
      capability("41", "00011170") + capability("45", "00010103") + capability("46", "") +
      capability("47",
                 "00010180"
                 "000e10") +
      capability("c8", "ff") +
      capability("03",
                 "0001000102"
                 "4003"
                 "8001") +
      capability("03", "0001000102") + capability("43", "");
  const auto bytes = message(1,
                             "04"
                             "5ba0"
                             "00b4"
                             "0a000001" +
                                 hex_number(list.size() / 2 + 2, 1) + "02" +
                                 hex_number(list.size() / 2, 1) + list);
  const auto json = decode(bytes);
  const auto& c = json["parameters"][0]["capabilities"];
  BOOST_TEST(json["asn"] == 70000);
  BOOST_TEST(json["my_as"] == 23456);
  BOOST_TEST(c[0]["afi"] == 1);
  BOOST_TEST(c[2]["families"][0]["next_hop_afi"] == 2);
  BOOST_TEST(c[4]["role"] == "customer");
  BOOST_TEST(c[5]["restart_time"] == 120);
  BOOST_TEST(c[5]["notification"] == true);
  BOOST_TEST(c[5]["families"][0]["forwarding_preserved"] == true);
  BOOST_TEST(c[7]["families"][0]["send"] == true);
  BOOST_TEST(c[9]["families"][0]["stale_time"] == 3600);
  BOOST_TEST(c[10]["name"] == "unknown");
  // RFC 5291 section 5: IPv4 unicast, filters of type 64 both ways, of 128 to be received.
  BOOST_TEST(c[11]["name"] == "outbound-route-filtering");
  BOOST_TEST(c[11]["families"] ==
             Json::parse(R"([{"afi":1,"safi":1,"filters":[{"type":64,"mode":"both"},
                                                          {"type":128,"mode":"receive"}]}])"));
  BOOST_TEST(!c[12].contains("families"));  // cut short, and of no concern to this speaker
  BOOST_TEST(c[13]["name"] == "dynamic-capability");
  BOOST_TEST(encode(json) == bytes);
}

BOOST_AUTO_TEST_CASE(small_messages_too) {
  // RFC 9003: Administrative Shutdown with a reason.
  const auto shutdown = message(3,
                                "0602"
                                "03"
                                "627965");
  BOOST_TEST(decode(shutdown)["message"] == "bye");
  BOOST_TEST(decode(shutdown)["name"] == "Cease/Administrative Shutdown");
  const auto refresh = message(5,
                               "0001"
                               "01"
                               "01");
  BOOST_TEST(decode(refresh)["name"] == "begin");
  // RFC 8538 section 3.1: a hard reset is about another error; RFC 9687: the newest of them.
  const auto hard = decode(message(3, "0609" + std::string("0402") + "03" + "627965"));
  BOOST_TEST(hard["name"] == "Cease/Hard Reset");
  BOOST_TEST(hard["about"]["name"] == "Hold Timer Expired/2");
  BOOST_TEST(!hard["about"].contains("message"));
  const auto shut = decode(message(3, "0609" + std::string("0602") + "03" + "627965"));
  BOOST_TEST(shut["about"]["name"] == "Cease/Administrative Shutdown");
  BOOST_TEST(shut["about"]["message"] == "bye");
  BOOST_TEST(decode(message(3, "0800"))["name"] == "Send Hold Timer Expired");
  for (const auto& bytes : {shutdown, refresh, message(4, "")}) {
    BOOST_TEST(encode(decode(bytes)) == bytes);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_encoded_is_named) {
  const auto wrong = [](const char* text) { return encode(Json::parse(text)); };
  BOOST_TEST(wrong(R"({"type":"UPDATE","attributes":{"med":-1}})") ==
             "attributes.med is wrong, expected a number from 0 to 4294967295");
  BOOST_TEST(wrong(R"({"type":"UPDATE","nlri":["10.0.0.1/8"]})") ==
             "nlri[0] is wrong, expected a prefix");
  BOOST_TEST(wrong(R"({"type":"UPDATE","attributes":{"colour":"red"}})") ==
             "attributes.colour is wrong, expected the name of an attribute");
  BOOST_TEST(wrong("[]") == "message is wrong, expected an object");
}

BOOST_AUTO_TEST_CASE(any_text_has_octets_or_a_complaint) {
  const auto complaint = [](const std::string& text) {
    const auto octets = message_from_text(text, {});
    return octets ? "octets" : std::to_string(octets.error().column) + " " + octets.error().what;
  };
  BOOST_TEST(complaint("{\"type\": \"KEEPALIVE\"}") == "octets");
  BOOST_TEST(complaint("{\"type\": ]") == "10 not JSON, expected a message as decode prints it");
  BOOST_TEST(complaint("") == "1 not JSON, expected a message as decode prints it");
  // A number that JSON has and no type of ours holds.
  BOOST_TEST(complaint("{\"type\": \"UPDATE\", \"length\": 1e999}") ==
             "1 a number out of range, expected what a type of BGP holds");
  BOOST_TEST(complaint("[]") == "1 message is wrong, expected an object");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace seatrial::bgp::test
