// A BGP speaker on a machine: its routes go into the machine's forwarding table, its next hops are
// tracked there, and a session whose interface goes down notices as far as the profile does. BFD
// runs beside it for the neighbours that have it.
//
// It is one process of the machine, which can be killed, terminated, frozen and started again. What
// then becomes of the routes that the kernel has is the daemon's way: zebra takes a dead bgpd's
// routes out at once, unless bgpd restarts gracefully; a killed BIRD leaves its routes, and
// Calico's
// (`persist`) a terminated one, too. Who starts again with graceful restart keeps them until every
// peer has said End-of-RIB (RibSink::restart_done) and puts no new ones beside them before; a plain
// BIRD deletes them as it starts.
//
// The first start is never a restart, not even Calico's, whose BIRD always claims one (`bird -R`):
// at the start of a run nobody has been there before, and a peer that never comes must not keep a
// whole cluster without routes for four minutes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "models/bfd/bgp_liveness.h"
#include "models/bgp/speaker.h"
#include "models/io/process.h"
#include "sim/host/host.h"
#include "sim/host/machine.h"

namespace seatrial::sim {

class BgpRouter final : public bgp::RibSink, public bgp::NexthopResolver {
 public:
  // The machine has its interfaces and addresses already, and outlives the router.
  BgpRouter(Machine& machine, bgp::SpeakerConfig config, bgp::Observer* observer,
            bfd::Observer* bfd_observer = nullptr);
  ~BgpRouter() override;

  // False when the port was not to be had. After kill() or terminate(): a new process.
  bool start();
  void kill();        // SIGKILL
  void terminate();   // SIGTERM: Cease/Administrative Shutdown first
  void freeze();      // SIGSTOP
  void thaw();        // SIGCONT
  void clear();       // every session: Cease/Administrative Reset
  void clear_soft();  // ROUTE-REFRESH to every peer that can
  void clear(const net::IpAddress& peer, bgp::ClearKind kind);

  // Told when a process starts as one that restarts gracefully, and when that is over.
  void observe_restart(std::function<void(bool begins)> observer) {
    restart_observer_ = std::move(observer);
  }

  // Both nullptr while there is no process.
  const bgp::Speaker* speaker() const { return speaker_.get(); }
  bfd::Agent* bfd() { return bfd_.get(); }
  const bgp::SpeakerConfig& config() const { return config_; }
  // What the daemon is told to announce; a process that starts later is told, too.
  void originate(const bgp::OriginatedRoute& route);
  void withdraw(const net::Prefix& prefix);

  void route_changed(const net::Prefix& prefix, std::span<const bgp::NextHop> next_hops) override;
  void route_removed(const net::Prefix& prefix) override;
  void restart_done() override;
  std::optional<std::uint32_t> resolve(const net::IpAddress& next_hop) const override;
  bool has_route(const net::Prefix& prefix) const override;
  bool connected(const net::IpAddress& address) const override;
  bgp::Link link(const net::IpAddress& local, const net::IpAddress& peer) const override;

 private:
  enum class End { killed, terminated };
  void make_process(bgp::StartMode mode);
  void end(End how);
  bool restarts_gracefully() const;
  bool leaves_routes(End how) const;
  void report_end(const std::string& reason);
  void interface_changed(int interface, bool up);
  void install(const net::Prefix& prefix, std::span<const bgp::NextHop> next_hops);
  void remove(const net::Prefix& prefix);
  void prune();

  Machine& machine_;
  bgp::SpeakerConfig config_;
  bgp::Observer* observer_;
  bfd::Observer* bfd_observer_;
  std::unique_ptr<io::Process> process_;
  std::unique_ptr<bfd::Agent> bfd_;
  std::unique_ptr<bfd::BgpLiveness> liveness_;
  std::unique_ptr<bgp::Speaker> speaker_;
  std::unique_ptr<io::Timer> recheck_;
  std::unique_ptr<io::Timer> prune_;
  std::map<net::Prefix, bgp::OriginatedRoute> originated_;
  std::set<net::Prefix> installed_;
  std::set<net::Prefix> left_;  // by a process that ended, and not offered by the new one so far
  // While BIRD recovers its kernel protocol waits: what the speaker has told meanwhile.
  std::optional<std::map<net::Prefix, std::vector<bgp::NextHop>>> waiting_;
  std::function<void(bool begins)> restart_observer_;
  bool keeps_ = false;  // what the speaker removes stays in the table
  mutable std::set<net::IpAddress> watched_;
};

}  // namespace seatrial::sim
