// UPDATE (RFC 4271 section 4.3, 6.3; RFC 4760; RFC 7606; RFC 7911). The outcome of each error is
// named where it is found. Where the NLRI themselves cannot be read there is nothing to withdraw,
// so the session is reset (RFC 7606 section 3 j).
#include <algorithm>
#include <bitset>

#include "models/bgp/attribute_codec.h"
#include "models/bgp/codec.h"

namespace seatrial::bgp {
namespace {

using namespace attribute_flag;

constexpr auto mp_reach = static_cast<std::uint8_t>(AttributeCode::mp_reach_nlri);
constexpr auto mp_unreach = static_cast<std::uint8_t>(AttributeCode::mp_unreach_nlri);

MessageError reset(std::uint8_t subcode, std::string detail, std::string_view section,
                   Octets data = {}) {
  return {NotificationMessage(ErrorCode::update, subcode, std::move(data)), std::move(detail),
          section};
}

// IPv4 without path identifiers, which is most of every table: one pass over the octets.
bool read_plain_v4(Bytes in, std::vector<Nlri>& into) {
  into.reserve(into.size() + in.size() / 4);  // a /24 takes four octets
  const auto* at = in.data();
  const auto* const end = at + in.size();
  while (at != end) {
    const auto length = *at++;
    const int octets = (length + 7) / 8;
    if (length > 32 || octets > end - at) return false;
    std::uint32_t address = 0;
    for (int i = 0; i < octets; ++i) address |= std::uint32_t{at[i]} << (24 - 8 * i);
    at += octets;
    into.emplace_back().prefix.become_v4(address, length);
  }
  return true;
}

// False: a length beyond the family's bits, or cut short.
bool read_nlri(WireReader in, bool ipv6, bool path_ids, std::vector<Nlri>& into) {
  if (!ipv6 && !path_ids) return read_plain_v4(in.rest(), into);
  const std::size_t size = ipv6 ? 16 : 4;
  while (!in.empty()) {
    Nlri nlri;
    if (path_ids) nlri.path_id = in.u32();
    const auto length = in.u8();
    const std::size_t octets = (length + 7U) / 8U;
    if (in.failed() || length > size * 8 || octets > in.left()) return false;
    std::array<std::uint8_t, 16> address{};
    std::ranges::copy(in.take(octets), address.begin());
    // Trailing bits are irrelevant (RFC 4271 section 4.3); Prefix clears them.
    nlri.prefix = net::Prefix(*net::IpAddress::from_bytes({address.data(), size}), length);
    into.push_back(nlri);
  }
  return true;
}

class UpdateDecoder {
 public:
  explicit UpdateDecoder(const CodecOptions& options) : options_(options) {}

  tl::expected<DecodedUpdate, MessageError> run(Bytes body) {
    WireReader in(body);
    WireReader withdrawn = in.sub(in.u16());
    if (in.failed())
      return fail(update_error::malformed_attribute_list, "withdrawn routes cut",
                  "RFC 7606 section 3 b");
    WireReader attributes = in.sub(in.u16());
    if (in.failed())
      return fail(update_error::malformed_attribute_list, "attributes cut", "RFC 7606 section 3 b");
    const bool ids = holds(options_.add_path_receive, ipv4_unicast);
    if (!read_nlri(withdrawn, false, ids, message_.withdrawn)) {
      return fail(update_error::invalid_network_field, "bad withdrawn prefix",
                  "RFC 7606 section 3 j");
    }
    const bool has_attributes = !attributes.empty();
    if (!read_attributes(attributes)) return tl::make_unexpected(*error_);
    if (!read_nlri(in, false, ids, message_.announced)) {
      return fail(update_error::invalid_network_field, "bad announced prefix",
                  "RFC 7606 section 3 j");
    }
    if (names_nothing()) {
      const auto& worst = *std::ranges::max_element(problems_, {}, &AttributeProblem::outcome);
      auto error = reset(update_error::malformed_attribute_list,
                         worst.detail + ", and there are no prefixes", "RFC 7606 section 5.2");
      if (worst.code != 0) error.attribute = worst.code;
      return tl::make_unexpected(std::move(error));
    }
    finish(has_attributes, body.size());
    DecodedUpdate decoded{std::move(message_), Outcome::none, std::move(problems_)};
    for (const auto& p : decoded.problems) decoded.outcome = std::max(decoded.outcome, p.outcome);
    return decoded;
  }

 private:
  // Lengths or NLRI that cannot be read leave nothing to withdraw (RFC 7606 section 3 b and j).
  tl::unexpected<MessageError> fail(std::uint8_t subcode, std::string detail,
                                    std::string_view section) {
    return tl::make_unexpected(reset(subcode, std::move(detail), section));
  }
  void problem(std::uint8_t code, Outcome outcome, const std::string& detail,
               std::string_view section) {
    problems_.push_back({code, outcome, 0, attribute_name(code) + ": " + detail, section});
  }

  // False: session reset, with error_ set.
  bool read_attributes(WireReader in) {
    while (!in.empty()) {
      const auto octets = in.left();
      const auto flags = in.u8();
      const auto code = in.u8();
      const std::size_t length = (flags & extended_length) != 0 ? in.u16() : in.u8();
      const auto value = in.take(length);
      if (in.failed()) {
        // The prefixes that it holds cannot be read (RFC 7606 section 3 j).
        if (is_multiprotocol(code))
          return optional_error(code, "runs past the end of the attributes");
        if (octets == 1) {
          cut_ = true;
          problems_.push_back({0, Outcome::treat_as_withdraw, 0,
                               "one octet behind the last attribute", "RFC 7606 section 4"});
          return true;
        }
        cut_ = true;
        problem(code, Outcome::treat_as_withdraw, "runs past the end of the attributes",
                "RFC 7606 section 4");
        return true;
      }
      if (seen_.test(code)) {
        if (is_multiprotocol(code)) {
          error_ = reset(update_error::malformed_attribute_list, attribute_name(code) + " twice",
                         "RFC 7606 section 3 g");
          error_->attribute = code;
          return false;
        }
        problem(code, Outcome::attribute_discard, "appears again", "RFC 7606 section 3 g");
        continue;
      }
      seen_.set(code);
      if (!read_attribute(flags, code, value)) return false;
    }
    return true;
  }

  bool read_attribute(std::uint8_t flags, std::uint8_t code, Bytes value) {
    if (is_multiprotocol(code)) {
      if (read_multiprotocol(flags, code, value)) return true;
      error_->notification.data = whole(flags, code, value);  // RFC 4271 section 6.3
      return false;
    }
    const auto* row = attribute_row(code);
    if (row == nullptr) return read_unknown(flags, code, value);
    if ((flags & (optional | transitive)) != row->flags) {
      problem(code, row->wrong_flags, "flags conflict with its type", row->flags_section);
      return true;
    }
    if (row->external_discard && options_.external) {
      problem(code, Outcome::attribute_discard, "from an external peer", row->section);
      return true;
    }
    if (!row->decode(value, attributes_, scratch_, options_)) {
      problem(code, row->malformed, "malformed, " + std::to_string(value.size()) + " octets",
              row->section);
    }
    return true;
  }

  // The erroneous attribute, as it is sent back.
  static Octets whole(std::uint8_t flags, std::uint8_t code, Bytes value) {
    Octets data{flags, code};
    WireWriter out(data);
    if ((flags & extended_length) != 0) {
      out.u16(static_cast<std::uint16_t>(value.size()));
    } else {
      out.u8(static_cast<std::uint8_t>(value.size()));
    }
    out.bytes(value);
    return data;
  }

  bool read_unknown(std::uint8_t flags, std::uint8_t code, Bytes value) {
    if ((flags & optional) == 0) {
      error_ = reset(update_error::unrecognized_well_known, "well-known " + attribute_name(code),
                     "RFC 4271 section 6.3", whole(flags, code, value));
      error_->attribute = code;
      return false;
    }
    // Optional non-transitive ones are quietly ignored (RFC 4271 section 5).
    if ((flags & transitive) != 0) {
      attributes_.unknown.push_back({static_cast<std::uint8_t>(flags & ~extended_length),
                                     code,
                                     {value.begin(), value.end()}});
    }
    return true;
  }

  // RFC 4760 section 7: without its prefixes there is nothing to withdraw.
  bool optional_error(std::uint8_t code, const std::string& detail,
                      std::string_view section = "RFC 7606 section 5.3") {
    error_ = reset(update_error::optional_attribute, attribute_name(code) + ": " + detail, section);
    error_->attribute = code;
    return false;
  }

  static bool is_multiprotocol(std::uint8_t code) { return code == mp_reach || code == mp_unreach; }

  // RFC 7606 section 5.3: wrong flags make it "incorrect", as a prefix that is too long does.
  bool read_multiprotocol(std::uint8_t flags, std::uint8_t code, Bytes value) {
    if ((flags & (optional | transitive)) != optional) {
      return optional_error(code, "flags conflict with its type");
    }
    return code == mp_reach ? read_reach(value) : read_unreach(value);
  }

  bool read_reach(Bytes value) {
    WireReader in(value);
    AfiSafi family;
    family.afi = in.u16();
    family.safi = in.u8();
    const auto next_hop = in.take(in.u8());
    in.u8();  // reserved: to be ignored (RFC 4760 section 3)
    if (in.failed()) return optional_error(mp_reach, "cut short");
    reaches_ = !in.empty();
    if (family != ipv4_unicast && family != ipv6_unicast) return true;  // not negotiated: ignored
    const bool v6 = family == ipv6_unicast;
    if (next_hop.size() == 32) {
      message_.mp_link_local = net::IpAddress::from_bytes(next_hop.subspan(16));
    } else if (next_hop.size() != 16 && !(next_hop.size() == 4 && !v6)) {
      return optional_error(mp_reach, "next hop of " + std::to_string(next_hop.size()) + " octets",
                            "RFC 7606 section 7.11");
    }
    message_.mp_next_hop =
        net::IpAddress::from_bytes(next_hop.first(std::min<std::size_t>(next_hop.size(), 16)));
    // RFC 4271 section 6.3: what can be no host's address costs the routes, not the session.
    if (!is_host_address(*message_.mp_next_hop)) {
      problem(mp_reach, Outcome::treat_as_withdraw, "next hop " + message_.mp_next_hop->to_string(),
              "RFC 4271 section 6.3");
    }
    if (!read_nlri(in, v6, holds(options_.add_path_receive, family), message_.mp_announced)) {
      return optional_error(mp_reach, "bad prefix");
    }
    return true;
  }

  bool read_unreach(Bytes value) {
    WireReader in(value);
    AfiSafi family;
    family.afi = in.u16();
    family.safi = in.u8();
    if (in.failed()) return optional_error(mp_unreach, "cut short");
    if (family != ipv4_unicast && family != ipv6_unicast) return true;
    if (in.empty()) unreach_end_ = family;
    if (!read_nlri(in, family == ipv6_unicast, holds(options_.add_path_receive, family),
                   message_.withdrawn)) {
      return optional_error(mp_unreach, "bad prefix");
    }
    return true;
  }

  // RFC 7606 section 5.2: attributes with an error and no reachable prefixes, which may thus have
  // been lost to the error. What only withdraws by MP_UNREACH_NLRI is not meant.
  bool names_nothing() const {
    if (reaches_ || !message_.announced.empty()) return false;
    const bool others = seen_.count() > (seen_.test(mp_unreach) ? 1U : 0U);
    return (others || cut_) && std::ranges::any_of(problems_, [](const AttributeProblem& p) {
             return p.outcome > Outcome::attribute_discard;
           });
  }

  void need(AttributeCode code) {
    const auto number = static_cast<std::uint8_t>(code);
    if (!seen_.test(number)) {
      problem(number, Outcome::treat_as_withdraw, "missing", "RFC 7606 section 3 d");
    }
  }

  void finish(bool has_attributes, std::size_t body_size) {
    const bool announces = !message_.announced.empty() || !message_.mp_announced.empty();
    if (announces) {
      need(AttributeCode::origin);
      need(AttributeCode::as_path);
      if (!message_.announced.empty()) need(AttributeCode::next_hop);
      if (!options_.external && !options_.confederation) need(AttributeCode::local_pref);
      merge_four_octet(attributes_, scratch_);
      message_.attributes = std::move(attributes_);
    } else if (!has_attributes && body_size == 4) {
      message_.end_of_rib = ipv4_unicast;
    } else if (unreach_end_ && message_.withdrawn.empty()) {
      message_.end_of_rib = unreach_end_;
    }
  }

  const CodecOptions& options_;
  UpdateMessage message_;
  PathAttributes attributes_;
  AttributeScratch scratch_;
  std::bitset<256> seen_;
  std::vector<AttributeProblem> problems_;
  std::optional<AfiSafi> unreach_end_;
  bool reaches_ = false;  // MP_REACH_NLRI has prefixes, of whatever family
  bool cut_ = false;      // the last attribute runs past the end
  std::optional<MessageError> error_;
};

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::none:
      return "none";
    case Outcome::attribute_discard:
      return "attribute discard";
    case Outcome::treat_as_withdraw:
      return "treat as withdraw";
    case Outcome::session_reset:
      return "session reset";
  }
  return "?";
}

tl::expected<DecodedUpdate, MessageError> decode_update(Bytes body, const CodecOptions& options) {
  return UpdateDecoder(options).run(body);
}

}  // namespace seatrial::bgp
