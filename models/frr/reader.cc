#include "models/frr/reader.h"

#include <algorithm>
#include <charconv>

namespace seatrial::frr {
namespace {

// FRR looks a command up in the current context, then in those around it.
std::vector<Context> lookup_order(Context context) {
  switch (context) {
    case Context::ipv4_unicast:
    case Context::ipv6_unicast:
      return {context, Context::bgp, Context::top};
    case Context::bfd_profile:
    case Context::bfd_peer:
      return {context, Context::bfd, Context::top};
    case Context::top:
      return {Context::top};
    default:
      return {context, Context::top};
  }
}

Context around(Context context) {
  const auto order = lookup_order(context);
  return order.size() > 2 ? order[1] : Context::top;
}

// VTY_BUFSIZ less the terminating zero: what fgets() takes at once.
constexpr std::size_t longest_line = 4095;

std::string name_of(Context context) {
  switch (context) {
    case Context::interface:
      return "an interface command";
    case Context::bgp:
      return "a command of router bgp";
    case Context::ipv4_unicast:
      return "a command of address-family ipv4 unicast";
    case Context::ipv6_unicast:
      return "a command of address-family ipv6 unicast";
    case Context::route_map:
      return "a route-map command";
    case Context::bfd:
    case Context::bfd_profile:
    case Context::bfd_peer:
      return "a command of bfd";
    default:
      return "a command";
  }
}

}  // namespace

Reader::Reader(std::string file, Diagnostics& diagnostics)
    : file_(std::move(file)), diagnostics_(diagnostics) {
  draft_.file = file_;
  draft_.config.position = {file_, 1, 1};
}

std::vector<Reader::Command> Reader::table(Context context) {
  std::vector<std::span<const Row>> parts;
  switch (context) {
    case Context::top:
      parts = {top_commands(), prefix_list_commands(), community_list_commands(),
               route_map_heads()};
      break;
    case Context::interface:
      parts = {interface_commands()};
      break;
    case Context::bgp:
      parts = {bgp_commands(), neighbor_commands(), family_commands(), family_neighbor_commands(),
               ipv4_commands()};
      break;
    case Context::ipv4_unicast:
      parts = {family_commands(), family_neighbor_commands(), ipv4_commands()};
      break;
    case Context::ipv6_unicast:
      parts = {family_commands(), family_neighbor_commands(), ipv6_commands()};
      break;
    case Context::route_map:
      parts = {match_commands(), set_commands()};
      break;
    case Context::vty:
      parts = {vty_commands()};
      break;
    case Context::bfd:
      parts = {bfd_commands()};
      break;
    case Context::bfd_profile:
    case Context::bfd_peer:
      parts = {bfd_session_commands()};
      break;
  }
  std::vector<Command> out;
  for (const auto& part : parts) {
    for (const auto& row : part) {
      for (const auto& pattern : expand(row.pattern)) {
        out.push_back({Pattern(pattern), row.effect, row.handler});
      }
    }
  }
  return out;
}

const std::vector<Reader::Command>& Reader::commands(Context context) {
  static const auto tables = [] {
    std::vector<std::vector<Command>> out;
    for (auto i = 0; i <= static_cast<int>(Context::bfd_peer); ++i) {
      out.push_back(table(static_cast<Context>(i)));
    }
    return out;
  }();
  return tables[static_cast<std::size_t>(context)];
}

void Reader::read(std::string_view text) {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (text.starts_with(mark)) {
    diagnostics_.error({file_, 1, 1}, "a byte order mark, which FRR takes for part of a command",
                       "text without it");
    text.remove_prefix(mark.size());
  }
  while (!text.empty()) {
    const auto end = text.find('\n');
    ++line_;
    read_line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void Reader::read_line(std::string_view text) {
  if (text.size() > longest_line) {  // FRR would read the rest as another command
    diagnostics_.error({file_, line_, static_cast<int>(longest_line) + 1},
                       "a line of " + std::to_string(text.size()) + " bytes",
                       "at most " + std::to_string(longest_line) + " (FRR's vty buffer)");
    return;
  }
  words_ = split_words(text);
  if (words_.empty() || skipped(text) || leave()) return;
  if (left_at_ != 0) {
    diagnostics_.error(here(),
                       "FRR has left its configuration at the 'exit' of line " +
                           std::to_string(left_at_) +
                           " and takes no command of this or a later line",
                       "as many 'exit' as blocks are open");
    left_at_ = 0;
  }
  auto found = find(context_, words_);
  if (found.command == nullptr) return report_unknown();
  match_ = std::move(found.match);
  context_ = found.context;
  run(*found.command);
}

// Of the commands that fit, the one with the most words of its own.
Reader::Found Reader::find(Context context, const std::vector<Word>& words) {
  Found found;
  for (const auto place : lookup_order(context)) {
    for (const auto& command : commands(place)) {
      auto match = command.pattern.match(words);
      if (!match.complete) continue;
      if (found.command != nullptr && match.exact <= found.match.exact) continue;
      found = {&command, place, std::move(match)};
    }
    if (found.command != nullptr) break;
  }
  return found;
}

Judged judge(Context context, std::string_view line) {
  const auto words = split_words(line);
  if (words.empty()) return {};
  const auto found = Reader::find(context, words);
  if (found.command == nullptr) return {};
  return {true, found.command->effect};
}

bool Reader::skipped(std::string_view text) {
  if (skip_until_.empty()) return false;
  const bool closes = words_.front().text == skip_until_;
  // A block at the margin also ends where the next command stands at the margin.
  const bool at_margin = skip_until_ == "exit" && text.front() != ' ' && text.front() != '\t';
  if (closes && (skip_until_ != "exit" || at_margin)) {
    skip_until_.clear();
    return true;
  }
  if (at_margin) skip_until_.clear();
  return !at_margin;
}

bool Reader::leave() {
  if (words_.size() != 1) return false;
  const auto& word = words_.front().text;
  if (word == "end") {
    context_ = Context::top;
  } else if (word == "exit-address-family" &&
             (context_ == Context::ipv4_unicast || context_ == Context::ipv6_unicast)) {
    context_ = Context::bgp;
  } else if (word == "exit" || word == "quit") {
    if (context_ == Context::top && left_at_ == 0) left_at_ = line_;
    context_ = around(context_);
  } else {
    return false;
  }
  return true;
}

void Reader::run(const Command& command) {
  switch (command.effect) {
    case Effect::acts:
      break;
    case Effect::harmless:
      return;
    case Effect::no_effect:
      diagnostics_.warning(here(), "'" + line_text() + "' has no effect here");
      break;
    case Effect::unsupported:
      diagnostics_.error(here(), "'" + line_text() + "' is not modelled", "a design without it");
      break;
  }
  if (command.handler != nullptr) command.handler(*this);
}

std::string Reader::line_text() const {
  std::string out;
  for (const auto& word : words_) out += (out.empty() ? "" : " ") + word.text;
  return out;
}

void Reader::report_unknown() {
  std::size_t furthest = 0;
  std::vector<std::string> expected;
  std::vector<std::string> literals;
  for (const auto context : lookup_order(context_)) {
    for (const auto& command : commands(context)) {
      const auto match = command.pattern.match(words_, true);
      if (match.matched > furthest) {
        furthest = match.matched;
        expected.clear();
        literals.clear();
      }
      if (match.matched < furthest) continue;
      if (std::ranges::find(expected, match.expected) == expected.end()) {
        expected.push_back(match.expected);
      }
      for (auto& literal : command.pattern.literals_at(furthest - (match.negated ? 1 : 0))) {
        literals.push_back(std::move(literal));
      }
    }
  }
  constexpr std::size_t most_named = 8;
  std::string wanted;
  if (expected.size() <= most_named) {
    for (const auto& one : expected) wanted += (wanted.empty() ? "" : " or ") + one;
  }
  if (furthest >= words_.size()) {
    const auto& last = words_.back();
    const int column = last.column + static_cast<int>(last.text.size());
    diagnostics_.error({file_, line_, column}, "incomplete command '" + words_.front().text + "'",
                       wanted.empty() ? "more words" : wanted);
    return;
  }
  const auto& wrong = words_[furthest];
  auto hint = nearest(wrong.text, literals);
  if (hint.empty()) {  // vtysh takes "neigh" for "neighbor"; files that FRR writes have it in full
    const auto full = std::ranges::find_if(
        literals, [&](const auto& literal) { return literal.starts_with(wrong.text); });
    if (full != literals.end()) hint = *full;
  }
  if (!hint.empty()) wanted = "'" + hint + "'";
  if (wanted.empty()) wanted = name_of(context_);
  const bool starts_unknown = furthest == 0 || (furthest == 1 && words_[0].text == "no");
  diagnostics_.error(at(wrong),
                     (starts_unknown ? "unknown command '" : "unexpected '") + wrong.text + "'",
                     wanted);
}

std::uint32_t Reader::number(std::size_t index) const {
  const auto& text = value(index).text;
  std::uint32_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

net::IpAddress Reader::address(std::size_t index) const {
  return net::IpAddress::parse(value(index).text).value_or(net::IpAddress());
}

const Word* Reader::after(std::string_view literal) const {
  for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
    if (words_[i].text == literal) return &words_[i + 1];
  }
  return nullptr;
}

std::string Reader::rest(std::size_t index) const {
  std::string out;
  for (auto i = index; i < value_count(); ++i) out += (i > index ? " " : "") + value(i).text;
  return out;
}

void Reader::enter_interface(const std::string& name) {
  auto& interfaces = draft_.config.interfaces;
  auto found = std::ranges::find(interfaces, name, &Interface::name);
  if (found == interfaces.end()) {
    interfaces.push_back({.name = name, .position = here()});
    found = interfaces.end() - 1;
  }
  interface_ = static_cast<std::size_t>(found - interfaces.begin());
  context_ = Context::interface;
}

void Reader::enter_route_map(RouteMapEntryDraft& entry) {
  route_map_ = &entry;  // std::map: stays where it is
  context_ = Context::route_map;
}

void Reader::enter_bfd(Context context, BfdSettings& settings) {
  bfd_ = &settings;  // std::map: stays where it is
  context_ = context;
}

PeerDraft& Reader::peer_draft(const Word& name) {
  auto& peers = bgp().peers;
  const auto address = net::IpAddress::parse(name.text);
  const auto key = address ? address->to_string() : name.text;  // one spelling of IPv6
  const auto found = std::ranges::find(peers, key, &PeerDraft::name);
  if (found != peers.end()) return *found;
  peers.push_back({.name = key, .position = at(name)});
  // `bgp default shutdown` is about the neighbours that come after it.
  if (bgp().default_shutdown && address) peers.back().settings.session.shutdown = true;
  return peers.back();
}

}  // namespace seatrial::frr
