// DNS messages (RFC 1035; EDNS(0), RFC 6891) between values and bytes. The wire format, name
// compression included, is ldns's; this file is only the translation, so that no ldns type and no
// hand-freed memory reaches a model.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "models/dns/message.h"

namespace seatrial::dns {

struct CodecError {
  std::string message;  // what was attempted and why it failed
};

// Fails on what has no wire form: a label above 63 octets, a name above 255, data of the wrong kind
// for its type.
tl::expected<std::vector<std::uint8_t>, CodecError> encode(const Message& message);

// Only class IN is known; another class is an error.
tl::expected<Message, CodecError> decode(io::Bytes bytes);

// Lower case without the last dot, as Question and Record hold names.
std::string canonical_name(std::string_view name);

}  // namespace seatrial::dns
