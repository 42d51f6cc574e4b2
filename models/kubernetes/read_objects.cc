#include "models/kubernetes/read_objects.h"

#include <array>
#include <set>

#include "models/kubernetes/kinds.h"

namespace seatrial::kubernetes {
namespace {

// Kinds that decide nothing about packets here: accepted and kept by name.
struct OtherKind {
  std::string_view group, kind;
  bool namespaced;
};
constexpr std::array<OtherKind, 11> other_kinds = {{
    {"", "ServiceAccount", true},
    {"", "Secret", true},
    {"rbac.authorization.k8s.io", "ClusterRole", false},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", false},
    {"rbac.authorization.k8s.io", "Role", true},
    {"rbac.authorization.k8s.io", "RoleBinding", true},
    {"apiextensions.k8s.io", "CustomResourceDefinition", false},
    {"policy", "PodDisruptionBudget", true},
    {"scheduling.k8s.io", "PriorityClass", false},
    {"k8s.nginx.org", "GlobalConfiguration", true},
    {"storage.k8s.io", "StorageClass", false},
}};

struct KnownKind {
  std::string_view api_version, kind;
  void (*read)(const Resource&, Objects&, Diagnostics&);
};

template <auto reader, auto member>
void into(const Resource& resource, Objects& objects, Diagnostics& diagnostics) {
  (objects.*member).push_back(reader(resource, diagnostics));
}

Namespace read_namespace(const Resource& resource, Diagnostics& diagnostics) {
  static const FieldTable top = {
      {"apiVersion"}, {"kind"}, {"metadata"}, {"spec", Use::no_effect}, {"status", Use::no_effect}};
  return {read_meta(Fields(resource, resource.body, "", top, diagnostics), false)};
}

constexpr std::array<KnownKind, 10> known_kinds = {{
    {"v1", "Namespace", into<read_namespace, &Objects::namespaces>},
    {"v1", "Node", into<read_node, &Objects::nodes>},
    {"v1", "Service", into<read_service, &Objects::services>},
    {"v1", "ConfigMap", into<read_config_map, &Objects::config_maps>},
    {"v1", "Pod", into<read_pod, &Objects::pods>},
    {"apps/v1", "Deployment", into<read_deployment, &Objects::deployments>},
    {"apps/v1", "DaemonSet", into<read_daemon_set, &Objects::daemon_sets>},
    {"networking.k8s.io/v1", "Ingress", into<read_ingress, &Objects::ingresses>},
    {"networking.k8s.io/v1", "IngressClass", into<read_ingress_class, &Objects::ingress_classes>},
    {"k8s.nginx.org/v1", "VirtualServer", into<read_virtual_server, &Objects::virtual_servers>},
}};

std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

bool read_other(const Resource& resource, Objects& objects) {
  for (const OtherKind& other : other_kinds) {
    if (other.kind != resource.kind || other.group != group_of(resource.api_version)) continue;
    OtherObject object;
    object.meta.name = resource.name;
    if (other.namespaced) {
      object.meta.name_space = resource.name_space.empty() ? "default" : resource.name_space;
    }
    object.meta.position = resource.position;
    object.api_version = resource.api_version;
    object.kind = resource.kind;
    objects.others.push_back(std::move(object));
    return true;
  }
  return false;
}

void read_one(const Resource& resource, Objects& objects, Diagnostics& diagnostics) {
  std::string versions;
  for (const KnownKind& known : known_kinds) {
    if (known.kind != resource.kind) continue;
    if (known.api_version == resource.api_version) {
      known.read(resource, objects, diagnostics);
      return;
    }
    versions += (versions.empty() ? "" : " or ") + std::string(known.api_version);
  }
  if (!versions.empty()) {
    diagnostics.error(resource.position,
                      "apiVersion '" + resource.api_version + "' has no kind " + resource.kind,
                      "apiVersion: " + versions);
    return;
  }
  if (read_other(resource, objects)) return;
  std::string expected = "one of";
  for (const KnownKind& known : known_kinds) {
    expected += expected.size() == 6 ? " " : ", ";
    expected += known.kind;
  }
  diagnostics.error(resource.position,
                    "unknown kind '" + resource.kind + "' of " + resource.api_version, expected);
}

}  // namespace

bool is_calico(const Resource& resource) {
  const auto group = group_of(resource.api_version);
  return group == "crd.projectcalico.org" || group == "projectcalico.org";
}

Objects read_objects(const std::vector<Resource>& resources, Diagnostics& diagnostics) {
  Objects objects;
  std::map<std::tuple<std::string, std::string, std::string>, Position> seen;
  for (const Resource& resource : resources) {
    if (is_calico(resource)) continue;
    const auto [first, is_new] = seen.emplace(
        std::tuple(resource.kind, resource.name_space.empty() ? "default" : resource.name_space,
                   resource.name),
        resource.position);
    if (!is_new) {
      diagnostics.error(resource.position,
                        resource.kind + " " + resource.name + " is declared twice, first at " +
                            first->second.file + ":" + std::to_string(first->second.line),
                        "each object once");
      continue;
    }
    read_one(resource, objects, diagnostics);
  }
  return objects;
}

}  // namespace seatrial::kubernetes
