"""`dc.at("30s")`: what happens to a design at a moment, a method for each action of scenario.json's timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._values import given
from .handles import Handle, Host, Router

if TYPE_CHECKING:
    from .design import DataCenter


class Moment:
    """`dc.at("30s")`: what happens then."""

    def __init__(self, center: DataCenter, at: str) -> None:
        self._center = center
        self._at = at

    def do(self, action: str, target: Handle | str, **members: Any) -> Moment:
        """Any action of a scenario's timeline, by its name. Several may follow each other."""
        self._center._own(target, members)
        self._center.timeline.append({**given(**members), **given(at=self._at, do=action, target=target)})
        return self

    def power_off(self, target: Host | Router | str) -> Moment:
        """A machine loses power, for good."""
        return self.do("power_off", target)

    def kill(self, process: str) -> Moment:
        """SIGKILL to "edge1/bgp" or "edge1/nginx": the kernel closes its connections; a daemon says nothing to its peers."""
        return self.do("kill", process)

    def terminate(self, process: str) -> Moment:
        """SIGTERM: a BGP daemon says Cease / Administrative Shutdown first."""
        return self.do("terminate", process)

    def start(self, process: str) -> Moment:
        """A process that was killed or terminated starts anew."""
        return self.do("start", process)

    def freeze(self, process: str) -> Moment:
        """SIGSTOP: the kernel goes on acknowledging, the process says nothing; only timers of others notice."""
        return self.do("freeze", process)

    def thaw(self, process: str) -> Moment:
        """SIGCONT: a frozen process goes on with what has come meanwhile."""
        return self.do("thaw", process)

    def restart(self, process: str) -> Moment:
        """SIGTERM, and a new process at the same moment, as `systemctl restart` does."""
        return self.do("restart", process)

    def clear(self, process: str, *, neighbor: Handle | str | None = None) -> Moment:
        """Every session of a BGP daemon ("edge1/bgp"), or those with `neighbor` (a node, or an address) alone, are reset
        with Cease / Administrative Reset: `clear bgp *`."""
        return self.do("clear", process, neighbor=neighbor)

    def clear_soft(self, process: str, *, neighbor: Handle | str | None = None, direction: str | None = None) -> Moment:
        """A BGP daemon asks every peer that can (RFC 2918), or `neighbor` alone, for its routes again. With `direction`
        "in" its import policy looks again at what was sent, with "out" its export policy: `clear bgp * soft in`, `out`."""
        return self.do("clear_soft", process, neighbor=neighbor, direction=direction)

    def announce(self, process: str, prefix: str) -> Moment:
        """A BGP daemon announces a prefix of its own: as its configuration has it, or as `network PREFIX` would."""
        return self.do("announce", process, prefix=prefix)

    def withdraw(self, process: str, prefix: str) -> Moment:
        """A BGP daemon withdraws a prefix of its own."""
        return self.do("withdraw", process, prefix=prefix)

    def link_down(self, target: Handle | str) -> Moment:
        """A cable is pulled: an end of it ("core1:eth1"), or a host that hangs on one cable."""
        return self.do("link_down", target)

    def link_up(self, target: Handle | str) -> Moment:
        """The cable is plugged again."""
        return self.do("link_up", target)

    def link_silent(self, target: Handle | str) -> Moment:
        """A cable loses every frame and keeps its carrier: nobody is told."""
        return self.do("link_silent", target)

    def link_restored(self, target: Handle | str) -> Moment:
        """The silent cable carries again."""
        return self.do("link_restored", target)
