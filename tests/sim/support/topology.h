// Small networks for tests of the simulated machine, and handlers that remember what they saw.
//
//   Lan net(seed);
//   Machine& a = net.machine("a");
//   net.link(a, "eth0", "10.0.0.1/24", b, "eth0", "10.0.0.2/24");
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/io/host.h"
#include "sim/ethernet/device.h"
#include "sim/ethernet/link.h"
#include "sim/ethernet/mac_allocator.h"
#include "sim/host/host.h"
#include "sim/host/machine.h"

namespace seatrial::test {

class Lan {
 public:
  explicit Lan(std::uint64_t seed = 1) : world(seed) {}

  sim::Machine& machine(const std::string& name,
                        const sim::TcpPreset& tcp = sim::TcpPreset::linux_default()) {
    machines_.push_back(std::make_unique<sim::Machine>(world, name, tcp));
    return *machines_.back();
  }
  ns3::Ptr<sim::EthernetDevice> device(sim::Machine& machine, const std::string& interface) {
    return sim::EthernetDevice::create(machine.node(), machine.name() + ":" + interface,
                                       macs_.next());
  }
  ns3::Ptr<sim::EthernetLink> link(sim::Machine& a, const std::string& a_interface,
                                   const std::string& a_address, sim::Machine& b,
                                   const std::string& b_interface, const std::string& b_address,
                                   const sim::LinkOptions& options = {}) {
    const auto a_device = device(a, a_interface);
    const auto b_device = device(b, b_interface);
    const auto cable = sim::EthernetLink::connect(a_device, b_device, options);
    a.add_interface(a_device, a_interface, net::InterfaceAddress::parse(a_address));
    b.add_interface(b_device, b_interface, net::InterfaceAddress::parse(b_address));
    return cable;
  }
  // A pod behind a node, as Calico wires it.
  sim::Machine& pod(sim::Machine& node, const std::string& name, const std::string& address) {
    sim::Machine& made = machine(name);
    const auto node_side = device(node, "cali-" + name);
    const auto pod_side = device(made, "eth0");
    sim::EthernetLink::connect(node_side, pod_side, sim::virtual_pair_options());
    node.add_pod_port(node_side, "cali-" + name, *net::IpAddress::parse(address));
    made.add_pod_interface(pod_side, "eth0", *net::IpAddress::parse(address));
    return made;
  }
  void run_for(Duration d) { world.run_for(d); }

  sim::World world;

 private:
  std::vector<std::unique_ptr<sim::Machine>> machines_;
  sim::MacAllocator macs_;
};

inline net::IpAddress ip(const std::string& text) {
  return *net::IpAddress::parse(text);
}
inline net::Prefix prefix(const std::string& text) {
  return *net::Prefix::parse(text);
}
inline net::Endpoint endpoint(const std::string& text) {
  return *net::Endpoint::parse(text);
}

inline void route(sim::Machine& machine, const std::string& to,
                  const std::vector<std::string>& via) {
  sim::Route made{.prefix = prefix(to)};
  for (const auto& gateway : via) made.next_hops.push_back(sim::NextHop::via(ip(gateway)));
  machine.fib().replace(made);
}

// Remembers everything that a stream says.
class Ear : public io::StreamHandler {
 public:
  std::unique_ptr<io::Stream> stream;
  std::string text;
  std::size_t bytes = 0;
  bool keep_text = true;
  bool connected = false;
  bool ended = false;
  int drained = 0;
  std::optional<io::CloseReason> closed;
  TimePoint connected_at{};
  TimePoint closed_at{};
  TimePoint last_data_at{};
  io::Host* host = nullptr;
  std::function<void(Ear&)> when_connected, when_data, when_end, when_closed, when_drained;

  void on_connected() override {
    connected = true;
    connected_at = host->now();
    if (when_connected) when_connected(*this);
  }
  void on_data(io::Bytes data) override {
    bytes += data.size();
    if (keep_text) text += io::as_text(data);
    last_data_at = host->now();
    if (when_data) when_data(*this);
  }
  void on_end() override {
    ended = true;
    if (when_end) when_end(*this);
  }
  void on_drained() override {
    ++drained;
    if (when_drained) when_drained(*this);
  }
  void on_closed(io::CloseReason reason) override {
    closed = reason;
    closed_at = host->now();
    if (when_closed) when_closed(*this);
  }
};

// A server that gives every connection an Ear.
class Server {
 public:
  Server(io::Host& host, const std::string& local, std::function<void(Ear&)> prepare = {},
         const io::ListenOptions& options = {})
      : host_(host) {
    listener = host.listen(
        endpoint(local),
        [this, prepare = std::move(prepare)](std::unique_ptr<io::Stream> stream) {
          auto ear = std::make_unique<Ear>();
          ear->host = &host_;
          ear->stream = std::move(stream);
          if (prepare) prepare(*ear);
          ear->stream->set_handler(ear.get());
          ears.push_back(std::move(ear));
        },
        options);
  }
  std::unique_ptr<io::Listener> listener;
  std::vector<std::unique_ptr<Ear>> ears;

 private:
  io::Host& host_;
};

inline std::unique_ptr<Ear> dial(io::Host& host, const std::string& remote,
                                 const io::ConnectOptions& options = {},
                                 const std::function<void(Ear&)>& prepare = {}) {
  auto ear = std::make_unique<Ear>();
  ear->host = &host;
  if (prepare) prepare(*ear);
  ear->stream = host.connect(endpoint(remote), ear.get(), options);
  return ear;
}

class DatagramEar : public io::DatagramHandler {
 public:
  struct Datagram {
    net::Endpoint from, to;
    std::string text;
  };
  std::vector<Datagram> received;
  std::vector<net::Endpoint> unreachable;
  std::unique_ptr<io::DatagramSocket> socket;
  bool echo = false;

  void on_datagram(const net::Endpoint& from, const net::Endpoint& to, io::Bytes bytes) override {
    received.push_back({from, to, std::string(io::as_text(bytes))});
    if (echo) socket->send(from, io::as_bytes("re:" + received.back().text), to.address);
  }
  void on_unreachable(const net::Endpoint& to) override { unreachable.push_back(to); }
};

// Sees the TCP headers at a device: ports, flags, options, as bytes.
class SegmentTap : public sim::FrameTap {
 public:
  struct Segment {
    TimePoint at;
    bool sent = false;
    std::uint16_t source_port = 0, destination_port = 0;
    std::uint32_t sequence = 0, acknowledgment = 0;
    std::uint8_t flags = 0;
    std::uint16_t window = 0;
    std::vector<std::uint8_t> options;
    std::size_t payload = 0;
    std::size_t ip_length = 0;

    // The value of an option, without kind and length.
    std::optional<std::vector<std::uint8_t>> option(std::uint8_t kind) const {
      for (std::size_t i = 0; i < options.size() && options[i] != 0;) {
        if (options[i] == 1) {
          ++i;
          continue;
        }
        if (i + 1 >= options.size() || options[i + 1] < 2) break;
        if (options[i] == kind) {
          return std::vector<std::uint8_t>(
              options.begin() + static_cast<std::ptrdiff_t>(i) + 2,
              options.begin() + static_cast<std::ptrdiff_t>(i + options[i + 1]));
        }
        i += options[i + 1];
      }
      return std::nullopt;
    }
  };
  std::vector<Segment> segments;
  std::vector<std::vector<std::uint8_t>> frames;  // every frame, whole

  void on_transmit(TimePoint at, const ns3::Packet& frame) override { add(at, frame, true); }
  void on_receive(TimePoint at, const ns3::Packet& frame) override { add(at, frame, false); }
  void on_carrier_lost(TimePoint) override {}

 private:
  void add(TimePoint at, const ns3::Packet& frame, bool sent) {
    std::vector<std::uint8_t> octets(frame.GetSize());
    frame.CopyData(octets.data(), frame.GetSize());
    if (octets.size() >= 54 && octets[12] == 0x08 && octets[13] == 0 && octets[23] == 6) {
      const std::uint8_t* ip_header = octets.data() + 14;
      const std::uint8_t* tcp = ip_header + (ip_header[0] & 0x0fU) * 4U;
      const auto u16 = [](const std::uint8_t* p) {
        return static_cast<std::uint16_t>((p[0] << 8U) | p[1]);
      };
      const auto u32 = [&](const std::uint8_t* p) {
        return (std::uint32_t{u16(p)} << 16U) | u16(p + 2);
      };
      Segment segment{.at = at, .sent = sent};
      segment.source_port = u16(tcp);
      segment.destination_port = u16(tcp + 2);
      segment.sequence = u32(tcp + 4);
      segment.acknowledgment = u32(tcp + 8);
      const std::size_t header = (tcp[12] >> 4U) * 4U;
      segment.flags = tcp[13];
      segment.window = u16(tcp + 14);
      segment.options.assign(tcp + 20, tcp + header);
      segment.ip_length = u16(ip_header + 2);
      segment.payload = segment.ip_length - 20 - header;
      segments.push_back(segment);
    }
    frames.push_back(std::move(octets));
  }
};

}  // namespace seatrial::test
