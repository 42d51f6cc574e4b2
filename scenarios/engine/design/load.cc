// Reads everything that a scenario names, in the order of the document, and goes on after errors.
#include <fnmatch.h>

#include <filesystem>
#include <set>

#include "models/ingress/controller.h"
#include "models/kubernetes/read_objects.h"
#include "models/nginx/reader.h"
#include "scenarios/engine/design/checks.h"
#include "scenarios/engine/design/design.h"
#include "scenarios/engine/design/ipv4_only.h"
#include "scenarios/engine/document/document.h"

namespace seatrial::scenario {
namespace {

// The scenario's files under the names that a person sees, for nginx's includes.
class ShownFiles final : public nginx::FileSource {
 public:
  explicit ShownFiles(const Files& files)
      : files_(files), prefix_(files.shown("").empty() ? "" : folder_of(files)) {}

  std::optional<std::string> read(const std::string& path) const override {
    return files_.read(inner(path));
  }
  std::vector<std::string> glob(const std::string& pattern) const override {
    auto names = files_.glob(inner(pattern));
    for (auto& name : names) name = files_.shown(name);
    return names;
  }

 private:
  static std::string folder_of(const Files& files) {
    const std::string probe = files.shown("x");
    return probe.substr(0, probe.size() - 1);
  }
  std::string inner(const std::string& path) const {
    return path.starts_with(prefix_) ? path.substr(prefix_.size()) : path;
  }

  const Files& files_;
  std::string prefix_;
};

std::optional<std::string> read_named(const Files& files, const std::string& name,
                                      const Position& named_at, Diagnostics& diagnostics) {
  auto text = files.read(name);
  if (!text) {
    diagnostics.error(named_at, "cannot read \"" + files.shown(name) + "\"", "a readable file");
  }
  return text;
}

void read_routers(Design& design, const Files& files, Diagnostics& diagnostics) {
  for (const auto& router : design.scenario.fabric.routers) {
    auto& out = design.routers.emplace_back();
    if (const auto text = read_named(files, router.config, router.config_position, diagnostics)) {
      out.config = frr::read(*text, files.shown(router.config), diagnostics, router.profile);
      leave_out_ipv6(out.config, diagnostics);
    }
  }
}

void read_edges(Design& design, const Files& files, Diagnostics& diagnostics) {
  const ShownFiles shown(files);
  for (const auto& edge : design.scenario.edges) {
    auto& out = design.edges.emplace_back();
    if (!edge.bgp.empty()) {
      if (const auto text = read_named(files, edge.bgp, edge.bgp_position, diagnostics)) {
        out.bgp = frr::read(*text, files.shown(edge.bgp), diagnostics, edge.profile);
        leave_out_ipv6(*out.bgp, diagnostics);
      }
    }
    if (!edge.nginx.empty()) {
      if (const auto text = read_named(files, edge.nginx, edge.nginx_position, diagnostics)) {
        out.nginx = nginx::read_text(*text, files.shown(edge.nginx), shown, diagnostics);
      }
    }
  }
}

kubernetes::Node node_object(const ClusterNode& node) {
  constexpr const char* role = "node-role.kubernetes.io/control-plane";
  kubernetes::Node out;
  out.meta.name = node.name;
  out.meta.labels = node.labels;
  out.meta.labels.emplace("kubernetes.io/hostname", node.name);
  out.meta.position = node.position;
  if (node.control_plane) {
    out.meta.labels.emplace(role, "");
    if (node.taints.empty()) out.taints.push_back({role, "", "NoSchedule"});
  }
  for (const auto& taint : node.taints) {
    out.taints.push_back({taint.key, taint.value, taint.effect});
  }
  out.internal_ip = node.attachment.address.address;
  return out;
}

// Arguments of an ingress controller that it would not start with.
void check_controllers(const Cluster& cluster, const kubernetes::Objects& objects,
                       Diagnostics& diagnostics) {
  const auto check = [&](const kubernetes::PodSpec& pod) {
    for (const auto& container : pod.containers) {
      if (workload_of(cluster, container.image).model != WorkloadModel::nginx_ingress) continue;
      ingress::controller_options(container, diagnostics);
    }
  };
  for (const auto& deployment : objects.deployments) check(deployment.pod.spec);
  for (const auto& set : objects.daemon_sets) check(set.pod.spec);
  for (const auto& pod : objects.pods) check(pod.spec);
}

// The mounted template has `direct` for Calico's `multihop`, too: BIRD's BFD for a multihop session
// is multihop (port 4784), that of a router on the same subnet is not, and the two never meet.
void add_bfd(bgp::SpeakerConfig& speaker, const BirdBfd& bfd) {
  for (auto& neighbor : speaker.neighbors) {
    neighbor.ebgp_multihop.reset();
    neighbor.bfd = bgp::BfdConfig{.receive_interval = bfd.interval,
                                  .transmit_interval = bfd.interval,
                                  .detect_multiplier = bfd.multiplier};
  }
}

void read_clusters(Design& design, const Files& files, Diagnostics& diagnostics) {
  for (const auto& cluster : design.scenario.clusters) {
    auto& out = design.clusters.emplace_back();
    std::vector<kubernetes::Resource> resources;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < cluster.manifests.size(); ++i) {
      const Position at =
          i < cluster.manifest_positions.size() ? cluster.manifest_positions[i] : cluster.position;
      const auto names = files.glob(cluster.manifests[i]);
      if (names.empty()) {
        diagnostics.error(at, "no file matches \"" + files.shown(cluster.manifests[i]) + "\"",
                          "at least one manifest");
      }
      for (const auto& name : names) {
        if (!seen.insert(name).second) continue;
        const auto text = read_named(files, name, at, diagnostics);
        if (!text) continue;
        auto more = kubernetes::read_resources(*text, files.shown(name), diagnostics);
        resources.insert(resources.end(), std::make_move_iterator(more.begin()),
                         std::make_move_iterator(more.end()));
      }
    }
    out.objects = kubernetes::read_objects(resources, diagnostics);
    out.calico = calico::read(resources, diagnostics);
    if (const auto corefile = kubernetes::find_corefile(out.objects, diagnostics)) {
      out.corefile = *corefile;
    }
    std::vector<calico::NodeInfo> infos;
    for (const auto& node : cluster.nodes) {
      auto object = node_object(node);
      calico::NodeInfo info;
      info.name = node.name;
      info.address = node.attachment.address;
      info.labels = {object.meta.labels.begin(), object.meta.labels.end()};
      infos.push_back(info);
      const auto declared = std::ranges::find_if(
          out.objects.nodes, [&](const auto& other) { return other.meta.name == node.name; });
      if (declared == out.objects.nodes.end()) {
        out.objects.nodes.push_back(std::move(object));
      } else {
        declared->internal_ip = object.internal_ip;
        declared->meta.labels.merge(object.meta.labels);
        for (const auto& taint : object.taints) declared->taints.push_back(taint);
      }
    }
    kubernetes::check_references(out.objects, diagnostics);
    check_controllers(cluster, out.objects, diagnostics);
    auto sessions = calico::derive_sessions(out.calico, infos, diagnostics);
    for (auto& info : infos) {
      auto& derived = sessions[info.name];
      if (cluster.bird_bfd) add_bfd(derived.speaker, *cluster.bird_bfd);
      out.nodes.push_back({std::move(info), std::move(derived)});
    }
  }
}

}  // namespace

Workload workload_of(const Cluster& cluster, const std::string& image) {
  for (const auto& workload : cluster.workloads) {
    if (fnmatch(workload.image.c_str(), image.c_str(), 0) == 0) return workload;
  }
  Workload out;
  out.image = image;
  if (fnmatch("*coredns*", image.c_str(), 0) == 0) out.model = WorkloadModel::coredns;
  if (fnmatch("*nginx-ingress*", image.c_str(), 0) == 0 ||
      fnmatch("*nginx-plus-ingress*", image.c_str(), 0) == 0) {
    out.model = WorkloadModel::nginx_ingress;
  }
  return out;
}

std::optional<Design> load_design(Scenario scenario, const Files& files, Diagnostics& diagnostics) {
  Design design;
  design.scenario = std::move(scenario);
  read_routers(design, files, diagnostics);
  read_edges(design, files, diagnostics);
  read_clusters(design, files, diagnostics);
  design.sessions = implied_sessions(design, files);
  check_design(design, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  return design;
}

std::optional<Design> load_design(const Files& files, Diagnostics& diagnostics,
                                  const LoadOptions& options) {
  const auto text =
      read_named(files, options.document, {files.shown(options.document)}, diagnostics);
  if (!text) return std::nullopt;
  document::ReadOptions read_options;
  read_options.overrides = options.overrides;
  read_options.injections = options.injections;
  read_options.file_exists = [&](const std::string& path) { return !files.glob(path).empty(); };
  auto scenario = document::read(*text, files.shown(options.document), diagnostics, read_options);
  if (!scenario) return std::nullopt;
  return load_design(std::move(*scenario), files, diagnostics);
}

}  // namespace seatrial::scenario
