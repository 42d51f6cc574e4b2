"""`seatrial.diff`: two captures, or two runs, compared by what their protocols say."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from ._ask import ask
from ._values import Duration, duration, text
from .errors import ScenarioError
from .result import Result

Compared: TypeAlias = Result | str | Path


class Findings:
    """What a comparison found: a sequence of findings (mappings), in order of time.

    A finding has layer, kind ("changed", "missing", "extra", "shifted", "slower", "content"), capture, where, what (one line), fields
    ([{"name", "a", "b"}]), context (lines), and a and b: the frames that it rests on ({"frame", "time_ns"}, or None).

    Attributes:
        data: the whole comparison, as `seatrial diff --json` prints it.
        same: whether the two are the same at the layer that decides.
        differences: how many there are; the findings are at most `max` of them.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.same = bool(data["same"])
        self.differences = int(data["differences"])
        self._findings: list[dict[str, Any]] = data["findings"]

    def __len__(self) -> int:
        return len(self._findings)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self._findings[index]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._findings)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a finding: layer, kind, capture, where, what, frame_a, time_a_s, frame_b, time_b_s (NaN: not on that side)."""
        rows = []
        for one in self:
            row = {key: one[key] for key in ("layer", "kind", "capture", "where", "what")}
            for side in ("a", "b"):
                seen = one[side]
                row[f"frame_{side}"] = seen["frame"] if seen else None
                row[f"time_{side}_s"] = seen["time_ns"] / 1e9 if seen else None
            rows.append(row)
        columns = ["layer", "kind", "capture", "where", "what", "frame_a", "time_a_s", "frame_b", "time_b_s"]
        frame = pd.DataFrame(rows, columns=columns)
        for column in columns[5:]:
            frame[column] = pd.to_numeric(frame[column])
        return frame

    def __str__(self) -> str:
        head = f"{self.data['a']} and {self.data['b']}: " + ("the same" if self.same else f"{self.differences} differences")
        lines = [f"  {(one['capture'] + ': ') if one['capture'] else ''}{one['what']} [{one['where']}]" for one in self]
        more = self.differences - len(self)
        return "\n".join([head, *lines, *([f"  and {more} more (max=)"] if more > 0 and not self.same else [])])

    def __repr__(self) -> str:
        return f"<Findings {'same' if self.same else f'{self.differences} differences'}>"

    def _repr_html_(self) -> str:
        head = html.escape(str(self).splitlines()[0])
        rows = "".join(f"<tr><td>{html.escape(one['kind'])}</td><td style='text-align:left'>{html.escape(one['what'])}</td>"
                       f"<td style='text-align:left'>{html.escape(one['where'])}</td></tr>" for one in self)
        table = f"<table><tr><th>kind</th><th>what</th><th>where</th></tr>{rows}</table>" if rows else ""
        return f"<div><b>{head}</b>{table}</div>"


def diff(a: Compared, b: Compared, *, layer: str | None = None, bpf: str | None = None, ignore: Sequence[str] = (),
         rename: Sequence[str] = (), time: Duration | None = None, rtt: str | None = None, from_: Duration | None = None,
         until: Duration | None = None, profile: str | Path | None = None, pcap: Sequence[str] = (), all: bool = False,
         max: int | None = None) -> Findings:
    """Compares two captures, or two runs (results or their folders), as `seatrial diff` does.

    Args:
        a, b: two pcap or pcapng files, or two runs; captures are there when the runs had `pcap=`.
        layer: how much the same they have to be: "bytes", "frames", "streams" or "messages" (default).
        bpf: compare only what this capture filter takes.
        ignore: fields to pass over, with all below them: "tcp.seq", "http.server", "results.counters".
        rename: addresses or prefixes by another name, on both sides: "10.0.0.1=core1".
        time: how much earlier or later the same may happen.
        rtt: how much faster or slower an answer may come: "10%".
        from_, until: leave out what is before, and from then on.
        profile: the same as JSON.
        pcap: of runs: patterns of the captures to compare, such as "edge*".
        all: tell at every layer.
        max: how many findings are kept; the program's default when left out.

    Raises:
        ScenarioError: bad arguments, or a file that cannot be read; the message is the command line's.
        RunError: the comparison ended in an internal error.
    """
    said = [*comparison(layer, bpf, ignore, rename, time, rtt, from_, until, profile, pcap), ("--max", max), ("--all", all),
            ("--json", True)]
    return Findings(json.loads(ask("diff", said, [place_of(a), place_of(b)])))


def place_of(one: Compared) -> Path:
    """The folder or file to compare."""
    return one.out if isinstance(one, Result) else Path(text(one, "what to compare", "out/demo"))


def comparison(layer: str | None, bpf: str | None, ignore: Sequence[str], rename: Sequence[str], time: Duration | None,
               rtt: str | None, from_: Duration | None, until: Duration | None, profile: str | Path | None,
               pcap: Sequence[str]) -> list[tuple[str, Any]]:
    """The options of `seatrial diff` and `golden` that say how to compare."""
    said: list[tuple[str, Any]] = [
        ("--layer", layer), ("--bpf", bpf), ("--time", None if time is None else duration(time)), ("--rtt", rtt),
        ("--from", None if from_ is None else duration(from_)), ("--until", None if until is None else duration(until)),
        ("--profile", profile)]
    for option, values in (("--ignore", ignore), ("--rename", rename), ("--pcap", pcap)):
        if not isinstance(values, Sequence):
            raise ScenarioError(f"{option}: error: {values!r}, expected a list of texts")
        said += [(option, value) for value in ([values] if isinstance(values, str) else values)]
    return said
