"""`seatrial compare`: a run is the same as itself, another design is not, and both are said in JSON too."""

import json

import pytest

from conftest import REFERENCE, seatrial


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three seeds of the reference design, and of one with twice the load."""
    out = tmp_path_factory.mktemp("compared")
    for side, change in (("old", []), ("new", ["--set", "clients.users.load.rate=400"])):
        done = seatrial("run", REFERENCE, "--seeds", "1..3", "--until", "25s", "--out", out / side, *change)
        assert done.returncode in (0, 1), done.stderr
        assert sorted(line.split(":")[0] for line in done.stdout.splitlines()[:3]) == ["seed 1", "seed 2", "seed 3"]
    return out


def test_a_run_is_the_same_as_itself(runs):
    done = seatrial("compare", runs / "old" / "seed-1", runs / "old" / "seed-1")
    assert done.returncode == 0 and "SAME" in done.stdout, done.stdout


def test_sides_may_come_behind_the_end_of_options(runs):
    sides = [runs / "old" / "seed-1", "--vs", runs / "new" / "seed-1"]
    done, plain = seatrial("compare", "--json", "--", *sides), seatrial("compare", "--json", *sides)
    assert done.returncode == plain.returncode == 1, done.stderr
    assert done.stdout == plain.stdout
    assert seatrial("compare", "--", runs / "old", "--vs").returncode == 2


def test_one_run_a_side_has_no_significance(runs):
    done = seatrial("compare", runs / "old" / "seed-1", runs / "new" / "seed-1", "--json")
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    assert answer["differs"] and all(f["p"] is None for f in answer["figures"])


def test_several_seeds_tell_a_difference_from_chance(runs):
    done = seatrial("compare", runs / "old", runs / "new", "--json")
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    assert answer["paired_by_seed"] and len(answer["a"]) == len(answer["b"]) == 3
    figures = {f["name"]: f for f in answer["figures"]}
    # 5 s of 200 requests/s more: 1000 of a Poisson process, within 5 standard deviations of the mean of three
    # differences of Poisson counts (variance (1000 + 2000) / 3).
    requests = figures["users: requests"]
    assert abs(requests["change"] - 1000) < 5 * 1000 ** 0.5
    low, high = requests["interval_95"]
    assert low < requests["change"] < high
    folders = [runs / "old" / f"seed-{s}" for s in (3, 1, 2)]
    again = seatrial("compare", *folders, "--vs", runs / "new", "--json")
    assert json.loads(again.stdout)["figures"] == answer["figures"]


def test_seeds_are_runs_of_their_own(runs, tmp_path):
    alone = seatrial("run", REFERENCE, "--seed", "2", "--until", "25s", "--out", tmp_path)
    assert alone.returncode in (0, 1), alone.stderr
    assert (tmp_path / "records.jsonl").read_bytes() == (runs / "old" / "seed-2" / "records.jsonl").read_bytes()
    for wrong in ("0", "3..1", "1,x", ""):
        assert seatrial("run", REFERENCE, "--seeds", wrong, "--out", tmp_path / "none").returncode == 2, wrong


def test_trouble_exits_2(runs, tmp_path):
    done = seatrial("compare", runs / "old", tmp_path)
    assert done.returncode == 2 and "holds no finished run" in done.stderr
    assert seatrial("compare", runs / "old").returncode == 2
