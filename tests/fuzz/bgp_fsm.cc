// Sequences of events: the state machine alone, stepped with any event in any state, and a speaker
// whose peers connect, say anything, close, let timers run out, while the operator clears, shuts
// and changes it. bgp_machine.h and bgp_world.h have what must hold after every step.
#include <cstdint>

#include "tests/fuzz/bgp_machine.h"
#include "tests/fuzz/bgp_world.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  seatrial::fuzz::Tape tape(data + 1, size - 1);
  if ((data[0] & 7) == 0) {
    seatrial::fuzz::run_machine(tape);
  } else {
    seatrial::fuzz::World(tape).run();
  }
  return 0;
}
