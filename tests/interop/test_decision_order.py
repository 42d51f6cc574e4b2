"""The decision process by order of arrival, judged by real daemons: three external peers announce the same routes in each of
the six orders, then one withdraws and comes back. After each step the best path of every prefix is the one that FRR 8.4.4
and BIRD 2.0.12 choose.

Two of the peers are in one AS, so that MED counts between them alone: without `deterministic-med` such paths have no total
order, and which is best depends on who came first. A prefix stands for one set of three paths and one order: 10.O.S.0/24.
"""

import itertools
import json
import random
import socket
import struct

import pytest
from daemons import SEATRIAL, Bird, Frr, SeatrialBgpd
from lab import Lab, wait_until
from probe import Probe, attribute, sequence, update

SETS = 100
ORDERS = list(itertools.permutations(range(3)))
ASNS = (65101, 65102, 65101)
OUR_AS = 65001


def link(number):
    """Our address and the peer's. The peer's router identifier is its address: they ascend."""
    return f"10.200.{number}.1", f"10.200.{number}.2"


def paths(seed):
    """For each set, what each peer says: AS_PATH behind its own AS, ORIGIN, MED. Most tie up to MED."""
    rng = random.Random(seed)
    return [[((64600,) if rng.random() < 0.15 else (), 2 if rng.random() < 0.15 else 0, rng.choice((None, 0, 10, 20)))
             for _ in ASNS] for _ in range(SETS)]


def attributes(number, tail, origin, med, members):
    way = b"\x03" + sequence(ASNS[number])[1:] + sequence(*tail) if members else sequence(ASNS[number], *tail)
    out = attribute(0x40, 1, bytes([origin])) + attribute(0x40, 2, way)
    out += attribute(0x40, 3, socket.inet_aton(link(number)[1]))
    if med is not None:
        out += attribute(0x80, 4, struct.pack("!I", med))
    return out + attribute(0x40, 5, struct.pack("!I", 100)) if members else out


def prefix(order, one):
    return f"10.{order}.{one}.0/24"


class Feed:
    """The three peers."""

    def __init__(self, lab, router, sets, members):
        self.sets, self.sessions, self.members = sets, [], members
        for number in range(3):
            ours, theirs = link(number)
            peer = lab.namespace(f"peer{number}")
            lab.link(router, f"{ours}/24", peer, f"{theirs}/24")
            self.sessions.append(Probe(peer, theirs, ours, ASNS[number], hold=180))

    def establish(self):
        self.sessions = [probe.listen().establish() for probe in self.sessions]

    def say(self, order, number, withdraw=False):
        session = self.sessions[number]
        for one, said in enumerate(self.sets):
            name = prefix(order, one)
            session.say(update((), (name,)) if withdraw else update((name,), (), attributes(number, *said[number], self.members)))

    def step(self, place, withdraw=False):
        """Of every order, whoever is at this place."""
        for order, numbers in enumerate(ORDERS):
            self.say(order, numbers[place], withdraw)


def frr_text(defaults, *lines):
    out = [f"frr defaults {defaults}", "hostname router"]
    for number in range(3):
        out += [f"interface eth{number}", f" ip address {link(number)[0]}/24", "exit"]
    out += [f"router bgp {OUR_AS}", " bgp router-id 10.200.9.9", " no bgp ebgp-requires-policy", *[f" {line}" for line in lines]]
    for number in range(3):
        peer = link(number)[1]
        out += [f" neighbor {peer} remote-as {ASNS[number]}", f" neighbor {peer} timers connect 1"]
    return "\n".join([*out, "exit"]) + "\n"


class FrrTable:
    def __init__(self, lab, router, text):
        self.frr = Frr(lab, router, lab.write("router.conf", text))

    def table(self):
        """{prefix: (number of paths, the best one's peer, the peers of those used beside it)}"""
        return read(self.frr.show("bgp ipv4 unicast"))


class OurTable:
    def __init__(self, lab, router, text, *options):
        self.control = lab.folder / "control"
        self.router = router
        self.bgpd = SeatrialBgpd(router, lab.write("router.conf", text), "--control", self.control, *options)

    def table(self):
        return read(json.loads(self.router.run(SEATRIAL, "bgpctl", "--control", self.control, "show", "bgp", "ipv4", "unicast",
                                               "json").stdout))


def read(shown):
    return {name: (len(rows), next((row["peerId"] for row in rows if row.get("bestpath")), None),
                   sorted(row["peerId"] for row in rows if row.get("multipath") and not row.get("bestpath")))
            for name, rows in shown["routes"].items()}


class BirdTable:
    def __init__(self, lab, router, *lines):
        text = ["log stderr all;", "router id 10.200.9.9;", "protocol device { }", "protocol direct { ipv4; }"]
        for number in range(3):
            ours, theirs = link(number)
            text += [f"protocol bgp p{number} {{ local {ours} as {OUR_AS}; neighbor {theirs} as {ASNS[number]};",
                     " connect delay time 1; connect retry time 1; hold time 180;", *lines,
                     " ipv4 { import all; export none; }; }"]
        self.bird = Bird(lab, router, "\n".join(text) + "\n")

    def table(self):
        found, name = {}, None
        for line in self.bird.ask("show", "route", "where", "source = RTS_BGP").splitlines():
            if " unicast [" not in line:
                continue
            name = line.split()[0] if not line.startswith(" ") else name
            count, best, _ = found.get(name, (0, None, []))
            peer = link(int(line.split("[p")[1][0]))[1]
            # `*` stands behind the protocol's square brackets where it is the best.
            found[name] = (count + 1, peer if "] * (" in line else best, [])
        return found


def run(start, seed, members=False):
    """The best paths after each step, of the router that `start(lab, namespace)` makes; its peers are other members of its
    confederation or of other ASes."""
    with Lab() as lab:
        router = lab.namespace("router")
        feed = Feed(lab, router, paths(seed), members)
        daemon = start(lab, router)
        feed.establish()
        seen = []
        for place, withdraw, present in ((0, False, 1), (1, False, 2), (2, False, 3), (0, True, 2), (0, False, 3), (1, True, 2),
                                         (1, False, 3)):
            feed.step(place, withdraw)

            def settled():
                table = daemon.table()
                # All has come, and a choice is made: FRR takes a path in first and chooses a little later.
                if len(table) != SETS * len(ORDERS) or any(rows != present or not best for rows, best, _ in table.values()):
                    return None
                return table if table == daemon.table() else None  # pylint: disable=comparison-with-callable
            seen.append(wait_until(settled, 60, 0.3, f"step {len(seen)}"))
        return seen


def differences(theirs, ours, seed):
    sets, out = paths(seed), []
    for step, (a, b) in enumerate(zip(theirs, ours)):
        for name in sorted(a):
            if a[name] != b[name]:
                order, one = map(int, name.split(".")[1:3])
                out.append(f"step {step}, order {ORDERS[order]}, paths {sets[one]}: daemon {a[name][1:]}, ours {b[name][1:]}")
    return out


def dependent(seen):
    """How many sets have a best path that depends on the order of arrival, all three paths being there."""
    return sum(len({seen[2][prefix(order, one)][1] for order in range(len(ORDERS))}) > 1 for one in range(SETS))


FRR = {
    "datacenter": ("datacenter",),
    "traditional": ("traditional",),
    "compare-routerid": ("traditional", "bgp bestpath compare-routerid"),
    "deterministic": ("traditional", "bgp deterministic-med"),
    "deterministic, compare-routerid": ("traditional", "bgp deterministic-med", "bgp bestpath compare-routerid"),
    "always-compare-med": ("traditional", "bgp always-compare-med", "bgp bestpath compare-routerid"),
    "missing-as-worst": ("traditional", "bgp bestpath med missing-as-worst", "bgp bestpath compare-routerid"),
    "multipath-relax": ("datacenter", "bgp bestpath as-path multipath-relax"),
    "two of them": ("datacenter", "bgp bestpath as-path multipath-relax", "address-family ipv4 unicast", " maximum-paths 2",
                    "exit-address-family"),
}
MEMBERS = ("bgp confederation identifier 64500", "bgp confederation peers 65101 65102")
# Between members of a confederation; med confed changes nothing in FRR 8.4.4, which compares what left no AS in any case.
MEMBERS_OF = {
    "members": ("traditional", *MEMBERS),
    "members, med confed": ("traditional", *MEMBERS, "bgp bestpath med confed"),
    "members, deterministic": ("datacenter", *MEMBERS),
    "members, as-path confed": ("datacenter", *MEMBERS, "bgp bestpath as-path confed"),
}
# With these no order is left to depend on.
INDEPENDENT = {"deterministic, compare-routerid", "always-compare-med"}


@pytest.mark.parametrize("variant", FRR)
def test_frr_chooses_the_same_in_every_order(variant):
    text = frr_text(*FRR[variant])
    theirs = run(lambda lab, router: FrrTable(lab, router, text), variant)
    ours = run(lambda lab, router: OurTable(lab, router, text), variant)
    different = differences(theirs, ours, variant)
    assert not different, f"{len(different)}:\n" + "\n".join(different[:20])
    assert (dependent(theirs) == 0) == (variant in INDEPENDENT)


@pytest.mark.parametrize("variant", MEMBERS_OF)
def test_frr_chooses_the_same_between_members_of_a_confederation(variant):
    text = frr_text(*MEMBERS_OF[variant])
    theirs = run(lambda lab, router: FrrTable(lab, router, text), variant, members=True)
    ours = run(lambda lab, router: OurTable(lab, router, text), variant, members=True)
    different = differences(theirs, ours, variant)
    assert not different, f"{len(different)}:\n" + "\n".join(different[:20])


def test_bird_chooses_the_same_in_every_order():
    theirs = run(BirdTable, "bird")
    ours = run(lambda lab, router: OurTable(lab, router, frr_text("traditional"), "--profile", "bird-2.0"), "bird")
    different = differences(theirs, ours, "bird")
    assert not different, f"{len(different)}:\n" + "\n".join(different[:20])
    assert dependent(theirs) > 0
