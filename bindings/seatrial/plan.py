"""What a design leaves out, derived: addresses, and BGP configuration for machines without files of their own.

Addresses. Switches that are cabled to each other are one segment, with one subnet. The segments of edges and cluster
nodes get 10.1.1.0/24, 10.1.2.0/24, ...; those of clients behind routers 10.2.0.0/24, 10.2.1.0/24, ...; a cable between
two routers 10.0.0.0/30, 10.0.0.4/30, ... A segment on which somebody has an address already keeps that subnet. In a segment
routers come first (from .2), then edges, then nodes, then clients (from .10 where they have the segment to
themselves), each in the order in which they were made. What matters, say: `address="10.1.1.8/24"`.

BGP. A router without `config` and an edge without `bgp` get a frr.conf (frr defaults datacenter). All speakers of a segment
peer with each other by iBGP; where there are route reflectors, the others peer with these alone. Routers announce the
clients' subnets, edges their VIP. A cluster whose manifests have no BGPConfiguration and no BGPPeer gets both, and one
without an IPPool gets 172.16.0.0/16 in /26 blocks, not encapsulated. Made files are in `generated/` of the saved directory.
"""

from __future__ import annotations

import copy
import ipaddress
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _native
from ._values import Spec, duration, nanoseconds
from .errors import ScenarioError

if TYPE_CHECKING:
    from .design import DataCenter

DEFAULT_ASN = 64512
DEFAULT_VIP = "10.50.0.80"
_FIRST_CLIENT = 10
_POOL = "172.16.0.0/16"
_SERVICE_CIDR = "10.96.0.0/12"


@dataclass
class _Member:
    """A port on a segment."""

    node: str
    kind: str  # "router", "edge", "node", "client"
    interface: str
    address: ipaddress.IPv4Interface | None = None


@dataclass
class _Segment:
    members: list[_Member] = field(default_factory=list)
    has_switch: bool = True
    subnet: ipaddress.IPv4Network | None = None


@dataclass
class _Frr:
    """What a frr.conf that the design was given says."""

    addresses: list[tuple[str, str]]
    networks: list[str]


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
        self.frr: dict[str, _Frr] = {}
        self.segments: list[_Segment] = []
        self._of_switch: dict[str, _Segment] = {}

    def derive(self) -> tuple[Spec, dict[str, str]]:
        self._read_given()
        self._name_ports()
        self._find_segments()
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
                self.frr[spec["name"]] = _Frr(found["addresses"], found["networks"])

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

    def _find_segments(self) -> None:
        for name in self.center.switches:
            segment = _Segment()
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
            routers = [_Member(node, "router", port) for node, _, port in ends if not self._is_switch(node)]
            switches = [node for node, _, _ in ends if self._is_switch(node)]
            if switches and routers:
                self._of_switch[switches[0]].members.append(routers[0])
            elif len(routers) == 2:
                self.segments.append(_Segment(members=routers, has_switch=False))
        # In the order of routers as they were made, whatever the order of the cables.
        order = {name: i for i, name in enumerate(self.center.routers)}
        for segment in self._of_switch.values():
            segment.members.sort(key=lambda member: order.get(member.node, 0))
        for kind, specs in (("edge", self.edges), ("node", self._node_specs()), ("client", self.clients)):
            for spec in specs:
                segment_of = self._of_switch.get(str(spec["at"]).partition(":")[0])
                if segment_of is not None:  # else the check of the design says so
                    segment_of.members.append(_Member(spec["name"], kind, spec.get("interface", "eth0")))
        seen: list[_Segment] = []
        for segment in self._of_switch.values():
            if not any(segment is other for other in seen):
                seen.append(segment)
        self.segments = seen + self.segments

    def _node_specs(self) -> list[Spec]:
        return [node for cluster in self.clusters for node in cluster["nodes"]]

    def _specs(self) -> dict[str, Spec]:
        return {spec["name"]: spec for spec in self.edges + self._node_specs() + self.clients}

    def _known_address(self, member: _Member, specs: dict[str, Spec]) -> str | None:
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

    def _number(self, segment: _Segment) -> None:
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
            if member.address is not None:
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
        """Clients and cluster nodes and edges without BGP need somebody to send to; speakers learn their routes."""
        specs = self._specs()
        for segment in self.segments:
            routers = [str(m.address.ip) for m in segment.members if m.kind == "router" and m.address is not None]
            for member in segment.members:
                if member.kind == "client" and routers and "gateways" not in specs[member.node]:
                    specs[member.node]["gateways"] = routers

    # --- BGP ---

    def _make_bgp(self) -> None:
        reflectors = {name for name, router in self.center.routers.items() if router.route_reflector}
        for spec in self.routers:
            if "config" not in spec:
                spec["config"] = f"generated/{spec['name']}/frr.conf"
                router = self.center.routers[spec["name"]]
                self.texts[spec["config"]] = self._frr_conf(spec["name"], router.asn or DEFAULT_ASN, reflectors, [])
        for spec in self.edges:
            edge = self.center.edges[spec["name"]]
            if "bgp" not in spec and self._has_peers(spec["name"]):
                spec["bgp"] = f"generated/{spec['name']}/frr.conf"
                self.texts[spec["bgp"]] = self._frr_conf(spec["name"], edge.asn or DEFAULT_ASN, reflectors,
                                                         [edge.vip or DEFAULT_VIP])
        for spec in self.clusters:
            self._make_calico(spec, reflectors)

    def _places(self, name: str) -> list[tuple[_Segment, _Member]]:
        return [(segment, member) for segment in self.segments for member in segment.members
                if member.node == name and member.address is not None]

    def _has_peers(self, name: str) -> bool:
        return any(len([m for m in segment.members if m.kind != "client"]) > 1 for segment, _ in self._places(name))

    def _peers_of(self, name: str, reflectors: set[str]) -> list[_Member]:
        peers: list[_Member] = []
        for segment, _ in self._places(name):
            for member in segment.members:
                if member.node == name or member.kind == "client" or member.address is None:
                    continue
                if reflectors and name not in reflectors and member.node not in reflectors:
                    continue
                peers.append(member)
        return peers

    def _frr_conf(self, name: str, asn: int, reflectors: set[str], vips: list[str]) -> str:
        places = self._places(name)
        if not places:
            raise ScenarioError(f"error: \"{name}\" has no cable, expected dc.link({name}, ...)")
        lines = ["frr defaults datacenter", f"hostname {name}", "!"]
        if vips:
            lines += ["interface lo", *[f" ip address {vip}/32" for vip in vips], "exit", "!"]
        for _, member in places:
            lines += [f"interface {member.interface}", f" ip address {member.address}", "exit", "!"]
        router_id = min(places, key=lambda place: _is_client_lan(place[0]))[1].address
        assert router_id is not None
        lines += [f"router bgp {asn}", f" bgp router-id {router_id.ip}"]
        peers = self._peers_of(name, reflectors)
        for peer in peers:
            assert peer.address is not None
            lines += [f" neighbor {peer.address.ip} remote-as {self._asn_of(peer)}",
                      f" neighbor {peer.address.ip} description {peer.node}"]
        lines += [" !", " address-family ipv4 unicast"]
        lines += [f"  network {segment.subnet}" for segment, _ in places if _is_client_lan(segment)]
        lines += [f"  network {vip}/32" for vip in vips]
        for peer in peers:
            if name in reflectors and peer.node not in reflectors:
                assert peer.address is not None
                lines.append(f"  neighbor {peer.address.ip} route-reflector-client")
        lines += ["  maximum-paths ibgp 64", " exit-address-family", "exit", "!", ""]
        return "\n".join(lines)

    def _asn_of(self, member: _Member) -> int:
        router = self.center.routers.get(member.node)
        edge = self.center.edges.get(member.node)
        if router is not None and router.asn:
            return router.asn
        if edge is not None and edge.asn:
            return edge.asn
        return DEFAULT_ASN

    def _make_calico(self, cluster: Spec, reflectors: set[str]) -> None:
        kinds = self._kinds(cluster["manifests"])
        resources: list[Spec] = []
        if "IPPool" not in kinds:
            resources.append(_resource("IPPool", "default-ipv4-ippool", cidr=_POOL, blockSize=26, ipipMode="Never",
                                       vxlanMode="Never", natOutgoing=True, nodeSelector="all()"))
        if not kinds & {"BGPConfiguration", "BGPPeer"} and cluster["nodes"]:
            resources.append(_resource("BGPConfiguration", "default", asNumber=DEFAULT_ASN,
                                       nodeToNodeMeshEnabled=not reflectors,
                                       serviceClusterIPs=[{"cidr": cluster.get("service_cidr", _SERVICE_CIDR)}]))
            own = {node["name"] for node in cluster["nodes"]}
            for peer in self._peers_of(cluster["nodes"][0]["name"], reflectors):
                if peer.node not in own:
                    assert peer.address is not None
                    resources.append(_resource("BGPPeer", peer.node, peerIP=str(peer.address.ip),
                                               asNumber=self._asn_of(peer)))
        if not resources:
            return
        name = f"generated/{cluster['name']}/calico.yaml"
        # JSON is YAML, and needs no library here.
        self.texts[name] = "".join("---\n" + json.dumps(resource, indent=2) + "\n" for resource in resources)
        cluster["manifests"] = [*cluster["manifests"], name]

    def _kinds(self, patterns: list[str]) -> set[str]:
        kinds: set[str] = set()
        for pattern in patterns:
            paths = sorted(self.center.base.glob(pattern)) if not pattern.startswith("/") else []
            texts = [path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file()]
            texts += [text for name, text in self.texts.items() if name == pattern]
            for text in texts:
                kinds.update(re.findall(r"""^\s*"?kind"?\s*:\s*["']?(\w+)""", text, re.MULTILINE))
        return kinds

    # --- loads ---

    def _loads(self) -> None:
        end = nanoseconds(self.center.duration)
        for spec in self.clients:
            load = spec.get("load")
            if load is None:
                continue
            # A third of the run for everything to come up, and a tenth for the last answers.
            load.setdefault("from", duration(end // 3 / 1e9))
            load.setdefault("to", duration((end - end // 10) / 1e9))
            for request in load["requests"]:
                host = re.sub(r"^\w+://", "", request["url"]).split("/")[0].rsplit(":", 1)[0]
                if "resolve" not in request and not _is_address(host):
                    vip = self._vip()
                    if vip is not None:
                        request["resolve"] = vip

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


def _is_client_lan(segment: _Segment) -> bool:
    return segment.has_switch and not any(m.kind in ("edge", "node") for m in segment.members) and any(
        m.kind == "client" for m in segment.members)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _next_subnet(segment: _Segment, taken: list[ipaddress.IPv4Network]) -> ipaddress.IPv4Network:
    if not segment.has_switch:
        candidates = ipaddress.IPv4Network("10.0.0.0/16").subnets(new_prefix=30)
    elif _is_client_lan(segment):
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


def _resource(kind: str, name: str, **spec: Any) -> Spec:
    return {"apiVersion": "crd.projectcalico.org/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
