// The ways of requests for the page. Thousands of requests pass the same nodes: each distinct
// sequence of (node, in, out, switches to the next) is a shape, said once, and a request names its
// shapes and adds times.
//
// `stream` is one list of whole numbers, a request after the other:
//   edge, ingress pod, app pod (texts; -1 unknown), legs,
//   a leg: text of its far end, then the way there and the way back,
//     a way: shape, then for each of its nodes the time since the node before (the first: since the
//     request was sent) and the distance of its hop record from the one before in the stream,
//   tries, and for each its proxy record, as the distance from the one before in the request,
//   chain, and likewise the proxy records of the tries whose answer counted, outermost first.
#pragma once

#include <set>
#include <string>

#include "results/html/columns.h"
#include "results/html/selection.h"
#include "results/path/path.h"

namespace seatrial::results::html {

struct Ways {
  std::string shapes;             // JSON: a list of lists of [node, in, out, [switches]], all texts
  std::string stream;             // JSON
  std::set<std::size_t> proxies;  // every proxy record that is named
};

Ways ways_of(const Record& record, const PathFinder& paths, const Selection& selection,
             Texts& texts);

}  // namespace seatrial::results::html
