// A request by the name that a person gives it, and what the proxies did with it.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "results/store/store.h"

namespace seatrial::results::show {

// "users/17": the index of that request, or what is wrong with the name.
tl::expected<std::size_t, std::string> find_request(const StoredRun& run, const std::string& id);

// Every try of every proxy on the way, failed ones included, by their start.
std::vector<std::size_t> tries_of(const StoredRun& run, std::size_t index);

}  // namespace seatrial::results::show
