"""The network of the matrix, and how a cell looks at both ends of it: see test_matrix.py."""

import functools
import re

from lab import wait_until
from peers import IPV4, Neighbor, Route, Spec
from peers.bird import Bird2
from peers.ours import Seatrial

OURS, THEIRS, SOURCE = "192.0.2.1", "192.0.2.2", "192.0.2.3"
OURS_6, THEIRS_6 = "2001:db8:1::1", "2001:db8:1::2"
OURS_SIDE, THEIRS_SIDE, SOURCE_SIDE = "198.18.0.1", "198.18.0.2", "198.18.0.3"

PLAIN = Route("198.51.100.0/24")
RICH = Route("198.51.100.128/25", origin="incomplete", prepend=(64999, 4200000099), communities=("65003:1", "65003:2"),
             extended=("rt:65003:7", "soo:65003:8"), large=("4200000003:1:2",))
PLAIN_6, THEIR_PLAIN_6 = Route("2001:db8:100::/48"), Route("2001:db8:200::/48")
THEIR_PLAIN = Route("203.0.113.0/24")
THEIR_RICH = Route("203.0.113.128/25", origin="egp", med=5, communities=("65002:1", "65002:2"), extended=("rt:65002:7",),
                   large=("4200000002:1:2",))


def lan(lab):
    """ours, theirs, source: each has a cable to one bridge, and an address in both subnets; cut() stops what its port carries."""
    switch = lab.namespace("switch")
    switch.run("ip", "link", "add", "br0", "type", "bridge")
    switch.run("ip", "link", "set", "br0", "up")
    hosts = []
    for number, name in enumerate(("ours", "theirs", "source"), 1):
        host = lab.namespace(name)
        _, port = lab.link(host, f"192.0.2.{number}/24", switch, f"233.252.0.{number}/32")
        host.run("ip", "address", "add", f"198.18.0.{number}/24", "dev", "eth0")
        host.run("ip", "address", "add", f"2001:db8:1::{number}/64", "dev", "eth0", "nodad")
        switch.run("ip", "link", "set", port, "master", "br0")
        host.cut = functools.partial(switch.run, "bridge", "link", "set", "dev", port, "state", "0")
        hosts.append(host)
    return hosts


def addresses(number):
    return (f"192.0.2.{number}/24", f"198.18.0.{number}/24", f"2001:db8:1::{number}/64")


def same(given, expected, ignoring=()):
    """Equal paths of one prefix, but for the keys that are ignored."""
    def bare(paths):
        return [{k: v for k, v in p.items() if k not in ignoring} for p in paths]
    return bare(given) == bare(expected)


class Meeting:
    """Ours, a daemon, and a source of routes."""

    def __init__(self, lab, daemon, ours, theirs, source):
        self.begin(lab, daemon, ours, theirs, source)

    def begin(self, lab, daemon, ours, theirs, source=None):
        hosts = lan(lab)
        self.source = Bird2(lab, hosts[2], source) if source else None
        self.theirs = daemon(lab, hosts[1], theirs)
        self.ours = Seatrial(lab, hosts[0], ours)
        wait_until(lambda: self.theirs.established(ours_end(theirs)), what=f"{daemon.name}'s session with us")
        wait_until(lambda: self.ours.established(theirs.neighbors[0].local), what=f"our session with {daemon.name}")

    def ours_at_daemon(self, expected, ignoring=(), family=IPV4):
        """Our routes are at the daemon: {prefix: [path, ...]}."""
        # As FRR we send a peer its own routes back, which ExaBGP and OpenBGPD show.
        own = str(self.theirs.spec.asn)

        def received():
            return {prefix: paths for prefix, paths in self.theirs.routes(family).items() if prefix in expected
                    or not all(own in re.findall(r"\d+", p["as_path"]) or p["originator_id"] for p in paths)}
        self._hold(received, expected, ignoring, f"our routes at {self.theirs.name}")

    def daemons_here(self, expected, ignoring=("path_id",)):
        peer = self.ours.spec.neighbors[0]
        own = str(self.ours.spec.asn)

        def received():
            # FRR may send a peer its own routes back; they fall to the checks for loops (RFC 4271 section 9.1.2, 4456 section 8).
            return {prefix: paths for prefix, paths in self.ours.received(peer.address).items()
                    if not all(own in re.findall(r"\d+", p["as_path"]) or p["originator_id"] == OURS for p in paths)}
        self._hold(received, expected, ignoring, f"{self.theirs.name}'s routes here")

    def at_source(self, expected, ignoring=("path_id",)):
        """What was passed on to the source."""
        self._hold(lambda: self.source.routes(IPV4), expected, ignoring, "routes at the source")

    def cut_ours(self):
        """Our cable carries nothing any more, and nobody is told: neither end loses its carrier."""
        self.ours.namespace.cut()

    @staticmethod
    def _hold(read, expected, ignoring, what):
        seen = {}

        def there():
            seen.clear()
            seen.update(read())
            return set(seen) == set(expected) and all(same(seen[p], expected[p], ignoring) for p in expected)
        try:
            wait_until(there, timeout=20, what=what)
        except AssertionError as error:
            raise AssertionError(f"{error}\nexpected {expected}\nseen     {seen}") from None


def ours_end(theirs):
    return theirs.neighbors[0].address


def two(lab, daemon, routes, their_routes, ours, theirs, asn=65001, their_asn=65002, **options):
    """Ours and the daemon by themselves, each with routes of its own; `ours` and `theirs` are the ends of the session."""
    meeting = Meeting.__new__(Meeting)
    meeting.begin(lab, daemon,
                  Spec(asn, OURS, addresses(1), [Neighbor(theirs, their_asn, ours, **options)], list(routes)),
                  Spec(their_asn, THEIRS, addresses(2), [Neighbor(ours, asn, theirs, **options)], list(their_routes)))
    return meeting


def med_of_plain(daemon):
    """FRR says the MED 0 for its own routes and for what it passes on inside; nobody else says one."""
    return 0 if daemon.name == "FRR" else None
