"""Route maps judged by the real thing: random ones from a seed, applied by FRR and by seatrial bgpd to the same routes, let
the same routes through with the same attributes.

A source (ExaBGP, AS 65000) feeds a router, which has a neighbour in its own AS that hears the result (ExaBGP again). The
router is once FRR and once ours, with the same file. Each of its policies has a block of prefixes to itself: the neighbour's
route map calls the one whose block a prefix is in.
"""

import os
import random
import time

import pytest
from daemons import Frr, SeatrialBgpd
from lab import Lab, wait_until
from peers import IPV4, Neighbor, Route, Spec
from peers.exabgp import ExaBgp
from policies import ASNS, COMMUNITIES, EXTENDED, LARGE, ORIGINS, policy

POLICIES = 20
SEEDS = [int(s) for s in os.environ.get("SEATRIAL_POLICY_SEEDS", "1 2 3").split()]
LAST = "10.255.0.0/16"  # let through by every router: when it has arrived, all has


def routes(seed):
    rng = random.Random(f"{seed}/routes")
    out = []
    for number in range(1, POLICIES + 1):
        for third, length in ((0, 16), (0, 20), (4, 22), (4, 24), (8, 24), (8, 28), (16, 24), (16, 22)):
            out.append(Route(
                f"10.{number}.{third}.0/{length}", origin=rng.choice(ORIGINS), med=rng.choice((None, 0, 10, 20)),
                prepend=(65000, *rng.choices(ASNS, k=rng.randint(0, 3))),
                communities=tuple(rng.sample(COMMUNITIES, rng.randint(0, 3))),
                extended=tuple(rng.sample(EXTENDED, rng.randint(0, 2))), large=tuple(rng.sample(LARGE, rng.randint(0, 2)))))
    return [*out, Route(LAST, prepend=(65000,))]


def configuration(seed):
    lines = ["frr defaults traditional", "hostname router", "interface eth0", " ip address 192.0.2.2/24", "exit", "interface eth1",
             " ip address 198.51.100.2/24", "exit", "ip prefix-list LAST permit " + LAST]
    dispatch = []
    for number in range(1, POLICIES + 1):
        lines += [f"ip prefix-list BLOCK{number} permit 10.{number}.0.0/16 le 32", *policy(seed, number)]
        dispatch += [f"route-map IN permit {number}", f" match ip address prefix-list BLOCK{number}", f" call P{number}", "exit"]
    dispatch += ["route-map IN permit 999", " match ip address prefix-list LAST", "exit"]
    lines += dispatch + [
        "router bgp 65001", " bgp router-id 192.0.2.2", " neighbor 192.0.2.1 remote-as 65000", " neighbor 192.0.2.1 timers connect 1",
        " neighbor 198.51.100.3 remote-as 65001", " neighbor 198.51.100.3 timers connect 1", " address-family ipv4 unicast",
        "  neighbor 192.0.2.1 route-map IN in", " exit-address-family", "exit"]
    return "\n".join(lines) + "\n"


def heard(lab, seed, start):
    """What the neighbour hears of the router that `start(lab, namespace, file)` makes: {prefix: path}."""
    source, router, sink = (lab.namespace(name) for name in ("source", "router", "sink"))
    lab.link(source, "192.0.2.1/24", router, "192.0.2.2/24")
    lab.link(router, "198.51.100.2/24", sink, "198.51.100.3/24")
    sink.run("ip", "route", "add", "192.0.2.0/24", "via", "198.51.100.2")
    listener = ExaBgp(lab, sink, Spec(65001, "198.51.100.3", ("198.51.100.3/24",),
                                      [Neighbor("198.51.100.2", 65001, "198.51.100.3")]))
    start(lab, router, lab.write("router.conf", configuration(seed)))
    wait_until(lambda: listener.established("198.51.100.2"), what="the sink's session")
    ExaBgp(lab, source, Spec(65000, "192.0.2.1", ("192.0.2.1/24",), [Neighbor("192.0.2.2", 65001, "192.0.2.1")], routes(seed)))
    wait_until(lambda: LAST in listener.routes(IPV4), what="the last route")
    before = None
    while before != (table := listener.routes(IPV4)):  # what came with it is there, too
        before = table
        time.sleep(2)
    return {prefix: paths[0] for prefix, paths in table.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_random_policies_leave_the_same_routes(seed):
    with Lab() as real, Lab() as simulated:
        theirs = heard(real, seed, Frr)
        ours = heard(simulated, seed, lambda lab, namespace, file: SeatrialBgpd(namespace, file))
    differing = [f"{prefix}\n  FRR  {theirs.get(prefix)}\n  ours {ours.get(prefix)}"
                 for prefix in sorted({*theirs, *ours}) if theirs.get(prefix) != ours.get(prefix)]
    assert not differing, f"seed {seed}: {len(differing)} of {len(routes(seed))}\n" + "\n".join(differing)
    assert len(theirs) > POLICIES  # some do come through
