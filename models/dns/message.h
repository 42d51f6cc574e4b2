// DNS messages as values; the wire format is ldns's. What a server answers from is a RecordSource.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/io/host.h"
#include "models/net/address.h"

namespace seatrial::dns {

enum class Type : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  ptr = 12,
  txt = 16,
  aaaa = 28,
  srv = 33,
  any = 255
};
enum class Rcode : std::uint8_t {
  no_error = 0,
  format_error = 1,
  server_failure = 2,
  name_error = 3,
  not_implemented = 4,
  refused = 5
};

// Names are lower case, fully qualified, without the last dot: "app.default.svc.cluster.local".
struct Question {
  std::string name;
  Type type = Type::a;
  friend bool operator==(const Question&, const Question&) = default;
};

struct Srv {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  std::string target;
  friend bool operator==(const Srv&, const Srv&) = default;
};

struct Soa {
  std::string mname;
  std::string rname;
  std::uint32_t serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0;
  friend bool operator==(const Soa&, const Soa&) = default;
};

struct Record {
  std::string name;
  Type type = Type::a;
  std::uint32_t ttl = 0;  // seconds
  // IpAddress for A and AAAA, Srv, Soa, string for CNAME, NS, PTR and TXT (the text, unquoted). Any
  // other type: its octets as RFC 3597 writes them, "\# 2 ab01".
  std::variant<net::IpAddress, Srv, Soa, std::string> data;
  friend bool operator==(const Record&, const Record&) = default;
};

struct Message {
  std::uint16_t id = 0;
  bool response = false;
  bool authoritative = false;
  bool truncated = false;
  bool recursion_desired = true;
  bool recursion_available = false;
  Rcode rcode = Rcode::no_error;
  std::vector<Question> questions;
  std::vector<Record> answers;
  std::vector<Record> authority;
  std::vector<Record> additional;
  std::uint8_t opcode = 0;  // 0 is QUERY
  // EDNS(0), RFC 6891: the largest UDP message the sender takes. Nothing: no OPT record.
  std::optional<std::uint16_t> edns_udp_size;
  friend bool operator==(const Message&, const Message&) = default;
};

// What a server knows. The answer says all but id and question.
struct Answer {
  Rcode rcode = Rcode::no_error;
  bool authoritative = true;
  std::vector<Record> answers;
  std::vector<Record> authority;
  std::vector<Record> additional;
};

class RecordSource {
 public:
  virtual ~RecordSource() = default;
  virtual Answer lookup(const Question& question) = 0;
};

}  // namespace seatrial::dns
