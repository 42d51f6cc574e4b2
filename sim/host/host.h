// io::Host on an ns-3 node: simulated time, simulated TCP and UDP, one CPU.
//
// Callbacks come from simulator events, never inside a call of the model. The CPU is a FIFO queue:
// spend(d) starts when earlier work of this host is done. Random streams are the run's, named
// "<node>/<name>", so that what one node draws moves nothing at another.
#pragma once

#include <ns3/ptr.h>

#include <memory>
#include <string>

#include "models/io/host.h"

namespace seatrial::sim {

class TcpProtocol;
class UdpProtocol;

class Host : public io::Host {
 public:
  Host(std::string name, io::RandomStreams& random, ns3::Ptr<TcpProtocol> tcp,
       ns3::Ptr<UdpProtocol> udp);
  ~Host() override;

  const std::string& name() const override { return name_; }
  TimePoint now() const override;
  std::unique_ptr<io::Timer> timer(std::function<void()> callback) override;
  void post(std::function<void()> callback) override;
  void spend(Duration cpu, std::function<void()> then) override;
  std::unique_ptr<io::Stream> connect(const net::Endpoint& remote, io::StreamHandler* handler,
                                      const io::ConnectOptions& options = {}) override;
  std::unique_ptr<io::Listener> listen(const net::Endpoint& local, io::AcceptHandler accept,
                                       const io::ListenOptions& options = {}) override;
  std::unique_ptr<io::DatagramSocket> bind_datagram(const net::Endpoint& local,
                                                    io::DatagramHandler* handler) override;
  io::RandomStream& random(std::string_view stream) override;

  // From now on nothing of this host runs or sends.
  void power_off();
  // CPU time spent so far, for utilisation reports.
  Duration cpu_used() const { return cpu_used_; }

  // Shared with everything that may fire later, so that it can see that the host is gone.
  struct Life {
    bool powered = true;
  };

 private:
  std::string name_;
  io::RandomStreams& random_;
  ns3::Ptr<TcpProtocol> tcp_;
  ns3::Ptr<UdpProtocol> udp_;
  std::shared_ptr<Life> life_ = std::make_shared<Life>();
  TimePoint cpu_free_{};
  Duration cpu_used_{};
};

}  // namespace seatrial::sim
