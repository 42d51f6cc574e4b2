"""scenarios/second-crash: graceful restart forgives one crash at a time (RFC 4724 section 4.2)."""

import json

import pytest

from conftest import ROOT
from protocol import SECOND, absences, fails, passes, records_of

BLOCK = "172.16.1.192/26"  # worker2's
CRASH = 144.5 * SECOND


def recorded(profile):
    return json.loads((ROOT / f"tests/models/bgp/timelines/{profile}.json").read_text())["figures"]["helper_second_crash"]


def test_the_second_crash_takes_the_stale_routes_as_the_daemons_do(tmp_path):
    passes("second-crash", tmp_path)
    records = records_of(tmp_path, "fib")
    for node, profile in (("edge1", "frr-8.4-datacenter"), ("worker1", "bird-1.6-calico-3.25"),
                          ("worker3", "bird-1.6-calico-3.25")):
        ((gone, again),) = absences(records, node, BLOCK, 180 * SECOND)
        assert (gone - CRASH) / SECOND == pytest.approx(recorded(profile), rel=0.1, abs=0.02), node
        assert 160 * SECOND < again < 166 * SECOND, node


def test_one_crash_costs_nothing(tmp_path):
    failed, process = fails("second-crash", tmp_path, timeline=[
        {"at": "140s", "do": "kill", "target": "worker2/bgp"}, {"at": "142s", "do": "start", "target": "worker2/bgp"}])
    assert set(failed) == {"the-second-takes-the-stale-routes", "nobody-keeps-one"}, process.stdout
    records = records_of(tmp_path / "out", "fib")
    for node in ("edge1", "worker1", "worker3"):
        assert not absences(records, node, BLOCK, 180 * SECOND), node


def test_a_crash_before_anybody_came_back_is_the_first_one_still(tmp_path):
    # BIRD calls 2 s after its start: at 143 s nobody has been back, and the restart time of 120 s goes on.
    failed, _ = fails("second-crash", tmp_path, ("scenario.json", '"at": "144.5s", "do": "kill"', '"at": "143s", "do": "kill"'))
    assert "nobody-keeps-one" in failed
    records = records_of(tmp_path / "out", "fib")
    assert not absences(records, "edge1", BLOCK, 180 * SECOND)


def test_without_graceful_restart_the_first_crash_costs_the_routes(tmp_path):
    failed, _ = fails("second-crash", tmp_path,
                      ("edge/edge1/frr.conf", " bgp router-id", " bgp graceful-restart-disable\n bgp router-id"))
    assert "the-first-crash-costs-nothing" in failed
    first = absences(records_of(tmp_path / "out", "fib"), "edge1", BLOCK, 180 * SECOND)[0]
    assert 140 * SECOND <= first[0] < 140.1 * SECOND
