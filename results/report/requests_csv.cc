// requests.csv (RFC 4180): one line a request, in the order they finished.
#include "results/path/path.h"
#include "results/report/report.h"

namespace seatrial::results {
namespace {

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string endpoint(const net::Endpoint& e) {
  return e.port == 0 ? "" : e.to_string();
}

}  // namespace

std::string requests_csv(const Record& record) {
  const PathFinder paths(record);
  std::string out =
      "client,number,method,url,expect_service,answered_by,edge,ingress_pod,app_pod,status,error,"
      "intended_ns,sent_ns,connected_ns,first_byte_ns,finished_ns,latency_ns,service_time_ns,"
      "retries,bytes,local,"
      "remote\r\n";
  for (std::size_t i = 0; i < record.requests().size(); ++i) {
    const auto& r = record.requests()[i];
    const auto path = paths.path_of(i);
    const auto& answered_by =
        r.answered_by.empty() && r.error.empty() ? path.app_pod : r.answered_by;
    const auto ns = [](TimePoint at) { return std::to_string(at.time_since_epoch().count()); };
    const std::string fields[] = {r.client,
                                  std::to_string(r.number),
                                  r.method,
                                  r.url,
                                  r.expect_service,
                                  answered_by,
                                  path.edge,
                                  path.ingress_pod,
                                  path.app_pod,
                                  std::to_string(r.status),
                                  r.error,
                                  ns(r.intended),
                                  ns(r.sent),
                                  ns(r.connected),
                                  ns(r.first_byte),
                                  ns(r.finished),
                                  std::to_string(r.latency().count()),
                                  std::to_string(r.service_time().count()),
                                  std::to_string(path.retries),
                                  std::to_string(r.bytes),
                                  endpoint(r.local),
                                  endpoint(r.remote)};
    bool first = true;
    for (const auto& text : fields) {
      if (!first) out += ',';
      out += field(text);
      first = false;
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace seatrial::results
