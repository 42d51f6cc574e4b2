// How the simulated kernel's TCP is tuned.
#pragma once

#include <cstdint>

#include "models/net/units.h"

namespace seatrial::sim {

enum class CongestionControl : std::uint8_t { cubic, new_reno };

struct TcpPreset {
  // Linux 5.10-6.x as Debian ships it, with these sysctls:
  Duration syn_timeout = 1s;     // TCP_TIMEOUT_INIT, doubled each time
  int syn_retries = 6;           // net.ipv4.tcp_syn_retries: gives up 127 s after the first SYN
  int synack_retries = 5;        // net.ipv4.tcp_synack_retries
  int data_retries = 15;         // net.ipv4.tcp_retries2
  int orphan_retries = 8;        // net.ipv4.tcp_orphan_retries 0 means 8: a FIN nobody answers
  Duration minimum_rto = 200ms;  // TCP_RTO_MIN
  Duration delayed_ack = 40ms;   // TCP_DELACK_MIN
  int delayed_ack_segments = 2;  // RFC 9293 section 3.8.6.3
  Duration time_wait = 60s;      // TCP_TIMEWAIT_LEN
  Duration fin_wait_2 = 60s;     // net.ipv4.tcp_fin_timeout, for a connection nobody holds
  int initial_window = 10;       // RFC 6928, in segments
  // Linux grows its buffers from 128 KiB up to 6 MiB; here they are fixed at a size that fills
  // 10 Gb/s up to 200 us of round trip.
  std::uint32_t receive_buffer = 256 * 1024;
  std::uint32_t send_buffer = 256 * 1024;
  std::uint16_t first_ephemeral_port = 32768;  // net.ipv4.ip_local_port_range
  std::uint16_t last_ephemeral_port = 60999;
  bool timestamps = true;
  bool selective_ack = true;
  bool window_scaling = true;
  // Every daemon modelled here sets TCP_NODELAY; false is Nagle's algorithm (RFC 896).
  bool no_delay = true;
  CongestionControl congestion_control = CongestionControl::cubic;

  static TcpPreset linux_default() { return {}; }
};

}  // namespace seatrial::sim
