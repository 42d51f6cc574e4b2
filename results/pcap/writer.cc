#include "results/pcap/writer.h"

#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace seatrial::results {

struct PcapWriter::File {
  std::string path;
  std::array<char, 65536> buffer;  // a capture is many small records
  pcap_t* pcap = nullptr;
  pcap_dumper_t* dumper = nullptr;

  ~File() {
    if (dumper != nullptr) pcap_dump_close(dumper);
    if (pcap != nullptr) pcap_close(pcap);
  }
};

tl::expected<PcapWriter, std::string> PcapWriter::create(const std::filesystem::path& path,
                                                         const PcapOptions& options) {
  auto file = std::make_unique<File>();
  file->path = path.string();
  file->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, static_cast<int>(options.snaplen),
                                                    PCAP_TSTAMP_PRECISION_NANO);
  if (file->pcap == nullptr) return tl::unexpected(file->path + ": out of memory for a capture");
  std::FILE* stream = std::fopen(file->path.c_str(), "wb");
  if (stream == nullptr) {
    return tl::unexpected(file->path + ": cannot create the capture: " + std::strerror(errno));
  }
  std::setvbuf(stream, file->buffer.data(), _IOFBF, file->buffer.size());
  file->dumper = pcap_dump_fopen(file->pcap, stream);  // owns the stream from here, also on failure
  if (file->dumper == nullptr) {
    return tl::unexpected(file->path +
                          ": cannot write the capture's header: " + pcap_geterr(file->pcap));
  }
  return PcapWriter(std::move(file), options.snaplen);
}

PcapWriter::PcapWriter(std::unique_ptr<File> file, std::uint32_t snaplen)
    : file_(std::move(file)), snaplen_(snaplen) {}
PcapWriter::PcapWriter(PcapWriter&&) noexcept = default;
PcapWriter& PcapWriter::operator=(PcapWriter&&) noexcept = default;
PcapWriter::~PcapWriter() = default;

void PcapWriter::write(TimePoint at, std::span<const std::uint8_t> frame,
                       std::size_t original_bytes) {
  if (!file_) return;
  const auto ns = at.time_since_epoch().count();
  pcap_pkthdr header{};
  header.ts.tv_sec = ns / 1'000'000'000;
  header.ts.tv_usec = ns % 1'000'000'000;  // nanoseconds: the file's precision
  header.len = static_cast<bpf_u_int32>(original_bytes);
  header.caplen = static_cast<bpf_u_int32>(std::min<std::size_t>(frame.size(), snaplen_));
  pcap_dump(reinterpret_cast<u_char*>(file_->dumper), &header, frame.data());
  ++frames_;
}

tl::expected<void, std::string> PcapWriter::close() {
  if (!file_) return {};
  const auto file = std::exchange(file_, nullptr);
  // pcap_dump() reports nothing; the stream remembers.
  if (pcap_dump_flush(file->dumper) != 0 || std::ferror(pcap_dump_file(file->dumper)) != 0) {
    return tl::unexpected(file->path + ": cannot write the capture: " + std::strerror(errno));
  }
  return {};
}

}  // namespace seatrial::results
