// Who is who in a run: the node or pod behind an address, and what a person may have meant by a
// name that is none.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/record/record.h"

namespace seatrial::results {

class Names {
 public:
  explicit Names(const Record& record);

  // The one machine or pod that had `address` at a moment; empty when none or several had it (an
  // anycast address).
  std::string of(const net::IpAddress& address, TimePoint at) const;
  // "10.1.1.9 (worker2)", or the address alone.
  std::string with_name(const net::IpAddress& address, TimePoint at) const;
  // The address of a session or next hop is in the same words as a person may ask for it: by
  // address or by name.
  bool is(const net::IpAddress& address, std::string_view word, TimePoint at) const;

 private:
  const Record& record_;
  std::map<net::IpAddress, std::vector<std::string>> machines_;
};

// The up to three of `known` that are the nearest to `word`: that it is a part of, or that are a
// few letters away.
std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

// `no WHAT "WORD" in this run, did you mean X?` or what there is, the first 20.
std::string unknown(std::string_view what, std::string_view word,
                    const std::vector<std::string>& known);

}  // namespace seatrial::results
