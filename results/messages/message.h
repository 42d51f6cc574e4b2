// What a capture says, in the order in which it says it: conversations (a TCP connection, the DNS
// questions of a host to a server, ...), and in them messages.
//
// The messages of one lane of a conversation have an order; those of two lanes have none. A TCP
// connection has a lane for each direction; of a BGP session each prefix in each direction is one,
// because a RIB does not depend on the order in which different prefixes came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/net/units.h"
#include "results/dissect/stamp.h"
#include "results/messages/lens.h"

namespace seatrial::results {

struct Field {
  std::string_view name;  // lives for ever
  std::string value;
};

struct Message {
  std::string_view kind;      // "http.request"; lives for ever
  std::string title;          // "GET /api"
  std::vector<Field> fields;  // what is compared
  std::uint64_t key = 0;      // equal: the same message, perhaps with other fields
  std::uint64_t digest = 0;   // equal: the same in every field
  Stamp at;
  std::optional<Duration> response_time;  // of an answer
  bool optional = false;  // that the other side has nothing in this lane is no difference
};

using ConversationId = std::uint64_t;

struct Conversation {
  std::string
      group;  // "BGP 10.0.0.1 - 10.0.0.2"; its k-th on one side answers the k-th on the other
  std::string ports;  // what tells it from its siblings, for a person; not compared
  // Of a TCP connection, what is drawn at random for it (RFC 9293 section 3.4.1): two captures that
  // hold the same one hold the same packets, and not two takes. 0: not known.
  std::uint64_t identity = 0;
  bool only_one = false;  // a group of one, which never closes
  Stamp at;
};

class MessageSink {
 public:
  virtual ~MessageSink() = default;
  virtual void on_open(ConversationId id, const Conversation& conversation) = 0;
  // `lane`: "10.0.0.1 > 10.0.0.2"
  virtual void on_message(ConversationId id, const std::string& lane, Message message) = 0;
  virtual void on_close(ConversationId id) = 0;
  // Worth telling, and no difference by itself: how many of what, and a hash of an order.
  virtual void on_note(const std::string& what, std::uint64_t count) = 0;
  virtual void on_order(const std::string& what, std::uint64_t digest) = 0;
  // Whether this content has not been told of this group before.
  virtual bool is_first(const std::string& group, std::uint64_t digest) = 0;
};

// A hash of octets that come in pieces; where they are cut does not matter.
class StreamHash {
 public:
  void add(std::span<const std::uint8_t> bytes);
  void add(std::string_view text);
  std::uint64_t value() const;
  std::uint64_t size() const { return size_; }

 private:
  std::uint64_t state_ = 0x9e3779b97f4a7c15U;
  std::uint64_t word_ = 0;
  std::uint64_t size_ = 0;
};

std::string hex(std::uint64_t value);
std::uint64_t hash_of(std::string_view text, std::uint64_t seed = 0);
// A copy of the name that lives for ever; the same name gives the same copy.
std::string_view lasting_name(std::string_view name);

// Builds a message as the lens sees it: ignored fields are not in it.
class MessageBuilder {
 public:
  MessageBuilder(const Lens& lens, std::string_view kind, const Stamp& at);

  MessageBuilder& title(std::string text);
  // What makes it the same message as another one, besides its kind.
  MessageBuilder& key(std::string_view part);
  // The same of what is a field too: passed over where that is ignored.
  MessageBuilder& key(std::string_view name, std::string_view part);
  MessageBuilder& field(std::string_view name, std::string value);
  MessageBuilder& response_time(std::optional<Duration> time);
  Message build();

 private:
  const Lens& lens_;
  Message message_;
};

}  // namespace seatrial::results
