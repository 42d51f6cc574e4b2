#include "results/messages/message.h"

#include <cstring>
#include <set>

namespace seatrial::results {
namespace {

constexpr std::uint64_t odd = 0x9fb21c651e98df25U;

std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
  const auto product = static_cast<Uint128>(state ^ word) * odd;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

void StreamHash::add(std::span<const std::uint8_t> bytes) {
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  while (left > 0 && size_ % 8 != 0) {
    word_ |= std::uint64_t{*at++} << (8 * (size_ % 8));
    --left;
    if (++size_ % 8 == 0) {
      state_ = mix(state_, word_);
      word_ = 0;
    }
  }
  for (; left >= 8; left -= 8, at += 8, size_ += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    state_ = mix(state_, word);
  }
  for (; left > 0; --left) word_ |= std::uint64_t{*at++} << (8 * (size_++ % 8));
}

void StreamHash::add(std::string_view text) {
  add(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::uint64_t StreamHash::value() const {
  return mix(mix(state_, word_), size_ + 1);
}

std::string hex(std::uint64_t value) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[value >> shift & 15U];
  return out;
}

std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
  StreamHash hash;
  hash.add(text);
  return mix(hash.value(), seed + 1);
}

std::string_view lasting_name(std::string_view name) {
  // Names of header fields: a capture of hostile ones could make this grow without bound.
  static std::set<std::string, std::less<>> names;
  const auto at = names.find(name);
  if (at != names.end()) return *at;
  if (names.size() >= 10000) return "http.other";
  return *names.emplace(name).first;
}

MessageBuilder::MessageBuilder(const Lens& lens, std::string_view kind, const Stamp& at)
    : lens_(lens) {
  message_.kind = kind;
  message_.at = at;
  message_.key = message_.digest = hash_of(kind);
}

MessageBuilder& MessageBuilder::title(std::string text) {
  message_.title = std::move(text);
  return *this;
}

MessageBuilder& MessageBuilder::key(std::string_view part) {
  message_.key = hash_of(part, message_.key);
  message_.digest = hash_of(part, message_.digest);
  return *this;
}

MessageBuilder& MessageBuilder::key(std::string_view name, std::string_view part) {
  return lens_.ignores(name) ? *this : key(part);
}

MessageBuilder& MessageBuilder::field(std::string_view name, std::string value) {
  if (lens_.ignores(name)) return *this;
  message_.digest = hash_of(value, hash_of(name, message_.digest));
  message_.fields.push_back({name, std::move(value)});
  return *this;
}

MessageBuilder& MessageBuilder::response_time(std::optional<Duration> time) {
  message_.response_time = time;
  return *this;
}

Message MessageBuilder::build() {
  return std::move(message_);
}

}  // namespace seatrial::results
