"""`seatrial.compare`: two designs by their runs; with several seeds each, what is more than chance."""

from __future__ import annotations

import html
import json
import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from ._ask import ask
from .errors import ScenarioError
from .result import Result

#: A run (a result, or its folder), a folder whose subfolders are runs, or several of these.
Side: TypeAlias = Result | str | Path | Sequence[Result | str | Path]


class Comparison:
    """Two designs side by side.

    Attributes:
        data: all of it, as `seatrial compare --json` prints it.
        differs: whether they differ: by anything where a side is one run; with several seeds on both, by more than chance
            (p < 0.05 after Holm's adjustment).
    """

    def __init__(self, a: list[str], b: list[str]) -> None:
        self._sides = (a, b)
        self.data: dict[str, Any] = json.loads(self._ask(("--json", True), ("--all", True)))
        self.differs = bool(self.data["differs"])

    @property
    def figures(self) -> pd.DataFrame:
        """One row a figure, index its name: unit ("count", "ratio", "seconds"), a and b (means; NaN: no run has it), change (b less
        a), low_95 and high_95 (of the change), test, p, p_adjusted, effect (dz of pairs, or Hedges' g), differs.
        """
        rows = []
        for one in self.data["figures"]:
            low, high = one["interval_95"] or (None, None)
            rows.append({"name": one["name"], "unit": one["unit"], "a": _mean(one["a"]), "b": _mean(one["b"]),
                         "change": one["change"], "low_95": low, "high_95": high, "test": one["test"], "p": one["p"],
                         "p_adjusted": one["p_adjusted"], "effect": one["effect"], "differs": one["differs"]})
        columns = ["name", "unit", "a", "b", "change", "low_95", "high_95", "test", "p", "p_adjusted", "effect", "differs"]
        frame = pd.DataFrame(rows, columns=columns).set_index("name")
        for column in ("a", "b", "change", "low_95", "high_95", "p", "p_adjusted", "effect"):
            frame[column] = pd.to_numeric(frame[column])
        return frame

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row an expectation, session end or route: what ("expectation", "session", "route"), name, a and b ({outcome: in how
        many runs}), differs.
        """
        rows = [{"what": what.removesuffix("s"), **{key: one[key] for key in ("name", "a", "b", "differs")}}
                for what in ("expectations", "sessions", "routes") for one in self.data[what]]
        return pd.DataFrame(rows, columns=["what", "name", "a", "b", "differs"])

    @cached_property
    def text(self) -> str:
        """What `seatrial compare` prints: the differences in words."""
        return self._ask(("--width", min(shutil.get_terminal_size((120, 24)).columns, 160)))

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.data['a'])} and {len(self.data['b'])} runs: {'different' if self.differs else 'the same'}>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text)}</pre>"

    def _ask(self, *options: tuple[str, object]) -> str:
        a, b = self._sides
        return ask("compare", options, a, versus=b)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def _folders(name: str, side: Side) -> list[str]:
    several = [side] if isinstance(side, (Result, str, Path)) else list(side) if isinstance(side, Sequence) else []
    for one in several:
        if not isinstance(one, (Result, str, Path)):
            several = []
            break
    if not several:
        raise ScenarioError(f"{name}: error: {side!r} is no run, expected a result, the folder of one or of several, or a list of them")
    # A name that begins with "-" stays a name.
    return [str(Path(one.out if isinstance(one, Result) else one).absolute()) for one in several]


def compare(a: Side, b: Side) -> Comparison:
    """Compares two designs by their finished runs, as `seatrial compare` does.

        c = seatrial.compare("out/old", "out/new")     # folders of runs with several seeds
        print(c)
        c.figures.query("differs")

    Args:
        a, b: a run, a folder of runs of one design with different seeds, or a list of either: list(frame["out"]) of a sweep.

    Raises:
        ScenarioError: a side is no finished run; the message is the command line's.
    """
    return Comparison(_folders("a", a), _folders("b", b))
