"""seatrial bgpd and FRR 8.4 hold each other's routes: the reference design's own files over iBGP,
and eBGP."""

import signal
import time

import pytest
from daemons import ROOT, Capture, Frr, SeatrialBgpd

DESIGN = ROOT / "scenarios" / "get-me-to-the-cluster"
CORE1 = DESIGN / "network" / "core1" / "frr.conf"  # 10.1.1.2, announces 10.2.0.0/24
EDGE1 = DESIGN / "edge" / "edge1" / "frr.conf"  # 10.1.1.4, announces the VIP
CLIENT_LAN = "10.2.0.0/24"
VIP = "10.50.0.80/32"


@pytest.fixture(name="lan")
def two_machines(lab):
    """core1 and edge1 on the data-centre LAN."""
    core1, edge1 = lab.namespace("core1"), lab.namespace("edge1")
    interface, _ = lab.link(core1, "10.1.1.2/24", edge1, "10.1.1.4/24")
    edge1.run("ip", "address", "add", VIP, "dev", "lo")  # FRR announces only what it has
    return lab, core1, edge1, interface


def test_model_as_core_and_frr_as_edge(lan):
    lab, core1, edge1, interface = lan
    capture = Capture(lab, core1, interface)
    ours = SeatrialBgpd(core1, CORE1)
    frr = Frr(lab, edge1, EDGE1)

    ours.event("session", peer="10.1.1.4", to="Established")
    frr.wait_established("10.1.1.2")
    ours.event("rib", prefix=VIP, reachable=True, next_hops=["10.1.1.4"])
    path = frr.wait_path(CLIENT_LAN, "10.1.1.2")
    assert path["valid"] and path["bestpath"] and path["pathFrom"] == "internal"
    assert path["path"] == "" and path["locPrf"] == 100

    # Ours leaves as bgpd does on SIGTERM: to a peer with graceful restart's capability without a word.
    assert ours.process.end(signal.SIGTERM) == 0
    assert ours.events()[-1]["event"] == "stopped"
    neighbor = frr.neighbor("10.1.1.2")
    assert neighbor["bgpState"] != "Established"
    assert neighbor["lastResetDueTo"] == "Peer closed the session"
    assert not frr.paths(CLIENT_LAN)
    capture.stop()
    capture.assert_sound()


def test_model_as_edge_and_frr_as_core(lan):
    lab, core1, edge1, interface = lan
    capture = Capture(lab, core1, interface)
    frr = Frr(lab, core1, CORE1)
    # `network` needs the route in FRR's table: the client LAN's interface.
    client_lan = lab.namespace("lan")
    lab.link(core1, "10.2.0.2/24", client_lan, "10.2.0.10/24")
    ours = SeatrialBgpd(edge1, EDGE1)

    ours.event("session", peer="10.1.1.2", to="Established")
    frr.wait_established("10.1.1.4")
    ours.event("rib", prefix=CLIENT_LAN, reachable=True, next_hops=["10.1.1.2"])
    path = frr.wait_path(VIP, "10.1.1.4")
    assert path["valid"] and path["bestpath"] and path["pathFrom"] == "internal"

    # FRR's operator shuts the session: we are told, and the routes go.
    frr.configure("router bgp 64512", "neighbor 10.1.1.4 shutdown")
    gone = ours.event("session", peer="10.1.1.2", to="Idle")
    # Both have RFC 8538's N bit, and FRR means it.
    assert gone["notification_received"] == "Cease/Hard Reset (Cease/Administrative Shutdown)"
    ours.event("rib", prefix=CLIENT_LAN, reachable=False)
    # ... and comes back.
    frr.configure("router bgp 64512", "no neighbor 10.1.1.4 shutdown")
    frr.wait_path(VIP, "10.1.1.4", timeout=60)
    capture.stop()
    capture.assert_sound()


OURS_EBGP = """\
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
 neighbor 192.0.2.2 remote-as 65002
 address-family ipv4 unicast
  network 198.51.100.1/32
 exit-address-family
exit
"""

FRR_EBGP = """\
frr defaults datacenter
hostname right
interface lo
 ip address 203.0.113.1/32
 ip address 203.0.113.129/25
exit
router bgp 65002
 bgp router-id 192.0.2.2
 neighbor 192.0.2.1 remote-as 65001
 address-family ipv4 unicast
  network 203.0.113.1/32
  network 203.0.113.128/25
 exit-address-family
exit
"""


def test_ebgp(lab):
    left, right = lab.namespace("left"), lab.namespace("right")
    interface, _ = lab.link(left, "192.0.2.1/30", right, "192.0.2.2/30")
    capture = Capture(lab, left, interface)
    frr = Frr(lab, right, lab.write("right.conf", FRR_EBGP))
    ours = SeatrialBgpd(left, lab.write("left.conf", OURS_EBGP))

    frr.wait_established("192.0.2.1")
    for prefix in ("203.0.113.1/32", "203.0.113.128/25"):
        ours.event("rib", prefix=prefix, reachable=True, next_hops=["192.0.2.2"])
    path = frr.wait_path("198.51.100.1/32", "192.0.2.1")
    assert path["valid"] and path["bestpath"] and path["pathFrom"] == "external"
    assert path["path"] == "65001"

    # A route that FRR withdraws goes here, and the other stays.
    frr.configure("router bgp 65002", "address-family ipv4 unicast",
                  "no network 203.0.113.128/25")
    ours.event("rib", prefix="203.0.113.128/25", reachable=False)
    last = {e["prefix"]: e for e in ours.events() if e["event"] == "rib"}
    assert last["203.0.113.1/32"]["reachable"]

    assert ours.process.end(signal.SIGTERM) == 0
    assert frr.neighbor("192.0.2.1")["lastResetDueTo"] == "Peer closed the session"
    capture.stop()
    capture.assert_sound()


def test_wrong_as_is_refused_by_both(lab):
    """RFC 4271 section 6.2: OPEN Message Error/Bad Peer AS, and no session."""
    left, right = lab.namespace("left"), lab.namespace("right")
    lab.link(left, "192.0.2.1/30", right, "192.0.2.2/30")
    frr = Frr(lab, right, lab.write("right.conf", FRR_EBGP))
    wrong = OURS_EBGP.replace("remote-as 65002", "remote-as 65009")
    ours = SeatrialBgpd(left, lab.write("left.conf", wrong))
    event = ours.event("session", notification_sent="OPEN Message Error/Bad Peer AS")
    assert event["to"] == "Idle"
    assert frr.neighbor("192.0.2.1")["bgpState"] != "Established"
    assert not [e for e in ours.events() if e["event"] == "session" and e["to"] == "Established"]


PROTECTED = {
    "md5": " neighbor {peer} password sea-trial\n",  # RFC 2385
    "gtsm": " neighbor {peer} ttl-security hops 1\n",  # RFC 5082
}


@pytest.mark.parametrize("kind", PROTECTED)
@pytest.mark.parametrize("both", [True, False], ids=["both", "only ours"])
def test_protected_session(lab, kind, both):
    """With the same protection on both sides the session stands; with it on ours alone, our
    connection to FRR does not."""
    left, right = lab.namespace("left"), lab.namespace("right")
    lab.link(left, "192.0.2.1/30", right, "192.0.2.2/30")

    def protected(text, peer):
        before, line, after = text.partition(f" neighbor {peer} remote-as")
        end = after.index("\n") + 1
        return before + line + after[:end] + PROTECTED[kind].format(peer=peer) + after[end:]

    passive = FRR_EBGP.replace("remote-as 65001\n", "remote-as 65001\n neighbor 192.0.2.1 passive\n")
    theirs = protected(FRR_EBGP, "192.0.2.1") if both else passive
    frr = Frr(lab, right, lab.write("right.conf", theirs))
    ours = SeatrialBgpd(left, lab.write("left.conf", protected(OURS_EBGP, "192.0.2.2")))
    if both:
        ours.event("rib", prefix="203.0.113.1/32", reachable=True, next_hops=["192.0.2.2"])
        frr.wait_path("198.51.100.1/32", "192.0.2.1")
        return
    # We try at once and every 10 s (datacenter): two rounds pass.
    assert ours.process.popen.poll() is None
    time.sleep(12)
    assert frr.neighbor("192.0.2.1")["bgpState"] != "Established"
    assert not [e for e in ours.events() if e["event"] == "session" and e["to"] == "Established"]


@pytest.mark.parametrize("both", [True, False], ids=["both", "only ours"])
def test_a_range_of_neighbours_with_a_password(lab, both):
    """Whoever comes from the range needs the key of its group (RFC 2385)."""
    left, right = lab.namespace("left"), lab.namespace("right")
    lab.link(left, "192.0.2.1/30", right, "192.0.2.2/30")
    single = " neighbor 192.0.2.2 remote-as 65002\n"
    assert single in OURS_EBGP
    ranged = OURS_EBGP.replace(single, " neighbor P peer-group\n neighbor P remote-as 65002\n neighbor P password sea-trial\n"
                               " bgp listen range 192.0.2.0/24 peer-group P\n")
    theirs = FRR_EBGP.replace("remote-as 65001\n", "remote-as 65001\n neighbor 192.0.2.1 password sea-trial\n") if both else FRR_EBGP
    ours = SeatrialBgpd(left, lab.write("left.conf", ranged))
    frr = Frr(lab, right, lab.write("right.conf", theirs))
    if both:
        ours.event("rib", prefix="203.0.113.1/32", reachable=True, next_hops=["192.0.2.2"])
        frr.wait_path("198.51.100.1/32", "192.0.2.1")
        return
    time.sleep(12)  # FRR tries at once and every 10 s
    assert frr.neighbor("192.0.2.1")["bgpState"] != "Established"
    assert not [e for e in ours.events() if e["event"] == "session"]
