"""The results of a run as pandas DataFrames. Times are seconds of simulated time (`*_s`), latencies milliseconds (`*_ms`)."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from functools import cached_property
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from . import _native
from ._values import Duration, duration, nanoseconds, shortened, text
from .errors import ScenarioError

if TYPE_CHECKING:
    from ._scratch import Scratch
    from .explaining import Explanation
    from .plotting import Plots

_NAMED = 16  # of those that are expected
_EVENT_KINDS = ("session", "bfd", "rib", "fib", "link", "fault", "pod", "endpoints", "neighbour", "nat", "note", "drop")


class Result:
    """A finished run: the folder that `seatrial run --out` wrote, read.

    Args:
        folder: with results.json and records.jsonl.

    Attributes:
        out: the folder.
        data: results.json (its schema is shipped: `results/schema/results.schema.json`).
    """

    def __init__(self, folder: str | Path, *, keep: Scratch | None = None) -> None:
        self.out = Path(text(folder, "the folder of a run", "out/demo"))
        self._keep = keep
        path = self.out / "results.json"
        try:
            self.data: dict[str, Any] = loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ScenarioError(f"{path}: error: cannot be read ({error.strerror}), expected a finished run") from error
        except (ValueError, RecursionError) as error:
            raise ScenarioError(f"{path}: error: not JSON ({error}), expected a finished run") from error
        if not isinstance(self.data, dict):
            raise ScenarioError(f"{path}: error: no object, expected a finished run")

    @cached_property
    def native(self) -> _native.Run:
        """The records, as the C++ side has them."""
        try:
            return _native.Run(str(self.out))
        except ValueError as error:
            raise ScenarioError(str(error)) from error

    # --- verdict ---

    @property
    def ok(self) -> bool:
        """Whether every expectation holds."""
        return bool(self._part("verdict") == "pass")

    @property
    def scenario(self) -> str:
        """The scenario's name."""
        return str(self._part("scenario"))

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return int(self._part("seed"))

    @property
    def verdict(self) -> pd.DataFrame:
        """One row an expectation: id (index), kind, ok, why, evidence (ids of records)."""
        columns = {"id": str, "kind": str, "ok": bool, "why": str, "evidence": object}
        return _table(self._part("expectations"), columns).set_index("id")

    def summary(self) -> str:
        """The verdict in words: which expectations fail, and why."""
        rows = self._part("expectations")
        failed = [row for row in rows if not row["ok"]]
        held = {0: "nothing is expected", 1: "the one expectation holds"}.get(len(rows), f"all {len(rows)} expectations hold")
        head = f"{self.scenario}, seed {self.seed}: " + (
            f"{len(failed)} of {len(rows)} expectations fail" if failed else held)
        return "\n".join([head, *[f"  {row['id']}: {row['why']}" for row in failed]])

    def __repr__(self) -> str:
        return f"<Result {self.scenario} seed {self.seed}: {'pass' if self.ok else 'FAIL'}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{'✓' if row['ok'] else '✗'}</td><td>{html.escape(row['id'])}</td>"
            f"<td style='text-align:left'>{html.escape(row['why'])}</td></tr>" for row in self._part("expectations"))
        word = "PASS" if self.ok else "FAIL"
        return (f"<div><b>{word}</b> {html.escape(self.scenario)}, seed {self.seed}, "
                f"{self._part('simulated_ns') / 1e9:g} s simulated"
                f"<table><tr><th></th><th>expectation</th><th>why</th></tr>{rows}</table></div>")

    # --- tables ---

    def table(self, kind: str) -> pd.DataFrame:
        """All records of a kind as they are, in their order; the index is the evidence id ("request/17").

        Kinds: session, bfd, rib, fib, request, proxy, served (a request by an application), hop, drop, queue (frames
        stood in a port's queue), pod, endpoints, link, fault, neighbour, nat, configured, note.
        """
        try:
            frame = pd.DataFrame(self.native.table(text(kind, "a kind of records", "session")))
        except KeyError as error:
            raise ScenarioError(str(error.args[0])) from error
        frame.index = pd.Index([f"{kind}/{i}" for i in range(len(frame))], name="evidence")
        return frame

    @cached_property
    def requests(self) -> pd.DataFrame:
        """One row a request, index "CLIENT/NUMBER".

        Columns: client, number, method, url, status (0: no answer), ok, error, expect_service, answered_by, edge, ingress_pod,
        app_pod, intended_s (when the open-loop schedule wanted it), sent_s, first_byte_s (NaN: none came), finished_s,
        latency_ms (intended to finished), service_time_ms (sent to finished), bytes, local, remote, evidence.
        """
        raw = self.table("request")
        frame = pd.DataFrame({name: raw[name] for name in ("client", "number", "method", "url", "status")})
        frame["ok"] = (raw["error"] == "") & raw["status"].between(200, 399)
        frame["error"] = raw["error"]
        frame["expect_service"] = raw["expect_service"]
        frame["answered_by"] = raw["answered_by"]
        for i, column in enumerate(("edge", "ingress_pod", "app_pod")):
            frame[column] = [row[i] for row in self.native.participants_of_requests()]
        for column in ("intended", "sent", "first_byte", "finished"):
            frame[f"{column}_s"] = raw[f"{column}_ns"] / 1e9
        frame["first_byte_s"] = frame["first_byte_s"].where(raw["status"] > 0)
        frame["latency_ms"] = (raw["finished_ns"] - raw["intended_ns"]) / 1e6
        frame["service_time_ms"] = (raw["finished_ns"] - raw["sent_ns"]) / 1e6
        frame["bytes"] = raw["bytes"]
        frame["local"] = raw["local"]
        frame["remote"] = raw["remote"]
        frame["evidence"] = raw.index
        frame.index = pd.Index([f"{client}/{number}" for client, number in zip(raw["client"], raw["number"])], name="request",
                               dtype=object if raw.empty else None)
        numbers = {"number": int, "status": int, "ok": bool, "bytes": int}
        return _typed(frame, {column: numbers.get(column, float if column.endswith(("_s", "_ms")) else str) for column in map(str, frame)})

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """Every BGP session end at the end of the run; `sessions_at` for another moment.

        Columns: node, peer, state, first_established_s, last_established_s, last_lost_s (NaN: never), times_established,
        reason (of the last change), evidence.
        """
        return self.sessions_at()

    def sessions_at(self, at: Duration | None = None) -> pd.DataFrame:
        """As `sessions`, as they stood at a moment."""
        return _in_seconds(_table(self.native.sessions(self._moment(at)), {
            "node": str, "peer": str, "state": str, "first_established_ns": float, "last_established_ns": float,
            "last_lost_ns": float, "times_established": int, "reason": str, "evidence": str}))

    def rib(self, node: str, at: Duration | None = None) -> pd.DataFrame:
        """The Loc-RIB of a node at a moment (the end when left out).

        Columns: prefix (index), protocol, next_hops (addresses; "0.0.0.0": its own), detail (attributes), evidence.
        """
        speakers = sorted({*self.native.rib_nodes(), *self.native.table("configured")["node"]})  # some have no route yet
        self._known(node, speakers, "routing table")
        columns = {"prefix": str, "protocol": str, "next_hops": object, "detail": str, "evidence": str}
        return _table(self.native.rib(node, self._moment(at)), columns).set_index("prefix")

    def fib(self, node: str, at: Duration | None = None) -> pd.DataFrame:
        """The forwarding table of a node at a moment (the end when left out).

        Columns: prefix (index), protocol, next_hops (addresses), interfaces, evidence.
        """
        self._known(node, self.native.fib_nodes(), "forwarding table")
        rows = [{"prefix": row["prefix"], "protocol": row["protocol"],
                 "next_hops": [hop["address"] for hop in row["next_hops"] if hop["address"] not in ("0.0.0.0", "::")],
                 "interfaces": [hop["interface"] for hop in row["next_hops"]], "evidence": row["evidence"]}
                for row in self.native.fib(node, self._moment(at))]
        columns = {"prefix": str, "protocol": str, "next_hops": object, "interfaces": object, "evidence": str}
        return _table(rows, columns).set_index("prefix")

    @cached_property
    def events(self) -> pd.DataFrame:
        """What happened, in order of time: at_s, kind, node, what (words), evidence.

        Kinds: session, rib, fib, link, fault, pod, endpoints, neighbour, nat, note, drop.
        """
        rows = [row for kind in _EVENT_KINDS for row in _events(kind, self.table(kind))]
        frame = _table(rows, {"at_s": float, "kind": str, "node": str, "what": str, "evidence": str})
        return frame.sort_values("at_s", kind="stable", ignore_index=True)

    @cached_property
    def captures(self) -> pd.DataFrame:
        """The pcap files of the run: node, port, path, bytes."""
        rows = []
        for path in sorted((self.out / "pcap").glob("*.pcap")):
            node, _, port = path.stem.rpartition("_")
            rows.append({"node": node, "port": port, "path": str(path), "bytes": path.stat().st_size})
        return _table(rows, {"node": str, "port": str, "path": str, "bytes": int})

    @cached_property
    def mrt(self) -> pd.DataFrame:
        """The MRT files of the run (`run(..., mrt="all")`; RFC 6396): node, kind ("updates", "rib"), path, bytes."""
        rows = []
        for path in sorted((self.out / "mrt").glob("*.mrt")):
            node, _, kind = path.stem.rpartition(".")
            rows.append({"node": node, "kind": kind, "path": str(path), "bytes": path.stat().st_size})
        return _table(rows, {"node": str, "kind": str, "path": str, "bytes": int})

    def explain(self, request: str) -> Explanation:
        """Why a request ("users/17") failed or was slow: the chain of records from what the client saw to the cause.

        For one that was answered in time the steps say where its time went. ScenarioError for a request that is not there.
        """
        from .explaining import Explanation

        return Explanation(request, self.native.explain(self._index_of(request)))

    def path(self, request: str) -> pd.DataFrame:
        """The hops of a request ("users/17"): leg, direction ("there", "back"), at_s, node, in, out."""
        return _in_seconds(_table(self.native.path(self._index_of(request)), {
            "leg": str, "direction": str, "at_ns": float, "node": str, "in": str, "out": str}))

    @cached_property
    def windows(self) -> pd.DataFrame:
        """When packets towards a prefix could loop or be lost, from any machine: one row a window, in order of time.

        Columns: kind ("loop", "blackhole"), from_s, to_s (NaN: to the end of the run), length_s, prefixes, nodes (where such packets
        started), witness (nodes on one way that goes wrong), reason, evidence (ids of records).
        """
        rows = [{"kind": one["kind"], "from_s": one["from_ns"] / 1e9, "to_s": _seconds(one["to_ns"]),
                 "length_s": ((self._part("simulated_ns") if one["to_ns"] is None else one["to_ns"]) - one["from_ns"]) / 1e9,
                 "prefixes": one["prefixes"], "nodes": [node["node"] for node in one["nodes"]],
                 "witness": [hop["node"] for hop in one["witness"]], "reason": one["reason"], "evidence": one["evidence"]}
                for one in self._part("windows")]
        return _table(rows, {"kind": str, "from_s": float, "to_s": float, "length_s": float, "prefixes": object, "nodes": object,
                             "witness": object, "reason": str, "evidence": object})

    @cached_property
    def convergence(self) -> pd.DataFrame:
        """How routing settled after each event of the timeline, until the next: one row an instant.

        Columns: at_s, rib_settled_s and fib_settled_s (from the event to the last change of a BGP table and of a forwarding table; NaN:
        none changed), sessions_lost and sessions_established (numbers of session ends), evidence (ids of the faults).
        """
        def after(change: dict[str, Any] | None, at: int) -> float:
            return float("nan") if change is None else (change["at_ns"] - at) / 1e9

        rows = [{"at_s": one["at_ns"] / 1e9, "rib_settled_s": after(one["last_rib_change"], one["at_ns"]),
                 "fib_settled_s": after(one["last_fib_change"], one["at_ns"]), "sessions_lost": len(one["sessions_lost"]),
                 "sessions_established": len(one["sessions_established"]), "evidence": one["evidence"]}
                for one in self._part("convergence")["faults"]]
        return _table(rows, {"at_s": float, "rib_settled_s": float, "fib_settled_s": float, "sessions_lost": int,
                             "sessions_established": int, "evidence": object})

    def show(self, what: str, which: str | None = None, *, json: bool = False, **options: Any) -> Any:
        """What `seatrial show` prints of the run, in words; or with `json`, its JSON as values (times in nanoseconds).

            print(r.show("paths", from_="users", to="10.50.0.80", at="36s"))     # all ways that a packet could take
            r.show("fib", at="36s", prefix="172.16.1.195", json=True)["routes"]

        Args:
            what: "sessions", "rib", "fib", "requests", "paths", "timeline", "windows", or the evidence id of a record.
            which: for "requests" and "paths": one request, "users/17".
            options: the command's: at, node, prefix, longer, pods, down, client, failed, slow, status, from_, to, kind, limit, width;
                switches are True.

        Raises ScenarioError with the command's message.
        """
        from ._ask import ask

        said = [(f"--{name.rstrip('_').replace('_', '-')}", _option(name, value)) for name, value in options.items()]
        said_it = ask("show", [*said, ("--json", json)], [self.out, what, *([] if which is None else [which])])
        return loads(said_it) if json else said_it

    def write_report(self) -> Path:
        """Writes report.html anew, as `seatrial report` does; its path. A run has written it already."""
        from ._ask import ask

        ask("report", (), [self.out])
        return self.out / "report.html"

    @property
    def plot(self) -> Plots:
        """Figures: `r.plot.latency()`, `.availability()`, `.convergence()`, `.topology()`."""
        from .plotting import Plots

        return Plots(self)

    # --- within the class ---

    def _part(self, name: str) -> Any:
        if name not in self.data:
            raise ScenarioError(f"{self.out / 'results.json'}: error: no \"{name}\", expected a run of a version that writes it")
        return self.data[name]

    def _index_of(self, request: str) -> int:
        found = self.requests.index.get_indexer(pd.Index([request]))[0] if isinstance(request, str) else -1
        if found < 0:
            raise ScenarioError(f"error: no request {shortened(request)} in this run, expected CLIENT/NUMBER such as "
                                f"\"{next(iter(self.requests.index), 'users/1')}\"")
        return int(found)

    def _moment(self, at: Duration | None) -> int | None:
        if at is None:
            return None
        moment, end = nanoseconds(at), int(self._part("simulated_ns"))
        if moment > end:
            raise ScenarioError(f"error: {moment / 1e9:g} s is after the end of the run, expected at most {end / 1e9:g} s")
        return moment

    @staticmethod
    def _known(node: str, nodes: list[str], what: str) -> None:
        if not isinstance(node, str) or node not in nodes:
            more = f" and {len(nodes) - _NAMED} more" if len(nodes) > _NAMED else ""
            raise ScenarioError(f"error: no {what} of {shortened(node)} in this run, expected one of {', '.join(nodes[:_NAMED])}{more}")


def _table(rows: Any, columns: Mapping[str, type]) -> pd.DataFrame:
    """A frame with these columns, of these types even when it has no rows."""
    return _typed(pd.DataFrame(rows, columns=list(columns)), columns)


def _typed(frame: pd.DataFrame, types: Mapping[Any, type]) -> pd.DataFrame:
    # Texts have the type that pandas gives them, which its versions differ in; of none it cannot know.
    return frame.astype({column: kind for column, kind in types.items() if kind is not str or frame.empty})


def _option(name: str, value: Any) -> Any:
    if name in ("at", "from_", "to") and not isinstance(value, str):
        return duration(value)
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _seconds(nanoseconds_: int | None) -> float:
    return float("nan") if nanoseconds_ is None else nanoseconds_ / 1e9


def _in_seconds(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns *_ns become *_s, at their place."""
    times = [column for column in frame.columns if column.endswith("_ns")]
    for column in times:
        frame[column] = pd.to_numeric(frame[column]) / 1e9
    return frame.rename(columns={column: column.removesuffix("_ns") + "_s" for column in times})


def _events(kind: str, table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for evidence, row in zip(table.index, table.to_dict("records")):
        yield {"at_s": row["at_ns"] / 1e9, "kind": kind, "evidence": evidence, **_event(kind, row)}


def _event(kind: str, row: dict[Any, Any]) -> dict[str, str]:
    if kind in ("session", "bfd"):
        return {"node": row["node"], "what": f"{row['peer']} {row['state']}" + (f": {row['reason']}" if row["reason"] else "")}
    if kind == "rib":
        return {"node": row["node"], "what": f"{row['prefix']} via {', '.join(row['next_hops']) or 'nobody'}"}
    if kind == "fib":
        hops = ", ".join(hop["address"] for hop in row["next_hops"])
        return {"node": row["node"], "what": f"{row['prefix']} {row['protocol']} " + (hops if row["installed"] else "removed")}
    if kind == "link":
        return {"node": row["port"].rpartition(":")[0], "what": f"{row['port']} {'up' if row['up'] else 'down'}"}
    if kind == "fault":
        return {"node": row["target"].partition(":")[0], "what": f"{row['action']} {row['target']}"}
    if kind == "pod":
        return {"node": row["node"], "what": f"{row['pod']} {row['phase']}{' ready' if row['ready'] else ''}"}
    if kind == "endpoints":
        return {"node": "", "what": f"{row['service']}: {', '.join(row['ready']) or 'none'}"}
    if kind == "neighbour":
        return {"node": row["node"], "what": f"{row['address']} on {row['interface']} {row['state']}"}
    if kind == "nat":
        return {"node": row["node"], "what": f"{row['protocol']} {row['address']} to {', '.join(row['backends']) or 'nobody'}"}
    if kind == "drop":
        return {"node": row["node"], "what": f"packet from {row['flow']['from']} to {row['flow']['to']}: {row['reason']}"}
    return {"node": row["node"], "what": f"{row['kind']}: {row['text']}"}
