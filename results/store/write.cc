// The lines are put together here and not by a JSON library's tree: a run has some 100 000 of them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "results/store/fields.h"
#include "results/store/store.h"

namespace seatrial::results {
namespace {

void append_text(std::string& out, const std::string& text) {
  const auto plain = [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; };
  if (std::all_of(text.begin(), text.end(), plain)) {
    out.append(1, '"').append(text).append(1, '"');
    return;
  }
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class Line {
 public:
  explicit Line(std::string_view id) {
    text_ = R"({"id":")";
    text_.append(id).append(1, '"');
  }

  template <typename T>
  void operator()(std::string_view name, const T& value) {
    text_.append(text_.back() == '{' ? "\"" : ",\"").append(name).append("\":");
    put(value);
  }

  std::string finish() && {
    text_ += "}\n";
    return std::move(text_);
  }

 private:
  void put(const std::string& value) { append_text(text_, value); }
  void put(bool value) { text_ += value ? "true" : "false"; }
  template <std::integral T>
  void put(T value) {
    fmt::format_to(std::back_inserter(text_), "{}", value);
  }
  void put(TimePoint value) { put(value.time_since_epoch().count()); }
  void put(Duration value) { put(value.count()); }
  void put(ProxyRole value) { text_ += value == ProxyRole::edge ? "\"edge\"" : "\"ingress\""; }
  void put(Transport value) {
    text_ += value == Transport::tcp   ? "\"tcp\""
             : value == Transport::udp ? "\"udp\""
                                       : "\"other\"";
  }
  void put(const net::IpAddress& value) { quote(value.to_string()); }
  void put(const net::Prefix& value) { quote(value.to_string()); }
  void put(const net::Endpoint& value) { quote(value.to_string()); }
  void put(const net::InterfaceAddress& value) { quote(value.to_string()); }
  template <typename T>
  void put_list(const T& values) {
    text_ += '[';
    for (const auto& value : values) {
      if (text_.back() != '[') text_ += ',';
      put(value);
    }
    text_ += ']';
  }
  template <typename T>
  void put(const std::vector<T>& values) {
    put_list(values);
  }
  template <typename T, std::size_t N>
  void put(const std::array<T, N>& values) {
    put_list(values);
  }
  template <typename T>
  requires requires(Line& line, T& value) { store::visit(line, value); }
  void put(const T& value) {
    text_ += '{';
    store::visit(*this, const_cast<T&>(value));  // walked, not changed
    text_ += '}';
  }
  void quote(const std::string& text) { text_.append(1, '"').append(text).append(1, '"'); }

  std::string text_;
};

template <typename T>
void write(std::ostream& out, std::string_view id, const T& value) {
  Line line(id);
  store::visit(line, const_cast<T&>(value));  // walked, not changed
  out << std::move(line).finish();
}

}  // namespace

std::vector<std::string> kinds_of_record() {
  std::vector<std::string> out;
  store::for_each_kind(Record(),
                       [&](std::string_view kind, const auto&) { out.emplace_back(kind); });
  return out;
}

void write_records(const Report& report, std::ostream& out) {
  std::uint64_t records = 5 + report.outcomes.size();
  write(out, "run", report.run);
  write(out, "participants", report.participants);
  write(out, "topology", report.record->topology());
  for (std::size_t i = 0; i < report.outcomes.size(); ++i) {
    write(out, evidence_id("expectation", i), report.outcomes[i]);
  }
  Line counters("counters");
  for (const auto& [name, count] : report.record->counters()) counters(name, count);
  out << std::move(counters).finish();
  store::for_each_kind(*report.record, [&](std::string_view kind, const auto& list) {
    for (std::size_t i = 0; i < list.size(); ++i) write(out, evidence_id(kind, i), list[i]);
    records += list.size();
  });
  // Without it, a file that was cut between two lines would look whole.
  Line end("end");
  end("records", records);
  out << std::move(end).finish();
}

}  // namespace seatrial::results
