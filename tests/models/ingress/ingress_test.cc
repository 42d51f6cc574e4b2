// The controller in a cluster, its configuration read by models/nginx and answering requests on the
// in-memory network. Rules: facts/nginx.md, "NGINX Ingress Controller".
#include <boost/test/unit_test.hpp>

#include "models/ingress/controller.h"
#include "models/ingress/path_matching.h"
#include "models/nginx/reader.h"
#include "tests/models/kubernetes/world.h"

using namespace seatrial;
using namespace seatrial::test;

namespace {

const char* const exposure =
    "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx}\nspec: "
    "{controller: nginx.org/ingress-controller}\n---\n"
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: cafe}\nspec:\n"
    "  ingressClassName: nginx\n  rules:\n  - host: cafe.example.com\n    http:\n      paths:\n"
    "      - {path: /, pathType: Prefix, backend: {service: {name: home, port: {number: 80}}}}\n"
    "      - {path: /api, pathType: Prefix, backend: {service: {name: api, port: {name: http}}}}\n"
    "---\napiVersion: k8s.nginx.org/v1\nkind: VirtualServer\nmetadata: {name: harbour}\nspec:\n"
    "  host: harbour.example.com\n  upstreams:\n  - {name: h, service: home, port: 80}\n"
    "  - {name: a, service: api, port: 80}\n  routes:\n  - {path: /, action: {pass: h}}\n"
    "  - {path: /api, action: {pass: a}}\n"
    "  - {path: /gone, action: {return: {code: 410, body: gone}}}\n"
    "  - {path: /old, action: {redirect: {code: 302, url: \"http://cafe.example.com/\"}}}\n---\n";

struct Recorder : ingress::Observer {
  void on_synced(const ingress::SyncRecord& record) override { syncs.push_back(record); }
  void on_conflict(const std::string&, TimePoint, const ingress::Conflict& conflict) override {
    conflicts.push_back(conflict);
  }
  int count(ingress::SyncRecord::Action action) const {
    int n = 0;
    for (const auto& sync : syncs) n += sync.action == action ? 1 : 0;
    return n;
  }
  std::vector<ingress::SyncRecord> syncs;
  std::vector<ingress::Conflict> conflicts;
};

struct Proxied : nginx::Observer {
  void on_finished(const nginx::ProxyRecord& record) override { records.push_back(record); }
  std::vector<nginx::ProxyRecord> records;
};

// One GET on a connection of its own; the status, 0 when there was none.
struct Get : io::StreamHandler {
  Get(FakeHost& from, const net::Endpoint& to, const std::string& host, const std::string& path) {
    request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    stream = from.connect(to, this);
  }
  void on_connected() override { stream->send(io::as_bytes(request)); }
  void on_data(io::Bytes bytes) override { answer += io::as_text(bytes); }
  void on_closed(io::CloseReason) override {}
  int status() const { return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3)); }
  std::string request, answer;
  std::unique_ptr<io::Stream> stream;
};

struct Fixture {
  explicit Fixture(const std::string& yaml, bool plus)
      : world(objects_of(yaml)), pod(world.net.host("nginx-ingress/nic", "172.16.1.200")) {
    BOOST_REQUIRE_MESSAGE(world.settle(), world.why());
    world.net.run_for(1s);
    ingress::ControllerOptions options;
    options.plus = plus;
    controller =
        std::make_unique<ingress::Controller>(pod, *world.api, options, &recorder, &proxied);
  }
  int get(const std::string& host, const std::string& path, std::uint16_t port = 80) {
    Get request(world.net.host("client", "10.2.0.10"), {pod.address(), port}, host, path);
    world.net.run_for(1s);
    last_answer = request.answer;
    return request.status();
  }
  // The pod whose container answered the last proxied request.
  std::string served_by() {
    BOOST_REQUIRE(!proxied.records.empty());
    for (const auto& [key, p] : world.api->pods().all()) {
      if (p->ip == proxied.records.back().upstream_remote.address) return p->owner.name;
    }
    return "nobody";
  }

  World world;
  FakeHost& pod;
  Recorder recorder;
  Proxied proxied;
  std::unique_ptr<ingress::Controller> controller;
  std::string last_answer;
};

const std::string two_apps = app("home", 3) + app("api", 3);

}  // namespace

BOOST_AUTO_TEST_SUITE(ingress_controller)

BOOST_AUTO_TEST_CASE(ready_only_after_the_first_sync) {
  Fixture f(exposure + two_apps, true);
  // Given a controller that has just started: 503, and 404 for any host
  Get early(f.world.net.host("client", "10.2.0.10"), {f.pod.address(), 8081}, "x", "/nginx-ready");
  f.world.net.run_for(10ms);
  BOOST_TEST(early.status() == 503);
  // Then after the lists (20 ms at most) and one reload (150 ms at most) it is ready
  f.world.net.run_for(200ms);
  BOOST_TEST(f.controller->ready());
  BOOST_TEST(f.get("x", "/nginx-ready", 8081) == 200);
  BOOST_TEST(f.get("x", "/other", 8081) == 404);
  BOOST_REQUIRE_EQUAL(f.recorder.syncs.size(), 1U);
  BOOST_TEST(f.recorder.syncs[0].error == "");
  BOOST_TEST(f.controller->reloads() == 1U);
}

BOOST_AUTO_TEST_CASE(hosts_and_paths_reach_their_service) {
  Fixture f(exposure + two_apps, true);
  f.world.net.run_for(1s);
  for (const char* host : {"cafe.example.com", "harbour.example.com"}) {
    BOOST_TEST(f.get(host, "/") == 200);
    BOOST_TEST(f.served_by() == "home");
    BOOST_TEST(f.get(host, "/api/v1") == 200);
    BOOST_TEST(f.served_by() == "api");
  }
  BOOST_TEST(f.get("harbour.example.com", "/gone") == 410);
  BOOST_TEST(f.get("harbour.example.com", "/old") == 302);
  BOOST_TEST(f.last_answer.find("Location: http://cafe.example.com/\r\n") != std::string::npos);
  BOOST_TEST(f.get("unknown.example.com", "/") == 404);
}

BOOST_AUTO_TEST_CASE(nginx_itself_would_take_the_text) {
  Fixture f(exposure + two_apps, false);
  f.world.net.run_for(1s);
  Diagnostics diagnostics;
  const auto config = nginx::read_text(f.controller->config_text(), "nginx.conf",
                                       nginx::MemoryFiles({}), diagnostics);
  BOOST_TEST(diagnostics.to_string() == "");
  const auto& upstreams = config.http->upstreams;
  const auto found = upstreams.find("default-cafe-cafe.example.com-home-80");
  BOOST_REQUIRE(found != upstreams.end());
  BOOST_TEST(found->second.servers.size() == 3U);
  BOOST_TEST((found->second.balancing == nginx::Balancing::random_two_least_conn));
  BOOST_TEST(found->second.servers[0].max_fails == 1);
  BOOST_TEST(upstreams.contains("vs_default_harbour_h"));
}

BOOST_AUTO_TEST_CASE(plus_changes_endpoints_without_a_reload) {
  Fixture f(exposure + two_apps, true);
  f.world.net.run_for(1s);
  f.world.api->scale({"default", "api"}, 4);
  f.world.net.run_for(5s);
  BOOST_TEST(f.controller->reloads() == 1U);
  BOOST_TEST(f.recorder.count(ingress::SyncRecord::Action::api) >= 1);
  for (const auto& upstream : f.controller->server()->upstreams()) {
    if (upstream.name == "vs_default_harbour_a") BOOST_TEST(upstream.peers.size() == 4U);
  }
  // And down to none: 502, as with no live upstream
  f.world.api->scale({"default", "api"}, 0);
  f.world.net.run_for(5s);
  BOOST_TEST(f.get("cafe.example.com", "/api") == 502);
  BOOST_TEST(f.get("cafe.example.com", "/") == 200);
}

BOOST_AUTO_TEST_CASE(open_source_reloads_for_every_change) {
  Fixture f(exposure + two_apps, false);
  f.world.net.run_for(1s);
  const auto before = f.controller->reloads();
  f.world.api->scale({"default", "api"}, 4);
  f.world.net.run_for(5s);
  BOOST_TEST(f.controller->reloads() > before);
  BOOST_TEST(f.recorder.count(ingress::SyncRecord::Action::api) == 0);
  // Each reload is seen at a poll, every 25 ms, so none ends sooner than its own work of 50 ms.
  for (const auto& sync : f.recorder.syncs) {
    if (sync.action == ingress::SyncRecord::Action::reload) {
      BOOST_TEST((sync.at - sync.queued).count() >= Duration(50ms).count());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_burst_puts_even_plus_into_batch_mode) {
  Fixture f(exposure + app("home", 1) + app("api", 1) + app("b", 1) + app("c", 1) + app("d", 1),
            true);
  f.world.net.run_for(1s);
  BOOST_TEST(f.controller->reloads() == 1U);
  // When five Services change within one delivery, three or more tasks queue up
  for (int round = 0; round < 20; ++round) {
    for (const char* name : {"home", "api", "b", "c", "d"}) {
      f.world.api->services().update({"default", name}, [](Service&) {});
    }
    f.world.api->endpoint_slices().update({"default", "api-0"},
                                          [](EndpointSlice& s) { s.endpoints.clear(); });
  }
  f.world.net.run_for(2s);
  // Then it reloaded once more or a few times, far fewer than there were changes, and said so
  BOOST_TEST(f.controller->reloads() >= 2U);
  BOOST_TEST(f.controller->reloads() <= 21U);
  bool batch = false;
  for (const auto& sync : f.recorder.syncs) batch = batch || sync.cause == "batch";
  BOOST_TEST(batch);
}

BOOST_AUTO_TEST_CASE(the_older_object_keeps_a_host_and_a_tie_goes_to_the_larger_uid) {
  // Given a second Ingress for the same host, created with the first
  const std::string second =
      "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: late}\nspec:\n"
      "  ingressClassName: nginx\n  rules:\n  - host: cafe.example.com\n    http:\n      paths:\n"
      "      - {path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}\n"
      "---\n";
  Fixture f(exposure + two_apps, true);
  f.world.net.run_for(2s);
  const Ingress late = objects_of(second + exposure + two_apps).ingresses.at(0);
  f.world.api->ingresses().create(late);
  f.world.net.run_for(2s);
  // Then the older one, some seconds old, serves it and the conflict is told once
  BOOST_TEST(f.get("cafe.example.com", "/") == 200);
  BOOST_TEST(f.served_by() == "home");
  BOOST_REQUIRE_EQUAL(f.recorder.conflicts.size(), 1U);
  BOOST_TEST(f.recorder.conflicts[0].winner == "Ingress default/cafe");
  BOOST_TEST(f.recorder.conflicts[0].loser == "Ingress default/late");

  // And of two with the same age, the larger UID
  Store<Ingress>::Map ingresses;
  for (const char* uid : {"1", "2"}) {
    Ingress one = late;
    one.meta.name = std::string("i") + uid;
    one.meta.uid = uid;
    ingresses[one.meta.key()] = std::make_shared<const Ingress>(one);
  }
  const auto generated =
      ingress::generate({ingresses, {}, f.world.api->services().all(), {}}, {true, "nginx", 80});
  BOOST_REQUIRE_EQUAL(generated.conflicts.size(), 1U);
  BOOST_TEST(generated.conflicts[0].winner == "Ingress default/i2");
}

BOOST_AUTO_TEST_CASE(quit_finishes_and_reports) {
  Fixture f(exposure + two_apps, true);
  f.world.net.run_for(1s);
  bool done = false;
  f.controller->quit([&] { done = true; });
  f.world.net.run_for(1s);
  BOOST_TEST(done);
  BOOST_TEST(f.get("cafe.example.com", "/") == 0);
}

BOOST_AUTO_TEST_CASE(path_matching_differences_are_found) {
  const auto path = [](const std::string& text, PathType type, const std::string& service) {
    return IngressPath{text, type, {service, std::uint16_t{80}, {}}, {"i.yaml", 1, 1}};
  };
  Ingress ingress;
  ingress.rules.push_back(
      {"a.example.com",
       {path("/", PathType::prefix, "home"), path("/aaa", PathType::prefix, "api"),
        path("/bbb/", PathType::prefix, "files")},
       {}});
  const auto found = ingress::matching_differences({ingress});
  BOOST_REQUIRE_EQUAL(found.size(), 2U);
  BOOST_TEST(found[0].path == "/aaax");
  BOOST_TEST(found[0].by_nginx == "Service api");
  BOOST_TEST(found[0].by_kubernetes == "Service home");
  BOOST_TEST(found[1].path == "/bbb");
  BOOST_TEST(found[1].by_nginx == "301 to /bbb/");
  BOOST_TEST(found[1].by_kubernetes == "Service files");
}

BOOST_AUTO_TEST_CASE(the_container_s_arguments_choose_plus_and_refuse_the_unknown) {
  Diagnostics diagnostics;
  Container container;
  container.position = {"nic.yaml", 7, 9};
  container.args = {"-nginx-plus", "-nginx-configmaps=$(POD_NAMESPACE)/nginx-config"};
  BOOST_TEST(ingress::controller_options(container, diagnostics).plus);
  BOOST_TEST(diagnostics.to_string() == "");
  container.args = {"-nginx-pluss"};
  BOOST_TEST(!ingress::controller_options(container, diagnostics).plus);
  BOOST_TEST(diagnostics.to_string().starts_with("nic.yaml:7:9: error: argument '-nginx-pluss'"));
}

BOOST_AUTO_TEST_SUITE_END()
