// Prefix lists and access lists: what FRR's lib/plist and lib/filter read.
#include <array>

#include "models/frr/list_lines.h"
#include "models/frr/values.h"

namespace seatrial::frr {
namespace {

constexpr auto acts = Effect::acts;
constexpr auto harmless = Effect::harmless;
constexpr auto unsupported = Effect::unsupported;

// `ge N` or `le N`; a list may be called "ge", so the word counts only before a number.
const Word* bound(const Reader& r, std::string_view name) {
  const auto* word = r.after(name);
  return word != nullptr && parse_number(word->text) ? word : nullptr;
}

int number_of(const Word& word) {
  return static_cast<int>(parse_number(word.text).value_or(0));
}

bool wrong_family(Reader& r, const Word& word, bool is_v6, const char* kind) {
  const auto prefix = net::Prefix::parse_lenient(word.text);
  if (!prefix || prefix->address().is_v4() != is_v6) return false;
  r.diagnostics().error(
      r.at(word), "'" + word.text + "' in an " + (is_v6 ? "ipv6 " : "ip ") + kind,
      is_v6 ? "an IPv6 prefix, as 2001:db8::/32" : "an IPv4 prefix, as 10.1.1.0/24");
  return true;
}

// FRR: length < ge <= le <= bits, where ge may also equal the length.
bool check_bounds(Reader& r, const net::Prefix& prefix, const Word* ge, const Word* le) {
  const int length = prefix.length();
  const int bits = prefix.address().bits();
  const int least = ge != nullptr ? number_of(*ge) : length;
  const int most = le != nullptr ? number_of(*le) : ge != nullptr ? bits : length;
  if (least >= length && most >= least && most <= bits) return true;
  const auto& wrong = ge != nullptr && (least < length || least > bits) ? *ge
                      : le != nullptr                                   ? *le
                                                                        : *ge;
  r.diagnostics().error(r.at(wrong), "invalid prefix range for " + prefix.to_string(),
                        "length <= ge <= le <= " + std::to_string(bits));
  return false;
}

void prefix_list(Reader& r) {
  const bool is_v6 = r.value(0).text == "ipv6";
  auto& lists = is_v6 ? r.draft().prefix_lists_v6 : r.draft().prefix_lists;
  auto& entries = lists[r.value(1).text];
  const auto action = action_index(r, 1);
  bgp::PrefixListEntry entry{.sequence = sequence_of(r, 1, entries),
                             .action = action_of(r, action),
                             .prefix = {},
                             .position = r.here()};
  if (r.value_count() == action + 1) {  // `any`: a word that stands for itself is no value
    if (is_v6) entry.prefix = *net::Prefix::parse("::/0");
    entry.le = entry.prefix.address().bits();
  } else {
    const auto& word = r.value(action + 1);
    if (wrong_family(r, word, is_v6, "prefix-list")) return;
    entry.prefix = *net::Prefix::parse_lenient(word.text);
    const auto* ge = bound(r, "ge");
    const auto* le = bound(r, "le");
    if (!check_bounds(r, entry.prefix, ge, le)) return;
    if (ge != nullptr) entry.ge = number_of(*ge);
    if (le != nullptr) entry.le = number_of(*le);
  }
  put_in_order(entries, std::move(entry));
}

// The values of an access list's line: the name, maybe a number, the action, then addresses.
bgp::AccessListEntry access_entry(Reader& r, std::size_t name,
                                  const std::vector<bgp::AccessListEntry>& known) {
  bgp::AccessListEntry entry;
  entry.sequence = sequence_of(r, name, known, false);
  entry.action = action_of(r, action_index(r, name));
  entry.position = r.here();
  return entry;
}

void access_list(Reader& r) {
  auto& entries = r.draft().access_lists[r.value(0).text];
  auto entry = access_entry(r, 0, entries);
  const auto first = action_index(r, 0) + 1;
  if (first < r.value_count()) {
    entry.prefix = *net::Prefix::parse_lenient(r.value(first).text);
    entry.exact = first + 1 < r.value_count();
  }
  put_in_order(entries, std::move(entry));
}

void access_list_v6(Reader& r) {
  auto& entries = r.draft().access_lists_v6[r.value(0).text];
  auto entry = access_entry(r, 0, entries);
  const auto first = action_index(r, 0) + 1;
  entry.prefix = *net::Prefix::parse("::/0");
  if (first < r.value_count()) {
    entry.prefix = *net::Prefix::parse_lenient(r.value(first).text);
    entry.exact = first + 1 < r.value_count();
  }
  put_in_order(entries, std::move(entry));
}

using Wildcard = bgp::AccessListEntry::Wildcard;

// IOS's form: an address and the bits of it that do not count.
Wildcard wildcard(const Reader& r, std::size_t& at, bool may_be_alone) {
  const auto& word = r.value(at).text;
  if (word == "any") {
    ++at;
    return {0, ~std::uint32_t{0}};
  }
  if (word == "host") {
    at += 2;
    return {r.address(at - 1).v4_value(), 0};
  }
  const auto address = r.address(at++).v4_value();
  if (may_be_alone && at >= r.value_count()) return {address, 0};
  const auto ignored = r.address(at++).v4_value();
  return {address & ~ignored, ignored};
}

void access_list_ios(Reader& r) {
  auto& entries = r.draft().access_lists[r.value(0).text];
  auto entry = access_entry(r, 0, entries);
  auto at = action_index(r, 0) + 1;
  entry.address = wildcard(r, at, true);
  put_in_order(entries, std::move(entry));
}

void access_list_ios_extended(Reader& r) {
  auto& entries = r.draft().access_lists[r.value(0).text];
  auto entry = access_entry(r, 0, entries);
  auto at = action_index(r, 0) + 1;
  entry.address = wildcard(r, at, false);
  entry.mask = wildcard(r, at, false);
  put_in_order(entries, std::move(entry));
}

constexpr std::array rows = {
    Row{"ip|ipv6 prefix-list WORD (seq <1-4294967295>) permit|deny any", acts, prefix_list},
    Row{"ip|ipv6 prefix-list WORD (seq <1-4294967295>) permit|deny PREFIX (ge <0-128>) (le "
        "<0-128>)",
        acts, prefix_list},
    Row{"ip|ipv6 prefix-list WORD (seq <1-4294967295>) permit|deny PREFIX le <0-128> ge <0-128>",
        acts, prefix_list},
    Row{"[no] ip|ipv6 prefix-list sequence-number", harmless},
    Row{"[no] ip|ipv6 prefix-list WORD description ANY", harmless},
    Row{"no ip|ipv6 prefix-list ANY", unsupported},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny PREFIX4", acts, access_list},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny PREFIX4 exact-match|exact-match", acts,
        access_list},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny any", acts, access_list},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny host|host ADDR4", acts, access_list_ios},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ADDR4", acts, access_list_ios},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ADDR4 ADDR4", acts, access_list_ios},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ip any|any any|any", acts,
        access_list_ios_extended},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ip any|any host|host ADDR4", acts,
        access_list_ios_extended},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ip any|any ADDR4 ADDR4", acts,
        access_list_ios_extended},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ip host|host ADDR4 any|any", acts,
        access_list_ios_extended},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ip host|host ADDR4 host|host ADDR4",
        acts, access_list_ios_extended},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ip host|host ADDR4 ADDR4 ADDR4", acts,
        access_list_ios_extended},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ip ADDR4 ADDR4 any|any", acts,
        access_list_ios_extended},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ip ADDR4 ADDR4 host|host ADDR4", acts,
        access_list_ios_extended},
    Row{"access-list WORD (seq <1-4294967295>) permit|deny ip ADDR4 ADDR4 ADDR4 ADDR4", acts,
        access_list_ios_extended},
    Row{"ipv6 access-list WORD (seq <1-4294967295>) permit|deny PREFIX6", acts, access_list_v6},
    Row{"ipv6 access-list WORD (seq <1-4294967295>) permit|deny PREFIX6 exact-match|exact-match",
        acts, access_list_v6},
    Row{"ipv6 access-list WORD (seq <1-4294967295>) permit|deny any", acts, access_list_v6},
    Row{"[no] access-list WORD remark ANY", harmless},
    Row{"[no] ipv6|mac access-list WORD remark ANY", harmless},
    Row{"no access-list ANY", unsupported},
    Row{"no ip|ipv6|mac access-list ANY", unsupported},
    Row{"mac access-list ANY", harmless},  // of bridges and EVPN
};

}  // namespace

std::span<const Row> prefix_list_commands() {
  return rows;
}

}  // namespace seatrial::frr
