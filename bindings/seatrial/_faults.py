"""What the timeline did to a run, as marks on a time axis that stay legible when several are close together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .result import Result

_WORDS = 34  # characters of one mark's label
_ROWS = 10   # of labels, at most
_NAMED = 2   # targets that are named, others are counted


class FaultMarks:
    def __init__(self, result: Result) -> None:
        self._faults: list[dict[str, Any]] = sorted(result.data.get("faults", []), key=lambda fault: int(fault["at_ns"]))
        self._end = result.data["simulated_ns"] / 1e9

    def draw(self, axes: Axes, settled: np.ndarray[Any, Any] | None = None,
             behind: Axes | None = None) -> None:
        """Dashed lines with labels above the axes; with `settled` (times of changes), how long each took to settle, as a band
        on `behind`.
        """
        low, high = axes.get_xlim()
        groups = self._grouped((high - low) / 60)
        free_from: list[float] = []  # of each row of labels
        step = (high - low) / 130    # about a character
        for i, (at, words) in enumerate(groups):
            if not low <= at <= high:
                continue
            until = groups[i + 1][0] if i + 1 < len(groups) else self._end
            if settled is not None:
                after = settled[(settled >= at) & (settled < until)]
                if len(after):
                    (behind or axes).axvspan(at, after[-1], color="0.9", zorder=0, lw=0)
                    words += f" (settled +{after[-1] - at:.3g} s)"
            axes.axvline(at, color="0.2", lw=0.9, ls=(0, (4, 3)), zorder=2)
            right = at + len(words) * step > high
            start = at - len(words) * step if right else at
            row = next((r for r, free in enumerate(free_from) if free <= start), len(free_from))
            if row == len(free_from) < _ROWS:
                free_from.append(low)
            row = min(row, _ROWS - 1)
            free_from[row] = start + len(words) * step
            axes.annotate(words, (at, 1), xycoords=("data", "axes fraction"), xytext=(0, 3 + 11 * row),
                          textcoords="offset points", ha="right" if right else "left", va="bottom", fontsize="x-small",
                          annotation_clip=False)

    def _grouped(self, near: float) -> list[tuple[float, str]]:
        """(when, words) of faults that a reader would see as one mark."""
        groups: list[list[dict[str, Any]]] = []
        for fault in self._faults:
            if groups and fault["at_ns"] / 1e9 - groups[-1][0]["at_ns"] / 1e9 <= near:
                groups[-1].append(fault)
            else:
                groups.append([fault])
        return [(group[0]["at_ns"] / 1e9, _words(group)) for group in groups]


def _words(group: list[dict[str, Any]]) -> str:
    named = [f"{fault['action'].replace('_', ' ')} {fault['target']}" for fault in group[:_NAMED]]
    text = ", ".join(named)
    if len(text) > _WORDS and len(group) > 1:
        text, named = named[0], named[:1]
    return text + (f" and {len(group) - len(named)} more" if len(group) > len(named) else "")
