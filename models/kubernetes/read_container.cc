// Containers of a pod: ports, readiness probe, preStop hook.
#include "models/kubernetes/read_container.h"

#include <charconv>

namespace seatrial::kubernetes {
namespace {

Probe read_http_get(const Fields& action) {
  static const FieldTable header_table = {{"name"}, {"value"}};
  Probe probe;
  probe.kind = Probe::Kind::http_get;
  probe.path = action.text("path", "/");
  if (probe.path.empty() || probe.path.front() != '/') probe.path.insert(0, "/");
  action.require("port", "a port number or name");
  probe.port = action.port("port").value_or(std::uint16_t{0});
  if (action.choice("scheme", {"HTTP", "HTTPS"}).value_or(0) == 1) {
    action.error("scheme", "HTTPS is not modelled", "HTTP");
  }
  action.for_each("httpHeaders", [&](const YAML::Node& item, const std::string& path) {
    const Fields header(action.resource(), item, path, header_table, action.diagnostics());
    const std::string name = header.text("name");
    if (name == "Host") {
      probe.host_header = header.text("value");
    } else {
      probe.headers.emplace_back(name, header.text("value"));
    }
  });
  return probe;
}

std::optional<Probe> read_probe(const Fields& container, std::string_view name) {
  static const FieldTable table = {{"httpGet"},
                                   {"tcpSocket"},
                                   {"exec", Use::refuse},
                                   {"grpc", Use::refuse},
                                   {"initialDelaySeconds"},
                                   {"periodSeconds"},
                                   {"timeoutSeconds"},
                                   {"failureThreshold"},
                                   {"successThreshold"},
                                   {"terminationGracePeriodSeconds", Use::no_effect}};
  static const FieldTable http_table = {
      {"path"}, {"port"}, {"scheme"}, {"httpHeaders"}, {"host", Use::refuse}};
  static const FieldTable tcp_table = {{"port"}, {"host", Use::refuse}};
  if (!container.has(name)) return std::nullopt;
  const Fields fields = container.map(name, table);
  Probe probe;
  if (fields.has("httpGet")) {
    probe = read_http_get(fields.map("httpGet", http_table));
  } else if (fields.has("tcpSocket")) {
    const Fields action = fields.map("tcpSocket", tcp_table);
    probe.kind = Probe::Kind::tcp_socket;
    action.require("port", "a port number or name");
    probe.port = action.port("port").value_or(std::uint16_t{0});
  } else {
    container.error(name, "has no action that is modelled", "httpGet or tcpSocket");
    return std::nullopt;
  }
  probe.position = fields.at();
  const auto at_least_one = [&](const char* field, Duration& value) {
    if (const auto number = fields.integer(field, 1, 1'000'000)) {
      value = std::chrono::seconds(*number);
    }
  };
  at_least_one("periodSeconds", probe.period);
  at_least_one("timeoutSeconds", probe.timeout);
  probe.initial_delay = fields.whole_seconds("initialDelaySeconds").value_or(Duration{0});
  probe.failure_threshold =
      static_cast<int>(fields.integer("failureThreshold", 1, 1000).value_or(3));
  probe.success_threshold =
      static_cast<int>(fields.integer("successThreshold", 1, 1000).value_or(1));
  return probe;
}

// ["sleep", "5"] or ["/bin/sh", "-c", "sleep 5"].
std::optional<Duration> sleep_of(const std::vector<std::string>& command) {
  if (command.empty()) return std::nullopt;
  std::string text = command.back();
  if (command.size() == 2 && (command[0] == "sleep" || command[0] == "/bin/sleep")) {
    text = "sleep " + text;
  }
  if (!text.starts_with("sleep ")) return std::nullopt;
  text.erase(0, 6);
  if (!text.empty() && text.back() == 's') text.pop_back();
  int seconds = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failed != std::errc() || end != text.data() + text.size() || seconds < 0) {
    return std::nullopt;
  }
  return Duration(std::chrono::seconds(seconds));
}

std::optional<Duration> read_pre_stop(const Fields& container) {
  static const FieldTable lifecycle_table = {{"preStop"}, {"postStart", Use::refuse}};
  static const FieldTable hook_table = {
      {"exec"}, {"sleep"}, {"httpGet", Use::refuse}, {"tcpSocket", Use::refuse}};
  static const FieldTable exec_table = {{"command"}};
  static const FieldTable sleep_table = {{"seconds"}};
  const Fields lifecycle = container.map("lifecycle", lifecycle_table);
  if (!lifecycle.has("preStop")) return std::nullopt;
  const Fields hook = lifecycle.map("preStop", hook_table);
  if (hook.has("sleep")) return hook.map("sleep", sleep_table).whole_seconds("seconds");
  if (!hook.has("exec")) return std::nullopt;
  const Fields exec = hook.map("exec", exec_table);
  const auto sleep = sleep_of(exec.texts("command"));
  if (!sleep) {
    exec.error("command", "is not modelled", "[\"sleep\", \"SECONDS\"] or a shell's sleep");
  }
  return sleep;
}

void read_env(const Fields& fields, Container& container) {
  static const FieldTable table = {{"name"}, {"value"}, {"valueFrom", Use::no_effect}};
  fields.for_each("env", [&](const YAML::Node& item, const std::string& path) {
    const Fields variable(fields.resource(), item, path, table, fields.diagnostics());
    if (variable.require("name", "the variable's name") && variable.has("value")) {
      container.env[variable.text("name")] = variable.text("value");
    }
  });
}

}  // namespace

Container read_container(const Fields& fields) {
  static const FieldTable port_table = {{"name"},
                                        {"containerPort"},
                                        {"protocol"},
                                        {"hostPort", Use::refuse},
                                        {"hostIP", Use::refuse}};
  Container container;
  container.position = fields.at();
  fields.require("name", "the container's name");
  fields.require("image", "the container's image");
  container.name = fields.text("name");
  container.image = fields.text("image");
  container.command = fields.texts("command");
  container.args = fields.texts("args");
  read_env(fields, container);
  fields.for_each("ports", [&](const YAML::Node& item, const std::string& path) {
    const Fields port(fields.resource(), item, path, port_table, fields.diagnostics());
    port.require("containerPort", "a port number");
    ContainerPort read;
    read.name = port.text("name");
    read.port = static_cast<std::uint16_t>(port.integer("containerPort", 1, 65535).value_or(0));
    read.protocol = read_protocol(port);
    container.ports.push_back(read);
  });
  container.readiness = read_probe(fields, "readinessProbe");
  container.pre_stop_sleep = read_pre_stop(fields);
  return container;
}

const FieldTable& container_table() {
  static const FieldTable table = {{"name"},
                                   {"image"},
                                   {"command"},
                                   {"args"},
                                   {"env"},
                                   {"ports"},
                                   {"readinessProbe"},
                                   {"lifecycle"},
                                   {"livenessProbe", Use::warn},
                                   {"startupProbe", Use::refuse},
                                   {"envFrom", Use::no_effect},
                                   {"imagePullPolicy", Use::no_effect},
                                   {"resources", Use::no_effect},
                                   {"securityContext", Use::no_effect},
                                   {"volumeMounts", Use::no_effect},
                                   {"terminationMessagePath", Use::no_effect},
                                   {"terminationMessagePolicy", Use::no_effect},
                                   {"workingDir", Use::no_effect}};
  return table;
}

}  // namespace seatrial::kubernetes
