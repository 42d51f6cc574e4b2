"""`dc.expect`: what a design must do, a method for each kind of expectation that scenario.json has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ._values import Duration, Spec, duration, given
from .handles import Handle

Nodes = Handle | str | Sequence[Handle | str]
#: {"at_least": a, "at_most": b, "equals": c}; a bare number or duration means "equals".
Bound = Mapping[str, Any] | float | str


def _bound(value: Bound | None, *, time: bool = False) -> Spec | None:
    if value is None:
        return None
    members = dict(value) if isinstance(value, Mapping) else {"equals": value}
    return {key: duration(one) if time else one for key, one in members.items()}


def _time(value: Duration | None) -> str | None:
    return None if value is None else duration(value)


class Expect:
    """Adds expectations to a design. Each method returns the `id` under which the verdict names it (given, or made of its kind).

    Of all: `node`: a handle, a name, or several; `at`: the moment that is looked at (the end when left out); `from_`, `to`: only
    what was due from then on, and before then; shares are from 0 to 1. A bound is {"at_least": a, "at_most": b} or
    {"equals": c}, and a bare number or duration means "equals".
    """

    def __init__(self, specs: list[Spec], own: Callable[..., None]) -> None:
        self._specs = specs
        self._own = own  # refuses handles of another DataCenter

    def add(self, **members: Any) -> str:
        """Any expectation, as scenario.json says it. `from_` stands for "from"."""
        self._own(members)
        spec = given(**members)
        if "id" not in spec:
            kind = next(iter(spec), "expectation")
            taken = {one.get("id") for one in self._specs}
            number = 1
            while (name := kind if number == 1 else f"{kind}-{number}") in taken:
                number += 1
            spec = {"id": name, **spec}
        self._specs.append(spec)
        return str(spec["id"])

    def sessions(self, *, by: Duration, until: Duration | None = None, node: Nodes | None = None,
                 id: str | None = None) -> str:
        """Every BGP session that the files imply is Established by then, and stays so until `until`."""
        return self.add(id=id, sessions="as_configured", by=_time(by), until=_time(until), node=node)

    def routes(self, routes: Mapping[str, Sequence[str]], *, node: Nodes, exact: bool | None = None,
               protocol: str | None = None, at: Duration | None = None, id: str | None = None) -> str:
        """Each node's forwarding table has these: {prefix: [next hops]}; `exact` (default): and nothing else."""
        return self.add(id=id, routes=routes, node=node, exact=exact, protocol=protocol, at=_time(at))

    def blocks(self, *, node: Nodes, cluster: Handle | str | None = None, at: Duration | None = None,
               id: str | None = None) -> str:
        """Each Calico block has its owner as only next hop at each node."""
        return self.add(id=id, blocks="one_next_hop", cluster=cluster, node=node, at=_time(at))

    def next_hops(self, next_hops: int, *, prefix: str, node: Nodes, at: Duration | None = None,
                  id: str | None = None) -> str:
        """A prefix has that many next hops at each node."""
        return self.add(id=id, next_hops=next_hops, prefix=prefix, node=node, at=_time(at))

    def load(self, load: Handle | str, *, success_ratio: Bound | None = None, requests: Bound | None = None,
             status: int | None = None, answered_by: str | None = None, p50: Bound | None = None,
             p90: Bound | None = None, p99: Bound | None = None, max: Bound | None = None,
             from_: Duration | None = None, to: Duration | None = None, id: str | None = None) -> str:
        """How a client's requests end: bounds as {"at_least": ..., "at_most": ..., "equals": ...}."""
        return self.add(id=id, load=load, success_ratio=_bound(success_ratio), requests=_bound(requests),
                        status=status, answered_by=answered_by, p50=_bound(p50, time=True),
                        p90=_bound(p90, time=True), p99=_bound(p99, time=True), max=_bound(max, time=True),
                        from_=_time(from_), to=_time(to))

    def success_ratio(self, load: Handle | str, *, at_least: float | None = None, at_most: float | None = None,
                      from_: Duration | None = None, to: Duration | None = None, id: str | None = None) -> str:
        """The share of a client's requests that were answered with 2xx or 3xx."""
        return self.load(load, success_ratio=given(at_least=at_least, at_most=at_most), from_=from_, to=to, id=id)

    def latency(self, load: Handle | str, *, p50: Duration | None = None, p90: Duration | None = None,
                p99: Duration | None = None, max: Duration | None = None, from_: Duration | None = None,
                to: Duration | None = None, id: str | None = None) -> str:
        """Upper bounds of a client's latency, from the intended start."""
        at_most = {key: {"at_most": value} for key, value in
                   {"p50": p50, "p90": p90, "p99": p99, "max": max}.items() if value is not None}
        return self.load(load, from_=from_, to=to, id=id, **at_most)  # type: ignore[arg-type]

    def spread(self, over: str, load: Handle | str, *, service: str | None = None, min_share: float | None = None,
               max_share: float | None = None, id: str | None = None) -> str:
        """The share of the answered requests that each of "edges", "ingress_pods" or "app_pods" carried."""
        return self.add(id=id, spread=given(over=over, load=load, service=service, min_share=min_share,
                                            max_share=max_share))

    def drops(self, drops: Bound, *, node: Nodes | None = None, reasons: Sequence[str] | None = None,
              from_: Duration | None = None, to: Duration | None = None, id: str | None = None) -> str:
        """How many packets were thrown away."""
        return self.add(id=id, drops=_bound(drops), node=node, reasons=reasons, from_=_time(from_), to=_time(to))

    def no_loops(self, *, prefix: str | None = None, node: Nodes | None = None, from_: Duration | None = None,
                 to: Duration | None = None, at_most: Duration | None = None, id: str | None = None) -> str:
        """No window longer than `at_most` (0 s) in which packets towards `prefix` (any) could circle, from `node` (all)."""
        return self.add(id=id, no_loops=True, prefix=prefix, node=node, from_=_time(from_), to=_time(to),
                        at_most=_time(at_most))

    def no_blackholes(self, *, prefix: str | None = None, node: Nodes | None = None, from_: Duration | None = None,
                      to: Duration | None = None, at_most: Duration | None = None, id: str | None = None) -> str:
        """No window longer than `at_most` (0 s) in which packets towards `prefix` (any) could be lost, from `node` (all)."""
        return self.add(id=id, no_blackholes=True, prefix=prefix, node=node, from_=_time(from_), to=_time(to),
                        at_most=_time(at_most))

    def convergence(self, *, after: Duration, at_most: Duration, of: str | None = None, id: str | None = None) -> str:
        """From `after` to the next fault, the last change of the "fib" (default) or "rib" comes within `at_most`."""
        return self.add(id=id, convergence=given(after=_time(after), at_most=_time(at_most), of=of))

    def quiescent(self, quiescent: str = "fib", *, by: Duration, id: str | None = None) -> str:
        """No "fib" or "rib" changes after that moment."""
        return self.add(id=id, quiescent=quiescent, by=_time(by))

    def always(self, always: Mapping[str, Any], *, from_: Duration | None = None, to: Duration | None = None,
               id: str | None = None) -> str:
        """The condition (`seatrial.state`) holds at every moment of [from, to); of the whole run when left out."""
        return self.add(id=id, always=always, from_=_time(from_), to=_time(to))

    def eventually(self, eventually: Mapping[str, Any], *, by: Duration | None = None, from_: Duration | None = None,
                   id: str | None = None) -> str:
        """The condition (`seatrial.state`) holds at some moment from `from_` (0 s) on, at the latest `by` (the end)."""
        return self.add(id=id, eventually=eventually, from_=_time(from_), by=_time(by))

    def until(self, until: Mapping[str, Any], *, holds: Mapping[str, Any], from_: Duration | None = None,
              by: Duration | None = None, id: str | None = None) -> str:
        """`until` comes at the latest `by` (the end), and `holds` is so at every moment from `from_` (0 s) before it."""
        return self.add(id=id, until=until, holds=holds, from_=_time(from_), by=_time(by))
