"""Figures of a run, with matplotlib. Each takes `ax` to draw on, and returns it; colours are Okabe and Ito's, for all eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ._faults import FaultMarks
from ._topology import draw as draw_topology
from ._values import shortened
from .errors import ScenarioError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .result import Result

    class OwnAxes(Axes):
        """Axes that fill a figure of their own, one that can be saved."""

        @property
        def figure(self) -> Figure: ...  # type: ignore[override, unused-ignore]

BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"
_LINES = (BLUE, GREEN, PURPLE, YELLOW, SKY)
_STYLES = ("-", "--", ":", "-.")
# Beyond this share of the largest to the median, a linear axis shows a flat line and a peak.
_LOG_SPREAD = 20


class Plots:
    """`Result.plot`. Dashed lines are what the timeline did to the design."""

    def __init__(self, result: Result) -> None:
        self._result = result

    @overload
    def latency(self, ax: None = None) -> OwnAxes: ...
    @overload
    def latency(self, ax: Axes) -> Axes: ...
    def latency(self, ax: Axes | None = None) -> Axes:
        """Latency in ms of every request over its intended start in s, and the 50th and 99th percentile a second.

        Requests that failed are crosses, at the time that the client waited. The axis is logarithmic where the spread is wide.
        """
        axes = self._axes(ax, "latency")
        requests = self._result.requests
        if requests.empty:
            return _nothing(axes, "no requests in this run")
        answered = requests[requests["status"] > 0]
        failed = requests[~requests["ok"]]
        shown = requests["latency_ms"]
        if shown.max() > _LOG_SPREAD * max(shown.median(), 1e-6):
            axes.set_yscale("log")
            answered = answered[answered["latency_ms"] > 0]
            failed = failed[failed["latency_ms"] > 0]
        else:
            axes.set_ylim(0, shown.max() * 1.15 or 1)
        axes.plot(answered["intended_s"], answered["latency_ms"], ".", ms=2.5, color="0.7", label="answered",
                  rasterized=True)
        if len(failed):
            axes.plot(failed["intended_s"], failed["latency_ms"], "x", ms=5, mew=1, color="k", label="failed")
        seconds = requests.groupby(np.floor(requests["intended_s"]))["latency_ms"]
        for q, colour, style in ((0.5, BLUE, "-"), (0.99, ORANGE, "-")):
            line = seconds.quantile(q)
            axes.plot(line.index + 0.5, line.to_numpy(), style, lw=1.5, color=colour, label=f"p{q * 100:g}, each second")
        axes.set(xlabel="intended start (s)", ylabel="latency (ms)")
        axes.grid(axis="y", color="0.92")
        FaultMarks(self._result).draw(axes)
        return _legend(axes)

    @overload
    def availability(self, ax: None = None) -> OwnAxes: ...
    @overload
    def availability(self, ax: Axes) -> Axes: ...
    def availability(self, ax: Axes | None = None) -> Axes:
        """The share of requests in % that succeeded, by second of their intended start, a line a client.

        The axis starts at 0 % when a second was worse than 50 %, else nearer to the worst second.
        """
        axes = self._axes(ax, "availability")
        requests = self._result.requests
        if requests.empty:
            return _nothing(axes, "no requests in this run")
        worst = 100.0
        for i, (client, rows) in enumerate(requests.groupby("client")):
            share = rows.groupby(np.floor(rows["intended_s"]))["ok"].mean() * 100
            share = share.reindex(np.arange(share.index.min(), share.index.max() + 1))  # gaps where nobody asked
            worst = min(worst, float(share.min()))
            lost = int((~rows["ok"]).sum())
            axes.step(np.append(share.index, share.index[-1] + 1), np.append(share.to_numpy(), share.iloc[-1]), where="post",
                      lw=1.8, color=_LINES[i % len(_LINES)], ls=_STYLES[i // len(_LINES) % len(_STYLES)],
                      label=f"{client}\n{lost} of {len(rows)} failed")
        low = 0.0 if worst < 50 else np.floor(worst / 5) * 5 - 5
        axes.set(xlabel="intended start (s)", ylabel="succeeded, each second (%)", ylim=(low, 100 + (100 - low) * 0.03))
        axes.grid(axis="y", color="0.92")
        FaultMarks(self._result).draw(axes)
        return _legend(axes)

    @overload
    def convergence(self, ax: None = None) -> OwnAxes: ...
    @overload
    def convergence(self, ax: Axes) -> Axes: ...
    def convergence(self, ax: Axes | None = None) -> Axes:
        """Established session ends over time in s, and changes of forwarding tables in bars (right, logarithmic).

        A grey band goes from an event of the timeline to the last change of a forwarding table, or of what is Established, before
        the next event.
        """
        axes = self._axes(ax, "convergence")
        end = self._result.data["simulated_ns"] / 1e9
        sessions, fib = self._result.table("session"), self._result.table("fib")["at_ns"].to_numpy(dtype=float) / 1e9
        if sessions.empty and not len(fib):
            return _nothing(axes, "no sessions and no routes in this run")
        established: dict[tuple[str, str], bool] = {}
        times, counts = [0.0], [0]
        for node, peer, state, at in zip(sessions["node"], sessions["peer"], sessions["state"], sessions["at_ns"]):
            established[(node, peer)] = state == "Established"
            times.append(at / 1e9)
            counts.append(sum(established.values()))
        times.append(end)
        counts.append(counts[-1])
        axes.step(times, counts, where="post", color=BLUE, lw=1.8, label="sessions Established\n(ends)", zorder=3)
        axes.set(xlabel="time (s)", ylabel="session ends", ylim=(0, max(counts) * 1.08 or 1), xlim=(0, end))
        changes = axes.twinx()
        axes.set_zorder(changes.get_zorder() + 1)
        axes.patch.set_visible(False)
        width = next((w for w in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30) if w >= end / 120), 60)
        found, edges = np.histogram(fib, bins=np.arange(0, end + width, width))
        changes.bar(edges[:-1], found, width=width, align="edge", color=ORANGE, alpha=0.7, zorder=2,
                    label=f"forwarding table\nchanges, each {width:g} s")
        changes.set_yscale("log")
        changes.set_ylim(0.5, max(10, found.max() * 3) if len(found) else 10)
        changes.set_ylabel("changes")
        turned = [at for at, before, now in zip(times[1:], counts, counts[1:]) if now != before]
        moved = np.sort(np.concatenate([fib, np.array(turned, dtype=float)]))
        FaultMarks(self._result).draw(axes, settled=moved, behind=changes)
        return _legend(axes, changes)

    @overload
    def topology(self, ax: None = None) -> OwnAxes: ...
    @overload
    def topology(self, ax: Axes) -> Axes: ...
    def topology(self, ax: Axes | None = None) -> Axes:
        """Machines, switches and cables. Pods are left out; many alike machines of one switch are drawn as one, with their
        number. What the timeline hit is marked: machines that lost power, cables, machines of whose processes one was hit.
        """
        native = self._result.native.topology()
        return draw_topology(self._axes(ax, "topology"), native["nodes"], native["links"], self._result.data.get("faults", []))

    def _axes(self, ax: Axes | None, what: str) -> Axes:
        if ax is None:
            _, ax = plt.subplots(figsize=(9.5, 4.2), layout="constrained")
            ax.figure.suptitle(f"{self._result.scenario}, seed {self._result.seed}: {what}", x=0.01, ha="left",
                               fontsize="medium")
        elif not isinstance(ax, Axes):
            raise ScenarioError(f"error: {shortened(ax)} is nothing to draw on, expected axes of matplotlib (ax=), or to leave it out")
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
        return ax


def _nothing(axes: Axes, why: str) -> Axes:
    axes.text(0.5, 0.5, why, ha="center", va="center", transform=axes.transAxes, color="0.4")
    axes.set(xticks=[], yticks=[])
    return axes


def _legend(axes: Axes, *more: Axes) -> Axes:
    """Right of the axes, where it hides nothing."""
    handles, labels = axes.get_legend_handles_labels()
    for other in more:
        others = other.get_legend_handles_labels()
        handles, labels = handles + others[0], labels + others[1]
    axes.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.1 if more else 1.01, 1), frameon=False,
                borderaxespad=0, fontsize="small", labelspacing=0.9)
    return axes


