// A run that a program started and waits for is of no use without it: it ends when that program
// does, however that ends.
#pragma once

namespace seatrial::cli {

// Where the environment's SEATRIAL_PARENT names the process that started this one: has the kernel
// kill this one when that one is gone (prctl PR_SET_PDEATHSIG), and leaves when it is gone already.
void end_with_parent();

// The children of this process shall end with it.
void be_parent();

}  // namespace seatrial::cli
