"""seatrial bgpd among FRR and BIRD in the roles that a design gives it: filters, route reflector, next-hop-self,
a peer that freezes, a full table that goes."""

import json
import os
import signal
import time

from daemons import Bird, Frr, SeatrialBgpd
from lab import wait_until

OURS = """\
frr defaults datacenter
interface eth0
 ip address 192.0.2.1/30
exit
interface lo
 ip address 198.51.100.1/32
 ip address 198.51.100.2/32
exit
ip prefix-list IN seq 5 deny 203.0.113.9/32
ip prefix-list IN seq 10 permit any
ip prefix-list SPECIAL seq 5 permit 203.0.113.1/32
route-map RIN permit 10
 match ip address prefix-list SPECIAL
 set local-preference 250
exit
route-map RIN permit 20
exit
ip prefix-list ONE seq 5 permit 198.51.100.0/24 ge 32
ip prefix-list ONE seq 1 deny 198.51.100.2/32
route-map ROUT permit 10
 match ip address prefix-list ONE
 set metric 77
 set community 65001:1 65001:2
 set as-path prepend 65001 65001
exit
router bgp 65001
 bgp router-id 192.0.2.1
 no bgp default ipv4-unicast
 neighbor 192.0.2.2 remote-as 65002
 neighbor 192.0.2.2 timers 1 3
 neighbor 192.0.2.2 timers connect 2
 address-family ipv4 unicast
  network 198.51.100.1/32
  network 198.51.100.2/32
  neighbor 192.0.2.2 activate
  neighbor 192.0.2.2 prefix-list IN in
  neighbor 192.0.2.2 route-map RIN in
  neighbor 192.0.2.2 route-map ROUT out
 exit-address-family
exit
"""

FRR = """\
frr defaults datacenter
interface lo
 ip address 203.0.113.1/32
 ip address 203.0.113.9/32
 ip address 203.0.113.20/32
exit
router bgp 65002
 bgp router-id 192.0.2.2
 no bgp ebgp-requires-policy
 neighbor 192.0.2.1 remote-as 65001
 neighbor 192.0.2.1 timers 1 3
 neighbor 192.0.2.1 timers connect 2
 address-family ipv4 unicast
  redistribute connected
 exit-address-family
exit
"""


def pair(lab):
    left, right = lab.namespace("left"), lab.namespace("right")
    lab.link(left, "192.0.2.1/30", right, "192.0.2.2/30")
    return left, right


def test_filters_and_a_peer_that_freezes(lab):
    left, right = pair(lab)
    frr = Frr(lab, right, lab.write("right.conf", FRR))
    ours = SeatrialBgpd(left, lab.write("left.conf", OURS))
    ours.event("rib", prefix="203.0.113.20/32", reachable=True)
    special = ours.event("rib", prefix="203.0.113.1/32", reachable=True)
    assert "local-pref 250" in special["best"], special
    path = frr.wait_path("198.51.100.1/32", "192.0.2.1")
    assert path["path"] == "65001 65001 65001" and path["metric"] == 77
    detail = frr.show("bgp ipv4 unicast 198.51.100.1/32")["paths"][0]
    assert detail["community"]["string"] == "65001:1 65001:2"
    assert not frr.paths("198.51.100.2/32")
    assert not [e for e in ours.events() if e["event"] == "rib" and e["prefix"] == "203.0.113.9/32"]

    # FRR freezes: its last KEEPALIVE is at most 1 s old, the hold time 3 s; both without our jitter.
    bgpd = int((frr.folder / "bgpd.pid").read_text())
    since = time.monotonic()
    os.kill(bgpd, signal.SIGSTOP)
    down = ours.event("session", peer="192.0.2.2", to="Idle")
    assert 1.9 < time.monotonic() - since < 4.5
    assert down["notification_sent"] == "Hold Timer Expired"
    ours.event("rib", prefix="203.0.113.1/32", reachable=False)
    # ... and thaws: both sides hold each other's routes again.
    os.kill(bgpd, signal.SIGCONT)
    known = len(ours.process.lines)

    def learned_again(line):
        event = json.loads(line)
        return (len(ours.process.lines) >= known and event["event"] == "rib" and event["reachable"] and
                event["prefix"] == "203.0.113.1/32" and line not in ours.process.lines[:known])

    ours.process.wait_line(learned_again, 40, "the route again")
    frr.wait_path("198.51.100.1/32", "192.0.2.1", timeout=40)


def star(lab):
    """left and right, each on a link with the middle, which forwards between them."""
    left, middle, right = (lab.namespace(name) for name in ("left", "middle", "right"))
    lab.link(left, "10.0.1.1/24", middle, "10.0.1.2/24")
    lab.link(right, "10.0.2.1/24", middle, "10.0.2.2/24")
    left.run("ip", "route", "add", "10.0.2.0/24", "via", "10.0.1.2")
    right.run("ip", "route", "add", "10.0.1.0/24", "via", "10.0.2.2")
    return left, middle, right


def spoke(own, peer, remote_as, loopback, asn=65000, more=""):
    return (f"frr defaults datacenter\ninterface lo\n ip address {loopback}\nexit\nrouter bgp {asn}\n"
            f" bgp router-id {own}\n no bgp ebgp-requires-policy\n neighbor {peer} remote-as {remote_as}\n{more}"
            f" address-family ipv4 unicast\n  network {loopback}\n exit-address-family\nexit\n")


MIDDLE = """\
frr defaults datacenter
interface eth0
 ip address 10.0.1.2/24
exit
interface eth1
 ip address 10.0.2.2/24
exit
router bgp 65000
 bgp router-id 9.9.9.9
"""


def test_route_reflector_with_two_frr_clients(lab):
    left, middle, right = star(lab)
    one = Frr(lab, left, lab.write("left.conf", spoke("10.0.1.1", "10.0.1.2", 65000, "172.20.1.1/32")))
    two = Frr(lab, right, lab.write("right.conf", spoke("10.0.2.1", "10.0.2.2", 65000, "172.20.2.1/32")))
    SeatrialBgpd(middle, lab.write("middle.conf", MIDDLE + """\
 bgp cluster-id 7.7.7.7
 neighbor C peer-group
 neighbor C remote-as internal
 neighbor 10.0.1.1 peer-group C
 neighbor 10.0.2.1 peer-group C
 address-family ipv4 unicast
  neighbor C route-reflector-client
 exit-address-family
exit
"""))
    two.wait_path("172.20.1.1/32", "10.0.1.1")
    one.wait_path("172.20.2.1/32", "10.0.2.1")
    # RFC 4456 section 8.
    path = two.show("bgp ipv4 unicast 172.20.1.1/32")["paths"][0]
    assert path["originatorId"] == "10.0.1.1" and path["clusterList"]["list"] == ["7.7.7.7"]
    assert path["valid"]


def test_next_hop_self_and_passive_peers(lab):
    left, middle, right = star(lab)
    Frr(lab, left, lab.write("left.conf", spoke("10.0.1.1", "10.0.1.2", "external", "172.20.1.1/32", 65001)))
    inside = Frr(lab, right, lab.write("right.conf", spoke(
        "10.0.2.1", "10.0.2.2", "internal", "172.20.2.1/32", more=" neighbor 10.0.2.2 passive\n")))
    SeatrialBgpd(middle, lab.write("middle.conf", MIDDLE + """\
 no bgp ebgp-requires-policy
 neighbor 10.0.1.1 remote-as external
 neighbor 10.0.1.1 passive
 neighbor 10.0.2.1 remote-as internal
 address-family ipv4 unicast
  neighbor 10.0.2.1 next-hop-self
 exit-address-family
exit
"""))
    inside.wait_path("172.20.1.1/32", "10.0.2.2", timeout=40)
    path = inside.show("bgp ipv4 unicast 172.20.1.1/32")["paths"][0]
    assert path["aspath"]["string"] == "65001" and path["locPrf"] == 100 and path["valid"]


BIRD = """\
router id 192.0.2.2;
protocol device {}
protocol static many { ipv4; %s }
protocol bgp ours {
  local 192.0.2.2 as 65002;
  neighbor 192.0.2.1 as 65001;
  password "sea-trial";
  ipv4 { import all; export all; };
}
"""


def test_ten_thousand_prefixes_of_bird_come_and_go(lab):
    left, right = pair(lab)
    prefixes = {f"20.{n >> 8}.{n & 255}.0/24" for n in range(10000)}
    bird = Bird(lab, right, BIRD % " ".join(f"route {p} blackhole;" for p in sorted(prefixes)))
    protected = OURS.replace("remote-as 65002\n", "remote-as 65002\n neighbor 192.0.2.2 password sea-trial\n")
    ours = SeatrialBgpd(left, lab.write("left.conf", protected))

    def all_said(reachable):
        left_over = set(prefixes)

        def matches(line):
            event = json.loads(line)
            if event["event"] == "rib" and event["reachable"] == reachable:
                left_over.discard(event["prefix"])
            return not left_over
        return matches

    ours.process.wait_line(all_said(True), 60, "all prefixes")
    bird.wait_route("198.51.100.1/32", "192.0.2.1")
    bird.ask("disable", "many")
    ours.process.wait_line(all_said(False), 60, "all withdrawals")
    wait_until(lambda: "Established" in bird.ask("show", "protocols", "ours"), what="the session to stand")
