#include "models/ingress/generator.h"

#include <algorithm>
#include <set>

namespace seatrial::ingress {
namespace {

using kubernetes::ObjectMeta;
using kubernetes::Ptr;

// proxy_pass, timeouts and headers of one location.
struct ProxySettings {
  std::string upstream;
  std::string uri;  // of proxy_pass; replaces the location's prefix
  Duration connect = std::chrono::seconds(60);
  Duration read = std::chrono::seconds(60);
  Duration send = std::chrono::seconds(60);
  bool keepalive = false;
  std::string next_upstream;
  std::optional<int> next_upstream_tries;
};

std::string nginx_time(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + "ms";
}

// Inside double quotes nginx knows \" and \\ only; a '$' starts a variable.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// The lower comes first: created in an earlier second (creationTimestamp has no finer grain), then
// the larger UID.
bool wins(const ObjectMeta& a, const ObjectMeta& b) {
  using std::chrono::seconds;
  const auto a_time = std::chrono::floor<seconds>(a.created.time_since_epoch());
  const auto b_time = std::chrono::floor<seconds>(b.created.time_since_epoch());
  return a_time != b_time ? a_time < b_time : a.uid > b.uid;
}

class Generator {
 public:
  Generator(const Input& input, const GeneratorOptions& options)
      : input_(input), options_(options) {}

  GeneratedConfig generate() {
    claim_hosts();
    for (const auto& [host, owner] : owners_) {
      result_.hosts.push_back(host);
      if (owner.ingress) {
        ingress_server(*owner.ingress, host);
      } else {
        virtual_server(*owner.server, host);
      }
    }
    result_.text = head() + upstreams(true) + default_server() + servers_ + "}\n";
    result_.shape = upstreams(false) + servers_;
    return std::move(result_);
  }

 private:
  struct Owner {
    Ptr<kubernetes::Ingress> ingress;
    Ptr<kubernetes::VirtualServer> server;
    const ObjectMeta& meta() const { return ingress ? ingress->meta : server->meta; }
    std::string name() const {
      return (ingress ? "Ingress " : "VirtualServer ") + meta().key().to_string();
    }
  };
  struct UpstreamBlock {
    std::string method;
    std::string parameters;  // of each server line
    int keepalive = 0;
  };

  void claim(const std::string& host, Owner owner) {
    const auto [place, is_new] = owners_.emplace(host, owner);
    if (is_new) return;
    if (wins(owner.meta(), place->second.meta())) std::swap(place->second, owner);
    result_.conflicts.push_back({host, place->second.name(), owner.name()});
  }

  void claim_hosts() {
    for (const auto& [key, ingress] : input_.ingresses) {
      if (ingress->class_name != options_.class_name) continue;
      std::set<std::string> hosts;
      // A rule without a host is not served: the controller refuses it.
      for (const auto& rule : ingress->rules) {
        if (!rule.host.empty()) hosts.insert(rule.host);
      }
      for (const std::string& host : hosts) claim(host, {ingress, nullptr});
    }
    for (const auto& [key, server] : input_.virtual_servers) {
      if (!server->class_name.empty() && server->class_name != options_.class_name) continue;
      claim(server->host, {nullptr, server});
    }
  }

  std::vector<net::Endpoint> endpoints_of(const std::string& name_space, const std::string& name,
                                          const kubernetes::PortReference& port,
                                          bool use_cluster_ip) const {
    std::vector<net::Endpoint> endpoints;
    const auto service = input_.services.find({name_space, name});
    if (service == input_.services.end()) return endpoints;
    const kubernetes::ServicePort* wanted = service->second->find_port(port);
    if (wanted == nullptr) return endpoints;
    if (use_cluster_ip) {
      if (service->second->cluster_ip) {
        endpoints.push_back({*service->second->cluster_ip, wanted->port});
      }
      return endpoints;
    }
    for (const auto& [key, slice] : input_.slices) {
      if (key.name_space != name_space || slice->service != name) continue;
      for (const auto& target : slice->ports) {
        if (target.name != wanted->name || target.protocol != kubernetes::Protocol::tcp) continue;
        for (const auto& endpoint : slice->endpoints) {
          if (endpoint.ready) endpoints.push_back({endpoint.address, target.port});
        }
      }
    }
    std::sort(endpoints.begin(), endpoints.end());
    endpoints.erase(std::unique(endpoints.begin(), endpoints.end()), endpoints.end());
    return endpoints;
  }

  void ingress_server(const kubernetes::Ingress& ingress, const std::string& host) {
    open_server(host);
    std::set<std::string> locations;
    const auto add = [&](const std::string& location, const kubernetes::ServiceBackend& backend) {
      if (!locations.insert(location).second) return;
      const std::string upstream = ingress.meta.name_space + "-" + ingress.meta.name + "-" + host +
                                   "-" + backend.service + "-" +
                                   kubernetes::to_string(backend.port);
      blocks_[upstream] = {"random two least_conn", " max_fails=1 fail_timeout=10s max_conns=0", 0};
      result_.endpoints[upstream] =
          endpoints_of(ingress.meta.name_space, backend.service, backend.port, false);
      ProxySettings proxy;
      proxy.upstream = upstream;
      open_location(location);
      proxy_lines(proxy, false);
      close_location();
    };
    for (const auto& rule : ingress.rules) {
      if (rule.host != host) continue;
      for (const auto& path : rule.paths) {
        add((path.type == kubernetes::PathType::exact ? "= " : "") + path.path, path.backend);
      }
    }
    if (ingress.default_backend) add("/", *ingress.default_backend);
    if (!locations.contains("/")) nothing_else();
    servers_ += "  }\n";
  }

  void virtual_server(const kubernetes::VirtualServer& server, const std::string& host) {
    const std::string stem = "vs_" + server.meta.name_space + "_" + server.meta.name + "_";
    for (const auto& upstream : server.upstreams) {
      UpstreamBlock block;
      block.method = upstream.lb_method.empty() ? "random two least_conn" : upstream.lb_method;
      if (block.method == "round_robin") block.method.clear();
      block.parameters =
          " max_fails=" + std::to_string(upstream.max_fails.value_or(1)) +
          " fail_timeout=" + nginx_time(upstream.fail_timeout.value_or(std::chrono::seconds(10))) +
          " max_conns=" + std::to_string(upstream.max_conns.value_or(0));
      block.keepalive = upstream.keepalive.value_or(0);
      blocks_[stem + upstream.name] = block;
      result_.endpoints[stem + upstream.name] = endpoints_of(
          server.meta.name_space, upstream.service, upstream.port, upstream.use_cluster_ip);
    }
    open_server(host);
    for (const auto& route : server.routes) {
      const bool exact = route.path.starts_with("=");
      open_location(exact
                        ? "= " + route.path.substr(1)
                        : (route.path.starts_with("~") ? regex_location(route.path) : route.path));
      std::visit([&](const auto& action) { act(server, stem, action); }, route.action);
      close_location();
    }
    const bool has_root = std::any_of(server.routes.begin(), server.routes.end(),
                                      [](const auto& route) { return route.path == "/"; });
    if (!has_root) nothing_else();
    servers_ += "  }\n";
  }

  // The image has no files to serve: what no location takes is not found.
  void nothing_else() { servers_ += "    location / {\n      return 404;\n    }\n"; }

  // "~ ^/x$" or "~* ^/x$": the expression is one word.
  static std::string regex_location(const std::string& path) {
    const auto first = path.find_first_not_of("~* ");
    const bool ignore_case = path.starts_with("~*");
    return (ignore_case ? "~* " : "~ ") +
           quoted(first == std::string::npos ? "" : path.substr(first));
  }

  void act(const kubernetes::VirtualServer& server, const std::string& stem,
           const kubernetes::ActionPass& pass) {
    proxy_lines(settings_of(server, stem, pass.upstream), true);
  }
  void act(const kubernetes::VirtualServer& server, const std::string& stem,
           const kubernetes::ActionProxy& action) {
    ProxySettings proxy = settings_of(server, stem, action.upstream);
    proxy.uri = action.rewrite_path;
    proxy_lines(proxy, true);
  }
  void act(const kubernetes::VirtualServer&, const std::string&,
           const kubernetes::ActionReturn& action) {
    servers_ += "      default_type " + quoted(action.type) + ";\n      return " +
                std::to_string(action.code) + " " + quoted(action.body) + ";\n";
  }
  void act(const kubernetes::VirtualServer&, const std::string&,
           const kubernetes::ActionRedirect& action) {
    servers_ += "      return " + std::to_string(action.code) + " " + quoted(action.url) + ";\n";
  }

  static ProxySettings settings_of(const kubernetes::VirtualServer& server, const std::string& stem,
                                   const std::string& name) {
    ProxySettings proxy;
    proxy.upstream = stem + name;
    proxy.next_upstream = "error timeout";
    proxy.next_upstream_tries = 0;
    for (const auto& upstream : server.upstreams) {
      if (upstream.name != name) continue;
      proxy.connect = upstream.connect_timeout.value_or(proxy.connect);
      proxy.read = upstream.read_timeout.value_or(proxy.read);
      proxy.send = upstream.send_timeout.value_or(proxy.send);
      proxy.keepalive = upstream.keepalive.value_or(0) > 0;
      if (!upstream.next_upstream.empty()) proxy.next_upstream = upstream.next_upstream;
      proxy.next_upstream_tries = upstream.next_upstream_tries.value_or(0);
    }
    return proxy;
  }

  void open_server(const std::string& host) {
    servers_ += "  server {\n    listen " + std::to_string(options_.http_port) +
                ";\n    server_name " + host + ";\n    server_tokens on;\n";
  }
  void open_location(const std::string& location) {
    servers_ += "    location " + location + " {\n";
  }
  void close_location() { servers_ += "    }\n"; }

  // An Ingress closes the upstream connection, as nginx does unless told; a VirtualServer's
  // template passes WebSocket upgrades on and says "close" otherwise.
  void proxy_lines(const ProxySettings& proxy, bool upgrades) {
    std::string& s = servers_;
    if (upgrades) {
      s += std::string("      set $default_connection_header ") +
           (proxy.keepalive ? "\"\"" : "close") + ";\n";
    }
    s += "      proxy_http_version 1.1;\n      proxy_connect_timeout " + nginx_time(proxy.connect) +
         ";\n      proxy_read_timeout " + nginx_time(proxy.read) + ";\n      proxy_send_timeout " +
         nginx_time(proxy.send) + ";\n      client_max_body_size 1m;\n      proxy_buffering on;\n";
    if (upgrades) {
      s += "      proxy_set_header Upgrade $http_upgrade;\n"
           "      proxy_set_header Connection $vs_connection_header;\n"
           "      proxy_pass_request_headers on;\n";
    }
    s += "      proxy_set_header Host $host;\n"
         "      proxy_set_header X-Real-IP $remote_addr;\n"
         "      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n"
         "      proxy_set_header X-Forwarded-Host $host;\n"
         "      proxy_set_header X-Forwarded-Port $server_port;\n"
         "      proxy_set_header X-Forwarded-Proto $scheme;\n";
    if (!proxy.next_upstream.empty())
      s += "      proxy_next_upstream " + proxy.next_upstream + ";\n";
    if (proxy.next_upstream_tries) {
      s += "      proxy_next_upstream_timeout 0s;\n      proxy_next_upstream_tries " +
           std::to_string(*proxy.next_upstream_tries) + ";\n";
    }
    s += "      proxy_pass http://" + proxy.upstream + proxy.uri + ";\n";
  }

  static std::string head() {
    return "worker_processes auto;\n"
           "events {\n  worker_connections 1024;\n}\n"
           "http {\n"
           "  default_type application/octet-stream;\n"
           "  sendfile on;\n"
           "  keepalive_timeout 65s;\n"
           "  keepalive_requests 100;\n"
           "  map $http_upgrade $vs_connection_header {\n"
           "    default upgrade;\n"
           "    '' $default_connection_header;\n"
           "  }\n";
  }

  std::string default_server() const {
    const std::string port = std::to_string(options_.http_port);
    return "  server {\n    listen " + port +
           " default_server;\n    server_name _;\n    set $default_connection_header close;\n"
           "    location / {\n      return 404;\n    }\n  }\n";
  }

  std::string upstreams(bool with_servers) const {
    std::string text;
    for (const auto& [name, block] : blocks_) {
      text += "  upstream " + name + " {\n    zone " + name + (options_.plus ? " 512k" : " 256k") +
              ";\n";
      if (!block.method.empty()) text += "    " + block.method + ";\n";
      if (with_servers) {
        const auto& endpoints = result_.endpoints.at(name);
        for (const net::Endpoint& endpoint : endpoints) {
          text += "    server " + endpoint.to_string() + block.parameters + ";\n";
        }
        // The controller writes a server that answers 502 here; one that is down gives the same
        // 502.
        if (endpoints.empty()) text += "    server 127.0.0.1:8181 down;\n";
      } else {
        text += "    " + block.parameters + "\n";
      }
      if (block.keepalive > 0) text += "    keepalive " + std::to_string(block.keepalive) + ";\n";
      text += "  }\n";
    }
    return text;
  }

  const Input& input_;
  const GeneratorOptions& options_;
  std::map<std::string, Owner> owners_;
  std::map<std::string, UpstreamBlock> blocks_;
  std::string servers_;
  GeneratedConfig result_;
};

}  // namespace

GeneratedConfig generate(const Input& input, const GeneratorOptions& options) {
  return Generator(input, options).generate();
}

}  // namespace seatrial::ingress
