"""scenarios/route-reflector-loss: the first reflector takes nothing with it, the second all traffic between nodes."""

import re

import pytest

from protocol import SECOND, absences, fails, passes, records_of, results_of

BLOCKS = {"worker1": "172.16.1.0/26", "worker2": "172.16.1.192/26", "worker3": "172.16.1.128/26"}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("route-reflector-loss")
    passes("route-reflector-loss", folder)
    return folder


def test_the_second_takes_every_route_between_nodes_when_its_hold_time_is_over(out):
    records = records_of(out, "fib")
    for node in ("worker1", "worker2", "worker3", "worker4"):
        for owner, block in BLOCKS.items():
            if owner == node:
                continue
            ((gone, end),) = absences(records, node, block, 110 * SECOND)
            # FRR datacenter's 9 s, less what the last keepalive was old: at most 3 s.
            assert 66 * SECOND <= gone <= 69 * SECOND and end == 110 * SECOND, (node, block)


@pytest.mark.parametrize("edits, broken", [
    # worker4 has rr1 alone.
    ([("cluster/calico.yaml", "  peerIP: 10.1.1.3\n", "  peerIP: 10.1.1.3\n  nodeSelector: kubernetes.io/hostname != 'worker4'\n"),
      ("network/rr2/frr.conf", " neighbor 10.1.1.11 peer-group NODES\n neighbor 10.1.1.11 description worker4\n", "")],
     {"blocks", "one-moves-no-route", "one-loses-nothing"}),
    # rr2 tells no client what another one says.
    ([("network/rr2/frr.conf", "  neighbor NODES route-reflector-client\n", "")],
     {"blocks", "one-moves-no-route", "one-loses-nothing"}),
    # With the mesh nobody needs a reflector.
    ([("cluster/calico.yaml", "nodeToNodeMeshEnabled: false", "nodeToNodeMeshEnabled: true")],
     {"both-take-every-route", "only-a-nodes-own-pod-answers"}),
])
def test_another_design_has_another_answer(tmp_path, edits, broken):
    failed, process = fails("route-reflector-loss", tmp_path, *edits)
    assert broken <= set(failed), process.stdout


def test_what_failed_is_laid_to_the_reflector(out):
    why = results_of(out)["explanations"]
    groups = [g for g in why["groups"] if g["attributed"]]
    assert sum(len(g["requests"]) for g in groups) >= 0.9 * why["failed"] > 0
    for group in groups:
        assert re.search(r"(its session to rr2 was|their sessions to rr2 were) lost \(hold timer expired\)", group["cause"])
        assert "power_off of rr2 at 60 s" in group["cause"]
