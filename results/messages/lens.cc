#include "results/messages/lens.h"

#include <algorithm>
#include <array>

#include "models/diagnostics/edit_distance.h"

namespace seatrial::results {
namespace {

constexpr std::size_t most_names = 65536;  // of addresses that are kept spelt out

bool is_below(std::string_view name, std::string_view above) {
  return name == above ||
         (name.size() > above.size() && name.starts_with(above) && name[above.size()] == '.');
}

constexpr auto aliases = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"bgp.as_path", "bgp.update.path_attribute.as_path"},
    {"bgp.communities", "bgp.update.path_attribute.communities"},
    {"bgp.local_pref", "bgp.update.path_attribute.local_pref"},
    {"bgp.med", "bgp.update.path_attribute.multi_exit_disc"},
    {"bgp.next_hop", "bgp.update.path_attribute.next_hop"},
    {"bgp.origin", "bgp.update.path_attribute.origin"},
    {"http.method", "http.request.method"},
    {"http.status", "http.response.code"},
    {"http.uri", "http.request.uri"},
    {"tcp.window", "tcp.window_size_value"},
});

std::string near(std::string_view name) {
  std::vector<std::pair<std::size_t, std::string_view>> found;
  const auto last = name.substr(name.rfind('.') + 1);
  const auto consider = [&](std::string_view known) {
    auto distance = edit_distance(name, known);
    // The last word under another parent is near too.
    if (known.substr(known.rfind('.') + 1) == last) distance = std::min<std::size_t>(distance, 2);
    if (distance <= std::max<std::size_t>(3, name.size() / 3)) found.emplace_back(distance, known);
  };
  for (const auto& field : field_names()) consider(field.name);
  for (const auto& [alias, _] : aliases) consider(alias);
  std::sort(found.begin(), found.end());
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 4); ++i) {
    out += (out.empty() ? "" : ", ") + std::string(found[i].second);
  }
  return out;
}

int host_bits(const net::Prefix& prefix) {
  return prefix.address().bits() - prefix.length();
}

}  // namespace

tl::expected<void, std::string> Lens::ignore(std::string_view name) {
  const auto alias = std::find_if(aliases.begin(), aliases.end(),
                                  [name](const auto& entry) { return entry.first == name; });
  if (alias != aliases.end()) name = alias->second;
  const bool header =
      name.size() > 5 && name.starts_with("http.") &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", 5) == std::string_view::npos;
  const auto known = field_names();
  const bool member = name.starts_with("results.") && name.size() > 8;
  const bool is_known =
      header || member || std::any_of(known.begin(), known.end(), [name](const FieldName& field) {
        return is_below(field.name, name);
      });
  if (!is_known) {
    for (const std::string_view address : {"ip.src", "ip.dst", "ip.addr", "ipv6.src", "ipv6.dst"}) {
      if (name != address) continue;
      return tl::unexpected("\"" + std::string(name) +
                            "\" is what tells conversations apart and cannot be passed over; "
                            "expected --rename of the addresses");
    }
    const auto candidates = near(name);
    return tl::unexpected("\"" + std::string(name) + "\" is no field, expected " +
                          (candidates.empty() ? "a name that --fields lists"
                                              : "one that --fields lists; near it: " + candidates));
  }
  ignored_.emplace_back(name);
  decided_.clear();
  return {};
}

tl::expected<void, std::string> Lens::rename(std::string_view text) {
  const auto equals = text.find('=');
  const auto wrong = [&](const std::string& expected) {
    return tl::unexpected("\"" + std::string(text) + "\" renames nothing, expected " + expected);
  };
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) {
    return wrong("ADDRESS=ADDRESS, ADDRESS=NAME or PREFIX=PREFIX");
  }
  const auto from = text.substr(0, equals);
  const std::string to(text.substr(equals + 1));
  names_.clear();
  if (const auto address = net::IpAddress::parse(from)) {
    if (!hosts_.emplace(*address, to).second) return wrong("each address once");
    return {};
  }
  const auto prefix = net::Prefix::parse(from);
  if (!prefix) return wrong("an address or a prefix before the '='");
  const auto target = net::Prefix::parse(to);
  if (!target) {
    if (to.find('/') != std::string::npos) return wrong("a prefix without host bits after the '='");
    if (!prefixes_.emplace(*prefix, to).second) return wrong("each prefix once");
    return {};
  }
  const bool one_family = target->family() == prefix->family();
  if (one_family && target->length() != prefix->length()) {
    return wrong("two prefixes of one length, or of two families");
  }
  if (!one_family && prefix->family() == net::Family::ipv4 &&
      host_bits(*target) < host_bits(*prefix)) {
    return wrong("an IPv6 prefix with room for as many addresses");
  }
  subnets_.emplace_back(*prefix, *target);
  return {};
}

bool Lens::ignores(std::string_view name) const {
  constexpr std::size_t most_fields = 4096;  // header fields are what a capture says
  if (ignored_.empty()) return false;
  const auto at = decided_.find(name);
  if (at != decided_.end()) return at->second;
  const bool ignored = ignores_path(name);
  if (decided_.size() < most_fields) decided_.emplace(name, ignored);
  return ignored;
}

bool Lens::ignores_path(std::string_view path) const {
  return std::any_of(ignored_.begin(), ignored_.end(),
                     [path](const auto& above) { return is_below(path, above); });
}

net::IpAddress Lens::moved(const net::IpAddress& address) const {
  for (const auto& [from, to] : subnets_) {
    if (!from.contains(address)) continue;
    // The host's number stays: 10.1.2.3 of 10.1.2.0/24 is the ::3 of an IPv6 prefix.
    std::array<std::uint8_t, 16> octets{};
    const auto old = address.bytes();
    const auto base = to.address().bytes();
    std::copy(base.begin(), base.end(), octets.begin());
    for (int bit = 0; bit < host_bits(from); ++bit) {
      const auto place = static_cast<std::size_t>(bit / 8);
      const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
      if ((old[old.size() - 1 - place] & mask) == 0) continue;
      if (bit >= host_bits(to)) return address;  // no room for it
      octets.at(base.size() - 1 - place) |= mask;
    }
    return net::IpAddress::from_bytes(std::span(octets).first(base.size())).value_or(address);
  }
  return address;
}

const std::string& Lens::name(const net::IpAddress& address) const {
  const auto known = names_.find(address);
  if (known != names_.end()) return known->second;
  if (names_.size() >= most_names) {
    // Who holds a name keeps it until as many others have come again.
    old_names_ = std::move(names_);
    names_.clear();
  }
  const auto host = hosts_.find(address);
  return names_.emplace(address, host != hosts_.end() ? host->second : moved(address).to_string())
      .first->second;
}

std::string Lens::name(const net::Prefix& prefix) const {
  if (renamed() == 0) return prefix.to_string();
  if (const auto at = prefixes_.find(prefix); at != prefixes_.end()) return at->second;
  if (prefix.is_host() && hosts_.contains(prefix.address())) {
    // By a name alone: an address of either family may have it.
    const auto& to = hosts_.at(prefix.address());
    const auto address = net::IpAddress::parse(to);
    return address ? net::Prefix::host(*address).to_string() : to;
  }
  for (const auto& [from, to] : subnets_) {
    if (from == prefix) return to.to_string();
    if (!from.contains(prefix)) continue;
    const auto address = moved(prefix.address());
    if (address == prefix.address()) break;
    return net::Prefix(address, address.bits() - host_bits(prefix)).to_string();
  }
  return prefix.to_string();
}

std::string Lens::name(const net::Endpoint& endpoint) const {
  const auto& host = name(endpoint.address);
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port);
}

}  // namespace seatrial::results
