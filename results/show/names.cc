#include "results/show/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace seatrial::results {
namespace {

// Levenshtein's distance, by one row.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string joined(const std::vector<std::string>& words, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < most; ++i) out += (i > 0 ? ", " : "") + words[i];
  if (words.size() > most) out += fmt::format(" and {} more", words.size() - most);
  return out;
}

}  // namespace

Names::Names(const Record& record) : record_(record) {
  for (const auto& node : record.topology().nodes) {
    if (node.kind == "pod") continue;  // their addresses come and go: PodChanged
    for (const auto& port : node.ports) {
      for (const auto& address : port.addresses) {
        auto& owners = machines_[address.address];
        if (owners.empty() || owners.back() != node.name) owners.push_back(node.name);
      }
    }
  }
}

std::string Names::of(const net::IpAddress& address, TimePoint at) const {
  if (address.is_unspecified() || address.is_loopback()) return {};
  if (const auto found = machines_.find(address); found != machines_.end()) {
    return found->second.size() == 1 ? found->second.front() : "";
  }
  const auto* pod = record_.pod_at(address, at);
  return pod == nullptr ? "" : pod->pod;
}

std::string Names::with_name(const net::IpAddress& address, TimePoint at) const {
  const auto name = of(address, at);
  return name.empty() ? address.to_string() : address.to_string() + " (" + name + ")";
}

bool Names::is(const net::IpAddress& address, std::string_view word, TimePoint at) const {
  return address.to_string() == word || of(address, at) == word;
}

std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 200;  // a longer word is no slip of the fingers
  if (word.empty() || word.size() > longest) return {};
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const auto& name : known) {
    if (name.size() > longest) continue;
    if (name.find(word) != std::string::npos) {
      found.emplace_back(0, name);
    } else if (const auto d = distance(word, name);
               d <= std::max<std::size_t>(1, (std::min(word.size(), name.size()) + 1) / 3)) {
      found.emplace_back(d, name);
    }
  }
  std::ranges::sort(found);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < found.size() && i < 3; ++i) out.push_back(found[i].second);
  return out;
}

std::string unknown(std::string_view what, std::string_view word,
                    const std::vector<std::string>& known) {
  constexpr std::size_t most = 20;
  auto text = fmt::format("no {} \"{}\" in this run", what, word.substr(0, 100));
  if (const auto near = nearest(word, known); !near.empty()) {
    return text + ", did you mean " + joined(near, 3) + "?";
  }
  return text + (known.empty() ? ", there is none" : ", expected one of " + joined(known, most));
}

}  // namespace seatrial::results
