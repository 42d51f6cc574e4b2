"""A design and what is changed in it, read before anything runs: cells that only wait to be run."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from . import _native
from ._cache import Cache, Cell, build, key_of
from ._values import Duration, duration, listed, nanoseconds, plain, shortened
from .design import DataCenter
from .errors import ScenarioError
from .handles import Client, Cluster, Edge, Handle, Node, Router, Switch
from .running import as_folder

#: A scenario directory, or a DataCenter.
Design: TypeAlias = str | Path | DataCenter
#: "clients.users.load.rate", or (handle, "load.rate").
Key: TypeAlias = str | tuple[Handle, str]

_PLACES: tuple[tuple[type[Handle], str], ...] = (
    (Router, "fabric.routers"), (Switch, "fabric.switches"), (Edge, "edges"), (Client, "clients"), (Cluster, "clusters"))


def path_of(key: Key, design: object) -> str:
    """The `--set` path that a key of a grid means."""
    if isinstance(key, str):
        return key
    if isinstance(key, tuple) and len(key) == 2 and isinstance(key[0], Handle) and isinstance(key[1], str):
        handle, below = key
        for kind, place in _PLACES:
            if isinstance(handle, kind):
                return f"{place}.{_step(handle.name)}.{below}"
        if isinstance(handle, Node) and isinstance(design, DataCenter):
            for cluster in design.clusters.values():
                if handle in cluster.nodes:
                    return f"clusters.{_step(cluster.name)}.nodes.{_step(handle.name)}.{below}"
    raise ScenarioError(f"grid: error: the key {key!r} names nothing, expected a path such as \"clients.users.load.rate\", "
                        "or (handle, \"load.rate\")")


def _step(name: str) -> str:
    return f"[{name}]" if "." in name else name


def grid_points(grid: Mapping[Any, Iterable[Any]] | None, design: object) -> Iterator[dict[str, Any]]:
    """Every combination, the last key fastest: {path: value}."""
    columns: dict[str, list[Any]] = {}
    if not isinstance(grid, (Mapping, type(None))):
        raise ScenarioError(f"grid: error: {grid!r}, expected {{path: values}} such as {{\"clients.users.load.rate\": [100, 200]}}")
    for key, values in (grid or {}).items():
        path = path_of(key, design)
        if path in columns:
            raise ScenarioError(f"grid: error: {path} is there twice")
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            raise ScenarioError(f"grid: error: {path} has {values!r}, expected a list of values")
        columns[path] = listed(values, f"grid: a list of values of {path}")
        if not columns[path]:
            raise ScenarioError(f"grid: error: {path} has no values, expected at least one")
    for combination in itertools.product(*columns.values()):
        yield dict(zip(columns, combination))


@dataclass
class Source:
    """A design's document and files, before changes."""

    base: Path
    overlay: dict[str, str]

    @classmethod
    def of(cls, design: object) -> Source:
        if isinstance(design, DataCenter):
            _, document, texts = design._inspect()
            return cls(design.base, {**texts, "scenario.json": json.dumps(document, indent=2) + "\n"})
        if isinstance(design, (str, Path)):
            return cls(Path(as_folder(design)), {})
        raise ScenarioError(f"{shortened(design)}: error: no design, expected a folder with a scenario.json, or a DataCenter")

    def read(self, name: str) -> bytes:
        return self.overlay[name].encode() if name in self.overlay else (self.base / name).read_bytes()

    def inspect(self, overrides: Sequence[str], injections: Sequence[str] = ()) -> dict[str, Any]:
        """ScenarioError with the command line's message."""
        found: dict[str, Any] = _native.inspect(str(self.base), self.overlay, list(overrides), list(injections))
        if not found["ok"]:
            raise ScenarioError(found["messages"] + f"{found['errors']} error(s): nothing was run")
        return found


class Cells:
    """Makes cells of one design; every file that any of them reads goes into the cache once."""

    def __init__(self, cache: Cache, design: object, until: Duration | None) -> None:
        self._cache = cache
        self._until = None if until is None else duration(until)
        if self._until is not None and nanoseconds(self._until) <= 0:
            raise ScenarioError(f"until: error: a run until {self._until} has no length, expected a time after the start")
        if isinstance(design, DataCenter):
            design, self._until = design._ending(self._until)
        self.source = Source.of(design)
        self._contents: dict[str, bytes] = {}
        self._waiting: list[tuple[dict[str, Any], tuple[str, ...], tuple[str, ...], int]] = []

    @property
    def until(self) -> str | None:
        return self._until

    def add(self, overrides: tuple[str, ...], injections: tuple[str, ...], seeds: Sequence[int] | None) -> int:
        """One cell a seed (the document's own when left out); how many."""
        found = self.source.inspect(overrides, injections)
        document = json.loads(found["document"])
        for name in [*found["files"], "scenario.json"]:
            if name not in self._contents and not Path(name).is_absolute():
                self._contents[name] = self.source.read(name)
        files = {name: hashlib.sha256(self._contents.get(name) or self.source.read(name)).hexdigest()
                 for name in found["files"] if name != "scenario.json"}
        chosen = [int(document.get("seed", 1))] if seeds is None else list(seeds)
        for seed in chosen:
            self._waiting.append(({"document": document, "files": files}, overrides, injections, seed))
        return len(chosen)

    def make(self) -> list[Cell]:
        """All that were added, in their order."""
        folder = self._cache.add_design(self._contents)
        build_name = build()
        return [Cell(str(self._cache.folder), key_of(inputs["document"], inputs["files"], seed, self._until, build_name),
                     str(folder), overrides, injections, seed, self._until, build_name)
                for inputs, overrides, injections, seed in self._waiting]


def seed_list(seeds: int | Iterable[int] | None) -> list[int] | None:
    """Seeds as a person gives them: None, one, or several."""
    if seeds is None:
        return None
    seeds = plain(seeds)
    chosen = list(seeds) if isinstance(seeds, Iterable) and not isinstance(seeds, (str, bytes)) else [seeds]
    for seed in chosen:
        if isinstance(seed, (bool, type)) or not hasattr(seed, "__index__") or not 0 <= int(seed) < 2**63:
            raise ScenarioError(f"seeds: error: {seed!r} is not a seed, expected a whole number from 0 to {2**63 - 1}")
    if not chosen:
        raise ScenarioError("seeds: error: there is none, expected at least one")
    return list(dict.fromkeys(int(seed) for seed in chosen))


#: A design, or a function that makes one of a point of the grid.
Maker: TypeAlias = Design | Callable[..., Design]
