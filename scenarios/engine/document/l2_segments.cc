#include "scenarios/engine/document/l2_segments.h"

#include <map>
#include <tuple>

namespace seatrial::scenario::document {
namespace {

// Union-find over switch names.
class Segments {
 public:
  std::string root(const std::string& name) {
    auto& parent = parents_.emplace(name, name).first->second;
    if (parent == name) return name;
    parent = root(std::string(parent));
    return parent;
  }
  void join(const std::string& a, const std::string& b) { parents_[root(a)] = root(b); }

 private:
  std::map<std::string, std::string> parents_;
};

}  // namespace

std::vector<SubnetProblem> subnet_problems(const Scenario& scenario) {
  Segments segments;
  std::map<std::string, bool> is_switch;
  for (const auto& s : scenario.fabric.switches) is_switch[s.name] = true;
  for (const auto& link : scenario.fabric.links) {
    const auto& [a, b] = link.ends;
    if (is_switch.contains(a.node) && is_switch.contains(b.node)) segments.join(a.node, b.node);
  }

  struct Member {
    std::string host;
    std::string at;
  };
  std::map<net::Prefix, Member> first;  // of each subnet
  std::vector<SubnetProblem> problems;
  const auto visit = [&](const std::string& host, const Attachment& attachment,
                         const Position& position) {
    const auto subnet = attachment.address.subnet();
    const auto [it, fresh] = first.emplace(subnet, Member{host, attachment.at.node});
    if (fresh || segments.root(it->second.at) == segments.root(attachment.at.node)) return;
    problems.push_back({position,
                        "\"" + host + "\" at \"" + attachment.at.node + "\" and \"" +
                            it->second.host + "\" at \"" + it->second.at + "\" are both in " +
                            subnet.to_string() + ", but no link joins their switches",
                        "a link between them, or another subnet"});
  };
  for (const auto& e : scenario.edges) visit(e.name, e.attachment, e.position);
  for (const auto& c : scenario.clusters) {
    for (const auto& n : c.nodes) visit(n.name, n.attachment, n.position);
  }
  for (const auto& c : scenario.clients) visit(c.name, c.attachment, c.position);
  return problems;
}

}  // namespace seatrial::scenario::document
