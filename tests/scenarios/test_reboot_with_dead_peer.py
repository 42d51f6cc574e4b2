"""scenarios/reboot-with-dead-peer: BIRD's recovery keeps a restarted node silent as long as a dead peer lets it."""

import json

import pytest

from conftest import ROOT
from protocol import SECOND, absences, established, fails, passes, records_of

BLOCK = "172.16.1.192/26"  # worker2's
WORKER2 = "10.1.1.9"
START = 180 * SECOND
# What the daemon did: its routes came that long after Established.
RECORDED = json.loads((ROOT / "tests/models/bgp/timelines/bird-1.6-calico-3.25.json").read_text())["figures"]


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    out = tmp_path_factory.mktemp("reboot-with-dead-peer")
    passes("reboot-with-dead-peer", out)
    return records_of(out, "session", "fib")


def test_its_sessions_are_up_and_carry_nothing_for_as_long_as_birds_did(records):
    for node in ("edge1", "worker1"):
        (back,) = [at for at in established(records, node, WORKER2) if at > START]
        assert back - START < 10 * SECOND
        ((gone, again),) = absences(records, node, BLOCK, 440 * SECOND)
        assert 150 * SECOND <= gone < 150.1 * SECOND
        # BIRD's graceful restart wait: 240 s from its start. FRR then collects for 50 ms.
        assert 240 * SECOND <= again - START < 241 * SECOND
        assert (again - back) / SECOND == pytest.approx(RECORDED["restarter_routes_with_a_peer_missing"], rel=0.1)


def test_with_every_peer_alive_it_takes_seconds(tmp_path):
    timeline = [{"at": "150s", "do": "terminate", "target": "worker2/bgp"},
                {"at": "180s", "do": "start", "target": "worker2/bgp"}]
    failed, process = fails("reboot-with-dead-peer", tmp_path, timeline=timeline, options=("--until", "230s"))
    records = records_of(tmp_path / "out", "session", "fib")
    assert "no-routes-for-240s" in failed, process.stdout
    ((_, again),) = absences(records, "edge1", BLOCK, 230 * SECOND)
    # 2 s until BIRD calls, FRR's first UPDATE and End-of-RIB 1.05 s later, 50 ms until FRR has chosen.
    assert again - START < 5 * SECOND


def test_an_edge_without_graceful_restart_is_told_at_once(tmp_path):
    # It is not waited for, and so not kept waiting: restarter_routes_to_an_unaware_peer of the recording.
    failed, process = fails("reboot-with-dead-peer", tmp_path,
                            ("edge/edge1/frr.conf", " bgp router-id", " bgp graceful-restart-disable\n bgp router-id"))
    assert "no-routes-for-240s" in failed and "then-they-come" not in failed, process.stdout
    records = records_of(tmp_path / "out", "session", "fib")
    ((_, again),) = absences(records, "edge1", BLOCK, 440 * SECOND)
    (back,) = [at for at in established(records, "edge1", WORKER2) if at > START]
    assert again - back < 0.2 * SECOND
    ((_, again),) = absences(records, "worker1", BLOCK, 440 * SECOND)  # BIRD, which helps, is kept waiting
    assert again - START >= 240 * SECOND
