// Every view of a run whose records are any text: a finished run may come from anywhere.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "results/show/show.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace seatrial;
  using namespace seatrial::results;
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto run = read_records(in, "fuzz");
  if (!run) return 0;
  for (const bool json : {false, true}) {
    const ShowFormat format{json, !json, 60};
    (void)show_sessions(*run, {}, format);
    (void)show_requests(*run, {}, format);
    (void)show_timeline(*run, {}, format);
    (void)show_windows(*run, {}, format);
    ShowQuery tables;
    tables.pods = true;
    (void)show_rib(*run, tables, format);
    for (const auto& node : run->record.fib_nodes()) {
      tables.node = node;
      tables.prefix = "10.1.1.9";
      (void)show_fib(*run, tables, format);
      (void)show_forwarding(*run, {node, "10.1.1.9", std::nullopt}, format);
      (void)show_forwarding(*run, {node, "172.16.1.5:80", TimePoint(run->run.simulated / 2)},
                            format);
    }
    for (const auto& request : run->record.requests()) {
      const auto id = request.client + "/" + std::to_string(request.number);
      (void)show_requests(*run, {id}, format);
      (void)show_path(*run, id, format);
    }
    for (const auto& kind : kinds_of_record()) (void)show_record(*run, kind + "/0", format);
  }
  return 0;
}
