// Ingress, IngressClass and NGINX's VirtualServer.
#include "models/kubernetes/kinds.h"

namespace seatrial::kubernetes {
namespace {

ServiceBackend read_backend(const Fields& parent, std::string_view name) {
  static const FieldTable table = {{"service"}, {"resource", Use::refuse}};
  static const FieldTable service_table = {{"name"}, {"port"}};
  static const FieldTable port_table = {{"number"}, {"name"}};
  ServiceBackend backend;
  const Fields fields = parent.map(name, table);
  backend.position = fields.at();
  if (!fields.require("service", "a Service's name and port")) return backend;
  const Fields service = fields.map("service", service_table);
  backend.position = service.at("name");
  service.require("name", "the Service's name");
  backend.service = service.text("name");
  if (!service.require("port", "number or name")) return backend;
  const Fields port = service.map("port", port_table);
  if (port.has("number")) {
    backend.port = static_cast<std::uint16_t>(port.integer("number", 1, 65535).value_or(0));
  } else if (port.require("name", "number or name")) {
    backend.port = port.text("name");
  }
  return backend;
}

IngressPath read_path(const Fields& fields) {
  IngressPath path;
  path.position = fields.at();
  path.path = fields.text("path");
  if (fields.require("pathType", "Exact, Prefix or ImplementationSpecific")) {
    switch (fields.choice("pathType", {"Exact", "Prefix", "ImplementationSpecific"}).value_or(1)) {
      case 0:
        path.type = PathType::exact;
        break;
      case 1:
        path.type = PathType::prefix;
        break;
      default:
        path.type = PathType::implementation_specific;
    }
  }
  if (path.path.empty() && path.type == PathType::implementation_specific) path.path = "/";
  if (path.path.empty() || path.path.front() != '/') {
    fields.error("path", "is '" + path.path + "'", "a path that starts with /");
  } else if (path.path.find_first_of(" \t\"{};$\\") != std::string::npos) {
    fields.error("path", "'" + path.path + "' has a character that nginx's configuration cannot",
                 "a path without blanks, quotes, braces, ';', '$' and '\\'");
  }
  if (fields.require("backend", "a Service's name and port")) {
    path.backend = read_backend(fields, "backend");
  }
  return path;
}

bool is_host(const std::string& host) {
  if (host.empty() || host.size() > 253) return false;
  const std::string_view body =
      host.starts_with("*.") ? std::string_view(host).substr(2) : std::string_view(host);
  if (body.empty() || body.front() == '.' || body.front() == '-' || body.back() == '.')
    return false;
  for (const char c : body) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) return false;
  }
  return true;
}

IngressRule read_rule(const Fields& fields) {
  static const FieldTable http_table = {{"paths"}};
  static const FieldTable path_table = {{"path"}, {"pathType"}, {"backend"}};
  IngressRule rule;
  rule.position = fields.at("host");
  rule.host = fields.text("host");
  if (fields.has("host") && !is_host(rule.host)) {
    fields.error("host", "is '" + rule.host + "'", "a lower-case DNS name, or *.DNS-NAME");
  }
  if (!fields.require("http", "http with paths")) return rule;
  const Fields http = fields.map("http", http_table);
  http.for_each("paths", [&](const YAML::Node& item, const std::string& path) {
    rule.paths.push_back(
        read_path(Fields(fields.resource(), item, path, path_table, fields.diagnostics())));
  });
  if (rule.paths.empty()) http.require("paths", "at least one path");
  return rule;
}

std::optional<Duration> read_time(const Fields& fields, std::string_view name) {
  if (!fields.has(name)) return std::nullopt;
  const std::string text = fields.text(name);
  const auto time = parse_duration(text);
  if (!time) fields.error(name, "is '" + text + "'", "a time such as 30s");
  return time;
}

std::optional<int> read_count(const Fields& fields, std::string_view name) {
  const auto count = fields.integer(name, 0, 1'000'000);
  if (!count) return std::nullopt;
  return static_cast<int>(*count);
}

Upstream read_upstream(const Fields& fields) {
  Upstream upstream;
  upstream.position = fields.at("service");
  fields.require("name", "the upstream's name");
  fields.require("service", "the Service's name");
  fields.require("port", "the Service's port");
  upstream.name = fields.text("name");
  upstream.service = fields.text("service");
  upstream.port = static_cast<std::uint16_t>(fields.integer("port", 1, 65535).value_or(0));
  fields.choice("lb-method",
                {"round_robin", "least_conn", "ip_hash", "random", "random two least_conn"});
  upstream.lb_method = fields.text("lb-method");
  upstream.max_fails = read_count(fields, "max-fails");
  upstream.max_conns = read_count(fields, "max-conns");
  upstream.keepalive = read_count(fields, "keepalive");
  upstream.fail_timeout = read_time(fields, "fail-timeout");
  upstream.connect_timeout = read_time(fields, "connect-timeout");
  upstream.read_timeout = read_time(fields, "read-timeout");
  upstream.send_timeout = read_time(fields, "send-timeout");
  upstream.next_upstream = fields.text("next-upstream");
  upstream.next_upstream_tries = read_count(fields, "next-upstream-tries");
  upstream.use_cluster_ip = fields.boolean("use-cluster-ip").value_or(false);
  return upstream;
}

Action read_action(const Fields& route, const VirtualServer& server) {
  static const FieldTable table = {{"pass"}, {"return"}, {"redirect"}, {"proxy"}};
  static const FieldTable return_table = {{"code"}, {"type"}, {"body"}, {"headers", Use::refuse}};
  static const FieldTable redirect_table = {{"code"}, {"url"}};
  static const FieldTable proxy_table = {{"upstream"},
                                         {"rewritePath"},
                                         {"requestHeaders", Use::refuse},
                                         {"responseHeaders", Use::refuse}};
  const Fields fields = route.map("action", table);
  const auto check = [&](const Fields& at, std::string_view name, const std::string& upstream) {
    for (const Upstream& known : server.upstreams) {
      if (known.name == upstream) return;
    }
    at.error(name, "names the upstream '" + upstream + "', which is not in upstreams",
             "the name of one of the upstreams");
  };
  if (fields.has("return")) {
    const Fields values = fields.map("return", return_table);
    values.require("body", "the answer's text");
    return ActionReturn{static_cast<int>(values.integer("code", 200, 599).value_or(200)),
                        values.text("type", "text/plain"), values.text("body")};
  }
  if (fields.has("redirect")) {
    const Fields values = fields.map("redirect", redirect_table);
    values.require("url", "where to");
    return ActionRedirect{static_cast<int>(values.integer("code", 301, 308).value_or(301)),
                          values.text("url")};
  }
  if (fields.has("proxy")) {
    const Fields values = fields.map("proxy", proxy_table);
    const std::string upstream = values.text("upstream");
    if (values.require("upstream", "an upstream's name")) check(values, "upstream", upstream);
    return ActionProxy{upstream, values.text("rewritePath")};
  }
  const std::string upstream = fields.text("pass");
  if (fields.require("pass", "pass, return, redirect or proxy")) check(fields, "pass", upstream);
  return ActionPass{upstream};
}

}  // namespace

Ingress read_ingress(const Resource& resource, Diagnostics& diagnostics) {
  static const FieldTable top = {
      {"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status", Use::no_effect}};
  static const FieldTable table = {{"ingressClassName"}, {"defaultBackend"}, {"rules"}, {"tls"}};
  static const FieldTable rule_table = {{"host"}, {"http"}};
  static const FieldTable tls_table = {{"hosts"}, {"secretName", Use::no_effect}};
  const Fields fields(resource, resource.body, "", top, diagnostics);
  Ingress ingress;
  ingress.meta = read_meta(fields, true);
  for (const auto& [name, value] : ingress.meta.annotations) {
    if (name.starts_with("nginx.org/") || name.starts_with("nginx.com/") ||
        name.starts_with("kubernetes.io/ingress")) {
      diagnostics.error(
          resource.position,
          "annotation '" + name + "' of Ingress " + ingress.meta.name + " is not modelled",
          "an Ingress without it");
    }
  }
  if (!fields.require("spec", "the Ingress's rules")) return ingress;
  const Fields spec = fields.map("spec", table);
  ingress.class_name = spec.text("ingressClassName");
  if (spec.has("defaultBackend")) ingress.default_backend = read_backend(spec, "defaultBackend");
  spec.for_each("rules", [&](const YAML::Node& item, const std::string& path) {
    ingress.rules.push_back(read_rule(Fields(resource, item, path, rule_table, diagnostics)));
  });
  if (ingress.rules.empty() && !ingress.default_backend) {
    spec.require("rules", "at least one rule, or a defaultBackend");
  }
  spec.for_each("tls", [&](const YAML::Node& item, const std::string& path) {
    const Fields tls(resource, item, path, tls_table, diagnostics);
    for (const std::string& host : tls.texts("hosts")) ingress.tls_hosts.push_back(host);
    diagnostics.error(tls.at(), "spec.tls is not modelled: it would redirect port 80 to HTTPS",
                      "an Ingress without tls");
  });
  return ingress;
}

IngressClass read_ingress_class(const Resource& resource, Diagnostics& diagnostics) {
  static const FieldTable top = {{"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}};
  static const FieldTable table = {{"controller"}, {"parameters", Use::no_effect}};
  const Fields fields(resource, resource.body, "", top, diagnostics);
  IngressClass ingress_class;
  ingress_class.meta = read_meta(fields, false);
  if (!fields.require("spec", "the controller")) return ingress_class;
  const Fields spec = fields.map("spec", table);
  spec.require("controller", "such as nginx.org/ingress-controller");
  ingress_class.controller = spec.text("controller");
  const auto mark =
      ingress_class.meta.annotations.find("ingressclass.kubernetes.io/is-default-class");
  ingress_class.is_default = mark != ingress_class.meta.annotations.end() && mark->second == "true";
  return ingress_class;
}

VirtualServer read_virtual_server(const Resource& resource, Diagnostics& diagnostics) {
  static const FieldTable top = {
      {"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status", Use::no_effect}};
  static const FieldTable table = {{"host"},
                                   {"ingressClassName"},
                                   {"upstreams"},
                                   {"routes"},
                                   {"tls", Use::refuse},
                                   {"policies", Use::refuse},
                                   {"server-snippets", Use::refuse},
                                   {"http-snippets", Use::refuse},
                                   {"gunzip", Use::refuse},
                                   {"listener", Use::refuse},
                                   {"dos", Use::refuse},
                                   {"externalDNS", Use::no_effect}};
  static const FieldTable upstream_table = {{"name"},
                                            {"service"},
                                            {"port"},
                                            {"lb-method"},
                                            {"max-fails"},
                                            {"max-conns"},
                                            {"keepalive"},
                                            {"fail-timeout"},
                                            {"connect-timeout"},
                                            {"read-timeout"},
                                            {"send-timeout"},
                                            {"next-upstream"},
                                            {"next-upstream-tries"},
                                            {"use-cluster-ip"},
                                            {"subselector", Use::refuse},
                                            {"next-upstream-timeout", Use::refuse},
                                            {"client-max-body-size", Use::refuse},
                                            {"tls", Use::refuse},
                                            {"healthCheck", Use::refuse},
                                            {"slow-start", Use::refuse},
                                            {"queue", Use::refuse},
                                            {"buffering", Use::warn},
                                            {"buffers", Use::warn},
                                            {"buffer-size", Use::warn},
                                            {"sessionCookie", Use::refuse},
                                            {"ntlm", Use::refuse},
                                            {"type", Use::refuse}};
  static const FieldTable route_table = {{"path"},
                                         {"action"},
                                         {"splits", Use::refuse},
                                         {"matches", Use::refuse},
                                         {"route", Use::refuse},
                                         {"policies", Use::refuse},
                                         {"errorPages", Use::refuse},
                                         {"dos", Use::refuse},
                                         {"location-snippets", Use::refuse}};
  const Fields fields(resource, resource.body, "", top, diagnostics);
  VirtualServer server;
  server.meta = read_meta(fields, true);
  if (!fields.require("spec", "host, upstreams and routes")) return server;
  const Fields spec = fields.map("spec", table);
  server.host = spec.text("host");
  if (spec.require("host", "a DNS name") && !is_host(server.host)) {
    spec.error("host", "is '" + server.host + "'", "a lower-case DNS name");
  }
  server.class_name = spec.text("ingressClassName");
  spec.for_each("upstreams", [&](const YAML::Node& item, const std::string& path) {
    server.upstreams.push_back(
        read_upstream(Fields(resource, item, path, upstream_table, diagnostics)));
  });
  spec.for_each("routes", [&](const YAML::Node& item, const std::string& path) {
    const Fields values(resource, item, path, route_table, diagnostics);
    Route route;
    route.position = values.at();
    route.path = values.text("path");
    if (values.require("path", "a path") &&
        (route.path.empty() || std::string_view("/=~").find(route.path[0]) == std::string::npos)) {
      values.error("path", "is '" + route.path + "'", "/PATH, =/PATH, or ~ REGULAR-EXPRESSION");
    }
    if (values.require("action", "pass, return, redirect or proxy")) {
      route.action = read_action(values, server);
      const auto* proxy = std::get_if<ActionProxy>(&route.action);
      if (proxy != nullptr && !proxy->rewrite_path.empty() && route.path.starts_with("~")) {
        values.error("action", "rewrites the path of a regular expression, which is not modelled",
                     "rewritePath on a /PATH or =/PATH route");
      }
    }
    for (const Route& other : server.routes) {
      if (other.path == route.path)
        values.error("path", "'" + route.path + "' is routed twice", "each path once");
    }
    server.routes.push_back(std::move(route));
  });
  if (server.routes.empty()) spec.require("routes", "at least one route");
  return server;
}

}  // namespace seatrial::kubernetes
