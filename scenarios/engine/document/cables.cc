#include "scenarios/engine/document/cables.h"

#include <map>
#include <set>

namespace seatrial::scenario::document {
namespace {

class Names {
 public:
  explicit Names(const Scenario& scenario) {
    for (const auto& sw : scenario.fabric.switches) next_.emplace(sw.name, 1);
  }

  LinkEnd name(LinkEnd end) {
    const auto sw = next_.find(end.node);
    while (end.port.empty() && sw != next_.end()) {
      auto port = "swp" + std::to_string(sw->second++);
      if (!taken_.contains(end.node + ":" + port)) end.port = std::move(port);
    }
    taken_.insert(end.to_string());
    return end;
  }

 private:
  std::map<std::string, int> next_;  // the number of a switch's next unnamed port
  std::set<std::string> taken_;
};

}  // namespace

std::string Cable::to_string() const {
  return ends[0].to_string() + " - " + ends[1].to_string();
}

std::vector<Cable> cables(const Scenario& scenario) {
  Names names(scenario);
  std::vector<Cable> out;
  for (const auto& link : scenario.fabric.links) {
    auto first = names.name(link.ends[0]);
    out.push_back({{std::move(first), names.name(link.ends[1])}, ""});
  }
  const auto host = [&](const std::string& name, const Attachment& attachment) {
    auto own = names.name({name, attachment.interface, {}});
    out.push_back({{std::move(own), names.name(attachment.at)}, name});
  };
  for (const auto& edge : scenario.edges) host(edge.name, edge.attachment);
  for (const auto& cluster : scenario.clusters) {
    for (const auto& node : cluster.nodes) host(node.name, node.attachment);
  }
  for (const auto& client : scenario.clients) host(client.name, client.attachment);
  return out;
}

std::vector<Cable> cables_at(const Scenario& scenario, const std::string& target) {
  const auto wanted = LinkEnd::parse(target).value_or(LinkEnd{target, "", {}});
  std::vector<Cable> out;
  for (auto& cable : cables(scenario)) {
    for (const auto& end : cable.ends) {
      if (end.node != wanted.node || (!wanted.port.empty() && end.port != wanted.port)) continue;
      out.push_back(std::move(cable));
      break;
    }
  }
  return out;
}

}  // namespace seatrial::scenario::document
