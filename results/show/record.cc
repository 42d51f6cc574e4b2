// One record in full: what an evidence id stands for.
#include <fmt/format.h>

#include <charconv>

#include "results/report/text.h"
#include "results/show/common.h"
#include "results/store/fields.h"

namespace seatrial::results {
namespace {

using show::Json;

Json text_of(TimePoint at) {
  return show::ns(at);
}
Json text_of(Duration d) {
  return d.count();
}
Json text_of(ProxyRole role) {
  return role == ProxyRole::edge ? "edge" : "ingress";
}
Json text_of(Transport transport) {
  return transport == Transport::tcp ? "tcp" : transport == Transport::udp ? "udp" : "other";
}
Json text_of(const std::string& text) {
  return text;
}
template <std::integral T>
Json text_of(T number) {
  return number;
}
template <typename T>
requires requires(const T& value) {
  value.to_string();
}
Json text_of(const T& value) {
  return value.to_string();
}
template <typename T>
Json text_of(const std::vector<T>& values);
template <typename T, std::size_t N>
Json text_of(const std::array<T, N>& values);

// The members of a record as JSON, as records.jsonl has them.
class Members {
 public:
  template <typename T>
  void operator()(std::string_view name, T& value) {
    json[std::string(name)] = of(value);
  }

  template <typename T>
  static Json of(T& value) {
    if constexpr (requires(Members & m) { store::visit(m, value); }) {
      Members members;
      store::visit(members, value);
      return members.json;
    } else {
      return text_of(value);
    }
  }

  Json json = Json::object();
};

template <typename T>
Json text_of(const std::vector<T>& values) {
  Json out = Json::array();
  for (const auto& value : values) out.push_back(Members::of(const_cast<T&>(value)));  // read only
  return out;
}
template <typename T, std::size_t N>
Json text_of(const std::array<T, N>& values) {
  Json out = Json::array();
  for (const auto& value : values) out.push_back(text_of(value));
  return out;
}

template <typename T>
Json members_of(const std::string& id, const T& value) {
  Json out{{"id", id}};
  out.update(Members::of(const_cast<T&>(value)));  // walked, not changed
  return out;
}

tl::expected<Json, std::string> find(const StoredRun& run, const std::string& id) {
  if (id == "run") return members_of(id, run.run);
  if (id == "participants") return members_of(id, run.participants);
  if (id == "topology") return members_of(id, run.record.topology());
  if (id == "counters") {
    Json out{{"id", id}};
    for (const auto& [name, count] : run.record.counters()) out[name] = count;
    return out;
  }
  const auto slash = id.find('/');
  const auto kind = id.substr(0, slash);
  std::size_t index = 0;
  const auto* end = id.data() + id.size();
  const auto* begin = slash == std::string::npos ? end : id.data() + slash + 1;
  const auto read = std::from_chars(begin, end, index);
  const bool is_number = begin != end && read.ec == std::errc() && read.ptr == end;
  std::optional<Json> found;
  std::optional<std::size_t> count;
  const auto look = [&](std::string_view name, const auto& list) {
    if (name != kind) return;
    count = list.size();
    if (is_number && index < list.size()) found = members_of(id, list[index]);
  };
  look("expectation", run.outcomes);
  store::for_each_kind(run.record, look);
  if (found) return *std::move(found);
  if (!count) {
    auto kinds = kinds_of_record();
    kinds.insert(kinds.begin(), "expectation");
    return tl::make_unexpected(unknown("kind of record", kind, kinds));
  }
  if (*count == 0) {
    return tl::make_unexpected(fmt::format("no record \"{}\", the run has none of that kind", id));
  }
  return tl::make_unexpected(fmt::format("no record \"{}\", expected {}/0 to {}/{}",
                                         id.substr(0, 100), kind, kind, *count - 1));
}

std::string words(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    std::string out;
    for (const auto& element : value) out += (out.empty() ? "" : ", ") + words(element);
    return out.empty() ? "none" : out;
  }
  if (value.is_object()) {
    std::string out;
    for (const auto& [name, member] : value.items()) {
      if (const auto text = words(member); !text.empty()) {
        out += (out.empty() ? "" : " ") + name + " " + text;
      }
    }
    return out;
  }
  return value.dump();
}

}  // namespace

bool is_evidence_id(std::string_view word) {
  if (word == "run" || word == "participants" || word == "topology" || word == "counters") {
    return true;
  }
  return word.find('/') != std::string_view::npos;
}

Shown show_record(const StoredRun& run, const std::string& id, const ShowFormat& format) {
  const auto found = find(run, id);
  if (!found) return tl::make_unexpected(found.error());
  if (format.json) return show::dump(*found);
  const Names names(run.record);
  auto out = show::heading(id, format);
  std::size_t width = 0;
  for (const auto& [name, value] : found->items()) width = std::max(width, columns(name));
  TimePoint at(run.run.simulated);
  if (found->contains("at_ns")) at = TimePoint(Duration((*found)["at_ns"].get<std::int64_t>()));
  for (const auto& [name, value] : found->items()) {
    if (name == "id") continue;
    auto label = name;
    auto text = words(value);
    if (name.ends_with("_ns") && value.is_number()) {
      label.resize(label.size() - 3);
      text = seconds(TimePoint(Duration(value.get<std::int64_t>()))) + " s";
    } else if (value.is_string()) {
      if (const auto address = net::IpAddress::parse(text)) text = names.with_name(*address, at);
    }
    out += wrapped("  " + padded(label, width) + "  ", text.empty() ? "-" : text, format.width,
                   width + 4);
  }
  return out;
}

}  // namespace seatrial::results
