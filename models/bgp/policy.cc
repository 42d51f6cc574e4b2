// Walking the clauses of a policy: lib/routemap.c, route_map_apply_ext, is the model.
#include "models/bgp/policy.h"

#include "models/bgp/config.h"

namespace seatrial::bgp {
namespace {

constexpr int deepest_call = 10;  // RMAP_RECURSION_LIMIT

// What a walk leaves behind, besides the changed route.
struct Walk {
  const PolicyInput& input;
  PolicyResult& route;

  void say(const Policy& policy, std::string_view text) {
    if (!input.explain) return;
    if (!route.explanation.empty()) route.explanation += ", ";
    route.explanation += policy.name;
    route.explanation += text;
  }

  bool run(const Policy& policy, int depth) {
    if (policy.family && *policy.family != input.prefix.family()) return true;
    if (depth > deepest_call) {
      say(policy, ": calls nested too deep, denied");
      return false;
    }
    const bool by_default = policy.default_action == PolicyAction::permit;
    bool permitted = by_default || !policy.clauses.empty();
    bool matched = false;
    for (std::size_t at = 0; at < policy.clauses.size(); ++at) {
      const auto& clause = policy.clauses[at];
      std::string why;
      matched = holds(clause.match, input, route, input.explain ? &why : nullptr);
      const bool inert =
          clause.action == PolicyAction::deny && clause.exit != PolicyClause::Exit::stop;
      if (!matched) {
        if (!inert) permitted = by_default;
        continue;
      }
      const auto place = [&](std::string_view verdict) {
        if (!input.explain) return;
        say(policy,
            " " + clause.label + (why.empty() ? "" : " (" + why + ")") + std::string(verdict));
      };
      if (clause.action == PolicyAction::permit) {
        place(" permits");
        permitted = true;
        change(clause.set, input, route);
        if (clause.call && !run(*clause.call, depth + 1)) return false;
      } else if (!inert) {
        place(" denies");
        return false;
      } else {
        place(" goes on");  // and decides nothing
      }
      if (clause.exit == PolicyClause::Exit::stop) return permitted;
      if (clause.exit == PolicyClause::Exit::go_to) {
        while (at + 1 < policy.clauses.size() && policy.clauses[at + 1].sequence < clause.go_to) {
          ++at;
        }
      }
    }
    if (!matched && input.explain) {
      say(policy, std::string(route.explanation.empty() ? ": no clause matches, default "
                                                        : ": no further clause matches, default ") +
                      (permitted ? "permits" : "denies"));
    }
    return permitted;
  }
};

}  // namespace

PolicyResult apply(const Policy& policy, const PolicyInput& input, PathAttributes attributes) {
  PolicyResult route;
  route.attributes = std::move(attributes);
  route.tag = input.tag;
  route.permitted = Walk{input, route}.run(policy, 0);
  return route;
}

PolicyResult apply(const std::vector<Policy>& chain, const PolicyInput& input,
                   PathAttributes attributes) {
  PolicyResult route;
  route.permitted = true;
  route.attributes = std::move(attributes);
  route.tag = input.tag;
  for (const auto& policy : chain) {
    route.permitted = Walk{input, route}.run(policy, 0);
    if (!route.permitted) break;
  }
  return route;
}

std::string_view to_string(RouteSource source) {
  switch (source) {
    case RouteSource::local:
      return "local";
    case RouteSource::ibgp:
      return "iBGP";
    case RouteSource::ebgp:
      return "eBGP";
  }
  return "?";
}

std::string_view to_string(SourceProtocol protocol) {
  switch (protocol) {
    case SourceProtocol::bgp:
      return "bgp";
    case SourceProtocol::connected:
      return "connected";
    case SourceProtocol::static_route:
      return "static";
    case SourceProtocol::kernel:
      return "kernel";
  }
  return "?";
}

bool RemoteAs::accepts(Asn local, Asn remote) const {
  switch (kind) {
    case Kind::number:
      return remote == asn;
    case Kind::internal:
      return remote == local;
    case Kind::external:
      return remote != local;
  }
  return false;
}

std::string RemoteAs::to_string() const {
  switch (kind) {
    case Kind::number:
      return asn.to_string();
    case Kind::internal:
      return "internal";
    case Kind::external:
      return "external";
  }
  return "?";
}

}  // namespace seatrial::bgp
