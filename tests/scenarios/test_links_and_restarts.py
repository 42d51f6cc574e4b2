"""A link that goes down under BGP, and daemons that restart with their routes in the kernel: what script/record-timelines
recorded of the real ones (tests/models/bgp/timelines) happens in a scenario, too."""

import ipaddress
import json
import shutil
import struct

import pytest

from conftest import ROOT, seatrial
from protocol import SECOND, absences, established, records_of


def recorded(profile, figure):
    return json.loads((ROOT / f"tests/models/bgp/timelines/{profile}.json").read_text())["figures"][figure]


def run(tmp_path, scenario, *events, until="60s", edits=(), mrt="none"):
    design = tmp_path / "design"
    shutil.copytree(ROOT / "scenarios" / scenario, design)
    document = json.loads((design / "scenario.json").read_text())
    document.update(timeline=[], expect=[])
    (design / "scenario.json").write_text(json.dumps(document))
    for file, old, new in edits:
        text = (design / file).read_text()
        assert old in text
        (design / file).write_text(text.replace(old, new))
    inject = [word for event in events for word in ("--inject", event)]
    process = seatrial("run", design, "--out", tmp_path / "out", "--until", until, "--mrt", mrt, *inject)
    assert process.returncode == 0, process.stdout + process.stderr
    return records_of(tmp_path / "out", "session", "rib", "fib")


def losses(records, node, peer):
    """When the node lost its Established session with the address, and why."""
    up, out = False, []
    for r in records:
        if r["id"].startswith("session/") and r["node"] == node and r["peer"] == peer:
            if up and r["state"] != "Established":
                out.append((r["at_ns"], r["reason"]))
            up = r["state"] == "Established"
    return out


# ------------------------------------------------------------------ links

ISP1, CORE1 = "192.0.2.1", "192.0.2.2"
UNTRACKED = [("network/core1/frr.conf", " bgp cluster-id", " no bgp fast-external-failover\n bgp cluster-id"),
             ("network/isp1/frr.conf", " bgp router-id", " no bgp fast-external-failover\n bgp router-id")]


def withdrawn(records):
    """When core1 gave up isp1's network, and told core2 so."""
    return next(r["at_ns"] for r in records if r["id"].startswith("rib/") and r["node"] == "core1"
                and r["prefix"] == "198.18.10.0/24" and not r["next_hops"]) - 20 * SECOND


def test_an_external_session_falls_with_its_link(tmp_path):
    records = run(tmp_path, "sessions", "20s:link_down:core1:eth2")
    for node, peer in (("core1", ISP1), ("isp1", CORE1)):
        ((at, reason),) = losses(records, node, peer)
        assert at == 20 * SECOND and reason == "interface down"
    figure = recorded("frr-8.4-datacenter", "link_down_external_to_withdrawal")
    assert withdrawn(records) / SECOND == pytest.approx(figure, rel=0.1, abs=0.02)
    assert not established([r for r in records if r["at_ns"] > 20 * SECOND], "core1", ISP1)


def test_without_failover_the_hold_time_decides_and_the_routes_go_at_once_all_the_same(tmp_path):
    records = run(tmp_path, "sessions", "20s:link_down:core1:eth2", edits=UNTRACKED)
    for node, peer in (("core1", ISP1), ("isp1", CORE1)):
        ((at, reason),) = losses(records, node, peer)
        # The smaller hold time of the two, 9 s, from the last KEEPALIVE on.
        assert 6 * SECOND <= at - 20 * SECOND <= 9 * SECOND and reason.startswith("hold timer expired")
    # Next-hop tracking: the route went although the session stood.
    figure = recorded("frr-8.4-datacenter", "link_down_without_failover_to_withdrawal")
    assert withdrawn(records) / SECOND == pytest.approx(figure, rel=0.1, abs=0.02)


def test_a_short_loss_is_survived_without_failover_and_by_internal_sessions(tmp_path):
    events = ("20s:link_down:core1:eth2", "22s:link_up:core1:eth2", "20s:link_down:edge1", "22s:link_up:edge1")
    records = run(tmp_path, "sessions", *events, edits=UNTRACKED)
    assert not losses(records, "core1", ISP1)
    assert not losses(records, "edge1", "10.1.1.2") and not losses(records, "core1", "10.1.1.4")


def test_the_session_is_back_as_soon_as_the_link_is(tmp_path):
    records = run(tmp_path, "sessions", "20s:link_down:core1:eth2", "25s:link_up:core1:eth2")
    (back,) = [at for at in established(records, "core1", ISP1) if at > 20 * SECOND]
    assert (back - 25 * SECOND) / SECOND <= recorded("frr-8.4-datacenter", "link_up_to_attempt") + 0.02


# ------------------------------------------------------------------ restarts

WORKER2, BLOCK, OTHER = "10.1.1.9", "172.16.1.192/26", "172.16.1.0/26"  # OTHER is worker1's


def opens(mrt, peer):
    """The value of the graceful restart capability in each OPEN that came from the address, by an MRT file."""
    out, at = [], 0
    while at < len(mrt):
        _, kind, subtype, size, _ = struct.unpack_from(">IHHII", mrt, at)
        body, at = mrt[at + 16:at + 12 + size], at + 12 + size
        if (kind, subtype) != (17, 4) or body[12:16] != ipaddress.ip_address(peer).packed or body[38] != 1:
            continue
        parameters = body[39 + 10:]
        while parameters:
            capabilities, parameters = parameters[2:2 + parameters[1]], parameters[2 + parameters[1]:]
            while capabilities:
                if capabilities[0] == 64:
                    out.append(capabilities[2:2 + capabilities[1]].hex())
                capabilities = capabilities[2 + capabilities[1]:]
    return out


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_calicos_bird_comes_back_as_one_that_restarts(tmp_path, how):
    records = run(tmp_path, "second-crash", f"140s:{how}:worker2/bgp", "142s:start:worker2/bgp", until="180s", mrt="edge1")
    profile = "bird-1.6-calico-3.25"
    said = opens((tmp_path / "out" / "mrt" / "edge1.updates.mrt").read_bytes(), WORKER2)
    assert said[0] == recorded(profile, "restarter_capability")
    assert said[-1] == recorded(profile, "restarted_capability")
    # Its kernel never was without the others' routes, and its neighbours only where it had said goodbye.
    assert not absences(records, "worker2", OTHER, 180 * SECOND)
    assert bool(absences(records, "edge1", BLOCK, 180 * SECOND)) == (how == "terminate")


def test_what_nobody_confirms_leaves_the_kernel_when_the_recovery_is_over(tmp_path):
    # worker1's daemon ends while worker2's is away, and is waited for in vain: 240 s, then the recorded time of the kernel.
    records = run(tmp_path, "second-crash", "140s:kill:worker2/bgp", "141s:terminate:worker1/bgp", "142s:start:worker2/bgp",
                  until="450s")
    ((gone, end),) = absences(records, "worker2", OTHER, 450 * SECOND)
    after, wait = recorded("bird-1.6-calico-3.25", "kernel_after_kill_with_restart")
    assert after == "end_of_rib" and end == 450 * SECOND
    assert (gone - 142 * SECOND) / SECOND == pytest.approx(240 + wait, abs=0.1)


def test_zebra_keeps_the_routes_of_a_bgpd_that_restarts_gracefully(tmp_path):
    assert recorded("frr-8.4-datacenter", "kernel_after_kill_with_restart")[0] == "end_of_rib"
    edit = ("edge/edge1/frr.conf", " bgp router-id",
            " bgp graceful-restart\n bgp graceful-restart preserve-fw-state\n bgp router-id")
    records = run(tmp_path / "restarter", "second-crash", "20s:kill:edge1/bgp", "22s:start:edge1/bgp", edits=[edit])
    assert not absences(records, "edge1", BLOCK, 60 * SECOND)
    assert losses(records, "worker2", "10.1.1.4")
    assert recorded("frr-8.4-datacenter", "kernel_after_term_with_restart")[0] == "end"
    records = run(tmp_path / "terminated", "second-crash", "20s:terminate:edge1/bgp", "22s:start:edge1/bgp", edits=[edit])
    assert absences(records, "edge1", BLOCK, 60 * SECOND)
    assert recorded("frr-8.4-datacenter", "kernel_after_kill")[0] == "end"
    records = run(tmp_path / "plain", "second-crash", "20s:kill:edge1/bgp", "22s:start:edge1/bgp")
    assert absences(records, "edge1", BLOCK, 60 * SECOND)[0][0] == 20 * SECOND
