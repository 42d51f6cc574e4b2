#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <istream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "results/store/fields.h"
#include "results/store/store.h"

namespace seatrial::results {
namespace {

using Json = nlohmann::json;

// Thrown and caught within this file: the walk over the members has no other way out.
struct Malformed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Members {
 public:
  explicit Members(const Json& object, std::string where = {})
      : object_(object), where_(std::move(where)) {
    if (!object.is_object()) throw Malformed(where_ + ": not an object, expected one");
  }

  template <typename T>
  void operator()(const char* name, T& value) {
    const auto path = where_.empty() ? std::string(name) : where_ + "." + name;
    const auto found = object_.find(name);
    if (found == object_.end()) throw Malformed("no member \"" + path + "\", expected one");
    get(*found, path, value);
  }

 private:
  static void get(const Json& from, const std::string& path, std::string& value) {
    if (!from.is_string()) wrong(from, path, "a text");
    value = from.get<std::string>();
  }
  static void get(const Json& from, const std::string& path, bool& value) {
    if (!from.is_boolean()) wrong(from, path, "true or false");
    value = from.get<bool>();
  }
  template <std::integral T>
  static void get(const Json& from, const std::string& path, T& value) {
    if (from.is_number_unsigned()) {
      const auto number = from.get<std::uint64_t>();
      if (!std::in_range<T>(number)) wrong(from, path, "a smaller number");
      value = static_cast<T>(number);
    } else if (from.is_number_integer()) {
      const auto number = from.get<std::int64_t>();
      if (!std::in_range<T>(number)) wrong(from, path, "a number in range");
      value = static_cast<T>(number);
    } else {
      wrong(from, path, "a whole number");
    }
  }
  static void get(const Json& from, const std::string& path, Duration& value) {
    Duration::rep count = 0;
    get(from, path, count);
    value = Duration(count);
  }
  static void get(const Json& from, const std::string& path, TimePoint& value) {
    Duration since{};
    get(from, path, since);
    value = TimePoint(since);
  }
  static void get(const Json& from, const std::string& path, ProxyRole& value) {
    value =
        one_of<ProxyRole>(from, path, {{"edge", ProxyRole::edge}, {"ingress", ProxyRole::ingress}});
  }
  static void get(const Json& from, const std::string& path, Transport& value) {
    value = one_of<Transport>(
        from, path,
        {{"tcp", Transport::tcp}, {"udp", Transport::udp}, {"other", Transport::other}});
  }
  static void get(const Json& from, const std::string& path, net::IpAddress& value) {
    value = parsed<net::IpAddress>(from, path, "an IP address");
  }
  static void get(const Json& from, const std::string& path, net::Prefix& value) {
    value = parsed<net::Prefix>(from, path, "a prefix");
  }
  static void get(const Json& from, const std::string& path, net::Endpoint& value) {
    value = parsed<net::Endpoint>(from, path, "ADDRESS:PORT");
  }
  static void get(const Json& from, const std::string& path, net::InterfaceAddress& value) {
    value = parsed<net::InterfaceAddress>(from, path, "ADDRESS/LENGTH");
  }
  template <typename T>
  static void get(const Json& from, const std::string& path, std::vector<T>& values) {
    if (!from.is_array()) wrong(from, path, "a list");
    values.resize(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) get(from[i], element(path, i), values[i]);
  }
  template <typename T, std::size_t N>
  static void get(const Json& from, const std::string& path, std::array<T, N>& values) {
    if (!from.is_array() || from.size() != N) wrong(from, path, fmt::format("a list of {}", N));
    for (std::size_t i = 0; i < N; ++i) get(from[i], element(path, i), values[i]);
  }
  template <typename T>
  requires requires(Members& members, T& value) { store::visit(members, value); }
  static void get(const Json& from, const std::string& path, T& value) {
    Members members(from, path);
    store::visit(members, value);
  }

  static std::string element(const std::string& path, std::size_t index) {
    return fmt::format("{}[{}]", path, index);
  }
  [[noreturn]] static void wrong(const Json& from, const std::string& path,
                                 const std::string& expected) {
    throw Malformed(fmt::format(
        "{}: {} is wrong, expected {}", path,
        from.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60), expected));
  }
  template <typename T>
  static T parsed(const Json& from, const std::string& path, const char* expected) {
    if (from.is_string()) {
      if (const auto value = T::parse(from.get_ref<const std::string&>())) return *value;
    }
    wrong(from, path, expected);
  }
  template <typename T>
  static T one_of(const Json& from, const std::string& path,
                  std::initializer_list<std::pair<const char*, T>> words) {
    std::string expected;
    for (const auto& [word, value] : words) {
      if (from == word) return value;
      expected += (expected.empty() ? "" : " or ") + std::string(word);
    }
    wrong(from, path, expected);
  }

  const Json& object_;
  std::string where_;
};

template <typename T>
T read(const Json& line) {
  T value;
  Members members(line);
  store::visit(members, value);
  return value;
}

class Reader {
 public:
  explicit Reader(const ReadOptions& options) : options_(options) {}

  StoredRun& run() { return run_; }
  bool has_run() const { return has_run_; }
  bool has_end() const { return has_end_; }

  // True for a line of a kind that nobody asked for: begins and ends as it must.
  bool passes_over(std::string_view line) {
    constexpr std::string_view begin = R"({"id":")";
    if (options_.without.empty() || !line.starts_with(begin) || !line.ends_with('}')) return false;
    const auto id = line.substr(begin.size(), line.find('"', begin.size()) - begin.size());
    const auto kind = id.substr(0, id.find('/'));
    if (!has_run_ || has_end_ || !options_.without.contains(kind)) return false;
    const auto count = counts_.try_emplace(std::string(kind), 0).first;
    if (evidence_id(kind, count->second) != id) return false;
    ++count->second;
    ++records_;
    return true;
  }

  void take(const Json& line) {
    std::string id;
    Members{line}("id", id);
    ++records_;
    if (has_end_) throw Malformed("a record after \"end\", expected none");
    if (!has_run_ && id != "run")
      throw Malformed("the first record is \"" + id + "\", expected \"run\"");
    if (id == "run") {
      run_.run = read<RunInfo>(line);
      has_run_ = true;
    } else if (id == "end") {
      std::uint64_t expected = 0;
      Members{line}("records", expected);
      if (expected != records_) {
        throw Malformed(
            fmt::format("the run has {} records, expected {} up to here", expected, records_));
      }
      has_end_ = true;
    } else if (id == "participants") {
      run_.participants = read<Participants>(line);
    } else if (id == "topology") {
      run_.record.set_topology(read<Topology>(line));
    } else if (id == "counters") {
      for (const auto& [name, count] : line.items()) {
        if (name != "id" && count.is_number_unsigned())
          run_.record.count(name, count.get<std::uint64_t>());
      }
    } else {
      const auto slash = id.find('/');
      const auto kind = id.substr(0, slash);
      if (kind == "expectation") {
        run_.outcomes.push_back(read<Outcome>(line));
        return;
      }
      store::for_each_kind(run_.record, [&](std::string_view name, const auto& list) {
        if (name != kind) return;
        const auto due = evidence_id(kind, counts_[kind]++);
        if (due != id) {
          throw Malformed("record \"" + id + "\" is out of order, expected \"" + due + "\"");
        }
        using Observation = typename std::remove_cvref_t<decltype(list)>::value_type;
        run_.record.add(read<Observation>(line));
      });
    }
  }

 private:
  const ReadOptions& options_;
  StoredRun run_;
  std::map<std::string, std::size_t, std::less<>> counts_;  // kind, how many so far
  std::uint64_t records_ = 0;
  bool has_run_ = false;
  bool has_end_ = false;
};

}  // namespace

Report StoredRun::report() const {
  Report out;
  out.run = run;
  out.participants = participants;
  out.outcomes = outcomes;
  out.record = &record;
  return out;
}

tl::expected<StoredRun, std::string> read_records(std::istream& in, const std::string& name,
                                                  const ReadOptions& options) {
  Reader reader(options);
  std::string text;
  std::size_t number = 1;
  for (; std::getline(in, text); ++number) {
    if (text.empty()) continue;
    try {
      if (!reader.passes_over(text)) reader.take(Json::parse(text));
    } catch (const Json::parse_error& error) {
      return tl::make_unexpected(fmt::format(
          "{}:{}:{}: error: not JSON, expected one object a line", name, number, error.byte));
    } catch (const Json::out_of_range&) {  // 1e999
      return tl::make_unexpected(fmt::format(
          "{}:{}:1: error: a number is out of range, expected whole numbers", name, number));
    } catch (const Malformed& error) {
      return tl::make_unexpected(fmt::format("{}:{}:1: error: {}", name, number, error.what()));
    }
  }
  if (in.bad())
    return tl::make_unexpected(name + ": error: cannot be read, expected a readable file");
  if (!reader.has_run()) {
    return tl::make_unexpected(name + ":1:1: error: no records, expected those of a finished run");
  }
  if (!reader.has_end()) {
    return tl::make_unexpected(fmt::format(
        "{}:{}:1: error: the records end here, expected a last line \"end\": the file was cut",
        name, number));
  }
  return std::move(reader.run());
}

tl::expected<StoredRun, std::string> read_run(const std::string& folder,
                                              const ReadOptions& options) {
  const auto path = (std::filesystem::path(folder) / records_file).string();
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return tl::make_unexpected(path +
                               ": error: cannot be read, expected the records of a finished "
                               "run (seatrial run DIR --out " +
                               folder + ")");
  }
  return read_records(file, path, options);
}

}  // namespace seatrial::results
