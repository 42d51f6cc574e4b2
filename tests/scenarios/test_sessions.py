"""scenarios/sessions: the sessions that the files imply come up, when the daemons' timers say, and no others do."""

import pytest

from protocol import SECOND, fails, passes, records_of

# Counted by hand in the files: core1 and core2 with each other (loopbacks), with an ISP each, with two edges (who call into
# a listen range) and with three nodes.
PAIRS = ({frozenset(("core1", "core2")), frozenset(("core1", "isp1")), frozenset(("core2", "isp2"))} |
         {frozenset((core, other)) for core in ("core1", "core2")
          for other in ("edge1", "edge2", "worker1", "worker2", "worker3")})


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sessions")
    passes("sessions", folder)
    return folder


def test_the_derived_set_comes_up_and_nothing_else(out):
    named = {(r["node"], r["peer"]): r["peer_node"] for r in records_of(out, "configured")}
    up = {frozenset((r["node"], named[r["node"], r["peer"]])) for r in records_of(out, "session")
          if r["state"] == "Established"}
    assert up == PAIRS and len(PAIRS) == 13
    assert not [r for r in records_of(out, "session") if r["peer"] == "192.0.2.9"]  # shut down


def test_the_time_is_that_of_the_daemons_start_timers(out):
    # bgpd's start timer is 1 s, and it calls everybody, nodes too, whose BIRD would call after 2 s.
    times = [r["at_ns"] for r in records_of(out, "session") if r["state"] == "Established"]
    assert min(times) >= SECOND and max(times) < 1.2 * SECOND


@pytest.mark.parametrize("file, old, new, told", [
    ("network/isp2/frr.conf", "neighbor 192.0.2.6 remote-as 64512", "neighbor 192.0.2.6 remote-as 64513",
     ["core2 to 192.0.2.5 (isp2)", "isp2 to 192.0.2.6 (core2)"]),
    ("network/core1/frr.conf", "bgp listen range 10.1.1.4/30", "bgp listen range 10.1.1.4/32",
     ["edge2 to 10.1.1.2 (core1)"]),
    ("network/core1/frr.conf", " neighbor 192.0.2.9 shutdown\n", "", ["core1 to 192.0.2.9"]),
    ("network/core2/frr.conf", " neighbor 10.255.0.1 update-source lo\n", "", ["core1 to 10.255.0.2 (core2)"]),
    ("cluster/calico.yaml", "nodeToNodeMeshEnabled: false", "nodeToNodeMeshEnabled: true", []),
])
def test_a_session_that_cannot_come_up_is_named_with_its_line(tmp_path, file, old, new, told):
    failed, process = fails("sessions", tmp_path, (file, old, new), options=("--until", "10s"))
    assert "all-come-up" in failed
    for name in told:
        assert name in process.words, process.stdout
    assert "frr.conf:" in process.words or not told
