"""What a design leaves out, derived: addresses, and BGP configuration for machines without files of their own.

Addresses. Switches that are cabled to each other are one segment, with one subnet. The segments of edges and cluster
nodes get 10.1.1.0/24, 10.1.2.0/24, ...; those of clients behind routers 10.2.0.0/24, 10.2.1.0/24, ...; a cable between
two routers 10.0.0.0/30, 10.0.0.4/30, ... A segment on which somebody has an address already keeps that subnet. In a segment
routers come first (from .2), then edges, then nodes, then clients (from .10 where they have the segment to
themselves), each in the order in which they were made. What matters, say: `address="10.1.1.8/24"`.

BGP. A router without `config` and an edge without `bgp` get a frr.conf (frr defaults datacenter). Where all speakers are on one
segment, they all peer with each other; where there are route reflectors, the others peer with these alone. Where they are
not (racks, several tiers), each host peers with the routers of its segment, which pass its routes on; routers that share
a cable or segment peer once. Routers announce the clients' subnets (in a routed fabric the hosts' too), edges their VIP.

Autonomous systems. asn= where it is given, and what files say. A router without one is of AS 64512; where the routers do
not all see each other (leaves and spines) each rack's and each other router is of an AS of its own, from 65001 (RFC 7938). A host
without one is of the AS of its segment's routers where these are of one (iBGP), else of 64512.

Loads. One without `from_` begins after a third of the run, or, so that the first event of the timeline meets it, after two thirds of the
time until then (not before 10 s, by when a design has come up, unless the event is); one without `to` ends a tenth of the run before
its end. A URL's host without `resolve` is at the edges' VIP.

Calico. A cluster whose manifests have no BGPConfiguration and no BGPPeer gets both; one without an IPPool gets 172.16.0.0/16 (the
next cluster 172.17.0.0/16, ...) in /26 blocks, not encapsulated. A cluster announces its service addresses unless one before it
announces the same. Made files are in `generated/` of the saved directory.

Not derived, and said so: addresses on a switch whose ports are of several VLANs; BGP between routers of one AS that share no
cable; hosts of one AS behind routers of another.
"""

from __future__ import annotations

import copy
import fnmatch
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _native
from ._bgp_plan import DEFAULT_ASN, BgpPlan, as_yaml, resource, service_cidrs
from ._segments import Member, Segment
from ._values import Spec, duration, nanoseconds
from .errors import ScenarioError

if TYPE_CHECKING:
    from .design import DataCenter

DEFAULT_VIP = "10.50.0.80"
_FIRST_CLIENT = 10
_COME_UP = 10_000_000_000  # ns: edges look up their upstreams a second time


@dataclass
class _Frr:
    """What a frr.conf that the design was given says."""

    addresses: list[tuple[str, str]]
    networks: list[str]
    asn: int | None


class Plan:
    """The derivation of one design."""

    def __init__(self, center: DataCenter) -> None:
        self.center = center
        self.routers = [copy.deepcopy(router.spec) for router in center.routers.values()]
        self.edges = [copy.deepcopy(edge.spec) for edge in center.edges.values()]
        self.clusters = [copy.deepcopy(cluster.spec) for cluster in center.clusters.values()]
        self.clients = [copy.deepcopy(client.spec) for client in center.clients.values()]
        self.links = copy.deepcopy(center.links)
        self.texts: dict[str, str] = dict(center.files)
        self.complete = {handle.name for handle in center._handles() if handle.complete}
        self.frr: dict[str, _Frr] = {}
        self.segments: list[Segment] = []
        self._of_switch: dict[str, Segment] = {}

    def derive(self) -> tuple[Spec, dict[str, str]]:
        self._read_given()
        self._check_places()
        self._name_ports()
        self._find_segments()
        self._check_vlans()
        self._assign()
        self._write_addresses()
        self._gateways()
        self._make_bgp()
        self._loads()
        return self._document(), self.texts

    # --- what is given ---

    def _text(self, name: str) -> str | None:
        if name in self.texts:
            return self.texts[name]
        path = self.center.base / name
        try:
            return path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None  # the check of the design says so, at its place

    def _read_given(self) -> None:
        for spec in self.routers + self.edges:
            name = spec.get("config") or spec.get("bgp")
            text = self._text(name) if name else None
            if text is not None:
                found = _native.inspect_frr(text, str(name))
                self.frr[spec["name"]] = _Frr(found["addresses"], found["networks"], found.get("asn"))

    def _is_switch(self, name: str) -> bool:
        return name in self.center.switches

    def _name_ports(self) -> None:
        """Routers' ends of links get an interface: the next of its file that has an address, else the next ethN."""
        used: dict[str, set[str]] = {}
        for link in self.links:
            for end in link["ends"]:
                node, _, port = end.partition(":")
                if port:
                    used.setdefault(node, set()).add(port)
        for link in self.links:
            for i, end in enumerate(link["ends"]):
                node, _, port = end.partition(":")
                if port or self._is_switch(node):
                    continue
                mine = used.setdefault(node, set())
                given = self.frr.get(node)
                wanted = [name for name, _ in given.addresses if name != "lo"] if given else []
                wanted += [f"eth{n}" for n in range(len(mine) + 1)]
                port = next(name for name in wanted if name not in mine)
                mine.add(port)
                link["ends"][i] = f"{node}:{port}"

    # --- segments ---

    def _check_places(self) -> None:
        """What has to be there before anything can be derived."""
        for link in self.links:
            for end in link["ends"]:
                name = end.partition(":")[0]
                if name not in self.center.switches and name not in self.center.routers:
                    raise ScenarioError(f"error: a link ends at \"{end}\", expected a switch or router, one of "
                                        f"{', '.join([*self.center.switches, *self.center.routers]) or 'none yet'}")
        for spec in self._specs().values():
            if not self._is_switch(str(spec["at"]).partition(":")[0]):
                raise ScenarioError(f"error: \"{spec['name']}\" hangs on \"{spec['at']}\", expected a switch, one of "
                                    f"{', '.join(self.center.switches) or 'none yet'}")

    def _find_segments(self) -> None:
        for name in self.center.switches:
            segment = Segment()
            self._of_switch[name] = segment
        for link in self.links:
            a, b = (end.partition(":")[0] for end in link["ends"])
            if self._is_switch(a) and self._is_switch(b) and self._of_switch[a] is not self._of_switch[b]:
                gone = self._of_switch[b]
                for name, segment in self._of_switch.items():
                    if segment is gone:
                        self._of_switch[name] = self._of_switch[a]
        for link in self.links:
            ends = [end.partition(":") for end in link["ends"]]
            routers = [Member(node, "router", port) for node, _, port in ends if not self._is_switch(node)]
            switches = [node for node, _, _ in ends if self._is_switch(node)]
            if switches and routers:
                routers[0].vlan = self._vlan(next(end for end in link["ends"] if self._is_switch(end.partition(":")[0])), link)
                self._of_switch[switches[0]].members.append(routers[0])
            elif len(routers) == 2:
                self.segments.append(Segment(members=routers, has_switch=False))
        # In the order of routers as they were made, whatever the order of the cables.
        order = {name: i for i, name in enumerate(self.center.routers)}
        for segment in self._of_switch.values():
            segment.members.sort(key=lambda member: order.get(member.node, 0))
        for kind, specs in (("edge", self.edges), ("node", self._node_specs()), ("client", self.clients)):
            for spec in specs:
                segment_of = self._of_switch.get(str(spec["at"]).partition(":")[0])
                if segment_of is not None:  # else the check of the design says so
                    segment_of.members.append(Member(spec["name"], kind, spec.get("interface", "eth0"),
                                                     vlan=self._vlan(spec["at"], spec)))
        seen: list[Segment] = []
        for segment in self._of_switch.values():
            if not any(segment is other for other in seen):
                seen.append(segment)
        self.segments = seen + self.segments

    def _vlan(self, place: str, spec: Spec) -> int | None:
        """The access VLAN of a port on a VLAN-aware switch; -1: a trunk."""
        switch, _, port = place.partition(":")
        settings: Spec = next((one for one in self.center.switches[switch].spec.get("ports", [])
                               if one.get("name") == port), spec.get("vlan", {})) if self._is_switch(switch) else {}
        return -1 if "trunk" in settings else settings.get("access")

    def _check_vlans(self) -> None:
        """One segment has one subnet: what is on several VLANs is not derived."""
        specs = self._specs()
        for segment in self.segments:
            vlans = {member.vlan for member in segment.members}
            for member in segment.members if len(vlans) > 1 or -1 in vlans else []:
                if member.node not in self.complete and self._known_address(member, specs) is None:
                    raise ScenarioError(f"error: \"{member.node}\" is on a switch with ports of several VLANs, where addresses are "
                                        "not derived; expected address= (a router: config=) at each machine on it")

    def _node_specs(self) -> list[Spec]:
        return [node for cluster in self.clusters for node in cluster["nodes"]]

    def _specs(self) -> dict[str, Spec]:
        return {spec["name"]: spec for spec in self.edges + self._node_specs() + self.clients}

    def _known_address(self, member: Member, specs: dict[str, Spec]) -> str | None:
        spec = specs.get(member.node)
        if spec is not None and "address" in spec:
            return str(spec["address"])
        given = self.frr.get(member.node)
        for interface, address in given.addresses if given else []:
            if interface == member.interface:
                return address
        return None

    def _assign(self) -> None:
        specs = self._specs()
        for segment in self.segments:
            for member in segment.members:
                text = self._known_address(member, specs)
                if text is None:
                    continue
                try:
                    member.address = ipaddress.IPv4Interface(text)
                except ValueError:
                    continue  # the check of the design says so, at its place
                segment.subnet = segment.subnet or member.address.network
        taken = [segment.subnet for segment in self.segments if segment.subnet is not None]
        for segment in self.segments:
            if segment.subnet is None and segment.members:
                segment.subnet = _next_subnet(segment, taken)
                taken.append(segment.subnet)
            self._number(segment)

    def _number(self, segment: Segment) -> None:
        subnet = segment.subnet
        if subnet is None:
            return
        used = {member.address.ip for member in segment.members if member.address is not None}
        hosts = iter(subnet.hosts())
        if segment.has_switch:
            next(hosts)  # .1 stays free
        alone = not any(member.kind in ("edge", "node") for member in segment.members)
        floor = subnet.network_address + _FIRST_CLIENT if alone and subnet.num_addresses > 2 * _FIRST_CLIENT else None
        for member in segment.members:
            if member.address is not None or member.node in self.complete:
                continue
            for host in hosts:
                if host in used or (member.kind == "client" and floor is not None and host < floor):
                    continue
                member.address = ipaddress.IPv4Interface(f"{host}/{subnet.prefixlen}")
                used.add(host)
                break
            else:
                raise ScenarioError(f"error: no address is left in {subnet} for \"{member.node}\", expected "
                                    "address= with a wider subnet at one of its members")

    def _write_addresses(self) -> None:
        specs = self._specs()
        for segment in self.segments:
            for member in segment.members:
                spec = specs.get(member.node)
                if spec is not None and "address" not in spec and member.address is not None:
                    spec["address"] = str(member.address)

    def _gateways(self) -> None:
        """Clients need somebody to send to; speakers learn their routes."""
        specs = self._specs()
        for segment in self.segments:
            routers = [str(m.address.ip) for m in segment.members if m.kind == "router" and m.address is not None]
            for member in segment.members:
                if member.kind == "client" and routers and member.node not in self.complete:
                    specs[member.node].setdefault("gateways", routers)

    # --- BGP ---

    def _make_bgp(self) -> None:
        asns = {name: found.asn for name, found in self.frr.items() if found.asn is not None}
        for spec in self.clusters:
            said = self._asn_of_manifests(spec["manifests"])
            if said is not None:
                asns.update({node["name"]: said for node in spec["nodes"]})
        plan = BgpPlan(self.center, self.segments, asns, self.clusters)
        made: list[str] = []
        for spec in self.routers:
            if "config" not in spec:
                spec["config"] = f"generated/{spec['name']}/frr.conf"
                self.texts[spec["config"]] = plan.frr_conf(spec["name"], [])
        for spec in self.edges:
            edge = self.center.edges[spec["name"]]
            if "bgp" not in spec and not edge.complete and plan.sessions_of(spec["name"]):
                spec["bgp"] = f"generated/{spec['name']}/frr.conf"
                self.texts[spec["bgp"]] = plan.frr_conf(spec["name"], [edge.vip or DEFAULT_VIP])
                made.append(spec["name"])
        announced = service_cidrs(self.clusters)
        for number, spec in enumerate(self.clusters):
            if self.center.clusters[spec["name"]].complete:
                continue
            kinds = self._kinds(spec["manifests"])
            resources: list[Spec] = []
            if "IPPool" not in kinds:
                resources.append(resource("IPPool", "default-ipv4-ippool", cidr=f"172.{16 + number}.0.0/16", blockSize=26,
                                          ipipMode="Never", vxlanMode="Never", natOutgoing=True, nodeSelector="all()"))
            if not kinds & {"BGPConfiguration", "BGPPeer"} and spec["nodes"]:
                resources += plan.calico(spec, announced[spec["name"]])
                made += [node["name"] for node in spec["nodes"]]
            if resources:
                name = f"generated/{spec['name']}/calico.yaml"
                self.texts[name] = as_yaml(resources)
                spec["manifests"] = [*spec["manifests"], name]
        plan.check_hubs([name for name in made if name in plan.kind])
        if plan.routed:
            self._gateways_of_hosts(plan)

    def _gateways_of_hosts(self, plan: BgpPlan) -> None:
        """Next hops in other racks are resolved through them: BIRD does not resolve one BGP route by another."""
        specs = self._specs()
        for segment in self.segments:
            routers = [member.ip for member in segment.of_kind("router")]
            for member in segment.of_kind("edge", "node") if routers else []:
                if member.node in self.complete:
                    continue
                specs[member.node].setdefault("gateways", routers)

    def _manifests(self, patterns: list[str]) -> Iterator[str]:
        for pattern in patterns:
            try:
                paths = sorted(self.center.base.glob(pattern)) if pattern and not pattern.startswith("/") else []
            except OSError:  # a name that is too long: the check of the design says so, at its place
                paths = []
            yield from (path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file())
            yield from (text for name, text in self.texts.items() if fnmatch.fnmatch(name, pattern))

    def _kinds(self, patterns: list[str]) -> set[str]:
        found: set[str] = set()
        for text in self._manifests(patterns):
            found.update(re.findall(r"""^\s*"?kind"?\s*:\s*["']?(\w+)""", text, re.MULTILINE))
        return found

    def _asn_of_manifests(self, patterns: list[str]) -> int | None:
        for text in self._manifests(patterns):
            for document in re.split(r"^---", text, flags=re.MULTILINE):
                if re.search(r"""^\s*"?kind"?\s*:\s*["']?BGPConfiguration\b""", document, re.MULTILINE):
                    found = re.search(r"""^\s*"?asNumber"?\s*:\s*["']?(\d+)""", document, re.MULTILINE)
                    return int(found[1]) if found else DEFAULT_ASN
        return None

    # --- loads ---

    def _loads(self) -> None:
        end = nanoseconds(self.center.duration)
        for spec in self.clients:
            load = spec.get("load")
            if load is None or self.center.clients[spec["name"]].complete_load:
                continue
            # A tenth of the run for the last answers.
            load.setdefault("from", duration(self._begin(end) / 1e9))
            load.setdefault("to", duration((end - end // 10) / 1e9))
            for request in load["requests"]:
                if "url" not in request:
                    continue  # the check of the design says so, at its place
                host = re.sub(r"^\w+://", "", str(request["url"])).split("/")[0].rsplit(":", 1)[0]
                if "resolve" not in request and not _is_address(host):
                    vip = self._vip()
                    if vip is not None:
                        request["resolve"] = vip

    def _begin(self, end: int) -> int:
        """When loads begin: everything has come up, and the first event of the timeline meets a load; nanoseconds."""
        moments = []
        for event in self.center.timeline:
            try:
                moments.append(nanoseconds(event["at"]))
            except (ScenarioError, KeyError, TypeError):
                continue  # the check of the design says so, at its place
        first = min(moments, default=end)
        return min(end // 3, max(first * 2 // 3, min(first, _COME_UP)))

    def _vip(self) -> str | None:
        """Where the edges are from outside: what the first of them announces, else its own address."""
        for spec in self.edges:
            edge = self.center.edges[spec["name"]]
            given = self.frr.get(spec["name"])
            if given is not None:
                own = {address.partition("/")[0] for interface, address in given.addresses if interface == "lo"}
                for network in given.networks:
                    address, _, length = network.partition("/")
                    if length == "32" and (address in own or not own):
                        return address
            elif spec.get("bgp", "").startswith("generated/"):
                return edge.vip or DEFAULT_VIP
            return str(spec["address"]).partition("/")[0] if "address" in spec else None
        return None

    # --- the document ---

    def _document(self) -> Spec:
        center = self.center
        out: dict[str, Any] = {"name": center.name}
        if center.description:
            out["description"] = center.description
        out["seed"] = center.seed
        out["duration"] = center.duration
        fabric = {"switches": [copy.deepcopy(switch.spec) for switch in center.switches.values()],
                  "routers": self.routers, "links": self.links}
        lists = {"fabric": {key: value for key, value in fabric.items() if value}, "edges": self.edges,
                 "clusters": self.clusters, "clients": self.clients, "timeline": copy.deepcopy(center.timeline),
                 "expect": copy.deepcopy(center.expectations)}
        for key, value in lists.items():
            if value:
                out[key] = value
        return out


def derive(center: DataCenter) -> tuple[Spec, dict[str, str]]:
    """The document, and the texts of the files that are made for it."""
    return Plan(center).derive()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _next_subnet(segment: Segment, taken: list[ipaddress.IPv4Network]) -> ipaddress.IPv4Network:
    if not segment.has_switch:
        candidates = ipaddress.IPv4Network("10.0.0.0/16").subnets(new_prefix=30)
    elif segment.is_client_lan:
        candidates = ipaddress.IPv4Network("10.2.0.0/16").subnets(new_prefix=24)
    else:
        length = 24
        while 2 ** (32 - length) < len(segment.members) + 8:
            length -= 1
        # From 10.1.1.0: the first of them stays free, as .0 confuses people.
        candidates = iter(list(ipaddress.IPv4Network("10.1.0.0/16").subnets(new_prefix=length))[1:])
    for candidate in candidates:
        if not any(candidate.overlaps(other) for other in taken):
            return candidate
    raise ScenarioError("error: no subnet is left for a segment, expected address= at one of its members")
