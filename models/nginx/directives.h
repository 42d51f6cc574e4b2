// The directives that the reader knows: where each may stand, how many arguments it takes, and how
// far the model goes with it.
#pragma once

#include <string_view>
#include <vector>

#include "models/diagnostics/diagnostics.h"
#include "models/nginx/syntax.h"

namespace seatrial::nginx {

enum Context : unsigned {
  in_main = 1U << 0,
  in_events = 1U << 1,
  in_http = 1U << 2,
  in_server = 1U << 3,
  in_location = 1U << 4,
  in_upstream = 1U << 5,
  in_stream = 1U << 6,
  in_stream_server = 1U << 7,
  in_stream_upstream = 1U << 8,
};

enum class Handling {
  modelled,
  harmless,  // changes nothing that a simulation shows: accepted in silence
  warned,    // accepted; the difference it would make is not simulated, and that is said
  refused,   // it would change what happens to requests, so a run without it would mislead
};

enum class Shape {
  value,   // once in a block
  many,    // any number of times
  flag,    // on or off, once
  block,   // { directives }
  opaque,  // { anything }: read by the one who knows it, or not at all
};

struct DirectiveRule {
  std::string_view name;
  unsigned contexts = 0;
  unsigned min_arguments = 0;
  unsigned max_arguments = 0;
  Handling handling = Handling::modelled;
  Shape shape = Shape::value;
};

// A name has more than one rule where contexts differ in what it takes.
std::vector<const DirectiveRule*> rules_for(std::string_view name);

// The names that may stand there.
std::vector<std::string_view> names_in(unsigned context);

// Says what is wrong with the directives of one block, its children included, and takes out those
// that nothing further is to be read from.
void check_directives(std::vector<Directive>& directives, Context context,
                      Diagnostics& diagnostics);

// Says what is wrong between directives of different blocks: log formats, log levels, zone sizes.
void check_tree(const std::vector<Directive>& directives, Diagnostics& diagnostics);

// `X_conf`'s block opens this context.
Context inner_context(std::string_view name, Context outer);

}  // namespace seatrial::nginx
