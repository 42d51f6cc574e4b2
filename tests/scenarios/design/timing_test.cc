// A cluster's clocks: the names that the schema has are those that have an effect.
#include "scenarios/engine/design/timing.h"

#include <boost/test/unit_test.hpp>

#include "scenarios/engine/document/schema.h"

using namespace seatrial;
using namespace seatrial::scenario;

BOOST_AUTO_TEST_SUITE(timing)

BOOST_AUTO_TEST_CASE(the_schema_has_the_clocks_and_no_other) {
  const auto schema = document::schema_json();
  std::vector<std::string> names;
  for (const auto& clock :
       schema["definitions"]["cluster"]["properties"]["timing"]["properties"].items()) {
    names.push_back(clock.key());
  }
  const auto known = timing_names();
  BOOST_TEST(names == known, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_left_out_keeps_its_default) {
  Cluster cluster;
  cluster.timing = {{"kubelet_start", 3s}, {"node_monitor_grace", 16s}, {"felix", 1ms}};
  const auto timing = timing_of(cluster);
  BOOST_TEST((timing.kubelet.start.low == 3s && timing.kubelet.start.high == 3s));
  BOOST_TEST((timing.control.node_monitor_grace == 16s));
  BOOST_TEST((timing.calico.felix.least == 1ms && timing.calico.felix.most == 1ms));
  BOOST_TEST((timing.control.not_ready_toleration == 300s));  // Kubernetes' default toleration
  BOOST_TEST((timing.kubelet.heartbeat == 10s));              // nodeStatusUpdateFrequency
}

BOOST_AUTO_TEST_SUITE_END()
