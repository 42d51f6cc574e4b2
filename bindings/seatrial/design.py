"""DataCenter: a design as a program says it. It and a scenario directory are one: `save` and `load` go both ways."""

from __future__ import annotations

import copy
import ipaddress
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _native
from ._child import assignments, injections
from ._scratch import Scratch
from ._values import Duration, Rate, Spec, as_number, as_path, duration, given, names, plain, text
from .errors import ScenarioError, warn
from .expect import Expect
from .handles import Client, Cluster, Edge, Handle, Node, Router, Switch, attachment, cable, handles_in
from .moment import Moment
from .result import Result
from .running import as_folder, run_saying


_MOST_NODES = 5000


class DataCenter:
    """A whole design: switches, routers, edges, clusters, clients, what happens to them, and what is expected.

        dc = seatrial.DataCenter("demo")
        tor = dc.switch("tor1")
        core = dc.router("core1", asn=64512)
        dc.link(core, tor, rate="10Gbps", delay="2us")
        print(dc.check())

    Each method returns a handle; where a handle is taken, its name is taken too. A wrong argument is a ScenarioError, at once or
    when the design is checked, saved or run. What is left open is derived as `help(seatrial.plan)` says.

    Everywhere: a duration or moment is "30s", "1.5ms" (ns, us, ms, s, m, h), a number of seconds, or a timedelta. Of a cable, and
    of the cable that a host hangs on: `rate` "10Gbps" or a number of bits a second (10 Gbps when left out), `delay` of
    propagation (1 us), `mtu` in bytes (1500), `queue` in packets, each direction (1000), `vlan` of the switch's end,
    {"access": 10} or {"trunk": [10, 20], "native": 1}. Of a host: `address` "10.1.1.8/24", `interface` (eth0), `gateways`: addresses
    of its default routes, several share the flows.

    Args:
        name: of the scenario.
        seed: of all chance.
        duration: of a run; `run(until=...)` may say otherwise.
        description: the question that it answers.
        base: the folder that file names are relative to; the current one when left out.

    Attributes:
        switches, routers, edges, clusters, clients: name -> handle; `dc.clients["users"].spec["load"]["rate"] = 400`.
        links, timeline, expectations: as scenario.json has them.
        expect: adds expectations: `dc.expect.success_ratio(users, at_least=0.999)`; see `help(dc.expect)`.
        files: files that exist in the design alone, name -> text; they come before those of `base`.
    """

    def __init__(self, name: str, *, seed: int = 1, duration: Duration = "60s", description: str = "",
                 base: str | Path = ".") -> None:
        from ._values import duration as duration_text

        self.base = Path(as_folder(base))
        self.name = text(name, "the name of a DataCenter", "demo")
        self.seed = plain(seed)
        self.duration = duration_text(duration)
        self.description = description
        self.switches: dict[str, Switch] = {}
        self.routers: dict[str, Router] = {}
        self.edges: dict[str, Edge] = {}
        self.clusters: dict[str, Cluster] = {}
        self.clients: dict[str, Client] = {}
        self.links: list[Spec] = []
        self.timeline: list[Spec] = []
        self.expectations: list[Spec] = []
        self.expect = Expect(self.expectations, self._own)
        self.files: dict[str, str] = {}
        self._loaded = False

    # --- building ---

    def switch(self, name: str, *, vlans: Sequence[int] | None = None, ports: Sequence[Mapping[str, Any]] | None = None,
               aging: Duration | None = None) -> Switch:
        """An L2 switch; with `vlans`, VLAN-aware. `aging`: of learned addresses."""
        switch = Switch(given(name=name, vlans=vlans, ports=ports, aging=None if aging is None else duration(aging)))
        self._claim(switch)
        self.switches[name] = switch
        return switch

    def router(self, name: str, *, config: str | None = None, profile: str | None = None, asn: int | None = None,
               route_reflector: bool = False) -> Router:
        """An L3 router, with its frr.conf, or with one made for the design (`seatrial.plan`).

        Args:
            config: path of the frr.conf, relative to `base`.
            profile: of the BGP daemon, "frr-8.4-datacenter"; as the file says when left out.
            asn: without `config`: its AS; when left out, 64512, or one of its own in a fabric of several tiers.
            route_reflector: without `config`: the others are its clients, and peer with reflectors alone.
        """
        if not isinstance(route_reflector, bool):
            raise ScenarioError(f"error: router \"{name}\" has route_reflector={route_reflector!r}, expected True or False")
        router = Router(given(name=name, config=as_path(config), profile=profile), asn=as_number(asn, f'router "{name}"'),
                        route_reflector=route_reflector)
        self._claim(router)
        self.routers[name] = router
        return router

    def link(self, a: Handle | str, b: Handle | str, *, rate: Rate | None = None, delay: Duration | None = None,
             mtu: int | None = None, queue: int | None = None, vlan: Mapping[str, Any] | None = None) -> Spec:
        """A full-duplex cable between routers and switches; an end may name its port: "core1:eth1"."""
        self._own(a, b)
        ends = [text(names(end), "an end of a link", "core1:eth1") for end in (a, b)]
        link: Spec = {"ends": ends, **cable(rate, delay, mtu, queue, vlan)}
        self.links.append(link)
        return link

    def edge(self, name: str, *, on: Switch | str, address: str | None = None, interface: str | None = None,
             gateways: Sequence[str] | None = None, rate: Rate | None = None, delay: Duration | None = None,
             mtu: int | None = None, queue: int | None = None, vlan: Mapping[str, Any] | None = None,
             bgp: str | None = None, nginx: str | None = None, profile: str | None = None,
             nginx_profile: str | None = None, nginx_start: Duration | None = None, asn: int | None = None,
             vip: str | None = None) -> Edge:
        """An edge proxy on a switch (or a switch's port, "tor1:swp3").

        Args:
            address: ADDRESS/LENGTH; its frr.conf's, else the next free one, when left out.
            bgp, nginx: paths of its frr.conf and nginx.conf, relative to `base`.
            profile, nginx_profile: of the daemons.
            nginx_start: when nginx starts.
            asn, vip: without `bgp`: its AS (its routers') and the shared address that it announces (10.50.0.80).
            gateways, interface, rate, delay, mtu, queue, vlan: see DataCenter.
        """
        self._own(on)
        spec = attachment(name, on, address, interface, gateways, rate, delay, mtu, queue, vlan)
        spec.update(given(bgp=as_path(bgp), nginx=as_path(nginx), profile=profile, nginx_profile=nginx_profile,
                          nginx_start=None if nginx_start is None else duration(nginx_start)))
        if vip is not None and not _is_ipv4(vip):
            raise ScenarioError(f"error: edge \"{name}\" has vip={vip!r}, expected an IPv4 address such as \"10.50.0.80\"")
        edge = Edge(spec, asn=as_number(asn, f'edge "{name}"'), vip=vip)
        self._claim(edge)
        self.edges[name] = edge
        return edge

    def cluster(self, name: str, *, manifests: str | Sequence[str], nodes: int | Sequence[str] = 0,
                on: Switch | str | None = None, calico_profile: str | None = None, service_cidr: str | None = None,
                domain: str | None = None, workloads: Sequence[Mapping[str, Any]] | None = None,
                bird_bfd: Mapping[str, Any] | None = None, timing: Mapping[str, Duration] | None = None,
                asn: int | None = None) -> Cluster:
        """A Kubernetes cluster with Calico.

        Args:
            manifests: shell patterns of YAML files, relative to `base`.
            nodes: how many ("prod-1", ...) or their names; `Cluster.node` adds others.
            on: their switch.
            calico_profile: Calico's version ("3.25").
            service_cidr, domain: where cluster IPs come from (10.96.0.0/12), and the DNS domain (cluster.local).
            workloads: how containers behave, a mapping each; `Cluster.workload` adds them.
            bird_bfd: BFD on the nodes' BGP sessions, {"interval": "300ms", "multiplier": 3}; none when left out.
            timing: clocks that differ from their defaults, {"node_monitor_grace": "20s", "kubelet_start": 1}; the schema has their names.
            asn: of its nodes, where the manifests have no BGPConfiguration; their routers' when left out (`seatrial.plan`).
        """
        nodes = plain(nodes)
        if not isinstance(manifests, (str, list, tuple)) or not isinstance(nodes, (int, list, tuple)) or isinstance(nodes, bool):
            raise ScenarioError(f"error: cluster \"{name}\" has manifests={manifests!r} and nodes={nodes!r}, expected shell patterns, "
                                "and a number or names")
        if not isinstance(timing, (Mapping, type(None))):
            raise ScenarioError(f"error: cluster \"{name}\" has timing={timing!r}, expected {{name: duration}}")
        clocks = None if timing is None else {key: duration(value) for key, value in timing.items()}
        patterns = [text(pattern, f'a pattern of manifests of "{name}"', "cluster/*.yaml")
                    for pattern in ([manifests] if isinstance(manifests, str) else manifests)]
        spec = given(name=name, manifests=patterns, calico_profile=calico_profile, service_cidr=service_cidr, domain=domain,
                     workloads=workloads, bird_bfd=bird_bfd, timing=clocks)
        spec["nodes"] = []
        cluster = Cluster(spec, center=self, asn=as_number(asn, f'cluster "{name}"'))
        self._claim_cluster(cluster)
        if isinstance(nodes, int) and not 0 <= nodes <= _MOST_NODES:
            raise ScenarioError(f"error: cluster \"{name}\" has {nodes} nodes, expected 0 to {_MOST_NODES} (what Kubernetes "
                                "carries), or their names")
        node_names = [f"{name}-{i + 1}" for i in range(nodes)] if isinstance(nodes, int) else list(nodes)
        if node_names and on is None:
            raise ScenarioError(f"error: nobody says where the nodes of \"{name}\" hang, expected on=SWITCH")
        for node_name in node_names:
            assert on is not None
            cluster.node(node_name, on=on)
        return cluster

    def client(self, name: str, *, behind: Router | str | Sequence[Router | str] | None = None, on: Switch | str | None = None,
               address: str | None = None, interface: str | None = None, gateways: Sequence[str] | None = None,
               rate: Rate | None = None, delay: Duration | None = None, mtu: int | None = None,
               queue: int | None = None, vlan: Mapping[str, Any] | None = None) -> Client:
        """A client outside: on a switch, or behind routers, on a LAN of theirs that is made for it (lan-core1).

        What it asks for: `dc.client("users", behind=core).load(rate=200, url="http://cafe.example/")`.
        """
        if (behind is None) == (on is None):
            raise ScenarioError(f"error: client \"{name}\" hangs nowhere or twice, expected behind=ROUTER or on=SWITCH")
        self._own(behind, on)
        place = on if behind is None else self._lan_of(behind)
        client = Client(attachment(name, place, address, interface, gateways, rate, delay, mtu, queue, vlan))
        self._claim(client)
        self.clients[name] = client
        return client

    def at(self, at: Duration) -> Moment:
        """A moment of the run: `dc.at("30s").power_off(node)`."""
        return Moment(self, duration(at))

    # --- using ---

    def document(self) -> Spec:
        """scenario.json as it stands, with everything that is derived. Files that are made go to the directory."""
        return self._derive()[0]

    def check(self) -> str:
        """What `seatrial check` prints of it; ScenarioError with all that is wrong."""
        found = self._inspect()[0]
        warn(str(found["messages"]).splitlines())
        return str(found["description"])

    def save(self, folder: str | Path) -> Path:
        """Writes the scenario directory that `seatrial run` takes: the document and every file that it names.

        Nothing is written when the design is wrong (ScenarioError). Other files in the folder stay, and files outside of it
        ("../shared/nginx.conf") have to be there already: nothing is written beside it.
        """
        target = Path(text(folder, "the folder to save to", "design"))
        contents = self._contents()
        for name, content in list(contents.items()):
            if name.startswith(".."):
                path = Path(os.path.normpath(target / name))
                try:
                    there = path.read_bytes()
                except OSError:
                    there = None
                if there != content:
                    raise ScenarioError(f"{path}: error: not the {name} of the design, and outside of the folder, where nothing is "
                                        "written; expected it there already, or files within base=")
                del contents[name]
        _write(target, contents)
        return target

    def _contents(self) -> dict[str, bytes]:
        """The files of the scenario directory, scenario.json last: a folder without it is one that was not finished."""
        found, document, texts = self._inspect()
        contents = {os.path.normpath(name): texts[name].encode() if name in texts else (self.base / name).read_bytes()
                    for name in found["files"] if name != "scenario.json" and not os.path.isabs(name)}
        contents["scenario.json"] = (json.dumps(document, indent=2) + "\n").encode()
        return contents

    def run(self, until: Duration | None = None, *, seed: int | None = None, out: str | Path | None = None,
            pcap: str = "none", mrt: str = "none", set: Mapping[str, Any] | None = None, inject: Iterable[str] = (),
            progress: bool | None = None) -> Result:
        """Runs it, as `seatrial.run` does with the directory that `save` writes.

        Args:
            until: how long; the duration of a design that was built becomes this, a loaded one ends there, as with
                `seatrial.run`.
            seed, out, pcap, mrt, set, inject, progress: see `seatrial.run`.
        """
        design, end = self._ending(until)
        changes, events = assignments(set), injections(inject)
        contents = design._contents()
        if changes or events:  # said here, where the messages name the design and no temporary folder
            design._inspect(changes, events)
        # A file beside the design stays within the temporary folder.
        above = max(Path(name).parts.count("..") for name in contents)
        with Scratch() as folder:
            place = Path(folder, *["design"] * (above + 1))
            _write(place, contents)
            result, said = run_saying(place, seed, end, out, pcap, mrt, set, events, progress)
        warn(line.replace(f"{place}/", "") for line in said)
        return result

    # --- within the package ---

    def _ending(self, until: Duration | None) -> tuple[DataCenter, str | None]:
        """The design that runs until then, and the `until` of its run."""
        if until is None or self._loaded:
            return self, None if until is None else duration(until)
        design = copy.copy(self)
        design.duration = duration(until)
        return design, None

    def _own(self, *values: Any) -> None:
        """ScenarioError for a handle that another DataCenter gave out: only its name would be taken."""
        mine = {id(handle) for handle in self._handles()}
        for handle in handles_in(values):
            if id(handle) not in mine:
                raise ScenarioError(f"error: {handle!r} is of another DataCenter, expected one that this one (\"{self.name}\") made")

    def _handles(self) -> Iterator[Handle]:
        for one in (self.switches, self.routers, self.edges, self.clusters, self.clients):
            yield from one.values()
        for cluster in self.clusters.values():
            yield from cluster.nodes

    def _claim(self, handle: Handle) -> None:
        text(handle.spec.get("name"), f"the name of a {type(handle).__name__.lower()}", "core1")
        taken: dict[str, Handle] = {**self.switches, **self.routers, **self.edges, **self.clients}
        for cluster in self.clusters.values():
            taken.update({node.name: node for node in cluster.nodes})
        if handle.name in taken:
            raise ScenarioError(f"error: the name \"{handle.name}\" is taken by {taken[handle.name]!r}, expected another")

    def _claim_cluster(self, cluster: Cluster) -> None:
        text(cluster.spec.get("name"), "the name of a cluster", "prod")
        if cluster.name in self.clusters:
            raise ScenarioError(f"error: there is a cluster \"{cluster.name}\" already, expected another name")
        self.clusters[cluster.name] = cluster

    def _lan_of(self, behind: Router | str | Sequence[Router | str]) -> Switch:
        """The client LAN of these routers, made on first use and known by what hangs on it."""
        routers = [behind] if isinstance(behind, (Router, str)) else list(behind) if isinstance(behind, (list, tuple)) else []
        if not routers or not all(isinstance(router, (Router, str)) for router in routers):
            raise ScenarioError(f"error: a client is behind {behind!r}, expected a router, its name, or a list of them")
        wanted = {str(names(router)) for router in routers}
        for name in wanted - set(self.routers):
            raise ScenarioError(f"error: a client is behind \"{name}\", which is no router, expected one of "
                                f"{', '.join(self.routers) or 'those that dc.router() makes'}")
        for name, switch in self.switches.items():
            ends = [set(end.split(":")[0] for end in link["ends"]) for link in self.links]
            if name.startswith("lan-") and {n for pair in ends if name in pair for n in pair} == wanted | {name}:
                return switch
        switch = self.switch("lan-" + "-".join(sorted(wanted)))
        for router in routers:
            self.link(router, switch)
        return switch

    def _derive(self) -> tuple[Spec, dict[str, str]]:
        from .plan import derive

        try:
            return derive(self)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            if isinstance(error, ScenarioError):
                raise
            raise ScenarioError(f"error: a member that was set by hand cannot be read ({type(error).__name__}: {error}), expected "
                                "specs as scenario.json has them") from error

    def _inspect(self, changes: Sequence[str] = (), events: Sequence[str] = ()) -> tuple[dict[str, Any], Spec, dict[str, str]]:
        document, texts = self._derive()
        try:
            overlay = {**texts, "scenario.json": json.dumps(document, indent=2) + "\n"}
            found = _native.inspect(str(self.base), overlay, list(changes), list(events))
        except (TypeError, ValueError) as error:
            raise ScenarioError(f"scenario.json: error: {error}, expected numbers, texts, lists and mappings") from error
        if not found["ok"]:
            raise ScenarioError(found["messages"] + f"{found['errors']} error(s)")
        return found, document, texts


def _is_ipv4(text: object) -> bool:
    try:
        return isinstance(text, str) and bool(ipaddress.IPv4Address(text))
    except ValueError:
        return False


def _write(target: Path, contents: Mapping[str, bytes]) -> None:
    for name, content in contents.items():
        path = Path(os.path.normpath(target / name))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(path.name + ".partial")
            partial.write_bytes(content)
            partial.replace(path)
        except (OSError, UnicodeError) as error:
            raise ScenarioError(f"{path}: error: cannot be written ({getattr(error, 'strerror', error)}), expected a folder, or a place to make "
                                "one") from error


def load(folder: str | Path) -> DataCenter:
    """A scenario directory as a DataCenter to change; what is added to it is derived (`seatrial.plan`), the rest is as it says.

    Saved or run as it is, it gives the bytes that the directory gives. ScenarioError when the directory has errors.
    """
    base = Path(as_folder(folder))
    found = _native.inspect(str(base))
    if not found["ok"]:
        raise ScenarioError(found["messages"] + f"{found['errors']} error(s)")
    document: Spec = json.loads(found["document"])
    center = DataCenter(document["name"], seed=document.get("seed", 1), duration=document["duration"],
                        description=document.get("description", ""), base=base)
    center._loaded = True
    fabric = document.get("fabric", {})
    center.switches = {spec["name"]: Switch(spec, complete=True) for spec in fabric.get("switches", [])}
    center.routers = {spec["name"]: Router(spec, complete=True) for spec in fabric.get("routers", [])}
    center.links.extend(fabric.get("links", []))
    center.edges = {spec["name"]: Edge(spec, complete=True) for spec in document.get("edges", [])}
    for spec in document.get("clusters", []):
        cluster = Cluster(spec, center=center, complete=True)
        cluster.nodes = [Node(node, complete=True) for node in spec["nodes"]]
        center.clusters[cluster.name] = cluster
    center.clients = {spec["name"]: Client(spec, complete=True, complete_load=True) for spec in document.get("clients", [])}
    center.timeline.extend(document.get("timeline", []))
    center.expectations.extend(document.get("expect", []))
    return center

