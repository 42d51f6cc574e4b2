#include "models/frr/grammar.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "models/diagnostics/edit_distance.h"
#include "models/net/address.h"

namespace seatrial::frr {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (true) {
    const auto at = text.find(separator);
    out.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

bool is_literal(std::string_view word) {
  return std::islower(static_cast<unsigned char>(word.front())) != 0 || word.front() == '+' ||
         word.front() == '-' || std::isdigit(static_cast<unsigned char>(word.front())) != 0;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

bool in_range(std::string_view range, std::string_view text) {  // range is "<1-255>"
  const auto dash = range.find('-');
  const auto low = number(range.substr(1, dash - 1));
  const auto high = number(range.substr(dash + 1, range.size() - dash - 2));
  const auto value = number(text);
  return value && low && high && *value >= *low && *value <= *high;
}

bool like_address(std::string_view text) {
  return text.find_first_not_of("0123456789./") == std::string_view::npos ||
         text.find(':') != std::string_view::npos;
}

bool fits_value(std::string_view kind, std::string_view text) {
  if (kind.front() == '<') return in_range(kind, text);
  if (kind == "ADDR") return net::IpAddress::parse(text).has_value();
  if (kind == "IFADDR") return net::InterfaceAddress::parse(text).has_value();
  if (kind == "PREFIX") return net::Prefix::parse_lenient(text).has_value();
  if (kind == "PREFIX4") {
    const auto prefix = net::Prefix::parse_lenient(text);
    return prefix && prefix->address().is_v4();
  }
  if (kind == "PREFIX6") {
    const auto prefix = net::Prefix::parse_lenient(text);
    return prefix && !prefix->address().is_v4();
  }
  if (kind == "ADDR4" || kind == "ADDR6") {
    const auto address = net::IpAddress::parse(text);
    return address && address->is_v4() == (kind == "ADDR4");
  }
  if (kind == "INTERFACE") return !number(text) && !like_address(text);
  if (kind == "SIGNED") {
    return text.size() > 1 && (text[0] == '+' || text[0] == '-') && number(text.substr(1));
  }
  if (kind == "ASN") {
    const auto asn = net::Asn::parse(text);                        // FRR 8.4 has no dotted numbers
    return asn && asn->value != 0 && text.find('.') == text.npos;  // RFC 7607
  }
  if (kind == "PEER") {  // a number with dots that is no address was meant as one
    return net::IpAddress::parse(text) || !like_address(text);
  }
  if (kind == "HOP") return net::IpAddress::parse(text) || !like_address(text);
  return true;  // WORD
}

std::string describe(std::string_view kind) {
  if (kind.front() == '<') {
    const auto dash = kind.find('-');
    return "a number from " + std::string(kind.substr(1, dash - 1)) + " to " +
           std::string(kind.substr(dash + 1, kind.size() - dash - 2));
  }
  if (kind == "ADDR") return "an IP address";
  if (kind == "IFADDR") return "an address with length, as 10.1.1.4/24";
  if (kind == "ADDR4") return "an IPv4 address";
  if (kind == "ADDR6") return "an IPv6 address";
  if (kind == "PREFIX" || kind == "PREFIX4") return "a prefix, as 10.1.1.0/24";
  if (kind == "PREFIX6") return "an IPv6 prefix, as 2001:db8::/32";
  if (kind == "INTERFACE") return "an interface";
  if (kind == "SIGNED") return "a number with its sign";
  if (kind == "ASN") return "an AS number";
  if (kind == "PEER") return "an IP address or a peer group's name";
  if (kind == "HOP") return "a next hop's address, an interface, Null0 or blackhole";
  if (kind == "WORD") return "a name";
  if (kind == "LINE") return "some text";
  return "'" + std::string(kind) + "'";
}

}  // namespace

std::vector<Word> split_words(std::string_view line) {
  constexpr std::string_view blank = " \t\r\v\f";
  std::vector<Word> out;
  auto at = line.find_first_not_of(blank);
  if (at == std::string_view::npos || line[at] == '!' || line[at] == '#') return out;
  // The head of `show running-config`, where a file was made of it.
  for (const std::string_view said : {"Building configuration...", "Current configuration:"}) {
    if (line.substr(at).starts_with(said)) return out;
  }
  while (at != std::string_view::npos) {
    const auto end = std::min(line.find_first_of(blank, at), line.size());
    out.push_back({std::string(line.substr(at, end - at)), static_cast<int>(at) + 1});
    at = line.find_first_not_of(blank, end);
  }
  return out;
}

Pattern::Pattern(std::string_view text) : text_(text) {
  for (const auto& word : split(text, ' ')) {
    if (word == "[no]") {
      may_negate_ = true;
    } else {
      words_.push_back(split(word, '|'));
    }
  }
}

Match Pattern::match(const std::vector<Word>& words, bool explain) const {
  Match out;
  std::size_t at = 0;
  if (may_negate_ && !words.empty() && words[0].text == "no") {
    out.negated = true;
    at = out.matched = out.exact = 1;
  }
  for (const auto& options : words_) {
    const auto& wanted = options.front();
    if (wanted == "ANY" || (wanted == "LINE" && at < words.size())) {
      out.values.insert(out.values.end(), words.begin() + static_cast<std::ptrdiff_t>(at),
                        words.end());
      out.matched = words.size();
      out.complete = true;
      return out;
    }
    bool fits = false;
    for (const auto& option : options) {
      if (at >= words.size()) break;
      const auto& given = words[at];
      fits = is_literal(option) ? given.text == option : fits_value(option, given.text);
      if (!fits) continue;
      if (is_literal(option)) ++out.exact;
      if (!is_literal(option) || options.size() > 1) out.values.push_back(given);
      break;
    }
    if (!fits) {
      for (const auto& option : options) {
        if (!explain) break;
        if (&option != &options.front() && option == options.front()) continue;
        out.expected += (out.expected.empty() ? "" : " or ") + describe(option);
      }
      return out;
    }
    out.matched = ++at;
  }
  out.complete = at == words.size();
  if (!out.complete && explain) out.expected = "the end of the line";
  return out;
}

std::vector<std::string> Pattern::literals_at(std::size_t index) const {
  std::vector<std::string> out;
  if (index >= words_.size()) return out;
  for (const auto& option : words_[index]) {
    if (is_literal(option)) out.push_back(option);
  }
  return out;
}

std::vector<std::string> expand(std::string_view text) {
  const auto open = text.find('(');
  if (open == std::string_view::npos) return {std::string(text)};
  const auto close = text.find(')', open);
  const auto inner = text.substr(open + 1, close - open - 1);
  std::vector<std::string> out;
  for (const auto& tail : expand(text.substr(close + 1))) {
    const auto before = std::string(text.substr(0, open));  // ends in a blank
    out.push_back(before.substr(0, before.size() - 1) + tail);
    out.push_back(before + std::string(inner) + tail);
  }
  return out;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  if (word.size() > 64) return best;
  for (const auto& candidate : candidates) {
    const auto d = edit_distance(word, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace seatrial::frr
