#include "results/compare/listing.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "results/messages/reader.h"

namespace seatrial::results {
namespace {

class Lister : public MessageSink {
 public:
  void on_open(ConversationId id, const Conversation& conversation) override {
    const auto number = ++opened_[conversation.group];
    auto& entry = conversations_[id];
    entry.group = conversation.group;
    entry.number = conversation.only_one ? 0 : number;
  }
  void on_message(ConversationId id, const std::string& lane, Message message) override {
    nlohmann::ordered_json fields = nlohmann::ordered_json::object();
    for (auto& field : message.fields) {
      const bool octets = field.name == "tcp.payload" || field.name == "udp.payload";
      if (octets) {
        fields[std::string(field.name)] =
            std::to_string(field.value.size()) + " octets, hash " + hex(hash_of(field.value));
        continue;
      }
      auto& place = fields[std::string(field.name)];
      place = place.is_null() ? field.value : place.get<std::string>() + ", " + field.value;
    }
    auto& entry = conversations_[id];
    const nlohmann::ordered_json line = {
        {"conversation",
         entry.group + (entry.number == 0 ? "" : " #" + std::to_string(entry.number))},
        {"lane", lane},
        {"message", message.title},
        {"fields", fields}};
    entry.lanes[lane] +=
        line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  void on_close(ConversationId /*id*/) override {}
  void on_note(const std::string& /*what*/, std::uint64_t /*count*/) override {}
  void on_order(const std::string& /*what*/, std::uint64_t /*digest*/) override {}
  bool is_first(const std::string& group, std::uint64_t digest) override {
    return told_.emplace(group, digest).second;
  }

  std::string text() const {
    std::map<std::pair<std::string, std::uint64_t>, const Entry*> in_order;
    for (const auto& [id, entry] : conversations_) {
      in_order.emplace(std::pair(entry.group, entry.number), &entry);
    }
    std::string out;
    for (const auto& [_, entry] : in_order) {
      for (const auto& [lane, lines] : entry->lanes) out += lines;
    }
    return out;
  }

 private:
  struct Entry {
    std::string group;
    std::uint64_t number = 0;
    std::map<std::string, std::string> lanes;
  };
  std::map<ConversationId, Entry> conversations_;
  std::map<std::string, std::uint64_t> opened_;
  std::set<std::pair<std::string, std::uint64_t>> told_;
};

}  // namespace

std::string message_listing(Source& source, const Lens& lens) {
  Lister lister;
  MessageReader reader(lister, lens, Depth::messages);
  for (; source.head(); source.advance()) reader.add(source.reader().link_type(), *source.head());
  reader.finish();
  return lister.text();
}

}  // namespace seatrial::results
