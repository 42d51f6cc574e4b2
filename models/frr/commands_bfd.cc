// The `bfd` block, as bfdd's bfdd_vty and bfdd_nb have it.
#include <array>

#include "models/frr/reader.h"

namespace seatrial::frr {
namespace {

constexpr auto acts = Effect::acts;
constexpr auto harmless = Effect::harmless;
constexpr auto no_effect = Effect::no_effect;
constexpr auto unsupported = Effect::unsupported;

Duration milliseconds_of(Reader& r) {
  return std::chrono::milliseconds(r.number(0));
}

void profile(Reader& r) {
  auto& settings = r.draft().bfd_profiles[r.value(0).text];
  settings.position = r.here();
  r.enter_bfd(Context::bfd_profile, settings);
}

// peer ADDRESS [{multihop|local-address ADDRESS|interface NAME|vrf NAME}]
void peer(Reader& r) {
  auto& settings = r.draft().bfd_peers[r.address(0)];
  settings.position = r.here();
  for (std::size_t i = 1; i < r.value_count(); ++i) {
    const auto& word = r.value(i);
    if (word.text == "multihop") {
      settings.multihop = true;
    } else if (word.text == "local-address" || word.text == "interface") {
      ++i;  // says again what the BGP neighbour's session has
    } else {
      r.diagnostics().error(r.at(word), "'" + word.text + "' of a bfd peer is not modelled",
                            "multihop, local-address or interface");
      return;
    }
  }
  r.enter_bfd(Context::bfd_peer, settings);
}

constexpr std::array block_rows = {
    Row{"profile WORD", acts, profile},
    Row{"peer ADDR ANY", acts, peer},
    Row{"no profile WORD", unsupported},
    Row{"no peer ADDR ANY", unsupported},
};

constexpr std::array session_rows = {
    Row{"receive-interval <10-60000>", acts,
        [](Reader& r) { r.bfd().receive_interval = milliseconds_of(r); }},
    Row{"transmit-interval <10-60000>", acts,
        [](Reader& r) { r.bfd().transmit_interval = milliseconds_of(r); }},
    Row{"detect-multiplier <2-255>", acts,
        [](Reader& r) { r.bfd().detect_multiplier = r.number(0); }},
    Row{"[no] passive-mode", acts, [](Reader& r) { r.bfd().passive = !r.negated(); }},
    Row{"minimum-ttl <1-254>", acts,
        [](Reader& r) { r.bfd().minimum_ttl = static_cast<int>(r.number(0)); }},
    Row{"no minimum-ttl ANY", acts, [](Reader& r) { r.bfd().minimum_ttl.reset(); }},
    Row{"[no] shutdown", acts, [](Reader& r) { r.bfd().shutdown = !r.negated(); }},
    Row{"profile WORD", acts, [](Reader& r) { r.bfd().profile = r.reference(0); }},
    Row{"no profile ANY", acts, [](Reader& r) { r.bfd().profile.reset(); }},
    // Control packets find a dead path as well; the model has no echo.
    Row{"echo-mode", no_effect},
    Row{"no echo-mode", harmless},
    Row{"echo-interval <10-60000>", harmless},
    Row{"echo transmit-interval <10-60000>", harmless},
    Row{"echo receive-interval disabled|<10-60000>", harmless},
};

}  // namespace

std::span<const Row> bfd_commands() {
  return block_rows;
}
std::span<const Row> bfd_session_commands() {
  return session_rows;
}

}  // namespace seatrial::frr
