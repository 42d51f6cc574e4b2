// Deployment, DaemonSet and Pod.
#include <charconv>

#include "models/kubernetes/kinds.h"
#include "models/kubernetes/read_container.h"

namespace seatrial::kubernetes {
namespace {

Labels read_match_labels(const Fields& parent) {
  static const FieldTable table = {{"matchLabels"}, {"matchExpressions", Use::refuse}};
  return parent.map("selector", table).labels("matchLabels");
}

// metadata and spec of a template.
PodTemplate read_template(const Fields& spec) {
  static const FieldTable table = {{"metadata"}, {"spec"}};
  static const FieldTable meta_table = {{"labels"},
                                        {"annotations"},
                                        {"name", Use::no_effect},
                                        {"namespace", Use::no_effect},
                                        {"creationTimestamp", Use::no_effect}};
  PodTemplate pod;
  const Fields fields = spec.map("template", table);
  const Fields meta = fields.map("metadata", meta_table);
  pod.labels = meta.labels("labels");
  pod.annotations = meta.labels("annotations");
  pod.spec = read_pod_spec(fields);
  return pod;
}

// The API refuses a workload that would not own its own pods.
void check_selector(const Fields& spec, const Labels& selector, const PodTemplate& pod) {
  if (!spec.require("selector", "matchLabels") || !spec.require("template", "a pod template")) {
    return;
  }
  if (selector.empty()) {
    spec.error("selector", "is empty", "matchLabels that the template's labels have");
    return;
  }
  for (const auto& [name, value] : selector) {
    const auto found = pod.labels.find(name);
    if (found == pod.labels.end() || found->second != value) {
      spec.error("selector",
                 "wants the label " + name + "=" + value + ", which the template's labels lack",
                 "a selector that matches the template's labels");
    }
  }
}

IntOrPercent read_bound(const Fields& fields, std::string_view name, IntOrPercent fallback) {
  const YAML::Node node = fields.node(name);
  if (!node.IsDefined()) return fallback;
  if (node.IsScalar()) {
    std::string_view text = node.Scalar();
    const bool percent = text.ends_with("%");
    if (percent) text.remove_suffix(1);
    int value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed == std::errc() && end == text.data() + text.size() && value >= 0 &&
        value <= (percent ? 100 : 100'000)) {
      return {value, percent};
    }
  }
  fields.error(name, "is not a bound", "a number of pods, or a percentage such as 25%");
  return fallback;
}

void read_strategy(const Fields& spec, Deployment& deployment) {
  static const FieldTable table = {{"type"}, {"rollingUpdate"}};
  static const FieldTable rolling_table = {{"maxSurge"}, {"maxUnavailable"}};
  const Fields strategy = spec.map("strategy", table);
  deployment.recreate = strategy.choice("type", {"RollingUpdate", "Recreate"}).value_or(0) == 1;
  const Fields rolling = strategy.map("rollingUpdate", rolling_table);
  deployment.max_surge = read_bound(rolling, "maxSurge", deployment.max_surge);
  deployment.max_unavailable = read_bound(rolling, "maxUnavailable", deployment.max_unavailable);
  if (deployment.max_surge.value == 0 && deployment.max_unavailable.value == 0) {
    rolling.error("maxUnavailable", "is 0, as maxSurge is: no pod could ever be replaced",
                  "one of them above 0");
  }
}

void read_placement(const Fields& spec, PodSpec& pod) {
  static const FieldTable toleration_table = {
      {"key"}, {"operator"}, {"value"}, {"effect"}, {"tolerationSeconds", Use::no_effect}};
  static const FieldTable spread_table = {{"maxSkew"},
                                          {"topologyKey"},
                                          {"whenUnsatisfiable"},
                                          {"labelSelector"},
                                          {"minDomains", Use::refuse},
                                          {"matchLabelKeys", Use::no_effect},
                                          {"nodeAffinityPolicy", Use::no_effect},
                                          {"nodeTaintsPolicy", Use::no_effect}};
  static const FieldTable selector_table = {{"matchLabels"}, {"matchExpressions", Use::refuse}};
  pod.node_selector = spec.labels("nodeSelector");
  spec.for_each("tolerations", [&](const YAML::Node& item, const std::string& path) {
    const Fields fields(spec.resource(), item, path, toleration_table, spec.diagnostics());
    fields.choice("operator", {"Equal", "Exists"});
    pod.tolerations.push_back({fields.text("key"), fields.text("operator", "Equal"),
                               fields.text("value"), fields.text("effect")});
  });
  spec.for_each("topologySpreadConstraints", [&](const YAML::Node& item, const std::string& path) {
    const Fields fields(spec.resource(), item, path, spread_table, spec.diagnostics());
    fields.require("topologyKey", "a node label, such as kubernetes.io/hostname");
    SpreadConstraint spread;
    spread.max_skew = static_cast<int>(fields.integer("maxSkew", 1, 1000).value_or(1));
    spread.topology_key = fields.text("topologyKey");
    spread.must =
        fields.choice("whenUnsatisfiable", {"DoNotSchedule", "ScheduleAnyway"}).value_or(0) == 0;
    spread.selector = fields.map("labelSelector", selector_table).labels("matchLabels");
    pod.spread.push_back(spread);
  });
}

}  // namespace

PodSpec read_pod_spec(const Fields& parent) {
  static const FieldTable table = {{"containers"},
                                   {"nodeSelector"},
                                   {"nodeName"},
                                   {"tolerations"},
                                   {"topologySpreadConstraints"},
                                   {"terminationGracePeriodSeconds"},
                                   {"hostNetwork"},
                                   {"hostname"},
                                   {"subdomain"},
                                   {"serviceAccountName"},
                                   {"serviceAccount", Use::no_effect},
                                   {"affinity", Use::warn},
                                   {"initContainers", Use::warn},
                                   {"priorityClassName", Use::no_effect},
                                   {"priority", Use::no_effect},
                                   {"dnsPolicy", Use::no_effect},
                                   {"dnsConfig", Use::refuse},
                                   {"hostAliases", Use::refuse},
                                   {"restartPolicy", Use::no_effect},
                                   {"volumes", Use::no_effect},
                                   {"securityContext", Use::no_effect},
                                   {"imagePullSecrets", Use::no_effect},
                                   {"automountServiceAccountToken", Use::no_effect},
                                   {"enableServiceLinks", Use::no_effect},
                                   {"schedulerName", Use::refuse},
                                   {"readinessGates", Use::refuse}};
  PodSpec pod;
  if (!parent.require("spec", "the pod's containers")) return pod;
  const Fields spec = parent.map("spec", table);
  spec.for_each("containers", [&](const YAML::Node& item, const std::string& path) {
    pod.containers.push_back(
        read_container(Fields(spec.resource(), item, path, container_table(), spec.diagnostics())));
  });
  if (pod.containers.empty()) spec.require("containers", "at least one container");
  read_placement(spec, pod);
  if (const auto grace = spec.whole_seconds("terminationGracePeriodSeconds")) {
    pod.termination_grace = *grace;
  }
  pod.node_name = spec.text("nodeName");
  pod.host_network = spec.boolean("hostNetwork").value_or(false);
  pod.hostname = spec.text("hostname");
  pod.subdomain = spec.text("subdomain");
  pod.service_account = spec.text("serviceAccountName", "default");
  for (const Container& container : pod.containers) {
    if (!container.readiness) continue;
    const PortReference& port = container.readiness->port;
    if (!pod.resolve(port, Protocol::tcp)) {
      spec.diagnostics().error(container.readiness->position,
                               "the readiness probe's port '" + to_string(port) +
                                   "' is not a port of container " + container.name,
                               "the name of one of its ports, or a number");
    }
  }
  return pod;
}

Deployment read_deployment(const Resource& resource, Diagnostics& diagnostics) {
  static const FieldTable top = {
      {"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status", Use::no_effect}};
  static const FieldTable table = {{"replicas"},
                                   {"selector"},
                                   {"template"},
                                   {"strategy"},
                                   {"minReadySeconds"},
                                   {"paused", Use::refuse},
                                   {"revisionHistoryLimit", Use::no_effect},
                                   {"progressDeadlineSeconds", Use::no_effect}};
  const Fields fields(resource, resource.body, "", top, diagnostics);
  Deployment deployment;
  deployment.meta = read_meta(fields, true);
  if (!fields.require("spec", "replicas, selector and template")) return deployment;
  const Fields spec = fields.map("spec", table);
  deployment.replicas = static_cast<int>(spec.integer("replicas", 0, 100'000).value_or(1));
  deployment.selector = read_match_labels(spec);
  deployment.pod = read_template(spec);
  deployment.min_ready = spec.whole_seconds("minReadySeconds").value_or(Duration{0});
  read_strategy(spec, deployment);
  check_selector(spec, deployment.selector, deployment.pod);
  return deployment;
}

DaemonSet read_daemon_set(const Resource& resource, Diagnostics& diagnostics) {
  static const FieldTable top = {
      {"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status", Use::no_effect}};
  static const FieldTable table = {{"selector"},
                                   {"template"},
                                   {"updateStrategy", Use::warn},
                                   {"minReadySeconds", Use::warn},
                                   {"revisionHistoryLimit", Use::no_effect}};
  const Fields fields(resource, resource.body, "", top, diagnostics);
  DaemonSet set;
  set.meta = read_meta(fields, true);
  if (!fields.require("spec", "selector and template")) return set;
  const Fields spec = fields.map("spec", table);
  set.selector = read_match_labels(spec);
  set.pod = read_template(spec);
  check_selector(spec, set.selector, set.pod);
  return set;
}

Pod read_pod(const Resource& resource, Diagnostics& diagnostics) {
  static const FieldTable top = {
      {"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status", Use::no_effect}};
  const Fields fields(resource, resource.body, "", top, diagnostics);
  Pod pod;
  pod.meta = read_meta(fields, true);
  pod.spec = read_pod_spec(fields);
  return pod;
}

}  // namespace seatrial::kubernetes
