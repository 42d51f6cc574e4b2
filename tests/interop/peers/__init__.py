"""Every BGP daemon that the matrix meets, behind one small interface.

A test says what a speaker is to be as a `Spec`, without a daemon's words. A driver turns it into that daemon's configuration
and answers in the words of this file: `established(peer)`, and `routes(family)`, the paths that the daemon holds, each a
`dict` with the keys of `PATH`. `announce` and `withdraw` change what it originates while it runs.
"""

from dataclasses import dataclass, field

IPV4, IPV6 = "ipv4", "ipv6"


@dataclass(frozen=True)
class Route:
    """A route that a speaker originates. Communities are texts: "65001:1", "rt:65001:1", "65001:1:2"."""
    prefix: str
    next_hop: str | None = None
    origin: str = "igp"
    med: int | None = None
    local_pref: int | None = None
    prepend: tuple = ()
    communities: tuple = ()
    extended: tuple = ()
    large: tuple = ()

    @property
    def family(self):
        return IPV6 if ":" in self.prefix else IPV4


@dataclass
class Neighbor:
    address: str
    asn: int
    local: str  # our own end of the session
    families: tuple = (IPV4,)
    passive: bool = False
    client: bool = False  # of this reflector
    password: str | None = None  # RFC 2385
    gtsm: bool = False  # RFC 5082
    add_path_receive: bool = False
    add_path_send: bool = False
    graceful_restart: bool = False
    extended_next_hop: bool = False  # RFC 8950
    silent: bool = False  # nothing is exported to it
    bfd: bool = False
    hold: int = 90


@dataclass
class Spec:
    asn: int
    router_id: str
    addresses: tuple  # of its interface, with their lengths
    neighbors: list
    routes: list = field(default_factory=list)
    confederation: tuple | None = None  # (identifier, other members)


def path(next_hop, as_path="", origin="igp", med=None, local_pref=None, communities=(), extended=(), large=(),
         originator_id=None, cluster_list=(), path_id=None):
    """What a driver says of one path; as_path as FRR writes it: "65001 65002 {1,2}", "(65001) 2"."""
    return {"next_hop": next_hop, "as_path": as_path, "origin": origin, "med": med, "local_pref": local_pref,
            "communities": sorted(communities), "extended": sorted(extended), "large": sorted(large),
            "originator_id": originator_id, "cluster_list": list(cluster_list), "path_id": path_id}
