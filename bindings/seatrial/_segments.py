"""Segments: what is cabled together at layer 2, and who has a port there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field


@dataclass(eq=False)
class Member:
    """A port on a segment."""

    node: str
    kind: str  # "router", "edge", "node", "client"
    interface: str
    address: ipaddress.IPv4Interface | None = None
    vlan: int | None = None

    @property
    def ip(self) -> str:
        assert self.address is not None
        return str(self.address.ip)


@dataclass(eq=False)
class Segment:
    members: list[Member] = field(default_factory=list)
    has_switch: bool = True
    subnet: ipaddress.IPv4Network | None = None

    @property
    def has_hosts(self) -> bool:
        """Edges or cluster nodes are on it."""
        return any(member.kind in ("edge", "node") for member in self.members)

    @property
    def is_client_lan(self) -> bool:
        return self.has_switch and not self.has_hosts and any(member.kind == "client" for member in self.members)

    def of_kind(self, *kinds: str) -> list[Member]:
        """Its members of these kinds that have an address, in their order."""
        return [member for member in self.members if member.kind in kinds and member.address is not None]
