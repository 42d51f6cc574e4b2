"""seatrial.diff: findings of two runs or captures, as the command line has them."""

import json
import subprocess

import pytest
import seatrial
from conftest import REFERENCE
from seatrial._program import program


@pytest.fixture(scope="module")
def other():
    """The reference run with an edge that loses power."""
    return seatrial.run(REFERENCE, seed=3, pcap="edge1:eth0,core1:*",
                        set={"timeline": [{"at": "22s", "do": "power_off", "target": "edge2"}]})


def test_a_run_is_the_same_as_itself(reference):
    found = seatrial.diff(reference, reference.out)
    assert found.same and len(found) == 0 and found.differences == 0
    assert "the same" in str(found)


def test_findings_are_those_of_the_command_line(reference, other):
    found = seatrial.diff(reference, other, max=5)
    assert not found.same and found.differences > 5 == len(found)
    said = subprocess.run([program(), "diff", "--json", "--max", "5", reference.out, other.out], capture_output=True, text=True,
                          check=False)
    assert said.returncode == 1
    assert json.loads(said.stdout) == found.data
    assert list(found.frame["what"]) == [one["what"] for one in found]
    assert found[0]["what"] in str(found)
    assert "<table>" in found._repr_html_()


def test_captures_alone(reference, other):
    name = "pcap/core1_eth1.pcap"
    found = seatrial.diff(reference.out / name, other.out / name, bpf="tcp port 179", until="20s")
    assert found.same, str(found)  # until the loss the two runs are one
    found = seatrial.diff(reference.out / name, other.out / name, bpf="tcp port 179")
    assert not found.same


@pytest.mark.parametrize("options", [{"layer": "feelings"}, {"rtt": "soon"}, {"ignore": ["no.such.field"]}, {"max": "many"},
                                     {"profile": "/none.json"}])
def test_wrong_options_raise_what_the_command_line_says(reference, options):
    with pytest.raises(seatrial.ScenarioError) as error:
        seatrial.diff(reference, reference, **options)
    assert str(error.value)


def test_missing_files_are_said(reference, tmp_path):
    with pytest.raises(seatrial.ScenarioError, match="does not exist"):
        seatrial.diff(tmp_path / "none", reference)


def test_two_designs_compared(reference, other, tmp_path):
    c = seatrial.compare(reference, other)
    assert c.differs and "different" in repr(c)
    said = subprocess.run([program(), "compare", reference.out, other.out, "--json", "--all"], capture_output=True, text=True,
                          check=False)
    assert c.data == json.loads(said.stdout)
    lost = c.figures.loc["sessions: ends lost"]
    assert (lost["a"], lost["b"]) == (0, (other.sessions["state"] != "Established").sum())
    assert lost["change"] == lost["b"] > 0 and lost["unit"] == "count" and lost["test"] == "none" and lost["differs"]
    assert set(c.outcomes["what"]) == {"expectation", "session", "route"}
    assert "edge2" in str(c)
    same = seatrial.compare(reference.out, reference)
    assert not same.differs and "the same" in repr(same)
    for wrong in (tmp_path, tmp_path / "nowhere", [], 3, [3]):
        with pytest.raises(seatrial.ScenarioError, match="expected"):
            seatrial.compare(reference, wrong)


def test_several_seeds_are_compared_by_chance(tmp_path):
    short = {"expect": [], "clients.users.load.to": "24s"}
    sides = [seatrial.sweep(REFERENCE, seeds=[1, 2, 3], until="25s", cache=tmp_path / "cache",
                            set={**short, "clients.users.load.rate": rate}) for rate in (40, 80)]
    c = seatrial.compare(list(sides[0]["out"]), list(sides[1]["out"]))
    row = c.figures.loc["users: requests"]
    assert row["a"] == sides[0]["requests"].mean() and row["b"] == sides[1]["requests"].mean()
    assert row["low_95"] < row["change"] < row["high_95"] and row["differs"]
