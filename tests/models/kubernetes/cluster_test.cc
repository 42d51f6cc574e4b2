// The whole cluster on a virtual clock. Placement and conditions are those of facts/kubernetes.md:
// readiness gates endpoints, a deleted pod leaves them before it stops.
#include <boost/test/unit_test.hpp>

#include "models/kubernetes/cluster_zone.h"
#include "tests/models/kubernetes/world.h"

using namespace seatrial;
using namespace seatrial::test;

namespace {

std::map<std::string, int> pods_per_node(const ApiServer& api, const std::string& owner = "") {
  std::map<std::string, int> count;
  for (const char* node : {"control1", "worker1", "worker2", "worker3"}) {
    for (const auto& pod : api.pods_on_node(node)) {
      if (owner.empty() || pod->owner.name == owner) ++count[node];
    }
  }
  return count;
}

const EndpointSlice& slice(World& world, const std::string& service) {
  const auto found = world.api->endpoint_slices().get({"default", service + "-0"});
  BOOST_REQUIRE(found);
  return *found;
}

int ready_endpoints(World& world, const std::string& service) {
  int count = 0;
  for (const Endpoint& e : slice(world, service).endpoints) count += e.ready ? 1 : 0;
  return count;
}

dns::Answer ask(ClusterZone& zone, const std::string& name, dns::Type type) {
  return zone.lookup({name, type});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster)

BOOST_AUTO_TEST_CASE(twelve_pods_of_four_deployments_spread_over_three_workers) {
  // Given the four apps of the reference design, three replicas each
  World world(objects_of(app("home", 3) + app("files", 3) + app("api", 3) + app("app3", 3)));
  // When the cluster has settled
  BOOST_REQUIRE_MESSAGE(world.settle(), world.why());
  // Then each worker has one pod of each and the tainted control node none: 12 / 3 = 4
  const std::map<std::string, int> four{{"worker1", 4}, {"worker2", 4}, {"worker3", 4}};
  BOOST_TEST((pods_per_node(*world.api) == four));
  for (const char* owner : {"home", "files", "api", "app3"}) {
    const std::map<std::string, int> one{{"worker1", 1}, {"worker2", 1}, {"worker3", 1}};
    BOOST_TEST((pods_per_node(*world.api, owner) == one));
  }
  // And it took no less than a container's start (0.5 s) and no more than the slowest start (2 s),
  // the first probe's jitter (1 s) and the watches between
  BOOST_TEST(world.net.now().time_since_epoch().count() >= Duration(500ms).count());
  BOOST_TEST(world.net.now().time_since_epoch().count() <= Duration(3500ms).count());
}

BOOST_AUTO_TEST_CASE(the_whole_reference_design_becomes_ready) {
  Diagnostics diagnostics;
  World world(read_objects(scenario_resources(diagnostics), diagnostics));
  BOOST_REQUIRE_MESSAGE(world.settle(), world.why());
  BOOST_TEST(world.api->pods().all().size() == 17U);  // 4 x 3 + 2 CoreDNS + 3 ingress
  for (const auto& [key, pod] : world.api->pods().all()) {
    BOOST_TEST(key.name.starts_with(pod->owner.name + "-" + pod->template_hash + "-"));
  }
}

BOOST_AUTO_TEST_CASE(endpoints_follow_readiness) {
  World world(objects_of(app("home", 3)));
  BOOST_REQUIRE(world.settle());
  world.net.run_for(1s);
  BOOST_TEST(ready_endpoints(world, "home") == 3);
  BOOST_TEST(slice(world, "home").ports.at(0).port == 8080);  // the named container port
  // When one pod answers 503 to its probe
  const auto pod = world.api->pods().all().begin()->second;
  world.runtimes[pod->spec.node_name]->processes[pod->meta.key()].healthy = false;
  // Then three failures of a probe each second take it out, no sooner
  world.net.run_for(1500ms);
  BOOST_TEST(ready_endpoints(world, "home") == 3);
  world.net.run_for(2s);
  BOOST_TEST(ready_endpoints(world, "home") == 2);
  BOOST_TEST(slice(world, "home").endpoints.size() == 3U);
  // And one success brings it back
  world.runtimes[pod->spec.node_name]->processes[pod->meta.key()].healthy = true;
  world.net.run_for(2s);
  BOOST_TEST(ready_endpoints(world, "home") == 3);
}

BOOST_AUTO_TEST_CASE(a_deleted_pod_leaves_the_endpoints_then_stops_and_is_replaced) {
  // Given pods with a preStop sleep of 5 s
  std::string text = app("home", 3);
  text.replace(
      text.find("        image: i\n"), 17,
      "        image: i\n        lifecycle: {preStop: {exec: {command: [sleep, \"5\"]}}}\n");
  World world(objects_of(text));
  BOOST_REQUIRE(world.settle());
  const auto pod = world.api->pods().all().begin()->second;
  FakeRuntime& runtime = *world.runtimes[pod->spec.node_name];
  // When one is deleted
  const TimePoint deleted = world.net.now();
  world.api->delete_pod(pod->meta.key());
  world.net.run_for(500ms);
  // Then its endpoint is terminating, still serving, not ready, and no signal has come yet
  bool seen = false;
  for (const Endpoint& e : slice(world, "home").endpoints) {
    if (e.pod != pod->meta.key()) continue;
    seen = true;
    BOOST_TEST(e.terminating);
    BOOST_TEST(e.serving);
    BOOST_TEST(!e.ready);
  }
  BOOST_TEST(seen);
  BOOST_TEST(runtime.processes.at(pod->meta.key()).terminated.time_since_epoch().count() == 0);
  // And SIGTERM comes after the sleep, removal 0.1 s later when the process exits
  world.net.run_for(6s);
  BOOST_REQUIRE(runtime.removed.contains(pod->meta.key()));
  const Duration took = runtime.removed[pod->meta.key()] - deleted;
  BOOST_TEST(took.count() >= Duration(5100ms).count());
  BOOST_TEST(took.count() <= Duration(5200ms).count());
  // And there are three ready pods again
  BOOST_REQUIRE(world.settle());
  BOOST_TEST(world.api->pods().all().size() == 3U);
  BOOST_TEST(!world.api->pods().get(pod->meta.key()));
}

BOOST_AUTO_TEST_CASE(a_process_that_ignores_sigterm_is_killed_after_the_grace) {
  World world(objects_of(app("home", 1, "      terminationGracePeriodSeconds: 7\n")));
  BOOST_REQUIRE(world.settle());
  const auto pod = world.api->pods().all().begin()->second;
  FakeRuntime& runtime = *world.runtimes[pod->spec.node_name];
  runtime.obeys_sigterm = false;
  const TimePoint deleted = world.net.now();
  world.api->delete_pod(pod->meta.key());
  world.net.run_for(10s);
  BOOST_REQUIRE(runtime.removed.contains(pod->meta.key()));
  const Duration took = runtime.removed[pod->meta.key()] - deleted;
  BOOST_TEST(took.count() >= Duration(7s).count());
  BOOST_TEST(took.count() <= Duration(7100ms).count());
}

BOOST_AUTO_TEST_CASE(a_rolling_update_keeps_to_its_bounds) {
  // Given four replicas: 25 % is one above and one below
  World world(objects_of(app("home", 4)));
  BOOST_REQUIRE(world.settle());
  const std::string old_hash = world.api->pods().all().begin()->second->template_hash;
  world.api->restart({"default", "home"});
  int least_ready = 100;
  std::size_t most = 0;
  const bool done = world.net.run_until(
      [&] {
        int ready = 0;
        std::size_t alive = 0;
        bool any_old = false;
        for (const auto& [key, pod] : world.api->pods().all()) {
          if (!pod->terminating) ++alive;
          if (pod->ready && !pod->terminating) ++ready;
          any_old = any_old || pod->template_hash == old_hash;
        }
        least_ready = std::min(least_ready, ready);
        most = std::max(most, alive);
        return !any_old && world.api->settled();
      },
      60s);
  BOOST_REQUIRE(done);
  BOOST_TEST(least_ready == 3);
  BOOST_TEST(most == 5U);
}

BOOST_AUTO_TEST_CASE(scaling_down_to_zero_and_up_again) {
  World world(objects_of(app("home", 3)));
  BOOST_REQUIRE(world.settle());
  world.api->scale({"default", "home"}, 0);
  BOOST_REQUIRE(world.net.run_until([&] { return world.api->pods().all().empty(); }, 10s));
  world.net.run_for(1s);
  BOOST_TEST(slice(world, "home").endpoints.empty());
  world.api->scale({"default", "home"}, 5);
  world.net.run_for(100ms);
  BOOST_TEST(world.settle());
  BOOST_TEST(world.api->pods().all().size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_pod_that_fits_nowhere_stays_pending_with_the_reason) {
  World world(objects_of(app("home", 1, "      nodeSelector: {disk: fast}\n")));
  BOOST_TEST(!world.settle(5s));
  const auto pod = world.api->pods().all().begin()->second;
  BOOST_TEST((pod->phase == PodPhase::pending));
  BOOST_TEST(pod->reason ==
             "Unschedulable: 0/4 nodes are available: 4 didn't match the pod's node selector");
  // When a node gets the label, it is placed there
  world.api->nodes().update({"", "worker2"}, [](Node& n) { n.meta.labels["disk"] = "fast"; });
  BOOST_TEST(world.settle());
  BOOST_TEST(world.api->pods().all().begin()->second->spec.node_name == "worker2");
}

BOOST_AUTO_TEST_CASE(a_pod_without_an_address_waits_for_one) {
  World world(objects_of(app("home", 1)), 1);
  world.runtimes["worker1"]->addresses_left = 0;
  BOOST_TEST(!world.settle(8s));
  BOOST_TEST(world.why().find("home") != std::string::npos);
  world.runtimes["worker1"]->addresses_left = 1;
  BOOST_TEST(world.settle(12s));  // the sandbox is tried again every 10 s
}

BOOST_AUTO_TEST_CASE(a_dead_node_is_noticed_after_40_s_and_evicted_after_300_more) {
  World world(objects_of(app("home", 3)));
  BOOST_REQUIRE(world.settle());
  world.net.run_for(1s);
  const TimePoint off = world.net.now();
  world.kubelets["worker1"]->power_off();
  const auto node_ready = [&] { return world.api->nodes().get({"", "worker1"})->ready; };
  BOOST_REQUIRE(world.net.run_until([&] { return !node_ready(); }, 60s));
  // Heartbeats come every 10 s, so the last was at most 10 s before the loss.
  BOOST_TEST((world.net.now() - off).count() >= Duration(30s).count());
  BOOST_TEST((world.net.now() - off).count() <= Duration(40s).count());
  const TimePoint not_ready = world.net.now();
  world.net.run_for(1s);
  BOOST_TEST(ready_endpoints(world, "home") == 2);
  BOOST_REQUIRE(world.net.run_until([&] { return ready_endpoints(world, "home") == 3; }, 400s));
  BOOST_TEST((world.net.now() - not_ready).count() >= Duration(300s).count());
  BOOST_TEST((world.net.now() - not_ready).count() <= Duration(305s).count());
}

BOOST_AUTO_TEST_CASE(kube_proxy_writes_two_rule_sets_at_once_and_then_one_a_second) {
  World world(objects_of(app("home", 3)));
  BOOST_REQUIRE(world.settle());
  world.net.run_for(1s);
  RecordingDataplane dataplane(world.net);
  FakeHost& host = world.net.host("worker1", "10.1.1.8");
  KubeProxy proxy(host, *world.api, "worker1", dataplane);
  // When the Service changes every 100 ms for 4 s
  for (int i = 0; i < 40; ++i) {
    world.net.run_for(100ms);
    world.api->services().update({"default", "home"}, [](Service&) {});
  }
  world.net.run_for(2s);
  // Then there were the first two, and one for each second after
  BOOST_TEST(dataplane.programmed.size() >= 5U);
  BOOST_TEST(dataplane.programmed.size() <= 8U);
  const auto& rules = dataplane.programmed.back().second;
  BOOST_REQUIRE_EQUAL(rules.size(), 1U);
  BOOST_TEST(rules[0].cluster_ip.to_string() == "10.96.0.2");  // .1 is the API's own
  BOOST_TEST(rules[0].port == 80);
  BOOST_TEST(rules[0].backends.size() == 3U);
  BOOST_TEST(rules[0].backends[0].port == 8080);
  BOOST_TEST(rules[0].local_backends.size() == 1U);
  BOOST_TEST(!rules[0].reject_when_empty);
}

BOOST_AUTO_TEST_CASE(dns_answers_for_cluster_ip_and_headless_services) {
  Diagnostics diagnostics;
  const Objects objects = read_objects(scenario_resources(diagnostics), diagnostics);
  const Corefile corefile = *find_corefile(objects, diagnostics);
  World world(objects);
  BOOST_REQUIRE_MESSAGE(world.settle(), world.why());
  ClusterZone zone(world.net.host("coredns", "172.16.1.250"), *world.api, corefile);
  BOOST_TEST(!zone.ready());
  world.net.run_for(1s);
  BOOST_TEST(zone.ready());

  // A Service with a cluster IP: that address, TTL 30 as the Corefile says
  auto answer = ask(zone, "kube-dns.kube-system.svc.cluster.local", dns::Type::a);
  BOOST_REQUIRE_EQUAL(answer.answers.size(), 1U);
  BOOST_TEST(answer.answers[0].ttl == 30U);
  BOOST_TEST(std::get<net::IpAddress>(answer.answers[0].data).to_string() == "10.96.0.10");

  // A headless Service: its ready pods
  const std::string ingress = "nginx-ingress-svc.nginx-ingress.svc.cluster.local";
  answer = ask(zone, ingress, dns::Type::a);
  std::set<net::IpAddress> listed, pods;
  for (const auto& r : answer.answers) listed.insert(std::get<net::IpAddress>(r.data));
  for (const auto& p : world.api->pods_of_service({"nginx-ingress", "nginx-ingress-svc"})) {
    pods.insert(*p->ip);
  }
  BOOST_TEST(pods.size() == 3U);
  BOOST_TEST((listed == pods));

  // SRV of a named port: weight 100 / 3, and the targets' addresses beside it
  answer = ask(zone, "_http._tcp." + ingress, dns::Type::srv);
  BOOST_REQUIRE_EQUAL(answer.answers.size(), 3U);
  BOOST_REQUIRE_EQUAL(answer.additional.size(), 3U);
  const auto& srv = std::get<dns::Srv>(answer.answers[0].data);
  BOOST_TEST(srv.port == 80);
  BOOST_TEST(srv.weight == 33);
  BOOST_TEST(srv.target.starts_with("172-16-1-"));
  BOOST_TEST(srv.target.ends_with("." + ingress));
  const auto target = ask(zone, srv.target, dns::Type::a);
  BOOST_REQUIRE_EQUAL(target.answers.size(), 1U);
  BOOST_TEST((target.answers[0].data == answer.additional[0].data));

  // No such type: NODATA with the SOA; no such name: NXDOMAIN; not ours: SERVFAIL
  answer = ask(zone, ingress, dns::Type::aaaa);
  BOOST_TEST((answer.rcode == dns::Rcode::no_error));
  BOOST_TEST(answer.answers.empty());
  BOOST_REQUIRE_EQUAL(answer.authority.size(), 1U);
  BOOST_TEST((answer.authority[0].type == dns::Type::soa));
  BOOST_TEST((ask(zone, "nothing.default.svc.cluster.local", dns::Type::a).rcode ==
              dns::Rcode::name_error));
  BOOST_TEST((ask(zone, "_ftp._tcp." + ingress, dns::Type::srv).rcode == dns::Rcode::name_error));
  BOOST_TEST((ask(zone, "www.example.com", dns::Type::a).rcode == dns::Rcode::server_failure));

  // When no pod is ready the headless name is gone
  world.api->scale({"nginx-ingress", "nginx-ingress"}, 0);
  world.net.run_for(2s);
  BOOST_TEST((ask(zone, ingress, dns::Type::a).rcode == dns::Rcode::name_error));
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_cluster) {
  const auto run = [] {
    World world(objects_of(app("home", 3)));
    world.settle();
    std::string text;
    for (const auto& [key, pod] : world.api->pods().all()) {
      text += key.to_string() + "@" + pod->spec.node_name + "=" + pod->ip->to_string() + " " +
              seconds(pod->ready_since) + "\n";
    }
    return text;
  };
  BOOST_TEST(run() == run());
}

BOOST_AUTO_TEST_SUITE_END()
