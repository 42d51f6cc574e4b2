"""seatrial bgpd and BIRD 2 hold each other's routes, over iBGP and over eBGP."""

import signal

import pytest
from daemons import Bird, Capture, SeatrialBgpd
from lab import wait_until

OURS = """\
frr defaults datacenter
hostname left
interface eth0
 ip address 192.0.2.1/30
exit
interface lo
 ip address 198.51.100.1/32
exit
router bgp 65001
 bgp router-id 192.0.2.1
 neighbor 192.0.2.2 remote-as {peer_as}
 address-family ipv4 unicast
  network 198.51.100.1/32
 exit-address-family
exit
"""

BIRD = """\
log stderr all;
router id 192.0.2.2;
protocol device {{ }}
protocol direct {{ ipv4; }}
protocol static {{
  ipv4;
  route 203.0.113.0/24 blackhole;
  route 203.0.113.128/25 blackhole;
}}
protocol bgp ours {{
  local 192.0.2.2 as {own_as};
  neighbor 192.0.2.1 as 65001;
  connect delay time 1;
  graceful restart off;  # with it bgpd, and so ours, leaves without a word
  ipv4 {{
    import all;
    export where source = RTS_STATIC;
    next hop self;
  }};
}}
"""


@pytest.mark.parametrize("bird_as", [65001, 65002], ids=["ibgp", "ebgp"])
def test_routes_both_ways_and_an_orderly_end(lab, bird_as):
    left, right = lab.namespace("left"), lab.namespace("right")
    interface, _ = lab.link(left, "192.0.2.1/30", right, "192.0.2.2/30")
    capture = Capture(lab, left, interface)
    bird = Bird(lab, right, BIRD.format(own_as=bird_as))
    ours = SeatrialBgpd(left, lab.write("left.conf", OURS.format(peer_as=bird_as)))

    ours.event("session", peer="192.0.2.2", to="Established")
    bird.wait_established("ours")
    for prefix in ("203.0.113.0/24", "203.0.113.128/25"):
        ours.event("rib", prefix=prefix, reachable=True, next_hops=["192.0.2.2"])
    route = bird.wait_route("198.51.100.1/32", "192.0.2.1")
    assert "BGP.origin: IGP" in route
    expected_path = "BGP.as_path: \n" if bird_as == 65001 else "BGP.as_path: 65001\n"
    assert expected_path in route

    assert ours.process.end(signal.SIGTERM) == 0
    # BIRD's words for what it was told.
    wait_until(lambda: "ours: Received: Peer de-configured" in bird.process.errors(),
               what="BIRD to log our Cease")
    assert "198.51.100.1/32" not in bird.ask("show", "route")
    capture.stop()
    capture.assert_sound()


def test_bird_shuts_down_and_comes_back(lab):
    left, right = lab.namespace("left"), lab.namespace("right")
    lab.link(left, "192.0.2.1/30", right, "192.0.2.2/30")
    bird = Bird(lab, right, BIRD.format(own_as=65002))
    ours = SeatrialBgpd(left, lab.write("left.conf", OURS.format(peer_as=65002)))
    ours.event("rib", prefix="203.0.113.0/24", reachable=True, next_hops=["192.0.2.2"])

    bird.ask("disable", "ours")
    gone = ours.event("session", peer="192.0.2.2", to="Idle")
    assert gone["notification_received"] == "Cease/Administrative Shutdown"
    ours.event("rib", prefix="203.0.113.0/24", reachable=False)

    seen = len(ours.process.lines)
    bird.ask("enable", "ours")
    bird.wait_established("ours", timeout=60)
    bird.wait_route("198.51.100.1/32", "192.0.2.1")
    assert len(ours.process.lines) >= seen
