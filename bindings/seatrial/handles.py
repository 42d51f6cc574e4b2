"""Handles: what a DataCenter gives out for a switch, router, edge, cluster, node or client.

A handle has a `name` and the `spec` that goes into scenario.json; members of the spec may be changed until the design
is run. Members that are left out are derived when it is (see `seatrial.plan`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ._values import Duration, Rate, Spec, duration, given, names, rate, text
from .errors import ScenarioError

if TYPE_CHECKING:
    from .design import DataCenter


@dataclass(eq=False)
class Handle:
    """Something that has a name in the design."""

    spec: Spec
    #: Read from a scenario directory, where what is left out has a meaning of its own: nothing is derived for it.
    complete: bool = field(default=False, kw_only=True)

    @property
    def name(self) -> str:
        """Its name in the design."""
        return str(self.spec["name"])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


def handles_in(value: Any) -> Iterator[Handle]:
    """The handles in a value, at any depth."""
    if isinstance(value, Handle):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from handles_in(key)
            yield from handles_in(inner)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            yield from handles_in(inner)


@dataclass(eq=False, repr=False)
class Switch(Handle):
    """An L2 switch."""

    def port(self, name: str, *, access: int | None = None, trunk: Sequence[int] | None = None,
             native: int | None = None) -> Switch:
        """Settings of one port: VLAN numbers. Returns the switch."""
        self.spec.setdefault("ports", []).append(given(name=name, access=access, trunk=trunk, native=native))
        return self


@dataclass(eq=False, repr=False)
class Router(Handle):
    """An L3 router. `asn` and `route_reflector` are for a router without a configuration file of its own."""

    asn: int | None = None
    route_reflector: bool = False


@dataclass(eq=False, repr=False)
class Host(Handle):
    """A machine that hangs on a switch."""


@dataclass(eq=False, repr=False)
class Edge(Host):
    """An edge proxy: NGINX with a BGP daemon beside it. `vip`, `asn`: for one without a frr.conf of its own."""

    asn: int | None = None
    vip: str | None = None


@dataclass(eq=False, repr=False)
class Node(Host):
    """A node of a Kubernetes cluster."""


@dataclass(eq=False, repr=False)
class Client(Host):
    """A client outside; `load` gives it something to do."""

    #: Its load is as a scenario directory says it.
    complete_load: bool = field(default=False, kw_only=True)

    def load(self, rate: float, url: str | None = None, *, requests: Sequence[Mapping[str, Any] | str] | None = None,
             arrival: str | None = None, from_: Duration | None = None, to: Duration | None = None,
             timeout: Duration | None = None, connections: str | None = None, resolve: str | None = None,
             expect_service: str | None = None, method: str | None = None,
             headers: Mapping[str, str] | None = None, body_bytes: int | None = None,
             weight: int | None = None) -> Client:
        """Requests a second, open loop. Returns the client.

        Args:
            rate: requests a second.
            url: what to ask for; or `requests`: several, each a URL or a mapping as `request()` makes.
            arrival: "poisson" (default), "constant" or "uniform".
            from_, to: first and last moment of intended starts; when left out, most of the run, with the first event of the timeline
                in it (`seatrial.plan`).
            timeout: of one request, from its intended start to the last byte; 10 s when left out.
            connections: "per_request" (default) or "keepalive".
            resolve: the address of the URL's host; the edges' VIP when left out.
            expect_service: "namespace/name" that should answer.
            method, headers, body_bytes, weight: of the request to `url`.
        """
        wanted: list[Spec] = []
        if url is not None:
            wanted.append(request(url, resolve=resolve, weight=weight, method=method, headers=headers,
                                  body_bytes=body_bytes, expect_service=expect_service))
        if not isinstance(requests, (list, tuple, type(None))):
            raise ScenarioError(f"error: the load of \"{self.name}\" has requests={requests!r}, expected a list of URLs or mappings")
        for one in requests or ():
            if not isinstance(one, (str, Mapping)):
                raise ScenarioError(f"error: the load of \"{self.name}\" has a request {one!r}, expected a URL or a mapping")
            wanted.append(request(one, resolve=resolve) if isinstance(one, str) else dict(one))
        self.spec["load"] = given(
            arrival=arrival, rate=rate, from_=None if from_ is None else duration(from_),
            to=None if to is None else duration(to), timeout=None if timeout is None else duration(timeout),
            connections=connections, requests=wanted)
        self.complete_load = False
        return self


def request(url: str, *, resolve: str | None = None, weight: int | None = None, method: str | None = None,
            headers: Mapping[str, str] | None = None, body_bytes: int | None = None,
            expect_service: str | None = None) -> Spec:
    """One kind of request of a load.

    Args:
        url: http://host[:port]/path.
        resolve: where the URL's host is, as curl --resolve.
        weight: how often, against the others.
        method: GET when left out.
        headers: added to the request.
        body_bytes: length of the body.
        expect_service: "namespace/name" that should answer.
    """
    return given(url=url, resolve=resolve, weight=weight, method=method, headers=headers, body_bytes=body_bytes,
                 expect_service=expect_service)


@dataclass(eq=False, repr=False)
class Cluster(Handle):
    """A Kubernetes cluster with Calico. `nodes`: its nodes, in the order in which they were made; `asn`: of the nodes, where its
    manifests do not say it.
    """

    center: DataCenter = field(kw_only=True)
    nodes: list[Node] = field(default_factory=list)
    asn: int | None = None

    def node(self, name: str, *, on: Switch | str, address: str | None = None, interface: str | None = None,
             gateways: Sequence[str] | None = None, rate: Rate | None = None, delay: Duration | None = None,
             mtu: int | None = None, queue: int | None = None, vlan: Mapping[str, Any] | None = None,
             control_plane: bool | None = None, labels: Mapping[str, str] | None = None,
             taints: Sequence[Mapping[str, str]] | None = None) -> Node:
        """One more node, on a switch or a switch's port ("tor1:swp3")."""
        self.center._own(on)
        spec = attachment(name, on, address, interface, gateways, rate, delay, mtu, queue, vlan)
        spec.update(given(control_plane=control_plane, labels=labels, taints=taints))
        node = Node(spec)
        self.center._claim(node)
        self.nodes.append(node)
        self.spec.setdefault("nodes", []).append(spec)
        return node

    def workload(self, image: str, model: str, *, service_time: Duration | Mapping[str, Any] | None = None,
                 response_bytes: int | None = None, startup: Duration | None = None) -> Cluster:
        """How containers of an image behave (shell pattern): model "app", "coredns" or "nginx-ingress".

        Args:
            service_time: of a request; a duration, or {"distribution": "exponential", "mean": "2ms"}.
            response_bytes: of an answer's body.
            startup: from the container's start until it serves.
        """
        self.spec.setdefault("workloads", []).append(
            given(image=image, model=model,
                  service_time=service_time if service_time is None or isinstance(service_time, Mapping)
                  else duration(service_time),
                  response_bytes=response_bytes, startup=None if startup is None else duration(startup)))
        return self


def attachment(name: str, on: Switch | str | None, address: str | None, interface: str | None,
               gateways: Sequence[str] | None, rate_: Rate | None, delay: Duration | None, mtu: int | None,
               queue: int | None, vlan: Mapping[str, Any] | None) -> Spec:
    """The members that every host has: where it hangs, its address, the cable's properties."""
    place = text(names(on), f"the place of {name!r} (on=)", "tor1")
    return given(name=name, at=place, address=address, interface=interface, gateways=gateways,
                 **cable(rate_, delay, mtu, queue, vlan))


def cable(rate_: Rate | None, delay: Duration | None, mtu: int | None, queue: int | None,
          vlan: Mapping[str, Any] | None) -> Spec:
    if not isinstance(vlan, (Mapping, type(None))):
        raise ScenarioError(f"error: a cable has vlan={vlan!r}, expected {{\"access\": 10}}, or {{\"trunk\": [10, 20], \"native\": 1}}")
    return given(rate=None if rate_ is None else rate(rate_), delay=None if delay is None else duration(delay),
                 mtu=mtu, queue=queue, vlan=vlan)
