#include "scenarios/bgpd/commands.h"

#include <algorithm>
#include <sstream>
#include <vector>

namespace seatrial::bgpd {
namespace {

// The words of a command, taken one after the other.
class Words {
 public:
  explicit Words(const std::string& line) {
    std::istringstream in(line);
    for (std::string word; in >> word;) words_.push_back(std::move(word));
    if (!words_.empty() && words_.back() == "json") {
      json_ = true;
      words_.pop_back();
    }
  }
  bool json() const { return json_; }
  bool at_end() const { return next_ == words_.size(); }
  bool take(std::string_view word) {
    if (at_end() || words_[next_] != word) return false;
    ++next_;
    return true;
  }
  std::optional<std::string> take_any() {
    if (at_end()) return std::nullopt;
    return words_[next_++];
  }
  std::optional<net::IpAddress> take_address() {
    const auto address = at_end() ? std::nullopt : net::IpAddress::parse(words_[next_]);
    if (address) ++next_;
    return address;
  }
  std::optional<net::Prefix> take_prefix() {
    if (at_end()) return std::nullopt;
    const auto& word = words_[next_];
    if (word.find('/') == std::string::npos) return std::nullopt;
    const auto prefix = net::Prefix::parse_lenient(word);
    if (prefix) ++next_;
    return prefix;
  }

 private:
  std::vector<std::string> words_;
  std::size_t next_ = 0;
  bool json_ = false;
};

Answer unknown(const std::string& line) {
  return {"% Unknown command: " + line + "\n", false};
}

std::optional<net::Family> take_family(Words& words) {
  std::optional<net::Family> family;
  if (words.take("ipv4")) family = net::Family::ipv4;
  if (!family && words.take("ipv6")) family = net::Family::ipv6;
  if (family) words.take("unicast");
  return family;
}

// The longest prefix of the table that has the address.
std::string show_address(const View& view, const net::IpAddress& address, bool json) {
  std::optional<net::Prefix> best;
  for (const auto& route : view.speaker.loc_rib()) {
    if (route.prefix.family() == address.family() && route.prefix.contains(address) &&
        (!best || route.prefix.length() > best->length())) {
      best = route.prefix;
    }
  }
  return show_route(view, best.value_or(net::Prefix::host(address)), json);
}

Answer show_of_neighbor(const View& view, Words& words, net::Family family,
                        const net::IpAddress& peer, const std::string& line) {
  const bool json = words.json();
  if (words.at_end()) return {show_neighbors(view, &peer, json)};
  if (words.take("advertised-routes") && words.at_end()) {
    return {show_adjacent(view, family, peer, Adjacent::advertised, json)};
  }
  if (words.take("received-routes") && words.at_end()) {
    return {show_adjacent(view, family, peer, Adjacent::received, json)};
  }
  if (words.take("filtered-routes") && words.at_end()) {
    return {show_adjacent(view, family, peer, Adjacent::filtered, json)};
  }
  if (words.take("routes") && words.at_end()) {
    if (!told(view, peer).carries(family)) {
      return {json ? "{ \"warning\": \"No such neighbor or address family\" }\n"
                   : "% No such neighbor or address family\n"};
    }
    return {show_routes(view, family, json, {.from = peer, .within = {}})};
  }
  return unknown(line);
}

// `show ip bgp` is about IPv4. `show bgp` is about IPv6 in bgpd, even where nobody speaks it; here
// it is about IPv4 then, and whose address or prefix is given says which family is meant.
net::Family usual_family(const View& view) {
  for (const auto& session : view.speaker.sessions()) {
    if (told(view, session.peer).carries(net::Family::ipv6)) return net::Family::ipv6;
  }
  return net::Family::ipv4;
}

Answer show_prefix(const View& view, Words& words, const net::Prefix& prefix,
                   const std::string& line) {
  if (words.at_end()) return {show_route(view, prefix, words.json())};
  if (words.take("longer-prefixes") && words.at_end()) {
    return {show_routes(view, prefix.family(), words.json(), {.from = {}, .within = prefix})};
  }
  const bool best = words.take("bestpath");
  if ((best || words.take("multipath")) && words.at_end()) {
    return {show_route(view, prefix, words.json(), best ? Paths::best : Paths::multipath)};
  }
  return unknown(line);
}

Answer show_of_summary(const View& view, Words& words, std::optional<net::Family> family, bool ip,
                       const std::string& line) {
  auto which = Which::all;
  if (words.take("established")) {
    which = Which::established;
  } else if (words.take("failed")) {
    which = Which::failed;
  }
  if (!words.at_end()) return unknown(line);
  return {show_summary(view, family, which, words.json(), ip)};
}

Answer show_bgp(const View& view, Words& words, bool ip, const std::string& line) {
  auto said = take_family(words);
  if (words.take("summary")) return show_of_summary(view, words, said, ip && !said, line);
  if (!said && ip) said = net::Family::ipv4;
  const auto family = said.value_or(usual_family(view));
  if (words.at_end()) return {show_routes(view, family, words.json())};
  if (words.take("neighbors") || words.take("neighbor")) {
    if (words.at_end()) return {show_neighbors(view, nullptr, words.json())};
    if (const auto peer = words.take_address()) {
      // Of a neighbour with one family that one is meant.
      const auto known = told(view, *peer);
      const bool other = !said && !known.carries(family) && !known.config.families.empty();
      return show_of_neighbor(
          view, words, other ? family_of(known.config.families.front()) : family, *peer, line);
    }
    return unknown(line);
  }
  if (const auto prefix = words.take_prefix()) return show_prefix(view, words, *prefix, line);
  if (const auto address = words.take_address(); address && words.at_end()) {
    return {show_address(view, *address, words.json())};
  }
  return unknown(line);
}

Answer show_bfd_command(const View& view, Words& words, const std::string& line) {
  if (words.take("peer")) {
    const auto peer = words.take_address();
    return peer && words.at_end() ? Answer{show_bfd(view, &*peer, words.json())} : unknown(line);
  }
  if (!words.take("peers")) return unknown(line);
  if (words.at_end()) return {show_bfd(view, nullptr, words.json())};
  if (words.take("counters") && words.at_end()) return {show_bfd_counters(view, words.json())};
  if (words.take("brief") && words.at_end()) return {show_bfd_brief(view, words.json())};
  return unknown(line);
}

Answer show(const View& view, Words& words, const std::string& line) {
  if (words.take("running-config") || words.take("running")) {
    return words.at_end() ? Answer{view.configuration} : unknown(line);
  }
  if (words.take("bfd")) return show_bfd_command(view, words, line);
  const bool ip = words.take("ip");
  return words.take("bgp") ? show_bgp(view, words, ip, line) : unknown(line);
}

Answer clear(const View& view, Words& words, const std::string& line) {
  words.take("ip");
  if (!words.take("bgp")) return unknown(line);
  take_family(words);
  const auto whom = words.take_any();
  if (!whom) return unknown(line);
  const bool soft = words.take("soft");
  const bool in = words.take("in");
  const bool out = !in && words.take("out");
  if (!words.at_end()) return unknown(line);
  std::vector<net::IpAddress> peers;
  const auto address = net::IpAddress::parse(*whom);
  const auto asn = net::Asn::parse(*whom);
  for (const auto& session : view.speaker.sessions()) {
    const bool meant = *whom == "*" || (address && session.peer == *address) ||
                       (!address && asn && session.remote_as == *asn) ||
                       (*whom == "external" && !session.internal);
    if (meant) peers.push_back(session.peer);
  }
  if (peers.empty()) {
    if (address) return {"% BGP: Unknown neighbor - \"" + *whom + "\"\n"};
    return *whom == "*" || *whom == "external" ? Answer{} : unknown(line);
  }
  for (const auto& peer : peers) {
    if (soft || in || out) {
      if (!out) view.speaker.clear(peer, soft ? bgp::ClearKind::soft_in : bgp::ClearKind::in);
      if (!in) view.speaker.clear(peer, bgp::ClearKind::soft_out);
    } else {
      view.speaker.clear(peer, bgp::ClearKind::hard);
    }
  }
  return {};
}

}  // namespace

Answer answer(const View& view, const std::string& line) {
  Words words(line);
  if (words.take("show")) return show(view, words, line);
  if (words.take("clear")) return clear(view, words, line);
  return unknown(line);
}

}  // namespace seatrial::bgpd
