#include "results/pcap/reader.h"

#include <pcap/pcap.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

namespace seatrial::results {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 18;

constexpr std::int64_t classic_header_bytes = 24;
constexpr std::int64_t classic_record_bytes = 16;

}  // namespace

struct PcapReader::File {
  std::string name;
  std::vector<char> buffer;
  std::FILE* stream = nullptr;  // until libpcap owns it
  pcap_t* pcap = nullptr;
  bpf_program filter{};
  bool filtered = false;
  bool classic = true;
  bool ended = false;
  std::int64_t offset = 0;  // where the next record begins
  std::uint64_t frames = 0;
  std::optional<std::string> error;

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (filtered) pcap_freecode(&filter);
    if (pcap != nullptr) pcap_close(pcap);  // closes the stream
    if (pcap == nullptr && stream != nullptr) std::fclose(stream);
  }
};

PcapReader::PcapReader(std::unique_ptr<File> file) : file_(std::move(file)) {}
PcapReader::PcapReader(PcapReader&&) noexcept = default;
PcapReader& PcapReader::operator=(PcapReader&&) noexcept = default;
PcapReader::~PcapReader() = default;

tl::expected<PcapReader, std::string> PcapReader::open(const std::filesystem::path& path,
                                                       const std::string& bpf) {
  auto file = std::make_unique<File>();
  file->name = path.string();
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return tl::unexpected(file->name + ": error: is a folder, expected a capture");
  }
  file->stream = std::fopen(file->name.c_str(), "rb");
  if (file->stream == nullptr) {
    return tl::unexpected(file->name +
                          ": error: the capture cannot be opened: " + std::strerror(errno));
  }
  file->buffer.resize(buffer_bytes);
  std::setvbuf(file->stream, file->buffer.data(), _IOFBF, file->buffer.size());
  return begin(std::move(file), bpf);
}

tl::expected<PcapReader, std::string> PcapReader::from_memory(std::span<const std::uint8_t> bytes,
                                                              const std::string& name,
                                                              const std::string& bpf) {
  auto file = std::make_unique<File>();
  file->name = name;
  // fmemopen(3) only reads, but takes no pointer to const; it refuses an empty buffer.
  if (bytes.empty()) return tl::unexpected(name + ": offset 0: error: the file is empty");
  file->stream = fmemopen(const_cast<std::uint8_t*>(bytes.data()), bytes.size(), "rb");
  if (file->stream == nullptr) return tl::unexpected(name + ": error: " + std::strerror(errno));
  return begin(std::move(file), bpf);
}

tl::expected<PcapReader, std::string> PcapReader::begin(std::unique_ptr<File> file,
                                                        const std::string& bpf) {
  const int first = std::getc(file->stream);
  if (first == EOF) {
    return tl::unexpected(file->name + ": offset 0: error: the file is empty, expected a capture");
  }
  if (first == 0x1f || first == 0x28 || first == 0xfd) {
    return tl::unexpected(file->name +
                          ": offset 0: error: looks compressed (gzip, zstd or xz), expected a pcap "
                          "or pcapng capture as it was before");
  }
  std::ungetc(first, file->stream);
  file->classic = first != 0x0a;  // pcapng begins with the block type 0a0d0d0a

  std::array<char, PCAP_ERRBUF_SIZE> why{};
  file->pcap = pcap_fopen_offline_with_tstamp_precision(file->stream, PCAP_TSTAMP_PRECISION_NANO,
                                                        why.data());
  if (file->pcap == nullptr) {
    return tl::unexpected(file->name + ": offset 0: error: " + why.data() +
                          ", expected a pcap or pcapng capture");
  }
  file->offset = file->classic ? classic_header_bytes : ftello(file->stream);
  if (!bpf.empty()) {
    if (pcap_compile(file->pcap, &file->filter, bpf.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
      return tl::unexpected(file->name + ": error: the filter \"" + bpf +
                            "\" cannot be used: " + pcap_geterr(file->pcap));
    }
    file->filtered = true;
  }
  return PcapReader(std::move(file));
}

std::optional<CapturedFrame> PcapReader::next() {
  File& file = *file_;
  while (!file.ended) {
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    const int got = pcap_next_ex(file.pcap, &header, &data);
    if (got != 1) {
      file.ended = true;
      if (got != PCAP_ERROR_BREAK) {
        file.error = file.name + ": offset " + std::to_string(file.offset) + ": error: frame " +
                     std::to_string(file.frames + 1) + " cannot be read: " + pcap_geterr(file.pcap);
      }
      return std::nullopt;
    }
    ++file.frames;
    file.offset = file.classic ? file.offset + classic_record_bytes + header->caplen
                               : static_cast<std::int64_t>(ftello(file.stream));
    if (file.filtered && pcap_offline_filter(&file.filter, header, data) == 0) continue;
    // The file may claim any time; one past 62 bits of nanoseconds (the year 2116) wraps, so that
    // differences of differences of times have room.
    const auto ns = static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000'000U +
                    static_cast<std::uint64_t>(header->ts.tv_usec);
    return CapturedFrame{
        file.frames,
        TimePoint(Duration(static_cast<Duration::rep>(ns & ((std::uint64_t{1} << 62) - 1)))),
        {data, header->caplen},
        header->len};
  }
  return std::nullopt;
}

const std::optional<std::string>& PcapReader::error() const {
  return file_->error;
}

LinkType PcapReader::link_type() const {
  switch (pcap_datalink(file_->pcap)) {
    case DLT_EN10MB:
      return LinkType::ethernet;
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6:
      return LinkType::raw_ip;
    case DLT_NULL:
    case DLT_LOOP:
      return LinkType::null;
    case DLT_LINUX_SLL:
      return LinkType::linux_cooked;
    case DLT_LINUX_SLL2:
      return LinkType::linux_cooked_v2;
    default:
      return LinkType::unknown;
  }
}

std::string PcapReader::link_type_name() const {
  const char* name = pcap_datalink_val_to_name(pcap_datalink(file_->pcap));
  return name != nullptr ? name : "link type " + std::to_string(pcap_datalink(file_->pcap));
}

int PcapReader::link_type_number() const {
  return pcap_datalink(file_->pcap);
}
const std::string& PcapReader::name() const {
  return file_->name;
}
std::uint64_t PcapReader::frames() const {
  return file_->frames;
}

}  // namespace seatrial::results
