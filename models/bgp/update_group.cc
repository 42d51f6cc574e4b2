#include "models/bgp/update_group.h"

#include <tuple>

namespace seatrial::bgp {
namespace {

// Where either grows beyond it, it begins anew; what is asked for together is asked for at once.
constexpr std::size_t answers_kept = 4096;
constexpr std::size_t writings_kept = 64;

bool alike(const NeighborConfig& a, const NeighborConfig& b) {
  const auto key = [](const NeighborConfig& c) {
    return std::tie(c.route_reflector_client, c.next_hop_self, c.next_hop_unchanged,
                    c.link_local_unchanged, c.ebgp_multihop, c.as_path_unchanged, c.med_unchanged,
                    c.route_server_client, c.as_override, c.sender_loop_detection,
                    c.remove_private_as, c.send_community, c.send_extended_community,
                    c.send_large_community, c.ebgp_requires_policy, c.role, c.local_as,
                    c.add_path.send, c.add_path.send_best_per_as, c.unsuppress, c.export_policy);
  };
  const auto v6 = net::Family::ipv6;
  return key(a) == key(b) && key(a.in(v6)) == key(b.in(v6));
}

bool alike(const CodecOptions& a, const CodecOptions& b) {
  return a.four_octet_as == b.four_octet_as && a.add_path_send == b.add_path_send &&
         a.max_size == b.max_size;
}

// At least as much as a message with one prefix takes.
std::size_t size_bound(const PathAttributes& a) {
  std::size_t bound = 256;  // all that has one size
  for (const auto& segment : a.as_path.segments) bound += 2 * (2 + 4 * segment.asns.size());
  bound += 4 * a.communities.size() + 12 * a.large_communities.size() +
           8 * a.extended_communities.size() + 20 * a.ipv6_extended_communities.size() +
           4 * a.cluster_list.size();
  for (const auto& unknown : a.unknown) bound += 4 + unknown.value.size();
  return bound;
}

net::Prefix any_of(net::Family family) {
  return family == net::Family::ipv4 ? net::Prefix() : net::Prefix(*net::IpAddress::parse("::"), 0);
}

}  // namespace

UpdateGroup::UpdateGroup(unsigned id, const RuleContext& context, const CodecOptions& codec)
    : id_(id),
      config_(context.neighbor),
      kind_(context.kind),
      local_address_(context.local_address),
      peer_as_(context.peer_as),
      peer_long_lived_(context.peer_long_lived),
      extended_next_hop_(context.extended_next_hop),
      link_(context.link == nullptr ? Link() : *context.link),
      codec_(codec),
      reach_{reach_of(context.neighbor.in(net::Family::ipv4).export_policy),
             reach_of(context.neighbor.in(net::Family::ipv6).export_policy)} {}

bool UpdateGroup::takes(const RuleContext& context, const CodecOptions& codec) const {
  const bool sees_peer = reach_[0].peer || reach_[1].peer;
  if (sees_peer && context.neighbor.address != config_.address) return false;
  // What the peer's AS is used for on the way out.
  const auto needs_as = [](const NeighborConfig& c) {
    return c.as_override || c.sender_loop_detection ||
           c.remove_private_as != RemovePrivateAs::never;
  };
  const bool sees_as = needs_as(config_) || needs_as(config_.in(net::Family::ipv6));
  if (sees_as && context.peer_as != peer_as_) return false;
  return context.kind == kind_ && context.local_address == local_address_ &&
         context.peer_long_lived == peer_long_lived_ &&
         context.extended_next_hop == extended_next_hop_ &&
         context.neighbor.address.family() == config_.address.family() &&
         (context.link == nullptr ? Link() : *context.link) == link_ && alike(codec, codec_) &&
         alike(context.neighbor, config_);
}

std::size_t UpdateGroup::Hash::operator()(const Question& q) const {
  const auto a = reinterpret_cast<std::uintptr_t>(q.attributes.get()) >> 4;
  const auto b = reinterpret_cast<std::uintptr_t>(q.origin) >> 4;
  return (a ^ (b << 20)) * 0x9E3779B97F4A7C15ULL ^ std::hash<net::Prefix>{}(q.prefix);
}

AttributesRef UpdateGroup::exported(const RuleContext& context, const net::Prefix& prefix,
                                    const Candidate& path, AttributePool& pool) {
  const auto& reach = reach_.at(prefix.address().is_v4() ? 0 : 1);
  const bool filter = reach.filter();
  if (filter && !passes(config_.in(prefix.family()).export_policy, prefix)) return nullptr;
  const auto ask = [&]() -> AttributesRef {
    auto rules = context;
    rules.without_policy = filter;
    auto result = export_route(rules, prefix, path);
    if (!result.accepted || !fits(result.attributes, prefix)) return nullptr;
    if (result.attributes == *path.attributes) return path.attributes;
    return pool.intern(std::move(result.attributes));
  };
  const bool by_prefix = reach.prefix && !filter;
  if (by_prefix && members < 2) return ask();  // never asked again
  const Question question{path.attributes, path.origin,
                          by_prefix ? prefix : any_of(prefix.family()),
                          path.origin->peer == context.neighbor.address && context.alone};
  if (const auto known = answers_.find(question); known != answers_.end()) return known->second;
  if (answers_.size() >= answers_kept) answers_.clear();
  return answers_.emplace(question, ask()).first->second;
}

// RFC 8654 section 4: what does not fit into a message of the agreed size is not sent, and what was
// sent before it is withdrawn.
bool UpdateGroup::fits(const PathAttributes& attributes, const net::Prefix& prefix) const {
  if (size_bound(attributes) < codec_.max_size) return true;
  UpdateMessage update;
  update.attributes = attributes;
  update.mp_next_hop = attributes.next_hop;
  update.mp_link_local = attributes.link_local_next_hop;
  const std::vector<Nlri> one{{net::Prefix::host(prefix.address()), 0}};
  (attributes.next_hop->is_v4() ? update.announced : update.mp_announced) = one;
  return !encode(update, codec_).empty();
}

const std::vector<Octets>& UpdateGroup::encoded(const AttributesRef& attributes,
                                                const std::vector<Nlri>& announced) {
  for (const auto& known : written_) {
    if (known.attributes == attributes && known.announced == announced) return known.messages;
  }
  if (written_.size() >= writings_kept) written_.clear();
  auto& made = written_.emplace_back(Written{attributes, announced, {}});
  UpdateMessage update;
  update.attributes = *attributes;
  update.mp_next_hop = attributes->next_hop;
  update.mp_link_local = attributes->link_local_next_hop;
  (attributes->next_hop->is_v4() ? update.announced : update.mp_announced) = announced;
  made.messages = encode(update, codec_);
  return made.messages;
}

void UpdateGroup::forget() {
  answers_.clear();
  written_.clear();
}

}  // namespace seatrial::bgp
