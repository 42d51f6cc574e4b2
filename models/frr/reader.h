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

enum class Context { top, interface, bgp, ipv4_unicast, route_map, vty };

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
std::span<const Row> policy_commands();  // prefix lists, community lists, the heads of route maps
std::span<const Row> interface_commands();
std::span<const Row> bgp_commands();             // of `router bgp` alone
std::span<const Row> address_family_commands();  // of the address family, and of `router bgp` too
std::span<const Row> route_map_commands();
std::span<const Row> vty_commands();

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
  PeerDraft& peer_draft(const Word& name);
  PeerSettings& peer() { return peer_draft(value(0)).settings; }

  void enter(Context context) { context_ = context; }
  void enter_interface(const std::string& name);
  void enter_route_map(RouteMapEntryDraft& entry);
  // Passes over the lines up to the end of a block that is not modelled.
  void skip_until(std::string_view closing_word) { skip_until_ = closing_word; }

 private:
  struct Command {
    Pattern pattern;
    Effect effect;
    void (*handler)(Reader&);
  };
  static const std::vector<Command>& commands(Context context);
  static std::vector<Command> table(Context context);

  void read_line(std::string_view text);
  bool leave();
  bool skipped(std::string_view text);
  void run(const Command& command);
  std::string line_text() const;
  void report_unknown();

  std::string file_;
  Diagnostics& diagnostics_;
  Draft draft_;
  Context context_ = Context::top;
  std::size_t interface_ = 0;
  RouteMapEntryDraft* route_map_ = nullptr;
  std::string skip_until_;
  int line_ = 0;
  int left_at_ = 0;  // the line of an `exit` with nothing to leave but the configuration
  std::vector<Word> words_;
  Match match_;
};

// "65000:1", "no-export", ...; nothing for anything else.
std::optional<std::uint32_t> parse_community(std::string_view text);

}  // namespace seatrial::frr
