// What a BGP speaker gives to an MRT file: all that happens on its sessions, as it happens, and its
// table at a moment.
#pragma once

#include <iosfwd>

#include "models/bgp/observer.h"
#include "models/bgp/speaker.h"
#include "results/mrt/mrt.h"

namespace seatrial::results::mrt {

// Writes every message, sent and received, and every state change of the speakers it observes as
// BGP4MP_ET records. Whether they could be written the stream remembers.
class UpdateWriter final : public bgp::Observer {
 public:
  // The stream must outlive the writer. `flush`: after each record, for a reader that follows.
  UpdateWriter(std::ostream& out, Epoch epoch, bool flush = false)
      : out_(out), epoch_(epoch), flush_(flush) {}

  void session_changed(const bgp::SessionEvent& event) override;
  void message(const bgp::MessageEvent& event) override;

 private:
  void write(const bgp::Octets& record);

  std::ostream& out_;
  Epoch epoch_;
  bool flush_;
};

// The whole table as TABLE_DUMP_V2: the peers, then every path of every prefix, attributes as
// received. Peer 0 is the speaker itself (0.0.0.0, AS 0, as FRR has it) with the routes that it
// originates.
bgp::Octets table_dump(const bgp::Speaker& speaker, std::string_view name, TimePoint now,
                       Epoch epoch);
// The same of a speaker that is not there any more: its peers and no path.
bgp::Octets empty_table_dump(const bgp::Speaker& speaker, std::string_view name, TimePoint now,
                             Epoch epoch);

}  // namespace seatrial::results::mrt
