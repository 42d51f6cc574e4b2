"""A worker loses power and BFD is everywhere: the windows are what 300 ms x 3 allows, at the nodes too; without BFD at the
nodes there is none anywhere."""

import json

import pytest

from conftest import ROOT, seatrial

SCENARIO = ROOT / "scenarios" / "worker-power-loss-bfd"
SECOND = 1_000_000_000
OFF = 30 * SECOND
EVERYBODY = ["control1", "core1", "core2", "edge1", "edge2", "edge3", "worker1", "worker3"]


def records_of(out, *kinds):
    with open(out / "records.jsonl") as lines:
        records = (json.loads(line) for line in lines)
        return [r for r in records if r["id"].partition("/")[0] in kinds]


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    out = tmp_path_factory.mktemp("worker-power-loss-bfd")
    process = seatrial("run", SCENARIO, "--out", out)
    assert process.returncode == 0, process.stdout + process.stderr
    return json.loads((out / "results.json").read_text()), out


def test_everybody_gives_the_worker_up_within_the_detection_time(lost):
    results, out = lost
    downs = [r for r in records_of(out, "bfd") if r["at_ns"] > OFF]
    # Down once, and never up again: nobody answers.
    assert sorted(r["node"] for r in downs) == EVERYBODY
    for down in downs:
        assert (down["peer"], down["state"]) == ("10.1.1.9", "Down")
        assert down["reason"] == "control detection time expired"
        assert down["detection_ns"] == 3 * 300_000_000
        # The last packet was at most 300 ms old.
        assert 0.6 * SECOND <= down["at_ns"] - OFF <= 0.9 * SECOND
    (window,) = [w for w in results["windows"] if w["from_ns"] >= OFF and "172.16.1.192/26" in w["prefixes"]]
    for node in window["nodes"]:
        if node["node"] != "users":
            (span,) = node["spans"]
            assert 0.6 * SECOND <= span["to_ns"] - OFF <= 0.96 * SECOND
    assert {node["node"] for node in window["nodes"]} >= set(EVERYBODY)


def test_bgp_falls_with_bfd_and_says_so(lost):
    results, out = lost
    sessions = [r for r in records_of(out, "session") if r["at_ns"] > OFF and r["reason"].startswith("BFD down")]
    assert sorted(r["node"] for r in sessions) == EVERYBODY
    for session in sessions:
        assert session["reason"].startswith("BFD down: control detection time expired; sent Cease")
    why = results["explanations"]
    assert why["failed"] == why["unattributed"] == 0
    assert all("BFD down" in group["cause"] and "no BFD configured" not in group["cause"] for group in why["groups"])
    assert sum(len(group["requests"]) for group in why["groups"]) > 0
    configured = records_of(out, "configured")
    assert configured and all(side["bfd"] for side in configured)
    timeline = seatrial("show", out, "timeline", "--kind", "bfd", "--node", "edge1", "--from", "30s")
    assert "worker2" in timeline.stdout and "Down (control detection time expired)" in timeline.stdout


def test_with_bfd_at_one_end_only_bgp_works_without_its_protection(tmp_path):
    scenario = json.loads((SCENARIO / "scenario.json").read_text())
    del scenario["clusters"][0]["bird_bfd"]
    scenario["expect"] = [{"id": "sessions", "sessions": "as_configured", "by": "15s", "until": "29s"}]
    changed = tmp_path / "design"
    changed.mkdir()
    for entry in SCENARIO.iterdir():
        if entry.name != "scenario.json":
            (changed / entry.name).symlink_to(entry)
    (changed / "scenario.json").write_text(json.dumps(scenario))
    process = seatrial("run", changed, "--out", tmp_path / "out", "--until", "40s")
    assert process.returncode == 0, process.stdout + process.stderr
    out = tmp_path / "out"
    lost = [r for r in records_of(out, "session") if r["at_ns"] > OFF and r["state"] != "Established"]
    assert {r["reason"].partition(";")[0] for r in lost if r["reason"]} >= {"hold timer expired"}
    nodes = {"10.1.1.7", "10.1.1.8", "10.1.1.9", "10.1.1.10"}
    up = {r["peer"] for r in records_of(out, "bfd") if r["state"] == "Up"}
    assert up and not up & nodes


@pytest.mark.parametrize("value, said", [("0ms", "less than 1ms"), ("3", "duration")])
def test_a_wrong_interval_is_refused(tmp_path, value, said):
    override = f"clusters.0.bird_bfd.interval={value}"
    process = seatrial("run", SCENARIO, "--out", tmp_path, "--set", override)
    assert process.returncode == 2
    assert said in process.stderr
