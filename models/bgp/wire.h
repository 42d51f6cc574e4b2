// Big-endian reading with one sticky "ran out" state, and writing. A reader never looks past its
// end, so a decoder checks once after a group of fields instead of before each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace seatrial::bgp {

using Octets = std::vector<std::uint8_t>;

class WireReader {
 public:
  explicit WireReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::size_t left() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  bool failed() const { return failed_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::span<const std::uint8_t> take(std::size_t count) {
    if (count > bytes_.size()) {
      failed_ = true;
      bytes_ = {};
      return {};
    }
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  WireReader sub(std::size_t count) { return WireReader(take(count)); }
  std::span<const std::uint8_t> rest() { return take(bytes_.size()); }

 private:
  std::uint64_t number(std::size_t octets) {
    std::uint64_t value = 0;
    for (const auto byte : take(octets)) value = (value << 8) | byte;
    return value;
  }

  std::span<const std::uint8_t> bytes_;
  bool failed_ = false;
};

class WireWriter {
 public:
  explicit WireWriter(Octets& out) : out_(out) {}

  void u8(std::uint8_t v) { out_.push_back(v); }
  void u16(std::uint16_t v) { number(v, 2); }
  void u32(std::uint32_t v) { number(v, 4); }
  void u64(std::uint64_t v) { number(v, 8); }
  void bytes(std::span<const std::uint8_t> b) { out_.insert(out_.end(), b.begin(), b.end()); }
  std::size_t size() const { return out_.size(); }
  // Fills in a length that was not known when its place was written.
  void patch_u16(std::size_t at, std::size_t value) {
    out_[at] = static_cast<std::uint8_t>(value >> 8);
    out_[at + 1] = static_cast<std::uint8_t>(value);
  }
  void patch_u8(std::size_t at, std::size_t value) { out_[at] = static_cast<std::uint8_t>(value); }

 private:
  void number(std::uint64_t v, int octets) {
    for (int i = octets - 1; i >= 0; --i) out_.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
  }

  Octets& out_;
};

}  // namespace seatrial::bgp
