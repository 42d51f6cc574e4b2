"""seatrial.golden: a run kept as a baseline, and held to it."""

import json

import pytest
import seatrial
from conftest import REFERENCE


@pytest.fixture(scope="module")
def baselines(reference, tmp_path_factory):
    root = tmp_path_factory.mktemp("golden") / "base lines"
    folder = seatrial.golden.record(reference, reason="as it went live\n(2nd line)", baselines=root, pcap="edge1*", until="20100ms")
    assert folder == root / "get-me-to-the-cluster"
    return root


def test_a_baseline_says_why_and_how(baselines):
    folder = baselines / "get-me-to-the-cluster"
    assert json.loads((folder / "manifest.json").read_text())["reason"] == "as it went live\n(2nd line)"
    assert json.loads((folder / "profile.json").read_text())["until"] == "20.1s"
    assert [path.name for path in folder.glob("*.pcap")] == ["edge1_eth0.pcap"]


def test_a_run_is_held_to_it(baselines, reference):
    found = seatrial.golden.check(reference, baselines=baselines)
    assert found.same, found
    changed = seatrial.run(REFERENCE, seed=3, until="21s", pcap="edge1:eth0", inject="16s:terminate:core1/bgp")
    found = seatrial.golden.check(changed, baselines=baselines, max=3)
    assert not found.same and len(found) == 3
    assert seatrial.golden.check(changed, baselines=baselines, until="10s").same


def test_another_name(baselines, reference):
    folder = seatrial.golden.record(reference.out, reason="the same", name="other", baselines=str(baselines), pcap=["edge1*"])
    assert folder == baselines / "other"
    assert seatrial.golden.check(reference, name="other", baselines=baselines).same


@pytest.mark.parametrize("wrong", [
    lambda g, r, root: g.record(r, reason="", baselines=root), lambda g, r, root: g.record(r, reason=None, baselines=root),
    lambda g, r, root: g.record(r, reason=" \n", baselines=root), lambda g, r, root: g.record(None, reason="x", baselines=root),
    lambda g, r, root: g.record("/nowhere", reason="x", baselines=root), lambda g, r, root: g.record(r, reason="x", baselines=5),
    lambda g, r, root: g.record(r, reason="x", baselines="/proc/nowhere"), lambda g, r, root: g.record(r, reason="x", name="a/../b", baselines=root),
    lambda g, r, root: g.record(r, reason="x", baselines=root, pcap="nothing*"), lambda g, r, root: g.record(r, reason="x", baselines=root, layer="x"),
    lambda g, r, root: g.record(r, reason="x", baselines=root, ignore=5), lambda g, r, root: g.check(r, baselines=root / "none"),
    lambda g, r, root: g.check(r, baselines=root, name="nobody"), lambda g, r, root: g.check(r, baselines=root, max="many"),
    lambda g, r, root: g.check(r, baselines=root, time=-1), lambda g, r, root: g.check(r, baselines=root, profile="/none.json")])
def test_wrong_arguments_raise_scenario_error(baselines, reference, wrong):
    with pytest.raises(seatrial.ScenarioError):
        wrong(seatrial.golden, reference, baselines)
