"""Sweeps and campaigns: one table whoever carries the runs, and a cache that never takes half a run for a whole one."""

import concurrent.futures
import importlib
import json
import math
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import threading

import pandas as pd
import pytest
import seatrial
from seatrial import _cache, sweep as sweep_function
from seatrial._program import program
from seatrial._sweep import row_of

PYTHON = sys.executable
NGINX = "events { }\nhttp { server { listen 80; location / { return 200 ok; } } }\n"


@pytest.fixture
def small(tmp_path):
    """Two proxies and a client on a switch: constant arrivals for two seconds, three of four to edge1."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "nginx.conf").write_text(NGINX)
    (folder / "scenario.json").write_text(json.dumps({
        "name": "small", "duration": "4s", "fabric": {"switches": [{"name": "tor1"}]},
        "edges": [{"name": f"edge{i}", "at": "tor1", "address": f"10.1.1.{i}/24", "nginx": "nginx.conf"} for i in (1, 2)],
        "clients": [{"name": "users", "at": "tor1", "address": "10.1.1.10/24",
                     "load": {"arrival": "constant", "rate": 20, "from": "1s", "to": "3s", "timeout": "500ms",
                              "requests": [{"url": "http://10.1.1.1/", "weight": 3}, {"url": "http://10.1.1.2/"}]}}],
        "expect": [{"id": "served", "load": "users", "success_ratio": {"at_least": 1.0}},
                   {"id": "few", "load": "users", "requests": {"at_most": 50}}]}))
    return folder


GRID = {"clients.users.load.rate": [20, 40]}


def runs_in(cache):
    return sorted(path.parent.name for path in pathlib.Path(cache).glob("runs/*/*/cell.json"))


def without_folders(frame):
    return frame.drop(columns="out")


def test_one_row_a_point_and_seed(small, tmp_path):
    frame = sweep_function(small, GRID, seeds=[1, 2], cache=tmp_path / "cache", progress=False)
    assert list(zip(frame["clients.users.load.rate"], frame["seed"])) == [(20, 1), (20, 2), (40, 1), (40, 2)]
    # Two seconds of constant arrivals.
    assert list(frame["users.requests"]) == list(frame["requests"]) == [40, 40, 80, 80]
    assert frame["expect.served"].all() and (frame["success_ratio"] == 1.0).all()
    # More than 50 requests break "few": a row, no exception.
    assert list(frame["expect.few"]) == list(frame["ok"]) == [True, True, False, False]
    for out, row in zip(frame["out"], frame.to_dict("records")):
        latency = seatrial.Result(out).data["requests"][0]["latency_ns"]
        for figure in ("p50", "p90", "p99", "max"):
            assert row[f"users.{figure}_ms"] == latency[figure] / 1e6
    assert frame["sessions_up_s"].isna().all() and (frame["drops"] == 0).all()
    assert list(frame.columns)[:3] == ["clients.users.load.rate", "seed", "ok"] and frame.columns[-1] == "out"


def test_settling_is_from_a_fault_to_the_last_change_before_the_next(small, tmp_path):
    run = seatrial.run(small, out=tmp_path / "run", progress=False)
    data = run.data
    data["convergence"] = {"faults": [
        {"at_ns": 1_000_000_000, "last_rib_change": {"at_ns": 1_250_000_000}, "last_fib_change": None},
        {"at_ns": 2_000_000_000, "last_rib_change": {"at_ns": 2_500_000_000}, "last_fib_change": None}]}
    data["windows"] = [{"kind": "blackhole"}, {"kind": "loop"}, {"kind": "blackhole"}]
    (tmp_path / "run" / "results.json").write_text(json.dumps(data))
    row = row_of(tmp_path / "run")
    assert row["rib_settled_s"] == 0.5 and math.isnan(row["fib_settled_s"])
    assert (row["blackholes"], row["loops"]) == (2, 1)


def test_only_what_is_missing_runs(small, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    first = sweep_function(small, GRID, seeds=[1], cache=cache, progress=False)
    ran = []
    original = _cache.execute
    monkeypatch.setattr(_cache, "execute", lambda command, **more: (ran.append(command), original(command, **more))[1])
    pd.testing.assert_frame_equal(sweep_function(small, GRID, seeds=[1], cache=cache, progress=False), first)
    assert ran == []
    sweep_function(small, GRID, seeds=[1, 7], cache=cache, progress=False)
    assert len(ran) == 2
    # The same design at another place is the same run; with another file it is not.
    shutil.copytree(small, tmp_path / "copy")
    pd.testing.assert_frame_equal(sweep_function(tmp_path / "copy", GRID, seeds=1, cache=cache, progress=False), first)
    assert len(ran) == 2
    (small / "nginx.conf").write_text(NGINX.replace("ok", "well"))
    sweep_function(small, GRID, seeds=1, cache=cache, progress=False)
    assert len(ran) == 4
    sweep_function(small, GRID, seeds=1, until="2s", cache=cache, progress=False)
    assert len(ran) == 6
    # Another program is another build, whatever its version says.
    other = tmp_path / "seatrial"
    other.write_bytes(pathlib.Path(program()).read_bytes() + b"\n")
    monkeypatch.setattr(_cache, "program", lambda: str(other))
    sweep_function(small, GRID, seeds=1, cache=cache, progress=False)
    assert len(ran) == 8


def test_a_datacenter_and_its_directory_are_one(small, tmp_path, monkeypatch):
    dc = seatrial.load(small)
    grid = {(dc.clients["users"], "load.rate"): [20, 40]}
    first = sweep_function(dc, grid, cache=tmp_path / "cache", progress=False)
    monkeypatch.setattr(_cache, "execute", None)
    saved = dc.save(tmp_path / "saved")
    pd.testing.assert_frame_equal(sweep_function(saved, GRID, cache=tmp_path / "cache", progress=False), first)


def test_the_address_of_a_run_depends_on_all_that_decides_it():
    base = {"document": {"name": "x", "seed": 1}, "files": {"a": "1"}, "seed": 1, "until": None, "build_name": "b"}
    changes = [{"document": {"name": "y", "seed": 1}}, {"files": {"a": "2"}}, {"files": {"b": "1"}}, {"seed": 2},
               {"until": "1s"}, {"build_name": "c"}]
    keys = {_cache.key_of(**{**base, **change}) for change in [{}, *changes]}
    assert len(keys) == len(changes) + 1
    # The seed that runs counts, not the one that the document would have had.
    assert _cache.key_of(**{**base, "document": {"name": "x", "seed": 9}}) == _cache.key_of(**base)


def test_a_function_makes_designs(tmp_path):
    (tmp_path / "nginx.conf").write_text(NGINX)

    def build(edges):
        dc = seatrial.DataCenter("made", base=tmp_path, duration="2s")
        tor = dc.switch("tor1")
        for i in range(edges):
            dc.edge(f"edge{i}", on=tor, address=f"10.1.1.{i + 1}/24", nginx="nginx.conf")
        dc.client("users", on=tor, address="10.1.1.100/24").load(
            rate=20, arrival="constant", from_="500ms", to="1s", requests=[f"http://10.1.1.{i + 1}/" for i in range(edges)])
        return dc

    frame = sweep_function(build, {"edges": [1, 3]}, cache=tmp_path / "cache", progress=False)
    assert list(frame["edges"]) == [1, 3]
    edges = [set(seatrial.Result(out).requests["edge"]) for out in frame["out"]]
    assert edges[0] == {"edge0"} and edges[1] <= {"edge0", "edge1", "edge2"} and len(edges[1]) > 1


def test_a_wrong_point_is_told_before_anything_runs(small, tmp_path):
    cache = tmp_path / "cache"
    for grid, message in (({"clients.users.load.rate": [20, "fast"]}, "--set clients.users.load.rate=fast: error:"),
                          ({"clients.users.load.rat": [20]}, "can have no \"rat\""),
                          ({"clients.users.load.rate": []}, "has no values"),
                          ({"clients.users.load.rate": "20"}, "expected a list of values"),
                          ({3: [20]}, "names nothing")):
        with pytest.raises(seatrial.ScenarioError, match=message):
            sweep_function(small, grid, cache=cache, progress=False)
    for options in ({"seeds": [-1]}, {"seeds": []}, {"seeds": ["1"]}, {"executor": 0}, {"executor": "dask"}, {"until": "soon"}):
        with pytest.raises(seatrial.ScenarioError):
            sweep_function(small, GRID, cache=cache, progress=False, **options)
    assert runs_in(cache) == []


def test_half_a_run_is_not_taken_for_a_whole_one(small, tmp_path):
    cache = tmp_path / "cache"
    whole = sweep_function(small, cache=cache, progress=False)
    key = runs_in(cache)[0]
    folder = pathlib.Path(whole["out"][0])
    # What a process leaves that is killed: part of a run, under a name of its own. The process is gone.
    gone = subprocess.Popen(["true"])
    gone.wait()
    left = _cache._temporary(cache, key).name.split("~")
    left[2] = str(gone.pid)
    (cache / "tmp" / "~".join(left)).mkdir()
    (cache / "tmp" / "~".join(left) / "results.json").write_text("{")
    folder.rename(tmp_path / "away")
    again = sweep_function(small, cache=cache, progress=False)
    pd.testing.assert_frame_equal(again, whole)
    assert list((cache / "tmp").iterdir()) == []


def test_a_crash_is_raised_at_the_end_and_the_others_rows_are_kept(small, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    original = _cache.run_command

    def crash_for_seed_2(folder, out, *, seed, **more):
        command = original(folder, out, seed=seed, **more)
        return ["/bin/sh", "-c", "echo about to go >&2; kill -SEGV $$"] if seed == 2 else command

    monkeypatch.setattr(_cache, "run_command", crash_for_seed_2)
    with pytest.raises(seatrial.SweepError, match="SIGSEGV") as error:
        sweep_function(small, seeds=[1, 2, 3], cache=cache, progress=False)
    assert list(error.value.frame["seed"]) == [1, 3]
    assert [one.returncode for one in error.value.failed] == [-signal.SIGSEGV]
    assert error.value.failed[0].log == "about to go"
    assert len(runs_in(cache)) == 2 and list((cache / "tmp").iterdir()) == []
    monkeypatch.undo()
    assert list(sweep_function(small, seeds=[1, 2, 3], cache=cache, progress=False)["seed"]) == [1, 2, 3]


def test_two_sweeps_on_one_cache_do_not_clash(small, tmp_path):
    frames = {}

    def one(name):
        frames[name] = sweep_function(small, GRID, seeds=[1, 2], cache=tmp_path / "cache", executor=2, progress=False)

    threads = [threading.Thread(target=one, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pd.testing.assert_frame_equal(frames["a"], frames["b"])
    assert len(runs_in(tmp_path / "cache")) == 4


def test_whoever_carries_them_the_results_are_the_same(small, tmp_path):
    distributed = pytest.importorskip("distributed")
    frames = {"local": sweep_function(small, GRID, seeds=[1, 2], cache=tmp_path / "local", executor=1, progress=False)}
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        frames["pool"] = sweep_function(small, GRID, seeds=[1, 2], cache=tmp_path / "pool", executor=pool, progress=False)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                                  local_directory=str(tmp_path / "dask")) as cluster, distributed.Client(cluster) as client:
        frames["dask"] = sweep_function(small, GRID, seeds=[1, 2], cache=tmp_path / "dask-cache", executor=client, progress=False)
    for name in ("pool", "dask"):
        pd.testing.assert_frame_equal(without_folders(frames[name]), without_folders(frames["local"]))
        for mine, theirs in zip(frames[name]["out"], frames["local"]["out"]):
            for file in ("results.json", "records.jsonl", "requests.csv", "junit.xml"):
                assert pathlib.Path(mine, file).read_bytes() == pathlib.Path(theirs, file).read_bytes(), (name, file)


def on_the_command_line(*arguments):
    return subprocess.run([PYTHON, "-m", "seatrial.sweep", *map(str, arguments)], capture_output=True, text=True, check=False,
                          cwd="/")


def test_commands_for_other_schedulers_fill_the_cache(small, tmp_path):
    cache = tmp_path / "cache with a space"
    arguments = [small, "--grid", "clients.users.load.rate=20,40", "--seeds", "1", "--until", "3s", "--cache", cache]
    printed = on_the_command_line(*arguments, "--print-commands")
    assert printed.returncode == 0, printed.stderr
    commands = printed.stdout.splitlines()
    assert len(commands) == 2 and runs_in(cache) == []
    for command in commands:
        assert shlex.split(command)[0] == PYTHON
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, cwd="/")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    there = runs_in(cache)
    assert len(there) == 2
    assert on_the_command_line(*arguments, "--print-commands").stdout == ""
    table = on_the_command_line(*arguments)
    assert table.stdout.splitlines()[0].startswith("clients.users.load.rate,seed,ok,expect.served,")
    assert runs_in(cache) == there
    frame = sweep_function(small, GRID, seeds=[1], until="3s", cache=cache, progress=False)
    assert runs_in(cache) == there and list(frame["clients.users.load.rate"]) == [20, 40]


def test_the_command_line_tells_bad_input(small, tmp_path):
    with pytest.raises(ImportError, match="is a function"):
        importlib.import_module("seatrial.sweep")
    assert callable(seatrial.sweep)
    for arguments in (["--grid", "clients.users.load.rat=1"], ["--grid", "rate"], ["--seeds", "a..b"], ["--seeds", "3..1"]):
        done = on_the_command_line(small, "--cache", tmp_path / "cache", *arguments)
        assert done.returncode == 2
        assert "error:" in done.stderr and "Traceback" not in done.stderr


def test_values_of_a_grid_are_json_or_words():
    from seatrial._sweep_command import parse_seeds, parse_values

    assert parse_values("1,2.5,10Gbps") == [1, 2.5, "10Gbps"]
    assert parse_values('[1,2],{"a":[3,4]},"x,y",[]') == [[1, 2], {"a": [3, 4]}, "x,y", []]
    assert parse_seeds("0..3,7") == [0, 1, 2, 3, 7]


def test_a_campaign_says_what_the_command_line_says(small, tmp_path):
    found = seatrial.campaign(small, cache=tmp_path / "cache", executor=2, progress=False)
    done = subprocess.run([program(), "campaign", small, "--out", tmp_path / "out"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and not found.ok
    assert done.stdout.splitlines()[:-1] == found.text.splitlines()
    theirs = json.loads((tmp_path / "out" / "campaign.json").read_text())

    def without_out(value):
        if isinstance(value, dict):
            return {key: without_out(inner) for key, inner in value.items() if key != "out"}
        return [without_out(inner) for inner in value] if isinstance(value, list) else value

    assert without_out(found.data) == without_out(theirs)
    # Three cables and two machines; the client's cable carries everything.
    assert len(found.table) == 5
    assert found.table.loc[1, "failure"] == "link_down users:eth0"
    assert found.table.loc[1, "failed_share"] == 0.5
    assert found.table.loc[1, "broken"] == ["served"]
    assert found.result().ok and not found.result("power_off edge1").ok
    with pytest.raises(seatrial.SeatrialError, match="no failure"):
        found.result("power_off edge9")


def test_a_campaign_of_a_datacenter_over_seeds(small, tmp_path):
    dc = seatrial.load(small)
    found = seatrial.campaign(dc, kinds="node", at="3900ms", seeds=[1, 2], cache=tmp_path / "cache", progress=False)
    assert found.ok and found.data["seeds"] == [1, 2]
    assert [len(one["runs"]) for one in found.data["ranked"]] == [2, 2]
    assert len(runs_in(tmp_path / "cache")) == 6
    for options, message in (({"failures": 3}, "expected 1 or 2"), ({"kinds": ["switch"]}, "no kind of failure"),
                             ({"at": "9s"}, "not before the runs' end")):
        with pytest.raises(seatrial.ScenarioError, match=message):
            seatrial.campaign(dc, cache=tmp_path / "cache", progress=False, **options)


def test_control_c_ends_every_run_of_a_sweep(small, tmp_path):
    script = ("import seatrial, sys\n"
              f"seatrial.sweep({str(small)!r}, {{'clients.users.load.rate': [20000, 21000]}}, cache={str(tmp_path / 'cache')!r}, "
              "executor=2, progress=False)\n")
    with subprocess.Popen([PYTHON, "-c", script], stderr=subprocess.PIPE, text=True) as process:
        runs = []
        for _ in range(2000):
            runs = [int(stat.parent.name) for stat in pathlib.Path("/proc").glob("[0-9]*/stat") if child_of(stat, process.pid)]
            if len(runs) == 2:
                break
            threading.Event().wait(0.01)
        assert len(runs) == 2
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in said
    for run in runs:
        with pytest.raises(ProcessLookupError):
            os.kill(run, 0)
    assert runs_in(tmp_path / "cache") == []


def child_of(stat, pid):
    try:
        return int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid
    except OSError:
        return False
