// Captures made by hand for tests: frames of a TCP connection, of UDP and ARP, written to a file.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "results/pcap/writer.h"
#include "tests/results/pcap/frames.h"

namespace seatrial::results::test {

inline Bytes octets(std::string_view text) {
  return {text.begin(), text.end()};
}
inline Bytes u32(std::uint64_t value) {
  return u16(value >> 16 & 0xffff) + u16(value & 0xffff);
}

inline Bytes ip_frame(std::uint8_t protocol, std::uint32_t from, std::uint32_t to,
                      const Bytes& payload, std::size_t flags_and_offset = 0,
                      std::size_t identification = 0) {
  return ethernet(0x0800) + Bytes{0x45, 0} + u16(20 + payload.size()) + u16(identification) +
         u16(flags_and_offset) + Bytes{64, protocol, 0, 0} + u32(from) + u32(to) + payload;
}

inline constexpr std::uint8_t FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16;

struct Segment {
  std::uint32_t from = 0x0a000001, to = 0x0a000002;  // 10.0.0.1, 10.0.0.2
  std::uint16_t from_port = 40000, to_port = 80;
  std::uint32_t sequence = 0, acknowledgment = 0;
  std::uint8_t flags = ACK;
  Bytes data;

  Bytes frame() const {
    return ip_frame(6, from, to,
                    u16(from_port) + u16(to_port) + u32(sequence) + u32(acknowledgment) +
                        Bytes{0x50, flags} + u16(65535) + u16(0) + u16(0) + data);
  }
};

struct Timed {
  Duration at{};
  Bytes frame;
};
using Frames = std::vector<Timed>;

// One TCP connection, frame by frame, a millisecond apart.
class Talk {
 public:
  Talk(Frames& frames, Duration begin, std::uint16_t client_port = 40000,
       std::uint16_t server_port = 80)
      : frames_(frames), at_(begin) {
    to_server_.from_port = client_port;
    to_server_.to_port = server_port;
    to_server_.sequence = 1000 + client_port;
    to_client_.sequence = 9000 + client_port;
    std::swap(to_client_.from, to_client_.to);
    to_client_.from_port = server_port;
    to_client_.to_port = client_port;
  }

  Talk& open() {
    put(to_server_, SYN);
    to_server_.sequence += 1;
    to_client_.acknowledgment = to_server_.sequence;
    put(to_client_, SYN | ACK);
    to_client_.sequence += 1;
    to_server_.acknowledgment = to_client_.sequence;
    return ack_by_client();
  }
  Talk& client(const Bytes& data) {
    put(to_server_, PSH | ACK, data);
    to_client_.acknowledgment = to_server_.sequence += static_cast<std::uint32_t>(data.size());
    return *this;
  }
  Talk& server(const Bytes& data) {
    put(to_client_, PSH | ACK, data);
    to_server_.acknowledgment = to_client_.sequence += static_cast<std::uint32_t>(data.size());
    return *this;
  }
  Talk& client(std::string_view text) { return client(octets(text)); }
  Talk& server(std::string_view text) { return server(octets(text)); }
  Talk& ack_by_client() {
    put(to_server_, ACK);
    return *this;
  }
  Talk& refuse() {
    put(to_server_, SYN);
    to_client_.acknowledgment = to_server_.sequence + 1;
    put(to_client_, RST | ACK);
    return *this;
  }
  Talk& close() {
    put(to_server_, FIN | ACK);
    to_client_.acknowledgment = ++to_server_.sequence;
    put(to_client_, FIN | ACK);
    to_server_.acknowledgment = ++to_client_.sequence;
    return ack_by_client();
  }
  Talk& pause(Duration time) {
    at_ += time;
    return *this;
  }

 private:
  void put(Segment& segment, int flags, const Bytes& data = {}) {
    segment.flags = static_cast<std::uint8_t>(flags);
    segment.data = data;
    frames_.push_back({at_, segment.frame()});
    at_ += 1ms;
  }

  Frames& frames_;
  Duration at_;
  Segment to_server_, to_client_;
};

// A folder of the test's own, removed with it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "seatrial-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::filesystem::path write(const std::string& name, const Frames& frames) const {
    auto writer = PcapWriter::create(path_ / name).value();
    for (const auto& [at, frame] : frames) writer.write(TimePoint(at), frame);
    (void)writer.close();
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace seatrial::results::test
