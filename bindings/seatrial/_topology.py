"""Draws a design in rows: clients, their LANs, routers by tier, switches, and the edges and nodes that hang on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Marker and colour differ by kind: neither alone has to be told apart.
_LOOK = {"client": ("^", "#009e73"), "router": ("o", "#0072b2"), "switch": ("s", "0.45"), "edge": ("D", "#d55e00"),
         "node": ("h", "#cc79a7")}
_HOSTS = ("client", "edge", "node")
_CABLES = ("link_down", "link_up", "link_silent", "link_restored")
_HIT_CABLE: dict[str, Any] = {"color": "k", "lw": 1.6, "ls": (0, (3, 2))}
_FOLD = 12  # more alike machines than this on one switch are drawn as one


@dataclass(eq=False)
class _Spot:
    """A marker: one machine, or several alike."""

    names: list[str]
    kind: str
    row: float = 0
    x: float = 0.5
    around: list[_Spot] = field(default_factory=list)

    @property
    def label(self) -> str:
        if len(self.names) == 1:
            return self.names[0]
        return f"{self.names[0]} …\n{self.names[-1]} ({len(self.names)})"


@dataclass
class Hit:
    """What the timeline did, by what it did it to."""

    off: set[str] = field(default_factory=set)        # machines without power
    processes: set[str] = field(default_factory=set)  # machines of which a process was killed, frozen, restarted ...
    cables: set[frozenset[str]] = field(default_factory=set)  # pairs of machines whose cable was pulled or silent

    @classmethod
    def of(cls, faults: list[dict[str, Any]], links: list[dict[str, Any]]) -> Hit:
        """From the faults of results.json; one of no known kind counts for the machine that it names."""
        hit = cls()
        for fault in faults:
            target = str(fault["target"])
            node = target.partition(":")[0].partition("/")[0]
            if fault["action"] == "power_off":
                hit.off.add(node)
            elif fault["action"] in _CABLES:
                for link in links:
                    if target in link["ports"] or any(port.rpartition(":")[0] == target for port in link["ports"]):
                        hit.cables.add(frozenset(port.rpartition(":")[0] for port in link["ports"]))
            else:
                hit.processes.add(node)
        return hit

    @property
    def machines(self) -> set[str]:
        """Those that are drawn by themselves."""
        return self.off | self.processes | {name for pair in self.cables for name in pair}


def draw(axes: Axes, nodes: list[dict[str, Any]], links: list[dict[str, Any]], faults: list[dict[str, Any]]) -> Axes:
    nodes = [node for node in nodes if node["kind"] in _LOOK]
    known = {node["name"] for node in nodes}
    # A host's name stands for its own cable, not for the pods' on it.
    hit = Hit.of(faults, [link for link in links if {port.rpartition(":")[0] for port in link["ports"]} <= known])
    neighbours: dict[str, set[str]] = {node["name"]: set() for node in nodes}
    for link in links:
        a, b = (port.rpartition(":")[0] for port in link["ports"])
        if a in neighbours and b in neighbours and a != b:
            neighbours[a].add(b)
            neighbours[b].add(a)
    spots = _spots(nodes, neighbours, hit.machines)
    of = {name: spot for spot in spots for name in spot.names}
    for name, spot in of.items():
        spot.around = list(dict.fromkeys([*spot.around, *(of[other] for other in sorted(neighbours[name]))]))
    _rows(spots)
    widest = _columns(spots)
    figure = axes.figure
    if widest > 12 and isinstance(figure, Figure):
        width, height = figure.get_size_inches()
        figure.set_size_inches(min(20, max(width, widest * 0.7)), height)
    _paint(axes, spots, of, hit, crowded=widest > 9)
    return axes


def _spots(nodes: list[dict[str, Any]], neighbours: dict[str, set[str]], hit: set[str]) -> list[_Spot]:
    groups: dict[Any, list[str]] = {}
    for node in nodes:
        name = node["name"]
        alike = node["kind"] in _HOSTS and name not in hit
        groups.setdefault((node["kind"], tuple(sorted(neighbours[name]))) if alike else name, []).append(name)
    kinds = {node["name"]: node["kind"] for node in nodes}
    spots = []
    for names in groups.values():
        for part in [names] if len(names) > _FOLD else [[name] for name in names]:
            spots.append(_Spot(part, kinds[part[0]]))
    return spots


def _rows(spots: list[_Spot]) -> None:
    lans = [s for s in spots if s.kind == "switch" and not any(o.kind in ("edge", "node") for o in s.around)
            and any(o.kind == "client" for o in s.around)]
    tier = {id(s): 0 for s in spots if s.kind == "router"
            and any(o.kind == "switch" and not any(o is lan for lan in lans) for o in s.around)}
    edge = [s for s in spots if id(s) in tier]
    while edge:
        further = [o for s in edge for o in s.around if o.kind == "router" and id(o) not in tier]
        for spot in further:
            tier[id(spot)] = 1 + max(tier[id(o)] for o in spot.around if id(o) in tier)
        edge = further
    top = max(tier.values(), default=0) + 3.5
    for spot in spots:
        if spot.kind == "client":
            spot.row = top + 1 if any(any(o is lan for lan in lans) for o in spot.around) else 0.9
        elif any(spot is lan for lan in lans):
            spot.row = top
        else:
            spot.row = {"switch": 1.7, "edge": 0.9, "node": 0.4}.get(spot.kind, 2.6 + tier.get(id(spot), 0))


def _columns(spots: list[_Spot]) -> int:
    """x by the mean of the neighbours, then spread evenly: a few sweeps. The hosts below the switches are one row."""
    rows: dict[float, list[_Spot]] = {}
    for spot in spots:
        rows.setdefault(0 if spot.row < 1 else spot.row, []).append(spot)
    for members in rows.values():
        for i, spot in enumerate(members):
            spot.x = (i + 0.5) / len(members)
    for _ in range(8):
        for row in sorted(rows):
            members = rows[row]
            mean = {id(s): sum(o.x for o in s.around) / len(s.around) if s.around else s.x for s in members}
            members.sort(key=lambda s: (mean[id(s)], s.kind, s.names[0].rstrip("0123456789"), len(s.names[0]), s.names[0]))
            for i, spot in enumerate(members):
                spot.x = (i + 0.5) / len(members)
    return max((len(members) for members in rows.values()), default=0)


def _paint(axes: Axes, spots: list[_Spot], of: dict[str, _Spot], hit: Hit, *, crowded: bool) -> None:
    done = set()
    for spot in spots:
        for other in spot.around:
            pair = frozenset((id(spot), id(other)))
            if pair in done:
                continue
            done.add(pair)
            bend = 0.25 if spot.row == other.row and spot.row > 1 else 0.0
            style = _HIT_CABLE if frozenset((spot.names[0], other.names[0])) in hit.cables else {"color": "0.75", "lw": 1}
            axes.annotate("", (other.x, other.row), (spot.x, spot.row), zorder=1, annotation_clip=False,
                          arrowprops={"arrowstyle": "-", "shrinkA": 0, "shrinkB": 0, "connectionstyle": f"arc3,rad={bend}", **style})
    for kind, (marker, colour) in _LOOK.items():
        mine = [spot for spot in spots if spot.kind == kind]
        if mine:
            axes.plot([s.x for s in mine], [s.row for s in mine], marker, ms=10, color=colour, mec="white", zorder=3,
                      ls="", label=kind)
    if hit.cables:
        axes.plot([], [], **_HIT_CABLE, label="cable pulled, or silent")
    for names, marker, size, label in ((hit.off, "x", 13, "power lost"), (hit.processes, "o", 15, "process hit")):
        marked = [of[name] for name in sorted(names) if name in of]
        if marked:
            axes.plot([s.x for s in marked], [s.row for s in marked], marker, ms=size, mew=2, mfc="none", color="k", zorder=4,
                      ls="", label=label)
    for i, spot in enumerate(sorted(spots, key=lambda s: (s.row, s.x))):
        below = -9 - (11 if crowded and spot.kind == "node" and i % 2 else 0)
        axes.annotate(spot.label, (spot.x, spot.row), xytext=(0, below), textcoords="offset points", ha="center", va="top",
                      fontsize="x-small", zorder=5, bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.7})
    rows = [spot.row for spot in spots] or [0]
    axes.set(xlim=(0, 1), ylim=(min(rows) - 0.7, max(rows) + 0.4))
    axes.axis("off")
    if spots:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, borderaxespad=0, fontsize="small")
    else:
        axes.text(0.5, 0.5, "nothing in this design", ha="center", va="center", transform=axes.transAxes, color="0.4")
