// Units as types: time in whole nanoseconds, bandwidth in bits per second.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seatrial {

using Duration = std::chrono::nanoseconds;

// The clock of a host: simulated time since the start of the run, or, on a live host, steady time
// since the process started. Models never read another clock.
struct HostClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<HostClock, Duration>;
  static constexpr bool is_steady = true;
};
using TimePoint = HostClock::time_point;

using namespace std::chrono_literals;  // 5s, 20ms, 2us: Duration's own literals

// "60s", "1.5ms", "2us", "500ns", "2m", "1h". Nothing for anything else.
std::optional<Duration> parse_duration(std::string_view text);
// The shortest exact form with one unit: 1500000ns is "1.5ms".
std::string to_string(Duration d);
// Seconds since the start of the run, to the nanosecond without trailing zeros: "12.5".
std::string seconds(TimePoint t);

__extension__ using Uint128 = unsigned __int128;  // products of 64-bit quantities

class Bandwidth {
 public:
  constexpr Bandwidth() = default;
  static constexpr Bandwidth bits_per_second(std::uint64_t bps) { return Bandwidth(bps); }
  constexpr std::uint64_t bps() const { return bps_; }
  // How long `bytes` occupy the wire, rounded up to a whole nanosecond.
  constexpr Duration serialization(std::uint64_t bytes) const {
    const auto bit_ns = static_cast<Uint128>(bytes) * 8U * 1'000'000'000U;
    return Duration(static_cast<Duration::rep>((bit_ns + bps_ - 1) / bps_));
  }
  friend constexpr auto operator<=>(Bandwidth, Bandwidth) = default;

 private:
  explicit constexpr Bandwidth(std::uint64_t bps) : bps_(bps) {}
  std::uint64_t bps_ = 10'000'000'000;
};

// "10Gbps", "100Mbps", "9600bps". Nothing for anything else, nor for zero.
std::optional<Bandwidth> parse_bandwidth(std::string_view text);

}  // namespace seatrial
