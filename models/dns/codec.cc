#include "models/dns/codec.h"

#include <ldns/ldns.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

namespace seatrial::dns {
namespace {

struct Free {
  void operator()(ldns_pkt* p) const { ldns_pkt_free(p); }
  void operator()(ldns_rr* p) const { ldns_rr_free(p); }
  void operator()(ldns_rdf* p) const { ldns_rdf_deep_free(p); }
  void operator()(char* p) const { std::free(p); }
  void operator()(std::uint8_t* p) const { std::free(p); }
};
using Packet = std::unique_ptr<ldns_pkt, Free>;
using ResourceRecord = std::unique_ptr<ldns_rr, Free>;
using Data = std::unique_ptr<ldns_rdf, Free>;
using Text = std::unique_ptr<char, Free>;

tl::unexpected<CodecError> failed(std::string message) {
  return tl::unexpected(CodecError{std::move(message)});
}

constexpr std::size_t largest_message = 65535;
constexpr std::size_t largest_character_string = 255;

// ---------------------------------------------------------------- values to ldns

Data make_name(const std::string& name) {
  return Data(ldns_dname_new_frm_str(name.empty() ? "." : name.c_str()));
}

Data make_address(const net::IpAddress& address) {
  const auto octets = address.bytes();
  return Data(ldns_rdf_new_frm_data(address.is_v4() ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA,
                                    octets.size(), octets.data()));
}

bool push(ldns_rr* rr, Data data) {
  return data != nullptr && ldns_rr_push_rdf(rr, data.release());
}
bool push16(ldns_rr* rr, std::uint16_t value) {
  return push(rr, Data(ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, value)));
}
bool push32(ldns_rr* rr, std::uint32_t value, ldns_rdf_type type) {
  return push(rr, Data(ldns_native2rdf_int32(type, value)));
}

bool push_text(ldns_rr* rr, const std::string& text) {
  std::size_t begin = 0;
  do {
    const auto length = std::min(largest_character_string, text.size() - begin);
    std::vector<std::uint8_t> wire{static_cast<std::uint8_t>(length)};
    wire.insert(wire.end(), text.begin() + static_cast<std::ptrdiff_t>(begin),
                text.begin() + static_cast<std::ptrdiff_t>(begin + length));
    if (!push(rr, Data(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_STR, wire.size(), wire.data())))) {
      return false;
    }
    begin += length;
  } while (begin < text.size());
  return true;
}

// "\# LENGTH HEX" (RFC 3597 section 5), the form of every type without one of its own.
std::string generic_form(const std::vector<std::uint8_t>& data) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text = "\\# " + std::to_string(data.size());
  if (!data.empty()) text += ' ';
  for (const auto octet : data) {
    text += digits[octet >> 4];
    text += digits[octet & 0xF];
  }
  return text;
}

std::optional<std::vector<std::uint8_t>> parse_generic_form(const std::string& text) {
  const auto digits = text.rfind(' ') + 1;
  std::vector<std::uint8_t> data;
  for (auto i = digits; text.size() > 3 && i + 1 < text.size(); i += 2) {
    std::uint8_t octet = 0;
    const auto [end, error] = std::from_chars(&text[i], &text[i] + 2, octet, 16);
    if (error != std::errc() || end != &text[i] + 2) break;
    data.push_back(octet);
  }
  if (text == "\\# 0") data.clear();
  if (generic_form(data) != text) return std::nullopt;
  return data;
}

bool push_generic(ldns_rr* rr, const std::string& text) {
  const auto data = parse_generic_form(text);
  if (!data) return false;
  return data->empty() ||
         push(rr, Data(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_UNKNOWN, data->size(), data->data())));
}

bool push_data(ldns_rr* rr, const Record& record) {
  const auto* text = std::get_if<std::string>(&record.data);
  switch (record.type) {
    case Type::a:
    case Type::aaaa: {
      const auto* address = std::get_if<net::IpAddress>(&record.data);
      return address != nullptr && address->is_v4() == (record.type == Type::a) &&
             push(rr, make_address(*address));
    }
    case Type::srv: {
      const auto* srv = std::get_if<Srv>(&record.data);
      return srv != nullptr && push16(rr, srv->priority) && push16(rr, srv->weight) &&
             push16(rr, srv->port) && push(rr, make_name(srv->target));
    }
    case Type::soa: {
      const auto* soa = std::get_if<Soa>(&record.data);
      return soa != nullptr && push(rr, make_name(soa->mname)) && push(rr, make_name(soa->rname)) &&
             push32(rr, soa->serial, LDNS_RDF_TYPE_INT32) &&
             push32(rr, soa->refresh, LDNS_RDF_TYPE_PERIOD) &&
             push32(rr, soa->retry, LDNS_RDF_TYPE_PERIOD) &&
             push32(rr, soa->expire, LDNS_RDF_TYPE_PERIOD) &&
             push32(rr, soa->minimum, LDNS_RDF_TYPE_PERIOD);
    }
    case Type::txt:
      return text != nullptr && push_text(rr, *text);
    case Type::cname:
    case Type::ns:
    case Type::ptr:
      return text != nullptr && push(rr, make_name(*text));
    default:
      return text != nullptr && push_generic(rr, *text);
  }
}

ResourceRecord make_record(const Record& record) {
  ResourceRecord rr(ldns_rr_new());
  auto owner = make_name(record.name);
  if (owner == nullptr) return nullptr;
  ldns_rr_set_owner(rr.get(), owner.release());
  ldns_rr_set_type(rr.get(), static_cast<ldns_rr_type>(record.type));
  ldns_rr_set_class(rr.get(), LDNS_RR_CLASS_IN);
  ldns_rr_set_ttl(rr.get(), record.ttl);
  if (!push_data(rr.get(), record)) return nullptr;
  return rr;
}

ResourceRecord make_question(const Question& question) {
  ResourceRecord rr(ldns_rr_new());
  auto owner = make_name(question.name);
  if (owner == nullptr) return nullptr;
  ldns_rr_set_question(rr.get(), true);
  ldns_rr_set_owner(rr.get(), owner.release());
  ldns_rr_set_type(rr.get(), static_cast<ldns_rr_type>(question.type));
  ldns_rr_set_class(rr.get(), LDNS_RR_CLASS_IN);
  return rr;
}

// ---------------------------------------------------------------- ldns to values

std::string name_of(const ldns_rdf* data) {
  if (data == nullptr) return {};
  const Text text(ldns_rdf2str(data));
  return text == nullptr ? std::string() : canonical_name(text.get());
}

io::Bytes bytes_of(const ldns_rdf* data) {
  return {ldns_rdf_data(data), ldns_rdf_size(data)};
}

using RecordData = std::variant<net::IpAddress, Srv, Soa, std::string>;

std::optional<RecordData> data_of(ldns_rr* rr, Type type) {
  const auto count = ldns_rr_rd_count(rr);
  const auto at = [rr](std::size_t i) { return ldns_rr_rdf(rr, i); };
  const auto number = [&](std::size_t i) { return ldns_rdf2native_int32(at(i)); };
  switch (type) {
    case Type::a:
    case Type::aaaa:
      if (count != 1) return std::nullopt;
      return net::IpAddress::from_bytes(bytes_of(at(0)));
    case Type::srv:
      if (count != 4) return std::nullopt;
      return Srv{ldns_rdf2native_int16(at(0)), ldns_rdf2native_int16(at(1)),
                 ldns_rdf2native_int16(at(2)), name_of(at(3))};
    case Type::soa:
      if (count != 7) return std::nullopt;
      return Soa{name_of(at(0)), name_of(at(1)), number(2), number(3),
                 number(4),      number(5),      number(6)};
    case Type::cname:
    case Type::ns:
    case Type::ptr:
      if (count != 1) return std::nullopt;
      return name_of(at(0));
    case Type::txt: {
      std::string text;
      for (std::size_t i = 0; i < count; ++i) {
        const auto bytes = bytes_of(at(i));
        if (!bytes.empty()) text += io::as_text(bytes.subspan(1));  // after the length octet
      }
      return text;
    }
    default: {
      std::vector<std::uint8_t> data;
      for (std::size_t i = 0; i < count; ++i) {
        const auto bytes = bytes_of(at(i));
        data.insert(data.end(), bytes.begin(), bytes.end());
      }
      return generic_form(data);
    }
  }
}

tl::expected<std::vector<Record>, CodecError> records_of(const ldns_rr_list* list) {
  std::vector<Record> records;
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(list); ++i) {
    ldns_rr* rr = ldns_rr_list_rr(list, i);
    Record record;
    record.name = name_of(ldns_rr_owner(rr));
    record.type = static_cast<Type>(ldns_rr_get_type(rr));
    record.ttl = ldns_rr_ttl(rr);
    const auto number = std::to_string(static_cast<unsigned>(record.type));
    if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN) {
      return failed("decoding the record " + record.name + " of type " + number + ": class " +
                    std::to_string(ldns_rr_get_class(rr)) + ", expected 1 (IN)");
    }
    auto data = data_of(rr, record.type);
    if (!data) {
      return failed("decoding the record " + record.name + ": no valid data for type " + number);
    }
    record.data = *std::move(data);
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace

std::string canonical_name(std::string_view name) {
  if (name.ends_with('.')) {
    // After an odd number of backslashes the dot is escaped and part of the last label.
    const auto label = name.substr(0, name.size() - 1);
    const auto before = label.find_last_not_of('\\');
    const auto backslashes = label.size() - (before == std::string_view::npos ? 0 : before + 1);
    if (backslashes % 2 == 0) name = label;
  }
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

tl::expected<std::vector<std::uint8_t>, CodecError> encode(const Message& message) {
  const Packet packet(ldns_pkt_new());
  auto* p = packet.get();
  ldns_pkt_set_id(p, message.id);
  ldns_pkt_set_qr(p, message.response);
  ldns_pkt_set_aa(p, message.authoritative);
  ldns_pkt_set_tc(p, message.truncated);
  ldns_pkt_set_rd(p, message.recursion_desired);
  ldns_pkt_set_ra(p, message.recursion_available);
  ldns_pkt_set_opcode(p, static_cast<ldns_pkt_opcode>(message.opcode & 0xF));
  ldns_pkt_set_rcode(p, static_cast<std::uint8_t>(message.rcode) & 0xF);
  if (message.edns_udp_size) ldns_pkt_set_edns_udp_size(p, *message.edns_udp_size);
  for (const auto& question : message.questions) {
    auto rr = make_question(question);
    if (rr == nullptr || !ldns_pkt_push_rr(p, LDNS_SECTION_QUESTION, rr.get())) {
      return failed("encoding the question \"" + question.name + "\": not a domain name");
    }
    rr.release();
  }
  const std::pair<ldns_pkt_section, const std::vector<Record>*> sections[] = {
      {LDNS_SECTION_ANSWER, &message.answers},
      {LDNS_SECTION_AUTHORITY, &message.authority},
      {LDNS_SECTION_ADDITIONAL, &message.additional}};
  for (const auto& [section, records] : sections) {
    for (const auto& record : *records) {
      auto rr = make_record(record);
      if (rr == nullptr || !ldns_pkt_push_rr(p, section, rr.get())) {
        return failed("encoding the record \"" + record.name + "\" of type " +
                      std::to_string(static_cast<unsigned>(record.type)) +
                      ": bad name, or data that does not fit the type");
      }
      rr.release();
    }
  }
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  const auto status = ldns_pkt2wire(&wire, p, &size);
  const std::unique_ptr<std::uint8_t, Free> owner(wire);
  if (status != LDNS_STATUS_OK) {
    return failed(std::string("encoding a message: ") + ldns_get_errorstr_by_id(status));
  }
  if (size > largest_message) {
    return failed("encoding a message: " + std::to_string(size) +
                  " octets, expected at most 65535");
  }
  return std::vector<std::uint8_t>(wire, wire + size);
}

tl::expected<Message, CodecError> decode(io::Bytes bytes) {
  ldns_pkt* raw = nullptr;
  const auto status = ldns_wire2pkt(&raw, bytes.data(), bytes.size());
  const Packet packet(status == LDNS_STATUS_OK ? raw : nullptr);
  if (status != LDNS_STATUS_OK) {
    return failed("decoding a message of " + std::to_string(bytes.size()) +
                  " octets: " + ldns_get_errorstr_by_id(status));
  }
  const auto* p = packet.get();
  Message message;
  message.id = ldns_pkt_id(p);
  message.response = ldns_pkt_qr(p);
  message.authoritative = ldns_pkt_aa(p);
  message.truncated = ldns_pkt_tc(p);
  message.recursion_desired = ldns_pkt_rd(p);
  message.recursion_available = ldns_pkt_ra(p);
  message.opcode = static_cast<std::uint8_t>(ldns_pkt_get_opcode(p));
  message.rcode = static_cast<Rcode>(ldns_pkt_get_rcode(p));
  if (ldns_pkt_edns(p)) {  // below 512 means 512 (RFC 6891 section 6.2.3)
    message.edns_udp_size = std::max<std::uint16_t>(512, ldns_pkt_edns_udp_size(p));
  }
  const auto* questions = ldns_pkt_question(p);
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(questions); ++i) {
    const auto* rr = ldns_rr_list_rr(questions, i);
    Question question{name_of(ldns_rr_owner(rr)), static_cast<Type>(ldns_rr_get_type(rr))};
    if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN) {
      return failed("decoding the question " + question.name + ": class " +
                    std::to_string(ldns_rr_get_class(rr)) + ", expected 1 (IN)");
    }
    message.questions.push_back(std::move(question));
  }
  const std::pair<const ldns_rr_list*, std::vector<Record>*> sections[] = {
      {ldns_pkt_answer(p), &message.answers},
      {ldns_pkt_authority(p), &message.authority},
      {ldns_pkt_additional(p), &message.additional}};
  for (const auto& [list, into] : sections) {
    auto records = records_of(list);
    if (!records) return failed(records.error().message);
    *into = *std::move(records);
  }
  return message;
}

}  // namespace seatrial::dns
