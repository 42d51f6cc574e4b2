"""`seatrial.campaign`: every single or double failure of a design, ranked by harm, as `seatrial campaign` does it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from . import _native
from ._cache import Cache, Cell, Ended
from ._child import assignments
from ._executors import Carrier, carry
from ._points import Cells, Design, seed_list
from ._sweep import DEFAULT_CACHE
from ._values import Duration, is_plain, listed, nanoseconds, plain, shortened
from .errors import ScenarioError, SeatrialError
from .result import Result

_BASELINE = "baseline"


class Campaign:
    """A finished campaign.

    Attributes:
        data: what `seatrial campaign --json` prints: scenario, failures, kinds, at_ns, seeds, verdict, baseline, ranked.
        text: what it prints otherwise.
    """

    def __init__(self, data: dict[str, Any], text: str) -> None:
        self.data = data
        self.text = text

    @property
    def ok(self) -> bool:
        """Every expectation holds without a failure and with each."""
        return bool(self.data["verdict"] == "pass")

    @property
    def table(self) -> pd.DataFrame:
        """One row a failure (or pair), most harm first; the index is its rank, from 1.

        Columns: failure, breaks (how many expectations that hold without it), broken (their ids), why ({id: why}),
        failed (requests), failed_share, longest_outage_s (0: none), outage_client, causes (of failed requests, in words),
        no_results (runs that crashed), inject (for `seatrial run --inject`).
        """
        rows = []
        for one in self.data["ranked"]:
            outage = one["longest_outage"] or {"client": "", "length_ns": 0}
            rows.append({
                "failure": one["name"], "breaks": len(one["broken"]), "broken": [broken["id"] for broken in one["broken"]],
                "why": {broken["id"]: broken["why"] for broken in one["broken"]}, "failed": one["failed"],
                "failed_share": one["failed_share"], "longest_outage_s": outage["length_ns"] / 1e9,
                "outage_client": outage["client"],
                "causes": [cause["cause"] or f"{cause['symptom']}, no cause found" for cause in one["causes"]],
                "no_results": sum("crashed" in run for run in one["runs"]), "inject": one["inject"]})
        columns = ["failure", "breaks", "broken", "why", "failed", "failed_share", "longest_outage_s", "outage_client",
                   "causes", "no_results", "inject"]
        return pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(1, len(rows) + 1, name="rank"))

    def result(self, failure: str = _BASELINE, seed: int | None = None) -> Result:
        """The run of a failure, by its name in `table` ("power_off edge1"); without one, that of no failure."""
        known = {_BASELINE: self.data["baseline"], **{one["name"]: one for one in self.data["ranked"]}}
        if failure not in known:
            raise ScenarioError(f"no failure \"{failure}\", expected one of {', '.join(known)}")
        for run in known[failure]["runs"]:
            if seed is None or run["seed"] == seed:
                if "crashed" in run:
                    raise SeatrialError(f"the run of {failure} with seed {run['seed']} gave no results: {run['crashed']}")
                return Result(run["out"])
        raise ScenarioError(f"no run of {failure} with seed {seed}, expected one of {self.data['seeds']}")

    def summary(self) -> str:
        """`text`, under the name that a result has for it."""
        return self.text

    def __repr__(self) -> str:
        return (f"<Campaign {self.data['scenario']}: {self.data['breaking']} of {self.data['cases']} failures break "
                "something>")


def campaign(design: Design, *, failures: int = 1, kinds: str | Iterable[str] = ("link", "node"), at: Duration | None = None,
             seeds: int | Iterable[int] | None = None, until: Duration | None = None, set: Mapping[str, Any] | None = None,
             executor: Carrier = None, cache: str | Path | None = None, progress: bool | None = None) -> Campaign:
    """Runs a design with each of its failures, what is missing of it, and ranks them by harm.

        c = seatrial.campaign("scenarios/get-me-to-the-cluster", failures=1)
        print(c.text)
        c.table[["failure", "breaks", "failed_share", "longest_outage_s"]]

    Args:
        design: a scenario directory or a DataCenter.
        failures: how many fail together in a run: 1, or 2 (every pair).
        kinds: "link" (every cable is pulled), "node" (every machine but clients loses power), "process" (every BGP daemon
            and every edge's nginx is killed).
        at: when; the middle of the load when left out.
        seeds: each failure with each of them; the design's own when left out.
        until, set, executor, cache, progress: as `seatrial.sweep` has them. The number of runs is said on standard error
            before they start, unless `progress` is False.

    Raises:
        ScenarioError: the design or an argument is wrong; nothing was run.
        RunError: the run without a failure crashed. A run with a failure that crashes is in the result.
    """
    store = Cache(cache if cache is not None else DEFAULT_CACHE)
    chosen = seed_list(seeds)
    changes = assignments(set)
    cells = Cells(store, design, until)
    cells.add(changes, (), chosen)
    folder = cells.make()[0].design  # of the design alone, so that the plan reads what the runs read

    failures = plain(failures)
    words = ",".join(map(str, listed(kinds, "kinds: a list of \"link\", \"node\" and \"process\"")))
    if not is_plain(words):
        raise ScenarioError(f"kinds: error: {shortened(kinds)}, expected a list of \"link\", \"node\" and \"process\"")
    if isinstance(failures, bool) or not isinstance(failures, int) or failures not in (1, 2):
        raise ScenarioError(f"failures: error: {failures!r} together in a run, expected 1 or 2")
    limit = cells.until
    request = _native.CampaignRequest(folder, list(changes), words, failures, None if at is None else nanoseconds(at),
                                      None if limit is None else nanoseconds(limit))
    try:
        plan = _native.campaign_plan(request, len(chosen or [0]))
    except (TypeError, ValueError) as error:
        raise ScenarioError(str(error).replace(folder, str(cells.source.base))) from error
    for case in plan["cases"]:
        cells.add(changes, tuple(case["injections"]), chosen)
    everything = cells.make()
    if progress is not False:
        print(f"{plan['scenario']}: {plan['announcement']}", file=sys.stderr)

    seeds_each = len(chosen or [0])
    baseline = everything[:seeds_each]
    for ended in carry(baseline, executor, title="without a failure", progress=progress).values():
        if ended.message:
            raise ended.error()
    ends = carry(everything, executor, title="failures", progress=progress)
    runs = [(cell.seed, str(cell.folder), _crash(cell, ends)) for cell in everything]
    grouped = [runs[i:i + seeds_each] for i in range(0, len(runs), seeds_each)]
    try:
        data, text = _native.campaign_report(request, grouped)
    except ValueError as error:
        raise SeatrialError(str(error)) from error
    return Campaign(json.loads(data), text)


def _crash(cell: Cell, ends: Mapping[str, Ended]) -> str:
    if cell.finished:
        return ""
    ended = ends.get(cell.key)
    return ended.message if ended is not None and ended.message else "its results are gone from the cache"
