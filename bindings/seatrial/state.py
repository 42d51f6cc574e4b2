"""What the state of a run may be at a moment: the conditions of `dc.expect.always`, `.eventually` and `.until`.

    from seatrial import state

    dc.expect.eventually(state.session(edge, worker), by="15s")
    dc.expect.always(state.reaches("10.50.0.80/32", node=core) | state.link("core1:eth1", up=False), from_="15s")

Conditions combine with `&`, `|` and `~`. They are plain values: the dictionaries that scenario.json has for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ._values import Spec, given
from .handles import Handle

Nodes = Handle | str | Sequence[Handle | str]
#: {"at_least": a, "at_most": b, "equals": c}; a bare number means "equals".
CountBound = Mapping[str, int] | int
#: The same of a share between 0 and 1.
RatioBound = Mapping[str, float] | float

__all__ = ["Condition", "all_of", "any_of", "endpoints", "link", "load", "not_", "reaches", "route", "session"]


class Condition(dict[str, Any]):
    """One condition; `&`, `|` and `~` make others of it."""

    def __and__(self, other: Condition) -> Condition:
        return all_of(self, other)

    def __or__(self, other: Any) -> Any:
        return any_of(self, other)

    def __invert__(self) -> Condition:
        return not_(self)


def _count(value: CountBound | None) -> Spec | None:
    if value is None:
        return None
    return dict(value) if isinstance(value, Mapping) else {"equals": value}


def session(node: Handle | str, peer: Handle | str, *, established: bool | None = None) -> Condition:
    """The BGP sessions of `node` with `peer` are Established (or, with False, are not all), as `node` sees it."""
    return Condition(given(session=[node, peer], established=established))


def route(route: str, *, node: Nodes, next_hops: Sequence[str] | None = None, count: CountBound | None = None,
          present: bool | None = None, table: str | None = None) -> Condition:
    """The "fib" (default) or "rib" of each node has exactly this prefix, with exactly these next hops or so many."""
    return Condition(given(route=route, node=node, table=table, present=present, next_hops=next_hops, count=_count(count)))


def reaches(reaches: str, *, node: Nodes) -> Condition:
    """Packets from each node towards this prefix arrive: a route covers it, no loop, no blackhole on any branch of ECMP."""
    return Condition(given(reaches=reaches, node=node))


def endpoints(endpoints: str, *, ready: CountBound) -> Condition:
    """A Service ("namespace/name") has so many ready endpoints."""
    return Condition(given(endpoints=endpoints, ready=_count(ready)))


def link(link: str, *, up: bool | None = None) -> Condition:
    """The port ("core1:eth1") has a carrier (or, with False, has none)."""
    return Condition(given(link=link, up=up))


def load(load: Handle | str, *, success_ratio: RatioBound, window: str | None = None) -> Condition:
    """Of a client's requests that were due within the last `window` ("1s") such a share succeeds; of none, no share does."""
    bound = dict(success_ratio) if isinstance(success_ratio, Mapping) else {"equals": success_ratio}
    return Condition(given(load=load, success_ratio=bound, window=window))


def all_of(*all: Condition) -> Condition:
    """All of these hold."""
    return Condition(all=list(all))


def any_of(*any: Condition) -> Condition:
    """At least one of these holds."""
    return Condition(any=list(any))


def not_(condition: Condition) -> Condition:
    """This does not hold."""
    return Condition({"not": condition})
