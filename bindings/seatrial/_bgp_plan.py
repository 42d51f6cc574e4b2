"""Who peers with whom, and in which AS, in a design that leaves BGP open; frr.conf and Calico resources that say so.

`seatrial.plan` documents the rules. Where they cannot carry every route to everybody, an error says which machines are
cut off and what to add: a design that comes up and then drops its traffic would be worse.
"""

from __future__ import annotations

import ipaddress
import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ._segments import Member, Segment
from ._values import Spec
from .errors import ScenarioError

if TYPE_CHECKING:
    from .design import DataCenter

DEFAULT_ASN = 64512
_FIRST_PRIVATE_ASN = 65001
SERVICE_CIDR = "10.96.0.0/12"


@dataclass
class _Session:
    own: Member
    peer: Member


@dataclass
class BgpPlan:
    """The BGP of one design. `asns`: what files that were given say of their machine's AS."""

    center: DataCenter
    segments: list[Segment]
    asns: dict[str, int]
    clusters: list[Spec]
    #: With speakers beyond one segment, routes go from router to router; else everybody is in reach of everybody.
    routed: bool = field(init=False)
    reflectors: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.kind = {m.node: m.kind for segment in self.segments for m in segment.members}
        speakers = {name for name, kind in self.kind.items() if kind != "client"}
        self.routed = len(speakers) > 1 and not any(
            speakers <= {m.node for m in segment.members} for segment in self.segments)
        self.reflectors = {name for name, router in self.center.routers.items() if router.route_reflector}
        self._assign_asns()

    # --- autonomous systems ---

    def _assign_asns(self) -> None:
        for name, router in self.center.routers.items():
            if router.asn:
                self.asns.setdefault(name, router.asn)
        open_routers = [name for name in self.center.routers if name not in self.asns]
        names = list(self.center.routers)
        tiers = self.routed and not all(self._shared(a, b) for a, b in itertools.combinations(names, 2))
        for name in open_routers:
            if name in self.asns:
                continue
            if not tiers:
                self.asns[name] = DEFAULT_ASN
                continue
            # The routers of one rack are one AS; every other router is one of its own (RFC 7938).
            rack = {m.node for segment in self.segments if segment.has_hosts
                    and any(m.node == name for m in segment.members) for m in segment.of_kind("router")} | {name}
            known = sorted({self.asns[other] for other in rack if other in self.asns})
            asn = known[0] if known else next(n for n in itertools.count(_FIRST_PRIVATE_ASN)
                                              if n not in self.asns.values())
            self.asns.update({other: asn for other in rack if other not in self.asns})
        said = {name: edge.asn for name, edge in self.center.edges.items()}
        for cluster in self.clusters:
            said.update({node["name"]: self.center.clusters[cluster["name"]].asn for node in cluster["nodes"]})
        for segment in self.segments:
            around = {self.asns[m.node] for m in segment.of_kind("router")}
            local = next(iter(around)) if len(around) == 1 else DEFAULT_ASN
            for member in segment.of_kind("edge", "node"):
                self.asns.setdefault(member.node, said.get(member.node) or local)
        self._check_asns(names)

    def _check_asns(self, names: list[str]) -> None:
        if not self.routed:
            return
        for a, b in itertools.combinations(names, 2):
            if all("config" in self.center.routers[name].spec for name in (a, b)):
                continue  # their files may know a way (sessions of several hops, another protocol)
            behind = self._has_behind(a, "edge", "node") or self._has_behind(b, "edge", "node")
            behind = behind and self._has_behind(a, "edge", "node", "client") and self._has_behind(b, "edge", "node", "client")
            if behind and self.asns[a] == self.asns[b] and not self._shared(a, b):
                raise ScenarioError(
                    f"error: the routers \"{a}\" and \"{b}\" are both of AS {self.asns[a]} and share no cable, so that "
                    "neither hears of what is behind the other; expected asn= of their own (or none), or config= files")

    def _has_behind(self, router: str, *kinds: str) -> bool:
        return any(segment.of_kind(*kinds) for segment in self.segments if any(m.node == router for m in segment.members))

    def check_hubs(self, hosts: list[str]) -> None:
        """Hosts that hear each other through a router of another AS alone: BGP's loop check would drop their routes."""
        for name in hosts:
            sessions = self.sessions_of(name)
            if not sessions or any(self.kind[s.peer.node] != "router" for s in sessions):
                continue
            if all(self.asns[s.peer.node] != self.asns[name] for s in sessions):
                twins = [other for other in self.kind if other != name and self.kind[other] in ("edge", "node")
                         and self.asns[other] == self.asns[name]]
                if twins:
                    hub = sessions[0].peer.node
                    raise ScenarioError(
                        f"error: \"{name}\" and \"{twins[0]}\" are both of AS {self.asns[name]} and hear of each other only "
                        f"through \"{hub}\" of AS {self.asns[hub]}: BGP's loop check drops such routes (RFC 4271 9.1.2); "
                        f"expected asn={self.asns[hub]} for them (or none), or bgp= files with allowas-in")

    # --- sessions ---

    def _shared(self, a: str, b: str) -> Segment | None:
        """A segment of both: a cable between them before a hosts' segment before a client LAN."""
        both = [segment for segment in self.segments if {a, b} <= {m.node for m in segment.of_kind(
            "router", "edge", "node")}]
        return min(both, key=lambda segment: (segment.has_switch, segment.is_client_lan), default=None)

    def hub(self, segment: Segment) -> list[Member]:
        """Routers that pass routes on between the segment's hosts; none: these peer with each other."""
        routers = segment.of_kind("router")
        marked = [m for m in routers if m.node in self.reflectors]
        return marked or (routers if self.routed else [])

    def sessions_of(self, name: str) -> list[_Session]:
        sessions: list[_Session] = []
        for segment in self.segments:
            own = next((m for m in segment.of_kind("router", "edge", "node") if m.node == name), None)
            if own is None:
                continue
            hubs = {m.node for m in self.hub(segment)}
            for peer in segment.of_kind("router", "edge", "node"):
                if peer is own:
                    continue
                if own.kind == peer.kind == "router":
                    if self._shared(name, peer.node) is not segment:
                        continue
                    if self.reflectors and not self.routed and not {name, peer.node} & self.reflectors:
                        continue
                elif hubs and not {name, peer.node} & hubs:
                    continue
                sessions.append(_Session(own, peer))
        return sessions

    # --- what goes into files ---

    def frr_conf(self, name: str, vips: list[str]) -> str:
        places = [(segment, m) for segment in self.segments for m in segment.members
                  if m.node == name and m.address is not None]
        if not places:
            raise ScenarioError(f"error: \"{name}\" has no cable, expected dc.link({name}, ...)")
        asn, sessions = self.asns[name], self.sessions_of(name)
        is_router = self.kind[name] == "router"
        external = any(self.asns[s.peer.node] != asn for s in sessions)
        lines = ["frr defaults datacenter", f"hostname {name}", "!"]
        if vips:
            lines += ["interface lo", *[f" ip address {vip}/32" for vip in vips], "exit", "!"]
        for _, member in places:
            lines += [f"interface {member.interface}", f" ip address {member.address}", "exit", "!"]
        router_id = min(places, key=lambda place: place[0].is_client_lan)[1].ip
        lines += [f"router bgp {asn}", f" bgp router-id {router_id}"]
        lines += [" bgp bestpath as-path multipath-relax"] * external
        for session in sessions:
            lines += [f" neighbor {session.peer.ip} remote-as {self.asns[session.peer.node]}",
                      f" neighbor {session.peer.ip} description {session.peer.node}"]
        lines += [" !", " address-family ipv4 unicast"]
        # Routed, hosts' subnets too: next hops of other racks are resolved by them.
        lines += [f"  network {segment.subnet}" for segment, _ in places if is_router
                  and (segment.is_client_lan or (self.routed and segment.has_switch))]
        lines += [f"  network {vip}/32" for vip in vips]
        for session in sessions:
            if is_router and self.asns[session.peer.node] == asn:
                if self.kind[session.peer.node] != "router" and (name in self.reflectors or self.routed) or (
                        name in self.reflectors and session.peer.node not in self.reflectors):
                    lines.append(f"  neighbor {session.peer.ip} route-reflector-client")
                if self.routed and external:  # of routes from other ASes alone; reflected ones keep theirs
                    lines.append(f"  neighbor {session.peer.ip} next-hop-self")
        lines += ["  maximum-paths 64"] * external
        lines += ["  maximum-paths ibgp 64", " exit-address-family", "exit", "!", ""]
        return "\n".join(lines)

    def calico(self, cluster: Spec, announced: list[str]) -> list[Spec]:
        """BGPConfiguration, BGPPeers and, where nodes are of several ASes, the nodes' own."""
        nodes = [node["name"] for node in cluster["nodes"] if node["name"] in self.asns]
        if not nodes:
            return []
        asn = self.asns[nodes[0]]
        meshed = {name for segment in self.segments if not self.hub(segment) for name in
                  (m.node for m in segment.of_kind("node"))}
        out = [resource("BGPConfiguration", "default", asNumber=asn, nodeToNodeMeshEnabled=set(nodes) <= meshed,
                        **({"serviceClusterIPs": [{"cidr": cidr} for cidr in announced]} if announced else {}))]
        out += [resource("Node", name, bgp={"asNumber": self.asns[name]}) for name in nodes if self.asns[name] != asn]
        peers = {name: [(s.peer.node, s.peer.ip) for s in self.sessions_of(name) if s.peer.node not in nodes]
                 for name in nodes}
        alike = all(peers[name] == peers[nodes[0]] for name in nodes)
        for name in nodes[:1] if alike else nodes:
            for peer, address in peers[name]:
                spec = {"peerIP": address, "asNumber": self.asns[peer]}
                out.append(resource("BGPPeer", peer, **spec) if alike else
                           resource("BGPPeer", f"{name}-{peer}", node=name, **spec))
        return out


def service_cidrs(clusters: list[Spec]) -> dict[str, list[str]]:
    """The service addresses that each cluster announces: its own, unless a cluster before it announces the same."""
    taken: list[ipaddress.IPv4Network] = []
    out: dict[str, list[str]] = {}
    for cluster in clusters:
        text = cluster.get("service_cidr", SERVICE_CIDR)
        try:
            cidr = ipaddress.IPv4Network(text)
        except ValueError:
            out[cluster["name"]] = [text]  # the check of the design says so, at its place
            continue
        free = not any(cidr.overlaps(other) for other in taken)
        out[cluster["name"]] = [text] if free else []
        taken.append(cidr)
    return out


def resource(kind: str, name: str, **spec: Any) -> Spec:
    return {"apiVersion": "crd.projectcalico.org/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def as_yaml(resources: list[Spec]) -> str:
    """JSON is YAML, and needs no library here."""
    return "".join("---\n" + json.dumps(one, indent=2) + "\n" for one in resources)
