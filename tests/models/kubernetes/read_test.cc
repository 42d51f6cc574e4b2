// Expected positions are counted by hand in the texts; what the API refuses is Kubernetes 1.26's.
#include <boost/test/unit_test.hpp>

#include "models/kubernetes/corefile.h"
#include "tests/models/kubernetes/world.h"

using namespace seatrial;
using namespace seatrial::test;

namespace {

Diagnostics check(const std::string& yaml) {
  Diagnostics diagnostics;
  const Objects objects = read_objects(read_resources(yaml, "t.yaml", diagnostics), diagnostics);
  check_references(objects, diagnostics);
  return diagnostics;
}

Position first_at(const Diagnostics& diagnostics) {
  return diagnostics.empty() ? Position{} : diagnostics.items().front().position;
}

std::string scenario_app(const std::string& from, const std::string& to) {
  std::string text = file_text("scenarios/get-me-to-the-cluster/cluster/app.yaml");
  const auto place = text.find(from);
  BOOST_REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(manifests)

BOOST_AUTO_TEST_CASE(the_reference_design_reads_without_a_word) {
  Diagnostics diagnostics;
  const Objects objects = read_objects(scenario_resources(diagnostics), diagnostics);
  check_references(objects, diagnostics);
  BOOST_TEST(diagnostics.to_string() == "");
  BOOST_TEST(objects.deployments.size() == 6U);  // four apps, CoreDNS, the ingress controller
  BOOST_TEST(objects.services.size() == 6U);
  const Service* dns = objects.service({"kube-system", "kube-dns"});
  BOOST_REQUIRE(dns != nullptr);
  BOOST_TEST(dns->cluster_ip->to_string() == "10.96.0.10");
  BOOST_TEST(objects.service({"nginx-ingress", "nginx-ingress-svc"})->headless);
  BOOST_TEST(objects.deployments[0].pod.spec.containers[0].readiness->period.count() ==
             Duration(std::chrono::seconds(2)).count());
  BOOST_TEST(objects.ingresses[0].rules[0].paths.size() == 4U);
  BOOST_TEST(objects.virtual_servers[0].host == "harbour.example.com");
}

BOOST_AUTO_TEST_CASE(a_selector_that_matches_nothing_is_named_with_its_place) {
  // Given the app's first Service (its line 34 is `selector:`) with a misspelt label
  const auto diagnostics = check(
      scenario_app("  selector:\n    app: home\n  ports", "  selector:\n    app: hime\n  ports"));
  // Then the selector's mapping is pointed at, line 35 column 5
  BOOST_REQUIRE(diagnostics.has_errors());
  BOOST_TEST(first_at(diagnostics).line == 35);
  BOOST_TEST(first_at(diagnostics).column == 5);
  BOOST_TEST(diagnostics.to_string().find("Service default/home selects no pod") !=
             std::string::npos);
  BOOST_TEST(diagnostics.to_string().find("app=hime") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unknown_field_is_an_error_that_names_the_known_ones) {
  const auto diagnostics = check(
      "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  lables:\n"
      "    x: y\n");
  BOOST_REQUIRE_EQUAL(diagnostics.items().size(), 1U);
  BOOST_TEST(first_at(diagnostics).line == 5);
  BOOST_TEST(first_at(diagnostics).column == 3);
  BOOST_TEST(diagnostics.items()[0].message == "unknown field 'metadata.lables' in Namespace");
  BOOST_TEST(diagnostics.items()[0].expected.find("labels") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_broken_document_does_not_hide_the_next) {
  // Given three documents of which the second stops inside a flow sequence
  Diagnostics diagnostics;
  const auto resources = read_resources(
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: v1\nkind: [Nam\n---\n"
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n",
      "t.yaml", diagnostics);
  // Then the first and third are read, and the error is in the second (lines 5 to 7)
  BOOST_REQUIRE_EQUAL(resources.size(), 2U);
  BOOST_TEST(resources[1].name == "b");
  BOOST_TEST(resources[1].position.line == 8);
  BOOST_REQUIRE_EQUAL(diagnostics.error_count(), 1U);
  BOOST_TEST(first_at(diagnostics).line >= 5);
  BOOST_TEST(first_at(diagnostics).line <= 7);
}

BOOST_AUTO_TEST_CASE(wherever_a_file_is_cut_off_something_is_said) {
  // The first document alone: a cut between documents leaves a complete file.
  const std::string text = file_text("scenarios/get-me-to-the-cluster/cluster/app.yaml");
  const std::string document = text.substr(0, text.find("          image:"));
  for (std::size_t length = 5; length + 1 < document.size(); ++length) {
    const auto diagnostics = check(document.substr(0, length));
    BOOST_TEST(!diagnostics.empty(), "cut after " << length << " bytes");
  }
}

BOOST_AUTO_TEST_CASE(lists_are_expanded_and_calico_is_left_alone) {
  const auto diagnostics = check(
      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: "
      "a}\n- apiVersion: crd.projectcalico.org/v1\n  kind: IPPool\n  metadata: {name: p}\n");
  BOOST_TEST(diagnostics.to_string() == "");
}

BOOST_AUTO_TEST_CASE(an_unknown_kind_and_a_wrong_group_are_errors) {
  BOOST_TEST(check("apiVersion: v1\nkind: Servise\nmetadata: {name: a}\n").error_count() == 1U);
  const auto wrong = check("apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\n");
  BOOST_REQUIRE_EQUAL(wrong.error_count(), 1U);
  BOOST_TEST(wrong.items()[0].expected == "apiVersion: networking.k8s.io/v1");
}

BOOST_AUTO_TEST_CASE(an_ingress_that_names_a_missing_service_or_port_is_an_error) {
  const std::string ingress =
      "apiVersion: networking.k8s.io/v1\n"  // 41 is the first line after the app
      "kind: Ingress\nmetadata: {name: i}\nspec:\n  rules:\n  - host: a.example.com\n    http:\n"
      "      paths:\n      - path: /\n        pathType: Prefix\n        backend:\n"
      "          service: {name: NAME, port: {number: PORT}}\n";
  const auto with = [&](const std::string& name, const std::string& port) {
    std::string text = ingress;
    text.replace(text.find("NAME"), 4, name);
    text.replace(text.find("PORT"), 4, port);
    return check(text + "---\n" + app("home", 1));
  };
  BOOST_TEST(with("home", "80").to_string() == "");
  const auto missing = with("hme", "80");
  BOOST_REQUIRE_EQUAL(missing.error_count(), 1U);
  BOOST_TEST(first_at(missing).line == 12);
  BOOST_TEST(first_at(missing).column == 27);  // of "hme"
  const auto port = with("home", "81");
  BOOST_REQUIRE_EQUAL(port.error_count(), 1U);
  BOOST_TEST(port.items()[0].message.find("port 81 of Service default/home") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_deployment_must_select_its_own_pods) {
  std::string text = app("home", 1);
  text.replace(text.find("labels: {app: home}"), 19, "labels: {app: homer}");
  const auto diagnostics = check(text);
  BOOST_REQUIRE(diagnostics.has_errors());
  BOOST_TEST(first_at(diagnostics).line == 6);  // spec.selector
  BOOST_TEST(diagnostics.items()[0].message.find("app=home") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(numbers_where_text_must_be_and_text_where_numbers_must_be) {
  const auto label =
      check("apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {version: 1}}\n");
  BOOST_REQUIRE_EQUAL(label.error_count(), 1U);
  BOOST_TEST(label.items()[0].expected == "\"1\" in quotes");
  std::string text = app("home", 1);
  text.replace(text.find("replicas: 1"), 11, "replicas: \"1\"");
  BOOST_TEST(check(text).error_count() == 1U);
}

BOOST_AUTO_TEST_CASE(the_stock_corefile_says_ttl_cache_and_ports) {
  Diagnostics diagnostics;
  const Objects objects = read_objects(scenario_resources(diagnostics), diagnostics);
  const auto corefile = find_corefile(objects, diagnostics);
  BOOST_TEST(diagnostics.to_string() == "");
  BOOST_REQUIRE(corefile.has_value());
  BOOST_TEST(corefile->ttl == 30U);
  BOOST_TEST(corefile->cache_success == 30U);
  BOOST_TEST(corefile->load_balance);
  BOOST_TEST(*corefile->ready_port == 8181);
  BOOST_TEST(corefile->cluster_domain == "cluster.local");
}

BOOST_AUTO_TEST_CASE(an_unknown_corefile_plugin_is_named_with_its_place) {
  std::string text = file_text("scenarios/get-me-to-the-cluster/cluster/coredns.yaml");
  text.replace(text.find("loadbalance"), 11, "loadbalanse");
  Diagnostics diagnostics;
  const Objects objects = read_objects(read_resources(text, "c.yaml", diagnostics), diagnostics);
  find_corefile(objects, diagnostics);
  BOOST_REQUIRE_EQUAL(diagnostics.error_count(), 1U);
  BOOST_TEST(first_at(diagnostics).line == 28);  // grep -n loadbalance
}

BOOST_AUTO_TEST_SUITE_END()
