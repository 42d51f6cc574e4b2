// One direction of a TCP connection put together (RFC 9293 section 3.4): retransmissions,
// reordering and overlap give each octet once, the first copy that was captured. A capture may
// begin inside a connection and may lack segments; a gap is told when the connection ends or when
// too much waits behind it. Octets that have been delivered are not kept. Each piece is told with
// the frame that brought it, also where it waited for another one.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "results/dissect/packet.h"
#include "results/dissect/stamp.h"

namespace seatrial::results {

class TcpReceiver {
 public:
  virtual ~TcpReceiver() = default;
  virtual void on_bytes(ByteSpan bytes, const Stamp& at) = 0;
  // That many octets were not captured; `at`: what comes after them.
  virtual void on_gap(std::uint64_t octets, const Stamp& at) = 0;
};

class TcpStream {
 public:
  // A segment as it was captured; SYN and FIN count as octets of the sequence space.
  void add(const Packet& packet, const Stamp& at, TcpReceiver& receiver);
  // No more will come: what waits behind gaps is delivered.
  void finish(const Stamp& at, TcpReceiver& receiver);

  bool started() const { return started_; }
  bool saw_syn() const { return saw_syn_; }
  bool finished() const { return finished_; }  // all octets up to the FIN have been delivered
  std::uint32_t initial_sequence() const { return initial_; }
  std::uint64_t retransmitted() const { return retransmitted_; }  // octets that came again

 private:
  void deliver(std::uint64_t place, ByteSpan bytes, const Stamp& at, TcpReceiver& receiver);
  void drain(TcpReceiver& receiver);
  void skip_gap(TcpReceiver& receiver);
  std::int64_t position(std::uint32_t sequence) const;

  bool started_ = false;
  bool saw_syn_ = false;
  bool finished_ = false;
  std::uint32_t initial_ = 0;
  std::uint64_t next_ = 0;  // offset of the next octet, counted from the first
  std::uint64_t fin_ = 0;
  bool fin_known_ = false;
  std::uint64_t retransmitted_ = 0;
  struct Held {
    std::vector<std::uint8_t> bytes;
    std::uint64_t missing = 0;  // octets after them that a snaplen has cut
    Stamp at;
  };
  std::map<std::uint64_t, Held> held_;
  std::size_t held_octets_ = 0;
};

}  // namespace seatrial::results
