// DNS messages (models/dns). Records of a section are a set: servers rotate them. The identifier is
// random and no part of what is compared; TTLs are a field of their own, because caches count them
// down.
#include <algorithm>

#include "models/dns/codec.h"
#include "results/messages/protocol.h"

namespace seatrial::results {
namespace {

std::string type_name(dns::Type type) {
  switch (type) {
    case dns::Type::a:
      return "A";
    case dns::Type::ns:
      return "NS";
    case dns::Type::cname:
      return "CNAME";
    case dns::Type::soa:
      return "SOA";
    case dns::Type::ptr:
      return "PTR";
    case dns::Type::txt:
      return "TXT";
    case dns::Type::aaaa:
      return "AAAA";
    case dns::Type::srv:
      return "SRV";
    case dns::Type::any:
      return "ANY";
  }
  return "TYPE" + std::to_string(static_cast<int>(type));
}

std::string rcode_name(dns::Rcode rcode) {
  static constexpr std::array<const char*, 6> names{"NOERROR",  "FORMERR", "SERVFAIL",
                                                    "NXDOMAIN", "NOTIMP",  "REFUSED"};
  const auto value = static_cast<std::size_t>(rcode);
  return value < names.size() ? names.at(value) : std::to_string(value);
}

struct RecordText {
  const Lens& lens;
  std::string operator()(const net::IpAddress& address) const { return lens.name(address); }
  std::string operator()(const dns::Srv& srv) const {
    return std::to_string(srv.priority) + " " + std::to_string(srv.weight) + " " +
           std::to_string(srv.port) + " " + srv.target;
  }
  std::string operator()(const dns::Soa& soa) const {
    return soa.mname + " " + soa.rname + " " + std::to_string(soa.serial) + " " +
           std::to_string(soa.refresh) + " " + std::to_string(soa.retry) + " " +
           std::to_string(soa.expire) + " " + std::to_string(soa.minimum);
  }
  std::string operator()(const std::string& text) const { return text; }
};

std::string joined(std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : "; ") + part;
  return out;
}

void add_section(MessageBuilder& builder, const Lens& lens, std::string_view name,
                 const std::vector<dns::Record>& records, std::vector<std::string>& ttls) {
  std::vector<std::string> texts;
  for (const auto& record : records) {
    const auto owner = record.name + " " + type_name(record.type);
    texts.push_back(owner + " " + std::visit(RecordText{lens}, record.data));
    ttls.push_back(owner + " " + std::to_string(record.ttl));
  }
  if (!texts.empty()) builder.field(name, joined(std::move(texts)));
}

class DnsOverTcp : public Protocol {
 public:
  explicit DnsOverTcp(Outlet& outlet) : outlet_(outlet) {}

  void on_bytes(Direction direction, ByteSpan bytes, const Stamp& at) override {
    if (octets_) return octets_->on_bytes(direction, bytes, at);
    auto& buffer = buffers_.at(static_cast<std::size_t>(direction));
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
    std::size_t used = 0;
    while (buffer.size() - used >= 2) {
      const std::size_t length = (std::size_t{buffer[used]} << 8) | buffer[used + 1];
      if (buffer.size() - used - 2 < length) break;
      const auto message = ByteSpan(buffer).subspan(used + 2, length);
      std::optional<Duration> asked;
      if (direction == Direction::to_server) {
        asked_ = at.time;
      } else if (asked_) {
        asked = at.time - *asked_;
      }
      emit_dns(outlet_, direction, message, at, asked);
      used += 2 + length;
    }
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(used));
  }
  void on_gap(Direction direction, std::uint64_t octets, const Stamp& at) override {
    if (!octets_) octets_ = make_octets(outlet_);
    octets_->on_gap(direction, octets, at);
  }
  void on_finish(const Stamp& at) override {
    if (octets_) return octets_->on_finish(at);
    for (const auto direction : {Direction::to_server, Direction::to_client}) {
      const auto& rest = buffers_.at(static_cast<std::size_t>(direction));
      if (rest.empty()) continue;
      outlet_.emit(direction, MessageBuilder(outlet_.lens(), "dns.malformed", at)
                                  .title("part of a DNS message")
                                  .key(std::to_string(rest.size()))
                                  .build());
    }
  }

 private:
  Outlet& outlet_;
  std::array<std::vector<std::uint8_t>, 2> buffers_;
  std::optional<TimePoint> asked_;
  std::unique_ptr<Protocol> octets_;
};

}  // namespace

void emit_dns(Outlet& outlet, Direction direction, ByteSpan bytes, const Stamp& at,
              std::optional<Duration> asked) {
  const auto& lens = outlet.lens();
  const auto decoded = dns::decode(bytes);
  if (!decoded) {
    StreamHash content;
    if (bytes.size() > 2) content.add(bytes.subspan(2));  // behind the random identifier
    outlet.emit(direction, MessageBuilder(lens, "dns.malformed", at)
                               .title("DNS message that cannot be read: " + decoded.error().message)
                               .key(hex(content.value()))
                               .build());
    return;
  }
  std::string question;
  for (const auto& q : decoded->questions) {
    question += (question.empty() ? "" : ", ") + q.name + " " + type_name(q.type);
  }
  MessageBuilder builder(lens, decoded->response ? "dns.response" : "dns.query", at);
  builder.title((decoded->response ? "DNS response to " : "DNS query for ") + question)
      .key("dns.qry.name", question)
      .field("dns.qry.name", question)
      .field("dns.flags.recdesired", decoded->recursion_desired ? "yes" : "no");
  std::vector<std::string> ttls;
  if (decoded->response) {
    builder.response_time(asked)
        .field("dns.flags.rcode", rcode_name(decoded->rcode))
        .field("dns.flags.authoritative", decoded->authoritative ? "yes" : "no")
        .field("dns.flags.truncated", decoded->truncated ? "yes" : "no")
        .field("dns.flags.recavail", decoded->recursion_available ? "yes" : "no");
  }
  add_section(builder, lens, "dns.resp.answers", decoded->answers, ttls);
  add_section(builder, lens, "dns.resp.authority", decoded->authority, ttls);
  add_section(builder, lens, "dns.resp.additional", decoded->additional, ttls);
  if (!ttls.empty()) builder.field("dns.resp.ttl", joined(std::move(ttls)));
  const bool any_question = lens.ignores("dns.qry.name");
  outlet.emit(outlet.lane(direction) + (any_question ? "" : " " + question), builder.build());
}

std::unique_ptr<Protocol> make_dns_over_tcp(Outlet& outlet) {
  return std::make_unique<DnsOverTcp>(outlet);
}

}  // namespace seatrial::results
