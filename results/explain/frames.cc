#include "results/explain/frames.h"

#include <pcap/pcap.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

namespace seatrial::results {
namespace {

namespace fs = std::filesystem;

constexpr std::uint16_t type_ipv4 = 0x0800;
constexpr std::uint16_t type_vlan = 0x8100;
constexpr std::uint16_t dns_port = 53;

struct Bytes {
  const std::uint8_t* data;
  std::size_t size;
  std::uint32_t number(std::size_t at, std::size_t count) const {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < count; ++i) out = (out << 8U) | data[at + i];
    return out;
  }
};

// Of TCP or UDP over IPv4, first fragments only.
std::optional<Flow> flow_in(const Bytes& frame) {
  std::size_t ip = 14;
  if (frame.size < ip + 20) return std::nullopt;
  auto type = frame.number(12, 2);
  if (type == type_vlan) {
    type = frame.number(16, 2);
    ip += 4;
  }
  if (type != type_ipv4 || frame.size < ip + 20) return std::nullopt;
  const auto header = (frame.data[ip] & 0x0fU) * 4U;
  const auto protocol = frame.data[ip + 9];
  const bool later = (frame.number(ip + 6, 2) & 0x1fffU) != 0;
  if (later || (protocol != 6 && protocol != 17) || frame.size < ip + header + 4) {
    return std::nullopt;
  }
  const auto end = [&](std::size_t address, std::size_t port) {
    return net::Endpoint{net::IpAddress::v4(frame.number(address, 4)),
                         static_cast<std::uint16_t>(frame.number(port, 2))};
  };
  return Flow{static_cast<Transport>(protocol), end(ip + 12, ip + header),
              end(ip + 16, ip + header + 2)};
}

}  // namespace

Frames::Frames(std::string folder) : folder_(std::move(folder)) {
  std::error_code none;
  if (folder_.empty() || !fs::is_directory(fs::path(folder_) / "pcap", none)) return;
  for (const auto& entry : fs::directory_iterator(fs::path(folder_) / "pcap", none)) {
    if (entry.path().extension() == ".pcap") files_.push_back(entry.path().filename().string());
  }
  std::ranges::sort(files_);
}

const Frames::Index& Frames::index(const std::string& file) const {
  const auto [known, fresh] = indexes_.try_emplace(file);
  if (!fresh) return known->second;
  char error[PCAP_ERRBUF_SIZE];
  const auto path = (fs::path(folder_) / "pcap" / file).string();
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> in(
      pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error),
      &pcap_close);
  if (!in || pcap_datalink(in.get()) != DLT_EN10MB) return known->second;
  pcap_pkthdr* header = nullptr;
  const std::uint8_t* data = nullptr;
  for (std::uint64_t number = 1; pcap_next_ex(in.get(), &header, &data) == 1; ++number) {
    const auto flow = flow_in({data, header->caplen});
    if (!flow) continue;
    const auto at =
        std::chrono::seconds(header->ts.tv_sec) + std::chrono::nanoseconds(header->ts.tv_usec);
    known->second[*flow].push_back({TimePoint(at), number});
  }
  return known->second;
}

std::vector<std::string> Frames::files_at(const std::string& node) const {
  std::vector<std::string> out;
  std::string prefix = node + "_";
  std::ranges::replace(prefix, '/', '_');
  std::ranges::copy_if(files_, std::back_inserter(out),
                       [&](const std::string& file) { return file.starts_with(prefix); });
  return out;
}

std::vector<FrameId> Frames::of(const Flow& flow, const std::string& node, TimePoint from,
                                TimePoint to) const {
  std::vector<FrameId> out;
  for (const auto& file : files_at(node)) {
    const auto& flows = index(file);
    const auto seen = flows.find(flow);
    if (seen == flows.end()) continue;
    for (const auto& frame : seen->second) {
      if (frame.at < from || frame.at > to) continue;
      out.push_back({"pcap/" + file, frame.number});
      break;
    }
  }
  return out;
}

std::vector<FrameId> Frames::lookups(const std::string& node, TimePoint from, TimePoint to) const {
  std::vector<FrameId> out;
  for (const auto& file : files_at(node)) {
    std::optional<std::uint64_t> first;
    for (const auto& [flow, frames] : index(file)) {
      if (flow.to.port != dns_port) continue;
      for (const auto& frame : frames) {
        if (frame.at < from || frame.at > to) continue;
        if (!first || frame.number < *first) first = frame.number;
      }
    }
    if (first) out.push_back({"pcap/" + file, *first});
  }
  return out;
}

}  // namespace seatrial::results
