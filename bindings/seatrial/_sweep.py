"""`seatrial.sweep`: many runs of a design, one table."""

from __future__ import annotations

import inspect
import json
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ._cache import Cache, Cell
from ._child import assignments
from ._executors import Carrier, carry
from ._points import Cells, Maker, grid_points, seed_list
from ._values import Duration, shortened
from .errors import ScenarioError, SweepError

DEFAULT_CACHE = Path("out") / "cache"


def sweep(design: Maker, grid: Mapping[Any, Iterable[Any]] | None = None, *, seeds: int | Iterable[int] | None = None,
          until: Duration | None = None, executor: Carrier = None, cache: str | Path | None = None,
          set: Mapping[str, Any] | None = None, progress: bool | None = None, print_commands: bool = False) -> pd.DataFrame:
    """Runs a design at every point of a grid with every seed, what is missing of it, and makes one table.

        frame = seatrial.sweep("scenarios/get-me-to-the-cluster",
                               grid={"clients.users.load.rate": [100, 200, 400]}, seeds=range(20))
        frame.groupby("clients.users.load.rate")["users.p99_ms"].median()

    Args:
        design: a scenario directory or a DataCenter; or a function that makes one of a point of the grid (its keys are
            then the function's arguments): sweep(lambda nodes: build(nodes), grid={"nodes": [2, 4, 8]}).
        grid: {path: values}; a path is one that `--set` takes, "clients.users.load.rate"; with a DataCenter also
            (handle, "load.rate").
        seeds: one or several; the design's own when left out.
        until: end each run there.
        executor: None: a run a processor; a number: as many at once; any concurrent.futures.Executor; a
            dask.distributed.Client, whose workers must see the cache folder at the same path.
        cache: folder that keeps finished runs ("out/cache"); what stands there under the hash of design, files, changes,
            seed and build is not run again.
        set: changes that all points share.
        progress: a bar (needs tqdm); None: on a terminal or in a notebook.
        print_commands: run nothing; print a shell command for each run that is missing (Slurm arrays, GNU parallel), and
            return the rows of those that are there.

    Returns:
        One row a run, in the order of the grid, then of the seeds:

        - the keys of the grid, `seed`, `ok` (every expectation holds);
        - `expect.ID`: whether that expectation holds;
        - `requests`, `failed`, `success_ratio` of all clients, and for each client `CLIENT.requests`,
          `CLIENT.success_ratio`, `CLIENT.p50_ms`, `.p90_ms`, `.p99_ms`, `.max_ms` (from the intended start);
        - `sessions_up_s`: when the last BGP session came up first (NaN: one never did, or there is none), `sessions_lost`:
          how many session ends are down at the end;
        - where results.json has them: `rib_settled_s`, `fib_settled_s` (the longest time from a fault to the last change
          of a table before the next; NaN: no fault, or no change), `blackholes`, `loops` (windows of the data plane);
        - `drops`: packets thrown away; `out`: the run's folder, for `seatrial.Result(out)`.

    Raises:
        ScenarioError: the design, a path or a value is wrong; nothing was run.
        SweepError: some runs crashed; its `frame` has the rows of the others.
    """
    if not isinstance(print_commands, bool):
        raise ScenarioError(f"print_commands: error: {shortened(print_commands)}, expected True or False")
    store = Cache(cache if cache is not None else DEFAULT_CACHE)
    chosen = seed_list(seeds)
    shared = assignments(set)
    points = list(grid_points(grid, design))
    cells: list[Cell] = []
    labels: list[dict[str, Any]] = []
    made = None if callable(design) else Cells(store, design, until)
    for point in points:
        if made is None:
            assert callable(design)
            one = Cells(store, _made(design, point), until)
            labels += [point] * one.add(shared, (), chosen)
            cells += one.make()
        else:
            labels += [point] * made.add(shared + assignments(point), (), chosen)
    if made is not None:
        cells = made.make()
    if print_commands:
        for cell in {cell.key: cell for cell in cells if not cell.finished}.values():
            print(command_of(cell))
        return _frame(labels, cells)
    ended = carry(cells, executor, progress=progress)
    failed = [one.error() for one in ended.values() if one.message]
    frame = _frame(labels, cells)
    if failed:
        raise SweepError(failed, frame)
    return frame


def _made(maker: Any, point: dict[str, Any]) -> Any:
    try:
        inspect.signature(maker).bind(**point)
    except (TypeError, ValueError) as error:
        raise ScenarioError(f"grid: error: the function that makes the design cannot be called with {', '.join(point) or 'nothing'} "
                            f"({error}), expected the grid's keys as its arguments") from error
    return maker(**point)


def command_of(cell: Cell) -> str:
    """A shell command that puts this run into the cache."""
    words = [sys.executable, "-m", "seatrial.sweep", cell.design, "--seeds", str(cell.seed), "--cache", cell.cache, "--quiet"]
    for change in cell.overrides:
        words += ["--set", change]
    if cell.until is not None:
        words += ["--until", cell.until]
    return shlex.join(words)


def _frame(labels: list[dict[str, Any]], cells: list[Cell]) -> pd.DataFrame:
    rows = []
    for label, cell in zip(labels, cells):
        if not cell.finished:
            continue
        found = row_of(cell.folder)
        taken = {*label, "seed"} & found.keys()
        if taken:
            raise ScenarioError(f"grid: error: {sorted(taken)[0]} is a column of the results, expected another path")
        rows.append({**label, "seed": cell.seed, **found, "out": str(cell.folder)})
    columns = list(dict.fromkeys([*(labels[0] if labels else {}), "seed", "ok", *(key for row in rows for key in row)]))
    if "out" in columns:
        columns = [*(column for column in columns if column != "out"), "out"]
    return pd.DataFrame(rows, columns=columns)


def row_of(folder: Path) -> dict[str, Any]:
    """The figures of a finished run, as `sweep` names them."""
    data = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    row: dict[str, Any] = {"ok": data["verdict"] == "pass"}
    row.update({f"expect.{one['id']}": bool(one["ok"]) for one in data["expectations"]})
    count = sum(client["count"] for client in data["requests"])
    succeeded = sum(client["succeeded"] for client in data["requests"])
    row.update(requests=count, failed=count - succeeded, success_ratio=_ratio(succeeded, count))
    for client in data["requests"]:
        name = client["client"]
        row[f"{name}.requests"] = client["count"]
        row[f"{name}.success_ratio"] = _ratio(client["succeeded"], client["count"])
        for figure in ("p50", "p90", "p99", "max"):
            # Nothing was measured where nothing was answered.
            measured = client["latency_ns"]["count"] > 0
            row[f"{name}.{figure}_ms"] = client["latency_ns"][figure] / 1e6 if measured else float("nan")
    first = [session["first_established_ns"] for session in data["sessions"]]
    row["sessions_up_s"] = max(first) / 1e9 if first and None not in first else float("nan")
    row["sessions_lost"] = sum(session["state"] != "Established" for session in data["sessions"])
    row["drops"] = data["drops"]["count"]
    # Results of builds that follow the data plane.
    if "convergence" in data:
        for table in ("rib", "fib"):
            row[f"{table}_settled_s"] = _longest_settling(data["convergence"]["faults"], f"last_{table}_change")
    if "windows" in data:
        for kind in ("blackhole", "loop"):
            row[f"{kind}s"] = sum(window["kind"] == kind for window in data["windows"])
    return row


def _longest_settling(faults: list[dict[str, Any]], change: str) -> float:
    times = [(fault[change]["at_ns"] - fault["at_ns"]) / 1e9 for fault in faults if fault[change] is not None]
    return max(times, default=float("nan"))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
