"""seatrial bgpd's BFD with FRR 8.4's bfdd where the peer is not just one IPv4 hop away: over IPv6, across routers, with a least TTL of
its own for each session, and with a peer that would like to send echo packets."""

import os
import re
import signal
import time

import pytest
from daemons import Capture, Frr, SeatrialBgpd
from lab import wait_until

V6 = """\
frr defaults datacenter
interface eth0
 ipv6 address 2001:db8:7::{own}/64
exit
router bgp {asn}
 bgp router-id 192.0.2.{own}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor 2001:db8:7::{peer} remote-as external
 neighbor 2001:db8:7::{peer} bfd
 address-family ipv6 unicast
  network 2001:db8:7::/64
  neighbor 2001:db8:7::{peer} activate
 exit-address-family
exit
{more}
"""

# 10.255.0.1 is ours, at one end of a row of routers; FRR is 10.255.0.2.
FAR = """\
frr defaults datacenter
interface lo
 ip address 10.255.0.{own}/32
exit
interface eth0
 ip address {address}/24
exit
ip route 0.0.0.0/0 {gateway}
router bgp 65001
 bgp router-id 10.255.0.{own}
 neighbor 10.255.0.{peer} remote-as internal
 neighbor 10.255.0.{peer} update-source 10.255.0.{own}
 neighbor 10.255.0.{peer} bfd
exit
{more}
"""

LEAST_TTL = """\
bfd
 peer 10.255.0.{peer} multihop local-address 10.255.0.{own}
  minimum-ttl {ttl}
 exit
exit
"""


def up(ours, frr, own, timeout=40):
    """BFD and BGP are up at both ends, and stay: FRR makes its session anew once, when BGP becomes Established."""
    since = [None]

    def stays():
        if frr.bfd(own).get("status") != "up" or frr.neighbor(own).get("bgpState") != "Established":
            since[0] = None
            return False
        since[0] = since[0] or time.monotonic()
        return time.monotonic() - since[0] > 2
    wait_until(stays, timeout, what=f"BFD and BGP of {own}; ours said {ours.process.lines[-5:]}")


@pytest.fixture(name="v6")
def two_on_one_ipv6_link(lab):
    left, right = lab.namespace("left"), lab.namespace("right")
    a, b = lab.link(left, "10.0.0.1/24", right, "10.0.0.2/24")
    left.run("ip", "-6", "address", "add", "2001:db8:7::1/64", "dev", a, "nodad")
    right.run("ip", "-6", "address", "add", "2001:db8:7::2/64", "dev", b, "nodad")
    capture = Capture(lab, left, a, "udp")
    more = "bfd\n peer 2001:db8:7::1 local-address 2001:db8:7::2 interface eth0\n  echo-mode\n exit\nexit\n"
    frr = Frr(lab, right, lab.write("right.conf", V6.format(own=2, peer=1, asn=65002, more=more)), bfd=True)
    ours = SeatrialBgpd(left, lab.write("left.conf", V6.format(own=1, peer=2, asn=65001, more="")))
    up(ours, frr, "2001:db8:7::1")
    return ours, frr, capture


def test_over_ipv6(v6):
    ours, frr, capture = v6
    frozen = time.time()
    os.kill(frr.pid("bfdd"), signal.SIGSTOP)
    try:
        ours.event("session", timeout=5, to="Idle", reason="BFD down: control detection time expired")
    finally:
        os.kill(frr.pid("bfdd"), signal.SIGCONT)
    fell = time.time()
    # Three times 300 ms after the last packet, which was at most 300 ms old.
    assert 0.6 - 0.05 <= fell - frozen <= 0.9 + 0.2
    up(ours, frr, "2001:db8:7::1")
    capture.stop()
    packets = capture.read("bfd && ipv6.src == 2001:db8:7::1", "ipv6.hlim", "udp.dstport", "udp.srcport")
    assert {(hops, port) for hops, port, _ in packets} == {("255", "3784")}  # RFC 5881 sections 4 and 5
    assert all(int(source) >= 49152 for _, _, source in packets)
    assert capture.read("_ws.malformed", "frame.number") == []


def test_a_peer_that_would_send_echo_packets_sends_none(v6):
    _, frr, capture = v6
    time.sleep(2)
    assert frr.bfd("2001:db8:7::1")["remote-echo-receive-interval"] in (0, "disabled")
    capture.stop()
    # RFC 5880 section 6.8.9: not to a system that asks for 0.
    assert capture.read("bfd && ipv6.src == 2001:db8:7::1 && bfd.required_min_echo_interval != 0", "frame.number") == []
    assert capture.read("udp.port == 3785", "frame.number") == []


def row_of_routers(lab, count):
    """Namespaces one behind the other; the routers forward. The first, the last, and the first one's interface."""
    spaces = [lab.namespace(f"n{i}") for i in range(count + 2)]
    for i, (near, far) in enumerate(zip(spaces, spaces[1:])):
        lab.link(near, f"10.0.{i}.1/24", far, f"10.0.{i}.2/24")
    for i, space in enumerate(spaces[1:-1], 1):
        space.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        space.run("ip", "route", "add", "10.255.0.1/32", "via", f"10.0.{i - 1}.1")
        space.run("ip", "route", "add", "10.255.0.2/32", "via", f"10.0.{i}.2")
    spaces[0].run("ip", "address", "add", "10.255.0.1/32", "dev", "lo")
    spaces[0].run("ip", "route", "add", "default", "via", "10.0.0.2")
    spaces[-1].run("ip", "route", "add", "default", "via", f"10.0.{count}.1")  # FRR's staticd does not run here
    return spaces[0], spaces[-1]


def far_pair(lab, routers, our_ttl=None, frr_ttl=None):
    left, right = row_of_routers(lab, routers)
    capture = Capture(lab, left, "eth0", "udp or tcp port 179")

    def config(own, peer, address, gateway, ttl):
        more = LEAST_TTL.format(own=own, peer=peer, ttl=ttl) if ttl else ""
        return lab.write(f"{own}.conf", FAR.format(own=own, peer=peer, address=address, gateway=gateway, more=more))
    frr = Frr(lab, right, config(2, 1, f"10.0.{routers}.2", f"10.0.{routers}.1", frr_ttl), bfd=True)
    ours = SeatrialBgpd(left, config(1, 2, "10.0.0.1", "10.0.0.2", our_ttl))
    return ours, frr, capture


def test_across_a_router(lab):
    ours, frr, capture = far_pair(lab, 1)
    up(ours, frr, "10.255.0.1")
    assert frr.bfd("10.255.0.1")["multihop"] is True
    capture.stop()
    # RFC 5883 section 5.
    assert {tuple(row) for row in capture.read("bfd && ip.src == 10.255.0.1", "udp.dstport", "ip.ttl")} == {("4784", "255")}


def test_two_routers_are_one_too_many_unless_a_least_ttl_says_so(lab):
    # Each end takes 254 at least, which is one router; what comes here has 253.
    ours, frr, _ = far_pair(lab, 2)
    time.sleep(5)
    assert frr.bfd("10.255.0.1").get("status") != "up"
    assert not [e for e in ours.events() if e["event"] == "bfd" and e["to"] == "Up"]


def test_two_routers_with_a_least_ttl(lab):
    ours, frr, _ = far_pair(lab, 2, our_ttl=253, frr_ttl=253)
    up(ours, frr, "10.255.0.1")


def test_the_least_ttl_is_the_sessions_own(lab):
    # Two sessions on one socket: a peer behind one router, as usual, and one that may be far away. The second's limit is not the
    # first's: when the first is moved behind a second router, it falls.
    left, right = row_of_routers(lab, 2)
    more = LEAST_TTL.format(own=1, peer=9, ttl=100)
    text = FAR.format(own=1, peer=2, address="10.0.0.1", gateway="10.0.0.2", more=more)
    text = re.sub(r"(?m)^( neighbor )10\.255\.0\.2(.*)$", r"\g<0>\n\g<1>10.255.0.9\2", text)
    far = FAR.format(own=2, peer=1, address="10.0.2.2", gateway="10.0.2.1", more=LEAST_TTL.format(own=2, peer=1, ttl=200))
    frr = Frr(lab, right, lab.write("right.conf", far), bfd=True)
    ours = SeatrialBgpd(left, lab.write("left.conf", text))
    wait_until(lambda: frr.neighbor("10.255.0.1").get("bgpState") == "Established", 30, what="BGP")
    time.sleep(4)
    # FRR hears us and says Init; we do not take what has 253.
    assert frr.bfd("10.255.0.1")["status"] != "up"
    assert not [e for e in ours.events() if e["event"] == "bfd" and e["to"] == "Up"]
