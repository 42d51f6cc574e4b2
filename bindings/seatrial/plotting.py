"""Figures of a run, with matplotlib. Each takes `ax` to draw on, and returns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .result import Result


class Plots:
    """`Result.plot`."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def latency(self, ax: Axes | None = None) -> Axes:
        """Latency of every request over its intended start, with the 50th and 99th percentile a second."""
        axes = _axes(ax)
        requests = self._result.requests
        answered = requests[requests["status"] > 0]
        axes.plot(answered["intended_s"], answered["latency_ms"], ".", ms=2, color="0.75", label="request")
        seconds = answered.groupby(np.floor(answered["intended_s"]))["latency_ms"]
        for q, colour in ((0.5, "#0072b2"), (0.99, "#d55e00")):
            line = seconds.quantile(q)
            axes.plot(line.index + 0.5, line.to_numpy(), color=colour, label=f"p{q * 100:g} a second")
        axes.set(xlabel="intended start (s)", ylabel="latency (ms)", ylim=(0, None))
        self._faults(axes)
        axes.legend(loc="upper right", frameon=False)
        return axes

    def availability(self, ax: Axes | None = None) -> Axes:
        """The share of requests that succeeded, by second of their intended start, a line a client."""
        axes = _axes(ax)
        for client, rows in self._result.requests.groupby("client"):
            share = rows.groupby(np.floor(rows["intended_s"]))["ok"].mean() * 100
            axes.step(share.index, share.to_numpy(), where="post", label=str(client))
        axes.set(xlabel="intended start (s)", ylabel="succeeded (%)", ylim=(-2, 102))
        self._faults(axes)
        axes.legend(loc="lower right", frameon=False)
        return axes

    def convergence(self, ax: Axes | None = None) -> Axes:
        """Established session ends, and changes of the forwarding tables, over time."""
        axes = _axes(ax)
        established: dict[tuple[str, str], bool] = {}
        times, counts = [0.0], [0]
        for row in self._result.table("session").to_dict("records"):
            established[(row["node"], row["peer"])] = row["state"] == "Established"
            times.append(row["at_ns"] / 1e9)
            counts.append(sum(established.values()))
        times.append(self._result.data["simulated_ns"] / 1e9)
        counts.append(counts[-1])
        axes.step(times, counts, where="post", color="#0072b2", label="sessions Established (ends)")
        axes.set(xlabel="time (s)", ylabel="session ends", ylim=(0, None))
        changes = axes.twinx()
        fib = self._result.table("fib")["at_ns"] / 1e9
        changes.step(fib.to_numpy(), np.arange(1, len(fib) + 1), where="post", color="#d55e00",
                     label="forwarding table changes (sum)")
        changes.set(ylabel="changes", ylim=(0, None))
        self._faults(axes)
        lines = axes.get_legend_handles_labels()
        more = changes.get_legend_handles_labels()
        axes.legend(lines[0] + more[0], lines[1] + more[1], loc="lower right", frameon=False)
        return axes

    def topology(self, ax: Axes | None = None) -> Axes:
        """Machines, switches and cables, in rows: clients, routers, switches, edges and nodes; pods are left out."""
        axes = _axes(ax)
        topology = self._result.native.topology()
        rows = {"client": 4.0, "router": 3.0, "switch": 2.0, "edge": 1.0, "node": 0.0}
        colours = {"client": "#009e73", "router": "#0072b2", "switch": "0.4", "edge": "#d55e00", "node": "#cc79a7"}
        nodes = [node for node in topology["nodes"] if node["kind"] in rows]
        places = _places(nodes, topology["links"], rows)
        for link in topology["links"]:
            ends = [places.get(port.rpartition(":")[0]) for port in link["ports"]]
            if ends[0] is not None and ends[1] is not None:
                axes.plot([ends[0][0], ends[1][0]], [ends[0][1], ends[1][1]], color="0.8", lw=1, zorder=1)
        for node in nodes:
            x, y = places[node["name"]]
            axes.plot(x, y, "s" if node["kind"] == "switch" else "o", ms=9, color=colours[node["kind"]], zorder=2)
            axes.annotate(node["name"], (x, y), xytext=(0, -14), textcoords="offset points", ha="center", fontsize=8)
        axes.set(ylim=(-0.6, 4.5))
        axes.margins(x=0.1)
        axes.axis("off")
        return axes

    def _faults(self, axes: Axes) -> None:
        for fault in self._result.data.get("faults", []):
            at = fault["at_ns"] / 1e9
            axes.axvline(at, color="0.2", lw=0.8, ls="--")
            axes.annotate(f"{fault['action']} {fault['target']}", (at, 1), xycoords=("data", "axes fraction"),
                          xytext=(2, -2), textcoords="offset points", rotation=90, va="top", fontsize=7)


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    _, made = plt.subplots(figsize=(8, 4), layout="constrained")
    return made


def _places(nodes: list[dict[str, Any]], links: list[dict[str, Any]],
            rows: dict[str, float]) -> dict[str, tuple[float, float]]:
    """x by the mean of the neighbours' x (a few sweeps, then spread evenly), y by kind."""
    neighbours: dict[str, set[str]] = {node["name"]: set() for node in nodes}
    for link in links:
        a, b = (port.rpartition(":")[0] for port in link["ports"])
        if a in neighbours and b in neighbours:
            neighbours[a].add(b)
            neighbours[b].add(a)
    x = {}
    for kind in rows:
        members = [node["name"] for node in nodes if node["kind"] == kind]
        x.update({name: (i + 0.5) / len(members) for i, name in enumerate(members)})
    for _ in range(8):
        for kind in rows:
            members = [node["name"] for node in nodes if node["kind"] == kind]
            mean = {name: float(np.mean([x[other] for other in neighbours[name]] or [x[name]])) for name in members}
            for i, name in enumerate(sorted(members, key=lambda name: (mean[name], name))):
                x[name] = (i + 0.5) / len(members)
    return {node["name"]: (x[node["name"]], rows[node["kind"]]) for node in nodes}
