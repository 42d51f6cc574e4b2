#include "models/bgp/update_subgroup.h"

namespace seatrial::bgp {
namespace {

std::string names_of(const std::vector<Policy>& policies) {
  std::string out;
  for (const auto& policy : policies) out += policy.name + ",";
  return out + ";";
}

std::string group_of(const RuleContext& context, net::Family family) {
  const auto& n = context.neighbor;
  std::string out =
      names_of(n.export_policy) + names_of(n.unsuppress) + names_of(n.default_originate_policy);
  const auto add = [&out](auto number) { out += std::to_string(number) + ","; };
  add(static_cast<int>(family));
  add(static_cast<int>(context.kind));
  add(context.extended_next_hop);
  add(context.peer_long_lived);
  add(static_cast<int>(n.next_hop_self));
  for (const bool flag :
       {n.route_reflector_client, n.next_hop_unchanged, n.as_path_unchanged, n.med_unchanged,
        n.link_local_unchanged, n.route_server_client, n.as_override, n.send_community,
        n.send_extended_community, n.send_large_community, n.default_originate, n.add_path.send,
        n.add_path.send_best_per_as}) {
    add(flag);
  }
  add(static_cast<int>(n.remove_private_as));
  if (n.as_override || n.remove_private_as != RemovePrivateAs::never) add(context.peer_as.value);
  if (n.local_as) {
    add(n.local_as->asn.value);
    add(n.local_as->no_prepend);
    add(n.local_as->replace_as);
  }
  if (n.role) add(static_cast<int>(*n.role));
  add(n.advertisement_interval.value_or(Duration(-1)).count());
  // An IPv6 next hop is two addresses for peers on the link and one for others.
  if (family == net::Family::ipv6 && context.link != nullptr) add(context.link->on_subnet);
  return out;
}

}  // namespace

UpdateSubgroups::Membership UpdateSubgroups::join(const RuleContext& peer, net::Family family) {
  auto key = group_of(peer.in(family), family);
  auto& group = groups_[key];
  auto membership = group.lock();
  if (!membership) {
    membership = std::make_shared<const std::string>(std::move(key));
    group = membership;
  }
  return membership;
}

}  // namespace seatrial::bgp
