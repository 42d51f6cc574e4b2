"""bindings/examples: each runs as a user would run it, and its answer is held against arithmetic."""

import json
import math
import os
import shutil
import subprocess
import sys
import textwrap

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

EXAMPLES = ROOT / "bindings" / "examples"


def answer(name, figures, count):
    """What the script says in its last line; it makes `count` figures."""
    done = subprocess.run([sys.executable, EXAMPLES / name, figures], capture_output=True, text=True, check=False,
                          env={**os.environ, "MPLBACKEND": "Agg"}, cwd=figures)
    assert done.returncode == 0, done.stderr
    made = list(figures.glob("*.png"))
    assert len(made) == count
    assert all(path.stat().st_size > 5000 for path in made)
    return json.loads(done.stdout.splitlines()[-1])


def test_check_a_design(tmp_path):
    said = answer("check_a_design.py", tmp_path, 2)
    assert said["ok"]
    # Two reflectors peer with each other, four nodes and an edge: 1 + 4 + 1; the others with the two.
    assert said["session_ends"] == {"core1": 6, "core2": 6, "edge1": 2, **{f"prod-{i}": 2 for i in range(1, 5)}}
    # A block's only next hop is a node; every node has at least one block.
    assert all(len(hops) == 1 for hops in said["next_hops_of_blocks"])
    assert {hops[0] for hops in said["next_hops_of_blocks"]} == set(said["nodes"])


def test_worker_power_loss(tmp_path):
    said = answer("worker_power_loss.py", tmp_path, 4)
    for hold, keepalive in ((9, 3), (3, 1)):
        one = said[str(hold)]
        assert sorted(one["edges"]) == ["edge1", "edge2", "edge3"]
        # RFC 4271 6.5: hold after the last message heard, which BIRD sent up to a keepalive interval before the loss; FRR acts on
        # an ended session within 0.1 s.
        for after in one["gone_after_s"]:
            assert hold - keepalive <= after <= hold + 0.1
        assert 0 < one["failed"] < one["requests"] / 10
        assert one["first_failed_s"] >= 25


def test_edge_failover(tmp_path):
    said = answer("edge_failover.py", tmp_path, 2)
    assert said["next_hops"] == [3, 2]
    for after in said["noticed_after_s"].values():
        assert 9 - 3 <= after <= 9 + 0.1
    # A third of the flows by hash: within four standard deviations of a binomial share.
    deviation = math.sqrt(1 / 3 * 2 / 3 / said["requests_until_noticed"])
    assert abs(said["lost_share_until_noticed"] - 1 / 3) < 4 * deviation
    assert said["lost_later"] == 0 < said["requests_later"]


def test_mesh_or_reflectors(tmp_path):
    rows = answer("mesh_or_reflectors.py", tmp_path, 1)
    assert len(rows) == 8
    for row in rows:
        n = row["nodes"]
        assert row["up"]
        assert row["sessions"] == (n * (n - 1) // 2 if row["kind"] == "mesh" else 2 * n + 1)


def test_route_reflector_loss(tmp_path):
    said = answer("route_reflector_loss.py", tmp_path, 1)
    assert said["1"]["failed"] == 0 < said["1"]["requests"]
    # From the first ended hold timer on.
    assert 9 - 3 <= said["2"]["first_failed_after_s"] <= 9 + 0.1
    assert said["2"]["failed_at_the_end"] == 1


def test_the_notebook(monkeypatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)  # the kernel draws into the page
    notebook = nbformat.read(EXAMPLES / "get_me_to_the_cluster.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(EXAMPLES)}}).execute()
    said = json.loads(notebook.cells[-1].outputs[0].text)
    assert said["ok"]
    assert said["session_ends"] == 9 * 8
    assert said["answered"] == 1
    for share in said["edges"].values():
        assert abs(share - 1 / 3) < 4 * math.sqrt(1 / 3 * 2 / 3 / said["requests"])
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 3
    assert any("PASS" in output.get("data", {}).get("text/html", "") for output in outputs)
    assert not [output for output in outputs if "Warning" in output.get("text", "")]


def test_the_ten_lines_of_the_readme(tmp_path):
    text = (ROOT / "bindings" / "README.md").read_text()
    begin = text.index("    dc = seatrial.DataCenter(")
    block = textwrap.dedent(text[begin:text.index("\n\n", begin)])
    assert len(block.splitlines()) == 10
    assert block in (EXAMPLES / "ten_lines" / "ten_lines.py").read_text()
    folder = tmp_path / "as a reader has it"
    shutil.copytree(EXAMPLES / "ten_lines", folder, symlinks=True)  # as cp -r does
    done = subprocess.run([sys.executable, "ten_lines.py"], cwd=folder, capture_output=True, text=True, check=False,
                          env={**os.environ, "MPLBACKEND": "Agg"})
    assert done.returncode == 0, done.stderr
    assert "the one expectation holds" in done.stdout
    assert (folder / "latency.png").stat().st_size > 5000


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_every_example_is_tested(name):
    assert f"test_{name.removesuffix('.py')}" in globals()
