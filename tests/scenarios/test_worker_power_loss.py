"""A worker loses power: the windows are what timers and arithmetic say, and every request that suffered is explained."""

import json

import pytest

from conftest import ROOT, seatrial

SECOND = 1_000_000_000
OFF = 30 * SECOND
BLOCK = "172.16.1.192/26"  # worker2's
ROUTERS = ["core1", "core2", "edge1", "edge2", "edge3"]


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    out = tmp_path_factory.mktemp("worker-power-loss")
    process = seatrial("run", ROOT / "scenarios" / "worker-power-loss", "--out", out, "--pcap", "users:eth0")
    assert process.returncode == 0, process.stdout + process.stderr
    records = {}
    with open(out / "records.jsonl") as lines:
        for line in lines:
            record = json.loads(line)
            if not record["id"].startswith("hop/"):
                records[record["id"]] = record
    return json.loads((out / "results.json").read_text()), records, process.stdout


def spans(results, kind, prefix):
    found = [w for w in results["windows"] if w["kind"] == kind and prefix in w["prefixes"] and w["from_ns"] >= OFF]
    assert len(found) == 1
    return found[0], {node["node"]: node["spans"] for node in found[0]["nodes"]}


def test_the_blackhole_begins_with_the_fault_and_lasts_as_long_as_each_hold_timer(lost):
    results, _, _ = lost
    window, nodes = spans(results, "blackhole", BLOCK)
    assert window["from_ns"] == OFF and window["evidence"] == ["fault/0"]
    for router in ROUTERS:
        # The hold timer (9 s: the smaller of FRR datacenter's 9 and BIRD's 240) runs from the last keepalive, at most
        # 3 s before the fault; then FRR collects changes for 50 ms.
        (span,) = nodes[router]
        assert 6 * SECOND <= span["to_ns"] - OFF <= 9.05 * SECOND, router
    # Between two of Calico's BIRDs it is 240 s: longer than this run.
    for node in ["control1", "worker1", "worker3"]:
        assert nodes[node] == [{"from_ns": OFF, "to_ns": None}]
    assert not [w for w in results["windows"] if w["kind"] == "loop"]


def test_convergence_is_the_last_change_of_the_routers(lost):
    results, records, _ = lost
    (fault,) = results["convergence"]["faults"]
    assert fault["evidence"] == ["fault/0"]
    assert sorted(records[i]["node"] for i in fault["sessions_lost"]) == ROUTERS
    assert all(records[i]["reason"].startswith("hold timer expired") for i in fault["sessions_lost"])
    changes = [r["at_ns"] for i, r in records.items() if i.startswith("fib/") and r["at_ns"] > OFF]
    assert fault["last_fib_change"]["at_ns"] == max(changes)


def test_every_failed_and_slow_request_is_attributed_to_the_worker(lost):
    results, records, text = lost
    why = results["explanations"]
    failed = [r["id"] for r in records.values() if r["id"].startswith("request/") and r["status"] != 200]
    assert why["failed"] == len(failed) > 0
    assert why["unattributed"] == 0
    explained = [i for group in why["groups"] for i in group["requests"]]
    assert len(explained) == len(set(explained)) and set(failed) <= set(explained)
    for group in why["groups"]:
        assert "worker2, which lost power at 30 s" in group["cause"]
        assert "no BFD configured" in group["cause"]
        assert group["first_ns"] >= OFF - 10 * SECOND  # sent before, waiting still
        for step in group["chain"]:
            assert step["evidence"] and all(i in records or i.startswith("hop/") for i in step["evidence"])
        assert group["chain"][0]["frames"][0]["file"] == "pcap/users_eth0.pcap"
    hung = [g for g in why["groups"] if g["symptom"] == "timed out"]
    assert all("(hold time 240s)" in g["cause"] for g in hung)
    slow = [g for g in why["groups"] if g["symptom"] == "slow"]
    assert any("held until hold timer expired" in g["cause"] and "(hold time 9s)" in g["cause"] for g in slow)
    assert "0 of them explained" not in text


def test_without_the_fault_there_is_nothing_to_explain(tmp_path):
    process = seatrial(
        "run", ROOT / "scenarios" / "worker-power-loss", "--out", tmp_path, "--set", "timeline=[]", "--until", "32s"
    )
    # Nothing converges where nothing fails, and that expectation says so.
    assert process.returncode == 1, process.stdout + process.stderr
    results = json.loads((tmp_path / "results.json").read_text())
    assert [e["id"] for e in results["expectations"] if not e["ok"]] == ["settled", "routers-notice", "session-falls"]
    assert results["explanations"]["groups"] == [] and results["convergence"]["faults"] == []
    # Tables fill at the start; from then on nothing is lost.
    assert all(w["to_ns"] is not None and w["to_ns"] < 15 * SECOND for w in results["windows"])


def test_expectations_about_the_data_plane_fail_when_the_answer_changes(tmp_path):
    # Tighter than any hold timer allows: 9 s less at most 3 s since the last keepalive.
    scenario = json.loads((ROOT / "scenarios" / "worker-power-loss" / "scenario.json").read_text())
    kinds = {e["id"]: i for i, e in enumerate(scenario["expect"])}
    process = seatrial(
        "run", ROOT / "scenarios" / "worker-power-loss", "--out", tmp_path, "--until", "42s",
        "--set", f"expect.{kinds['routers-give-up']}.at_most=5s",
        "--set", f"expect.{kinds['settled']}.convergence.at_most=5s",
        "--set", f"expect.{kinds['at-rest']}.by=35s",
    )
    assert process.returncode == 1, process.stdout + process.stderr
    results = json.loads((tmp_path / "results.json").read_text())
    failed = {e["id"]: e for e in results["expectations"] if not e["ok"]}
    assert {"routers-give-up", "settled", "at-rest"} <= set(failed)
    assert "worker2 has no power" in failed["routers-give-up"]["why"]
    assert failed["routers-give-up"]["evidence"] == ["fault/0"] * 3


def test_show_explain_tells_the_cause_and_the_chain_of_one(lost, tmp_path_factory):
    results, records, _ = lost
    out = next(tmp_path_factory.getbasetemp().glob("worker-power-loss*"))
    shown = json.loads(seatrial("show", out, "explain", "--json").stdout)
    assert shown["failed"] + shown["slow"] == sum(len(group["requests"]) for group in shown["groups"])
    assert {g["cause"] for g in shown["groups"]} == {g["cause"] for g in results["explanations"]["groups"]}
    one = shown["groups"][0]["requests"][0]
    chain = json.loads(seatrial("show", out, "explain", "--request", one, "--json").stdout)
    assert chain == json.loads(seatrial("show", out, "explain", one, "--json").stdout)
    assert chain["attributed"] and "worker2" in chain["cause"]
    for step in chain["chain"]:
        for evidence in step["evidence"]:
            assert evidence in records or evidence.startswith("hop/"), evidence
    words = seatrial("show", out, "explain", one).stdout
    assert words.startswith(one) and "fault/0" in words
    wrong = seatrial("show", out, "explain", "--request", "users/0")
    assert wrong.returncode == 2 and "no finished request 0 of users" in wrong.stderr
    wrong = seatrial("show", out, "explain", "--client", "user")
    assert wrong.returncode == 2 and "users" in wrong.stderr
