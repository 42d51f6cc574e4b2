"""Baselines of runs: `record` keeps what a run's captures say, `check` holds a later run to it. As `seatrial golden` does.

    r = seatrial.run("design", pcap="edge1:eth0")
    seatrial.golden.record(r, reason="the design as it went live", baselines="baselines")
    ...
    found = seatrial.golden.check(seatrial.run("design", pcap="edge1:eth0"), baselines="baselines")
    assert found.same, found
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ._ask import ask
from ._values import Duration, text
from .comparing import Compared, Findings, comparison, place_of

__all__ = ["check", "record"]

_ROOT = "results/baselines"


def record(run: Compared, *, reason: str, name: str | None = None, baselines: str | Path = _ROOT, layer: str | None = None,
           bpf: str | None = None, ignore: Sequence[str] = (), rename: Sequence[str] = (), time: Duration | None = None,
           rtt: str | None = None, from_: Duration | None = None, until: Duration | None = None,
           profile: str | Path | None = None, pcap: Sequence[str] = ()) -> Path:
    """Keeps a run's captures, with their messages as lines that a review can read, as a baseline; its folder.

    Args:
        run: a result, or its folder; of a run with `pcap=`.
        reason: why this is what it should be.
        name: the baseline's; the scenario's when left out. One of that name is replaced.
        baselines: the folder that baselines are kept in.
        layer, bpf, ignore, rename, time, rtt, from_, until, profile, pcap: how a check will compare, and which captures and what part
            of them is kept; see `seatrial.diff`.

    Raises ScenarioError with the command line's message.
    """
    said = [("--reason", text(reason, "the reason of a baseline", "the design as it went live")), ("--name", name),
            ("--baselines", text(baselines, "the folder of baselines", _ROOT)),
            *comparison(layer, bpf, ignore, rename, time, rtt, from_, until, profile, pcap)]
    return Path(ask("golden record", said, [place_of(run)]).splitlines()[0])


def check(run: Compared, *, name: str | None = None, baselines: str | Path = _ROOT, layer: str | None = None,
          bpf: str | None = None, ignore: Sequence[str] = (), rename: Sequence[str] = (), time: Duration | None = None,
          rtt: str | None = None, from_: Duration | None = None, until: Duration | None = None,
          profile: str | Path | None = None, pcap: Sequence[str] = (), all: bool = False, max: int | None = None) -> Findings:
    """Compares a run's captures with the baseline's, the way that was recorded with it (what is said here comes before).

    Args:
        run: a result, or its folder; of a run with the captures that the baseline has.
        name, baselines: the baseline, as `record` has them.
        layer, ..., max: see `seatrial.diff`.

    Raises ScenarioError with the command line's message.
    """
    said = [("--name", name), ("--baselines", text(baselines, "the folder of baselines", _ROOT)), ("--all", all), ("--max", max),
            ("--json", True), *comparison(layer, bpf, ignore, rename, time, rtt, from_, until, profile, pcap)]
    return Findings(json.loads(ask("golden check", said, [place_of(run)])))
