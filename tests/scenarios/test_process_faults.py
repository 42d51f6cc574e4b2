"""A BGP daemon or an nginx is killed, ended, frozen and started again: who notices, when, and what becomes of the routes.

The edges run FRR's datacenter profile (hold 9 s, keepalive 3 s), the cluster nodes Calico's BIRD (kernel routes persist).
"""

import ipaddress
import json
import struct

import pytest

from conftest import ROOT, seatrial

SECOND = 1_000_000_000
DESIGN = ROOT / "scenarios" / "get-me-to-the-cluster"


def run(tmp_path, *events, until="32s", mrt="none"):
    inject = [word for event in events for word in ("--inject", event)]
    process = seatrial("run", DESIGN, "--out", tmp_path / "out", "--pcap", "none", "--mrt", mrt, "--until", until,
                       *inject)
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


def test_a_terminated_frr_goes_without_a_word_where_graceful_restart_was_agreed_on(tmp_path):
    records = run(tmp_path, "20s:terminate:edge1/bgp")
    (at, reason), = losses(records, "core1", "10.1.1.4", 20 * SECOND)
    assert at - 20 * SECOND < SECOND // 100
    assert "notification" not in reason.lower()  # as FRR 8.4.4: tests/interop/test_bgpd_command.py


def test_a_killed_bird_leaves_its_routes_until_the_next_one_has_learned(tmp_path):
    records = run(tmp_path, "20s:kill:worker2/bgp", "22s:start:worker2/bgp", until="45s")
    assert losses(records, "core1", "10.1.1.9", 20 * SECOND)
    # BIRD calls 2 s after its start, and what nobody confirms goes 1 s after the last End-of-RIB that it waits for. The routers are
    # younger than 120 s and claim a restart of their own (R bit), so it does not wait for them: their routes may blink then.
    assert not [r for r in fib_changes(records, "worker2", 20 * SECOND, 25 * SECOND) if not r["installed"]]
    table = {r["prefix"]: r["installed"] for r in fib_changes(records, "worker2", 0)}
    assert table and all(table.values())
    assert established(records, "core1", "10.1.1.9", 22 * SECOND)


@pytest.mark.parametrize("how", ["kill", "terminate"])
def test_an_ended_nginx_refuses_and_serves_again_after_a_start(tmp_path, how):
    records = run(tmp_path, f"20s:{how}:edge1/nginx", "25s:start:edge1/nginx")
    def failed(begin, end):
        return [r for r in records if r["id"].startswith("request/") and begin <= r["intended_ns"] / SECOND < end
                and r["error"]]
    assert {r["error"] for r in failed(20, 25)} <= {"refused", "reset", "closed"} and failed(20, 25)
    assert not failed(25.1, 32)


def test_a_restart_ends_the_session_at_once_and_brings_it_back(tmp_path):
    records = run(tmp_path, "20s:restart:edge1/bgp", until="45s")
    (at, reason), = losses(records, "core1", "10.1.1.4", 20 * SECOND)
    assert at - 20 * SECOND < SECOND // 100 and "notification" not in reason.lower()
    assert established(records, "core1", "10.1.1.4", 20 * SECOND)


def test_clear_resets_every_session_and_each_comes_back(tmp_path):
    records = run(tmp_path, "20s:clear:edge1/bgp", until="45s")
    for peer, address in (("core1", "10.1.1.4"), ("core2", "10.1.1.4")):
        (at, reason), = losses(records, peer, address, 20 * SECOND)
        assert at - 20 * SECOND < SECOND // 100 and "Cease/Administrative Reset" in reason  # RFC 4486: subcode 4
        assert established(records, peer, address, 20 * SECOND)


def heard(mrt, peer):
    """(time in s, type) of each BGP message that came from the address `peer`, by an MRT file."""
    out, at = [], 0
    while at < len(mrt):
        second, kind, subtype, size, micro = struct.unpack_from(">IHHII", mrt, at)
        body, at = mrt[at + 16:at + 12 + size], at + 12 + size
        if (kind, subtype) == (17, 4) and body[12:16] == ipaddress.ip_address(peer).packed:  # BGP4MP_ET, MESSAGE_AS4
            out.append((second + micro / 1e6, body[20 + 18]))  # 16 octets of marker, 2 of length, 1 of type
    return out


def test_a_soft_clear_asks_every_peer_for_its_routes_again_and_loses_no_session(tmp_path):
    records = run(tmp_path, "20s:clear_soft:edge1/bgp", mrt="core1,edge1")
    assert not losses(records, "core1", "10.1.1.4", 20 * SECOND)
    assert not fib_changes(records, "edge1", 20 * SECOND)
    core = heard((tmp_path / "out" / "mrt" / "core1.updates.mrt").read_bytes(), "10.1.1.4")
    asked = [at for at, kind in core if kind == 5]  # ROUTE-REFRESH, RFC 2918
    assert asked and all(20 <= at < 20.01 for at in asked)
    edge = heard((tmp_path / "out" / "mrt" / "edge1.updates.mrt").read_bytes(), "10.1.1.2")
    again = [at for at, kind in edge if kind == 2 and 20 <= at < 22]  # UPDATEs: core1's routes once more
    assert again


def test_only_a_bgp_daemon_has_sessions_to_clear(tmp_path):
    process = seatrial("run", DESIGN, "--out", tmp_path / "out", "--inject", "20s:clear:edge1/nginx")
    assert process.returncode == 2
    assert 'there is no BGP daemon "edge1/nginx", expected one of "control1/bgp"' in process.stderr


def test_a_process_that_is_not_there_is_named(tmp_path):
    process = seatrial("run", DESIGN, "--out", tmp_path / "out", "--inject", "20s:kill:core1/nginx")
    assert process.returncode == 2
    assert 'there is no process "core1/nginx", expected one of "control1/bgp"' in process.stderr


def test_a_withdrawn_prefix_goes_everywhere_and_comes_back_when_it_is_announced(tmp_path):
    vip = "10.50.0.80/32"
    records = run(tmp_path, f"20s:withdraw:edge1/bgp prefix={vip}", f"24s:announce:edge1/bgp prefix={vip}")

    def hops(node, at):
        last = [r for r in records if r["id"].startswith("fib/") and r["node"] == node and r["prefix"] == vip and r["at_ns"] <= at]
        return {hop["address"] for hop in last[-1]["next_hops"]}

    for core in ("core1", "core2"):
        assert hops(core, 20 * SECOND) == {"10.1.1.4", "10.1.1.5", "10.1.1.6"}
        assert hops(core, 23 * SECOND) == {"10.1.1.5", "10.1.1.6"}
        assert hops(core, 30 * SECOND) == {"10.1.1.4", "10.1.1.5", "10.1.1.6"}
        assert not losses(records, core, "10.1.1.4", 20 * SECOND)
    faults = [r for r in records if r["id"].startswith("fault/")]
    assert [(f["action"], f["target"]) for f in faults] == [
        ("withdraw", f"edge1/bgp {vip}"), ("announce", f"edge1/bgp {vip}")]


def test_one_neighbor_is_cleared_and_the_others_stand(tmp_path):
    records = run(tmp_path, "20s:clear:edge1/bgp neighbor=core1", until="24s")
    (at, reason), = losses(records, "core1", "10.1.1.4", 20 * SECOND)
    assert at - 20 * SECOND < SECOND // 100
    assert "Cease/Administrative Reset" in reason
    for other in ("core2", "edge2", "worker1"):
        assert not losses(records, other, "10.1.1.4", 20 * SECOND)


@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_soft_clear_of_one_neighbor_loses_no_session(tmp_path, direction):
    records = run(tmp_path, f"20s:clear_soft:edge1/bgp neighbor=10.1.1.2 direction={direction}", until="24s")
    for node, peer in (("core1", "10.1.1.4"), ("edge1", "10.1.1.2")):
        assert not losses(records, node, peer, 20 * SECOND)
    assert not fib_changes(records, "edge1", 20 * SECOND)


def test_a_neighbor_that_the_daemon_does_not_have_is_named(tmp_path):
    process = seatrial("run", DESIGN, "--out", tmp_path / "out", "--inject", "20s:clear:edge1/bgp neighbor=users")
    assert process.returncode == 2
    assert 'edge1/bgp has no neighbor "users", expected one of ' in process.stderr
