// What Wireshark says about our packets: nothing malformed, no bad checksum, no error, and no
// warning but for the connections that are reset on purpose.

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdio>
#include <filesystem>

#include "results/pcap/writer.h"
#include "sim/capture/capture.h"
#include "sim/netfilter/netfilter.h"
#include "tests/sim/support/topology.h"

using namespace seatrial;
using namespace seatrial::test;

namespace {

// The frames that match a display filter, one line each.
std::string frames_that(const std::string& file, const std::string& filter) {
  const std::string command =
      "tshark -r '" + file +
      "' -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE -Y '" +
      filter + "' -T fields -e frame.number -e _ws.col.Info -e _ws.expert.message 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  std::string lines;
  std::array<char, 4096> buffer{};
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) lines += buffer.data();
  BOOST_REQUIRE(pclose(pipe) == 0);
  return lines;
}

}  // namespace

BOOST_AUTO_TEST_CASE(wireshark_finds_nothing_wrong) {
  const auto file = (std::filesystem::temp_directory_path() / "seatrial-wire-test.pcap").string();
  {
    Lan net;
    auto& client = net.machine("client");
    auto& worker = net.machine("worker");
    auto& pod = net.pod(worker, "pod", "172.16.1.5");
    const auto cable = net.link(client, "eth0", "10.0.0.1/24", worker, "eth0", "10.0.0.2/24");
    worker.set_forwarding(true);
    route(client, "0.0.0.0/0", {"10.0.0.2"});
    worker.netfilter().set_services({{.name = "udp",
                                      .address = ip("10.96.0.10"),
                                      .port = 5300,
                                      .protocol = sim::protocol_udp,
                                      .backends = {endpoint("172.16.1.5:5353")},
                                      .masquerade = true},
                                     {.name = "tcp",
                                      .address = ip("10.96.0.10"),
                                      .port = 80,
                                      .backends = {endpoint("172.16.1.5:8080")}},
                                     {.name = "empty", .address = ip("10.96.0.11"), .port = 80}});
    auto writer = results::PcapWriter::create(file);
    BOOST_REQUIRE(writer.has_value());
    sim::Capture capture(ns3::DynamicCast<sim::EthernetDevice>(cable->GetDevice(0)),
                         std::move(*writer));

    DatagramEar echo, asker;
    echo.echo = true;
    echo.socket = pod.host().bind_datagram(endpoint("0.0.0.0:5353"), &echo);
    asker.socket = client.host().bind_datagram(endpoint("0.0.0.0:0"), &asker);
    Server web(pod.host(), "0.0.0.0:8080", [](Ear& ear) {
      ear.when_data = [](Ear& e) {
        if (e.text.size() < 100'000) return;
        e.stream->send(io::as_bytes(std::string(300'000, 'y')));
        e.stream->shutdown();
      };
    });
    std::vector<std::unique_ptr<Ear>> ears;
    const auto big = [](Ear& ear) {
      ear.when_connected = [](Ear& e) {
        e.stream->send(io::as_bytes(std::string(100'000, 'x')));
        e.stream->shutdown();
      };
    };
    asker.socket->send(endpoint("10.96.0.10:5300"), io::as_bytes("translated"));
    asker.socket->send(endpoint("10.0.0.2:5301"), io::as_bytes("port unreachable"));
    asker.socket->send(endpoint("192.0.2.1:5301"), io::as_bytes("no route"));
    ears.push_back(dial(client.host(), "172.16.1.5:8080", {}, big));
    ears.push_back(dial(client.host(), "10.96.0.10:80", {}, big));
    net.run_for(1s);
    ears.push_back(dial(client.host(), "10.0.0.2:9"));     // refused
    ears.push_back(dial(client.host(), "10.96.0.11:80"));  // rejected
    ears.push_back(dial(client.host(), "172.16.1.5:8080", {.ttl = 1}));
    net.run_for(100ms);
    ears.push_back(dial(client.host(), "172.16.1.5:8080"));
    net.run_for(100ms);
    ears.back()->stream->abort();
    net.run_for(3s);
    BOOST_TEST(asker.received.size() == 1U);
    BOOST_TEST(asker.unreachable.size() == 2U);
    BOOST_TEST(ears[0]->bytes == 300'000U);
    BOOST_TEST(ears[1]->bytes == 300'000U);
    BOOST_REQUIRE(capture.finish(net.world.now()).has_value());
  }
  BOOST_TEST(frames_that(file, "tcp.flags.syn == 1 && tcp.flags.ack == 1") != "");  // it reads them
  BOOST_TEST(frames_that(file, "_ws.malformed") == "");
  BOOST_TEST(frames_that(file, "ip.checksum.status == 0 && !icmp") == "");
  BOOST_TEST(frames_that(file, "tcp.checksum.status == 0 || udp.checksum.status == 0") == "");
  BOOST_TEST(frames_that(file, "icmp.checksum.status == 0") == "");
  // 0x800000 is Wireshark's severity "error", 0x600000 "warning".
  BOOST_TEST(frames_that(file, "_ws.expert.severity == 8388608") == "");
  // Wireshark warns of every RST, and of nothing else here; notes on a retransmission would show
  // that a timer is wrong, since nothing is lost but the SYN that has too few hops to live.
  BOOST_TEST(frames_that(file, "_ws.expert.severity == 6291456 && tcp.flags.reset == 0") == "");
  BOOST_TEST(frames_that(file, "tcp.analysis.retransmission && !ip.ttl == 1 && !icmp") == "");
  BOOST_TEST(frames_that(file,
                         "tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || "
                         "tcp.analysis.out_of_order || tcp.analysis.duplicate_ack") == "");
  std::filesystem::remove(file);
}
