// The walk over the lines of a file: finds the command that a line is, in the context that the
// lines before it opened, and lets that command write into the draft.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/frr/draft.h"
#include "models/frr/grammar.h"

namespace seatrial::frr {

enum class Context {
  top,
  interface,
  bgp,
  ipv4_unicast,
  ipv6_unicast,
  route_map,
  vty,
  bfd,
  bfd_profile,
  bfd_peer,
};

enum class Effect {
  acts,         // the handler takes it
  harmless,     // changes nothing that the model has: taken in silence
  no_effect,    // a daemon would act on it, the model does not: a warning
  unsupported,  // would change routes or sessions, and is not modelled: an error
};

class Reader;

// One line of a command table.
struct Row {
  std::string_view pattern;
  Effect effect = Effect::acts;
  void (*handler)(Reader&) = nullptr;
};

// The tables, one per context (README.md shows them).
std::span<const Row> top_commands();
std::span<const Row> prefix_list_commands();     // and access lists
std::span<const Row> community_list_commands();  // and AS-path access lists
std::span<const Row> route_map_heads();
std::span<const Row> interface_commands();
std::span<const Row> bgp_commands();       // of `router bgp` alone
std::span<const Row> neighbor_commands();  // of `router bgp` alone, too
// Of an address family, and those of IPv4 unicast of `router bgp` too, as older files have them.
std::span<const Row> family_commands();
std::span<const Row> family_neighbor_commands();
std::span<const Row> ipv4_commands();
std::span<const Row> ipv6_commands();
std::span<const Row> match_commands();
std::span<const Row> set_commands();
std::span<const Row> bfd_commands();
std::span<const Row> bfd_session_commands();
std::span<const Row> vty_commands();

// Handlers of `no match` and `no set` (commands_undo.cc).
class Reader;
void undo_match(Reader& r);
void undo_set(Reader& r);

// What a context's tables make of a line: for tests, and for the README's table.
struct Judged {
  bool known = false;
  Effect effect = Effect::acts;
};
Judged judge(Context context, std::string_view line);

class Reader {
 public:
  Reader(std::string file, Diagnostics& diagnostics);

  void read(std::string_view text);
  Draft take() { return std::move(draft_); }

  // For the handlers: the line at hand.
  bool negated() const { return match_.negated; }
  const Word& value(std::size_t index) const { return match_.values[index]; }
  std::size_t value_count() const { return match_.values.size(); }
  std::uint32_t number(std::size_t index) const;
  net::IpAddress address(std::size_t index) const;
  const Word* after(std::string_view literal) const;  // the word after it, nullptr when absent
  std::string rest(std::size_t index) const;          // values from `index` on, joined by blanks
  std::string line_text() const;
  Position at(const Word& word) const { return {file_, line_, word.column}; }
  Position here() const { return at(words_.front()); }
  Reference reference(std::size_t index) const { return {value(index).text, at(value(index))}; }
  Diagnostics& diagnostics() { return diagnostics_; }

  // For the handlers: what the line is about.
  Draft& draft() { return draft_; }
  Config& config() { return draft_.config; }
  BgpDraft& bgp() { return *draft_.bgp; }
  Interface& interface() { return draft_.config.interfaces[interface_]; }
  RouteMapEntryDraft& route_map() { return *route_map_; }
  BfdSettings& bfd() { return *bfd_; }
  PeerDraft& peer_draft(const Word& name);
  SessionSettings& peer() { return peer_draft(value(0)).settings.session; }
  bool in_ipv6() const { return context_ == Context::ipv6_unicast; }
  FamilySettings& peer_family() {
    auto& settings = peer_draft(value(0)).settings;
    return in_ipv6() ? settings.ipv6 : settings.ipv4;
  }

  void enter(Context context) { context_ = context; }
  void enter_bfd(Context context, BfdSettings& settings);
  void enter_interface(const std::string& name);
  void enter_route_map(RouteMapEntryDraft& entry);
  // Passes over the lines up to the end of a block that is not modelled.
  void skip_until(std::string_view closing_word) { skip_until_ = closing_word; }

 private:
  friend Judged judge(Context context, std::string_view line);
  struct Command {
    Pattern pattern;
    Effect effect;
    void (*handler)(Reader&);
  };
  struct Found {
    const Command* command = nullptr;
    Context context = Context::top;
    Match match;
  };
  static Found find(Context context, const std::vector<Word>& words);
  static const std::vector<Command>& commands(Context context);
  static std::vector<Command> table(Context context);

  void read_line(std::string_view text);
  bool leave();
  bool skipped(std::string_view text);
  void run(const Command& command);

  void report_unknown();

  std::string file_;
  Diagnostics& diagnostics_;
  Draft draft_;
  Context context_ = Context::top;
  std::size_t interface_ = 0;
  RouteMapEntryDraft* route_map_ = nullptr;
  BfdSettings* bfd_ = nullptr;
  std::string skip_until_;
  int line_ = 0;
  int left_at_ = 0;  // the line of an `exit` with nothing to leave but the configuration
  std::vector<Word> words_;
  Match match_;
};

}  // namespace seatrial::frr
