#include "scenarios/engine/document/read_expectation.h"

namespace seatrial::scenario::document {
namespace {

ExpectSessions sessions(const Cursor& at) {
  ExpectSessions out;
  at.get("by", out.by);
  at.get("until", out.until);
  at.get("node", out.nodes);
  return out;
}

ExpectRoutes routes(const Cursor& at) {
  ExpectRoutes out;
  at.get("node", out.nodes);
  at.each_member("routes", [&](const std::string& key, const Cursor& hops) {
    std::vector<net::IpAddress> next_hops;
    hops.as(next_hops);
    if (const auto prefix = hops.key_as_prefix(key)) out.routes[*prefix] = std::move(next_hops);
  });
  at.get("exact", out.exact);
  at.get("protocol", out.protocol);
  at.get("at", out.at);
  return out;
}

ExpectBlocks blocks(const Cursor& at) {
  ExpectBlocks out;
  at.get("cluster", out.cluster);
  at.get("node", out.nodes);
  at.get("at", out.at);
  return out;
}

ExpectNextHops next_hops(const Cursor& at) {
  ExpectNextHops out;
  at.get("node", out.nodes);
  at.get("prefix", out.prefix);
  at.get("next_hops", out.count);
  at.get("at", out.at);
  return out;
}

ExpectLoad load(const Cursor& at) {
  ExpectLoad out;
  at.get("load", out.load);
  at.get("success_ratio", out.success_ratio);
  at.get("requests", out.requests);
  at.get("status", out.status);
  out.answered_as_routed = at.has("answered_by");
  at.get("p50", out.p50);
  at.get("p90", out.p90);
  at.get("p99", out.p99);
  at.get("max", out.max);
  at.get("from", out.from);
  at.get("to", out.to);
  return out;
}

ExpectSpread spread(const Cursor& at) {
  ExpectSpread out;
  at.get("over", out.over);
  at.get("load", out.load);
  at.get("service", out.service);
  at.get("min_share", out.min_share);
  at.get("max_share", out.max_share);
  return out;
}

ExpectDrops drops(const Cursor& at) {
  ExpectDrops out;
  at.get("drops", out.drops);
  at.get("node", out.nodes);
  at.get("reasons", out.reasons);
  at.get("from", out.from);
  at.get("to", out.to);
  return out;
}

ExpectInvariant invariant(const Cursor& at, Invariant what) {
  ExpectInvariant out;
  out.what = what;
  at.get("prefix", out.prefix);
  at.get("node", out.nodes);
  at.get("from", out.from);
  at.get("to", out.to);
  at.get("at_most", out.at_most);
  return out;
}

ExpectQuiescent quiescent(const Cursor& at) {
  ExpectQuiescent out;
  at.get("quiescent", out.of);
  at.get("by", out.by);
  return out;
}

Condition condition(const Cursor& at);

Condition condition_in(const Cursor& at, const std::string& key) {
  return condition(at[key]);
}

Combined combined(const Cursor& at, const std::string& key, Combined::How how) {
  Combined out;
  out.how = how;
  at.each(key, [&](const Cursor& one) { out.of.push_back(condition(one)); });
  return out;
}

Condition condition(const Cursor& at) {
  if (at.has("session")) {
    SessionIs out;
    std::vector<std::string> both;
    at.get("session", both);
    out.node = both.at(0);
    out.peer = both.at(1);
    at.get("established", out.established);
    return {out};
  }
  if (at.has("route")) {
    RouteIs out;
    at.get("route", out.prefix);
    at.get("node", out.nodes);
    at.get("table", out.table);
    at.get("present", out.present);
    at.get("next_hops", out.next_hops);
    at.get("count", out.count);
    return {out};
  }
  if (at.has("reaches")) {
    Reaches out;
    at.get("reaches", out.prefix);
    at.get("node", out.nodes);
    return {out};
  }
  if (at.has("endpoints")) {
    EndpointsAre out;
    at.get("endpoints", out.service);
    at.get("ready", out.ready);
    return {out};
  }
  if (at.has("link")) {
    LinkIs out;
    at.get("link", out.port);
    at.get("up", out.up);
    return {out};
  }
  if (at.has("load")) {
    LoadSucceeds out;
    at.get("load", out.load);
    at.get("success_ratio", out.success_ratio);
    at.get("window", out.window);
    return {out};
  }
  if (at.has("all")) return {combined(at, "all", Combined::How::all)};
  if (at.has("any")) return {combined(at, "any", Combined::How::any)};
  Combined out;
  out.how = Combined::How::none;
  out.of.push_back(condition_in(at, "not"));
  return {std::move(out)};
}

ExpectAlways always(const Cursor& at) {
  ExpectAlways out;
  out.holds = condition_in(at, "always");
  at.get("from", out.from);
  at.get("to", out.to);
  return out;
}

ExpectEventually eventually(const Cursor& at) {
  ExpectEventually out;
  out.comes = condition_in(at, "eventually");
  at.get("from", out.from);
  at.get("by", out.by);
  return out;
}

ExpectUntil until(const Cursor& at) {
  ExpectUntil out;
  out.comes = condition_in(at, "until");
  out.holds = condition_in(at, "holds");
  at.get("from", out.from);
  at.get("by", out.by);
  return out;
}

}  // namespace

Expectation read_expectation(const Cursor& at) {
  Expectation out;
  at.get("id", out.id);
  out.position = at.where();
  if (at.has("sessions")) {
    out.what = sessions(at);
  } else if (at.has("routes")) {
    out.what = routes(at);
  } else if (at.has("blocks")) {
    out.what = blocks(at);
  } else if (at.has("next_hops")) {
    out.what = next_hops(at);
  } else if (at.has("spread")) {
    out.what = spread(at["spread"]);
  } else if (at.has("no_loops")) {
    out.what = invariant(at, Invariant::no_loops);
  } else if (at.has("no_blackholes")) {
    out.what = invariant(at, Invariant::no_blackholes);
  } else if (at.has("convergence")) {
    ExpectConvergence one;
    const Cursor in = at["convergence"];
    in.get("after", one.after);
    in.get("at_most", one.at_most);
    in.get("of", one.of);
    out.what = one;
  } else if (at.has("quiescent")) {
    out.what = quiescent(at);
  } else if (at.has("always")) {
    out.what = always(at);
  } else if (at.has("eventually")) {
    out.what = eventually(at);
  } else if (at.has("holds")) {
    out.what = until(at);
  } else if (at.has("drops")) {
    out.what = drops(at);
  } else {
    out.what = load(at);
  }
  return out;
}

}  // namespace seatrial::scenario::document
