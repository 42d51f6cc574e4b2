// What the views share: the moment asked for, times and JSON in one form.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "results/show/names.h"
#include "results/show/show.h"
#include "results/show/table.h"

namespace seatrial::results::show {

using Json = nlohmann::ordered_json;

// Seconds to the microsecond, rounded up: "36.418736".
std::string shown_time(TimePoint at);
std::int64_t ns(TimePoint at);
Json ns(const std::optional<TimePoint>& at);
std::string dump(const Json& json);

// `at`, or the run's end. An error when it lies outside of the run.
tl::expected<TimePoint, std::string> moment(const StoredRun& run,
                                            const std::optional<TimePoint>& at);
// "at 36 s", "at the end (60 s)"
std::string moment_text(const StoredRun& run, const std::optional<TimePoint>& at);

// Machines, switches and pods of the run, sorted.
std::vector<std::string> node_names(const StoredRun& run);
bool is_pod(const StoredRun& run, const std::string& node);
// Nothing, or what is wrong with a node's name. An empty name is none.
std::optional<std::string> wrong_node(const StoredRun& run, const std::string& node);

// The machines that have no power at a moment, and the index of the fault that took it.
std::map<std::string, std::size_t> without_power(const Record& record, TimePoint at);

std::string heading(const std::string& text, const ShowFormat& format);
std::string count_text(std::size_t count, const std::string& one, const std::string& several);

}  // namespace seatrial::results::show
