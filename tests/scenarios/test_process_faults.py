"""A BGP daemon or an nginx is killed, ended, frozen and started again: who notices, when, and what becomes of the routes.

The edges run FRR's datacenter profile (hold 9 s, keepalive 3 s), the cluster nodes Calico's BIRD (kernel routes persist).
"""

import json

import pytest

from conftest import ROOT, seatrial

SECOND = 1_000_000_000
DESIGN = ROOT / "scenarios" / "get-me-to-the-cluster"


def run(tmp_path, *events, until="32s"):
    inject = [word for event in events for word in ("--inject", event)]
    process = seatrial("run", DESIGN, "--out", tmp_path / "out", "--pcap", "none", "--until", until, *inject)
    assert process.returncode in (0, 1), process.stdout + process.stderr
    with open(tmp_path / "out" / "records.jsonl") as lines:
        records = [json.loads(line) for line in lines]
    return [r for r in records if not r["id"].startswith("hop/")]


def losses(records, node, peer, after):
    """When `node` lost its Established session with the address `peer`, and why."""
    up, out = False, []
    for r in records:
        if r["id"].startswith("session/") and r["node"] == node and r["peer"] == peer:
            if up and r["state"] != "Established" and r["at_ns"] >= after:
                out.append((r["at_ns"], r["reason"]))
            up = r["state"] == "Established"
    return out


def established(records, node, peer, after):
    return [r["at_ns"] for r in records if r["id"].startswith("session/") and r["node"] == node and r["peer"] == peer
            and r["state"] == "Established" and r["at_ns"] >= after]


def fib_changes(records, node, after, before=1 << 62):
    return [r for r in records if r["id"].startswith("fib/") and r["node"] == node and after <= r["at_ns"] < before
            and r["protocol"].endswith("bgp")]


def test_a_frozen_daemon_is_noticed_by_the_hold_timer_alone(tmp_path):
    records = run(tmp_path, "20s:freeze:edge1/bgp")
    for core in ("core1", "core2"):
        (at, reason), = losses(records, core, "10.1.1.4", 20 * SECOND)
        # The hold timer of 9 s ran from the last keepalive, which came at most 3 s before.
        assert 6 * SECOND <= at - 20 * SECOND <= 9 * SECOND
        assert reason.startswith("hold timer expired")
    assert not fib_changes(records, "edge1", 20 * SECOND)  # nobody touches the frozen daemon's routes


def test_a_thawed_daemon_comes_back(tmp_path):
    records = run(tmp_path, "16s:freeze:edge1/bgp", "27s:thaw:edge1/bgp", until="45s")
    assert established(records, "core1", "10.1.1.4", 27 * SECOND)
    short = run(tmp_path / "short", "16s:freeze:edge1/bgp", "18s:thaw:edge1/bgp")
    assert not losses(short, "core1", "10.1.1.4", 16 * SECOND)  # 2 s are less than any hold time


def test_a_killed_frr_is_noticed_at_once_and_zebra_takes_its_routes_out(tmp_path):
    records = run(tmp_path, "20s:kill:edge1/bgp", "22s:start:edge1/bgp")
    (at, reason), = losses(records, "core1", "10.1.1.4", 20 * SECOND)
    assert at - 20 * SECOND < SECOND // 100  # a FIN travels for microseconds
    assert "notification" not in reason.lower()
    gone = {r["prefix"] for r in fib_changes(records, "edge1", 20 * SECOND, 20 * SECOND + 1) if not r["installed"]}
    assert "172.16.1.192/26" in gone
    assert established(records, "core1", "10.1.1.4", 22 * SECOND)
    back = {r["prefix"] for r in fib_changes(records, "edge1", 22 * SECOND) if r["installed"]}
    assert back == gone


def test_a_terminated_daemon_says_so(tmp_path):
    records = run(tmp_path, "20s:terminate:edge1/bgp")
    (at, reason), = losses(records, "core1", "10.1.1.4", 20 * SECOND)
    assert at - 20 * SECOND < SECOND // 100
    assert "Cease/Administrative Shutdown" in reason


def test_a_killed_bird_leaves_its_routes_until_the_next_one_has_learned(tmp_path):
    records = run(tmp_path, "20s:kill:worker2/bgp", "22s:start:worker2/bgp", until="45s")
    assert losses(records, "core1", "10.1.1.9", 20 * SECOND)
    assert not [r for r in fib_changes(records, "worker2", 20 * SECOND) if not r["installed"]]
    assert established(records, "core1", "10.1.1.9", 22 * SECOND)


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_an_ended_nginx_refuses_and_serves_again_after_a_start(tmp_path, how):
    records = run(tmp_path, f"20s:{how}:edge1/nginx", "25s:start:edge1/nginx")
    def failed(begin, end):
        return [r for r in records if r["id"].startswith("request/") and begin <= r["intended_ns"] / SECOND < end
                and r["error"]]
    assert {r["error"] for r in failed(20, 25)} <= {"refused", "reset", "closed"} and failed(20, 25)
    assert not failed(25.1, 32)


def test_a_process_that_is_not_there_is_named(tmp_path):
    process = seatrial("run", DESIGN, "--out", tmp_path / "out", "--inject", "20s:kill:core1/nginx")
    assert process.returncode == 2
    assert 'there is no process "core1/nginx", expected one of "control1/bgp"' in process.stderr
