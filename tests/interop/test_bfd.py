"""seatrial bgpd's BFD with FRR 8.4's bfdd and with BIRD 2: both ends agree on the timers, a silent peer is given up within
the detection time, and BGP falls with it."""

import os
import re
import signal
import time

import pytest
from daemons import Bird, Capture, Frr, SeatrialBgpd
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
 no bgp ebgp-requires-policy
 neighbor 192.0.2.2 remote-as 65002
 neighbor 192.0.2.2 bfd{timers}
 address-family ipv4 unicast
  network 198.51.100.1/32
 exit-address-family
exit
"""

FRR = """\
frr defaults datacenter
hostname right
interface lo
 ip address 203.0.113.1/32
exit
router bgp 65002
 bgp router-id 192.0.2.2
 no bgp ebgp-requires-policy
 neighbor 192.0.2.1 remote-as 65001
 neighbor 192.0.2.1 bfd
 address-family ipv4 unicast
  network 203.0.113.1/32
 exit-address-family
exit
"""

BIRD = """\
log stderr all;
router id 192.0.2.2;
protocol device { }
protocol bfd { }
protocol static { ipv4; route 203.0.113.1/32 blackhole; }
protocol bgp ours {
  local 192.0.2.2 as 65002;
  neighbor 192.0.2.1 as 65001;
  connect delay time 1;
  error wait time 1, 4;
  bfd on;
  ipv4 { import all; export where source = RTS_STATIC; };
}
"""

MS = 0.001


def assert_jittered(gaps, interval):
    """RFC 5880 section 6.8.7: between 75 and 100 % of the interval; a busy machine may wake a sender late, a few times."""
    on_time = [gap for gap in gaps if 0.75 * interval - 5 * MS <= gap <= interval + 15 * MS]
    assert len(on_time) >= 0.8 * len(gaps) and 0.5 * interval <= min(gaps) and max(gaps) <= 1.5 * interval, gaps


class Pair:
    """Ours on the left, the daemon on the right, a capture of what passes between them."""

    def __init__(self, lab, daemon, timers=""):
        self.lab, self.daemon = lab, daemon
        self.left, self.right = lab.namespace("left"), lab.namespace("right")
        interface, self.right_interface = lab.link(self.left, "192.0.2.1/30", self.right, "192.0.2.2/30")
        self.capture = Capture(lab, self.left, interface, "udp or tcp port 179")
        if daemon == "frr":
            self.peer = Frr(lab, self.right, lab.write("right.conf", FRR), bfd=True)
            self.pid = self.peer.pid("bfdd")
        else:
            self.peer = Bird(lab, self.right, BIRD)
            self.pid = int((lab.folder / "bird-right.pid").read_text())
        self.ours = SeatrialBgpd(self.left, lab.write("left.conf", OURS.format(timers=timers)))

    def peer_shows(self):
        """Whether BGP and BFD are up, as the daemon sees it."""
        if self.daemon == "frr":
            return (self.peer.neighbor("192.0.2.1").get("bgpState") == "Established"
                    and self.peer.bfd("192.0.2.1").get("status") == "up")
        return ("Established" in self.peer.ask("show", "protocols", "ours")
                and re.search(r"192\.0\.2\.1 .* Up ", self.peer.ask("show", "bfd", "sessions")))

    def settle(self):
        """Up for two seconds: FRR makes its BFD session anew once, when BGP becomes Established."""
        since = None

        def long_enough():
            nonlocal since
            if not self.peer_shows():
                since = None
                return False
            since = since or time.monotonic()
            return time.monotonic() - since > 2
        wait_until(long_enough, timeout=40, what=f"BGP and BFD with {self.daemon} to stay up")

    def flaps(self):
        """How often FRR saw the session fall."""
        counters = self.peer.show("bfd peers counters")
        return [peer["session-down"] for peer in counters]

    def packets(self):
        """Ends the capture: every BFD packet and BGP NOTIFICATION so far, as dicts with the time in seconds."""
        self.capture.stop()
        names = {"frame.time_epoch": "time", "ip.src": "src", "ip.ttl": "ttl", "udp.srcport": "sport",
                 "udp.dstport": "dport", "bfd.sta": "state", "bfd.flags.p": "poll", "bfd.flags.f": "final",
                 "bfd.diag": "diag", "bfd.desired_min_tx_interval": "tx", "bfd.required_min_rx_interval": "rx",
                 "bfd.detect_time_multiplier": "multiplier", "bgp.notify.minor_error_cease": "cease"}
        rows = [dict(zip(names.values(), row)) for row in self.capture.read("bfd || bgp.type == 3", *names)]
        for row in rows:
            row["time"] = float(row["time"])
            for key in ("state", "diag"):
                row[key] = int(row[key], 16) if row[key] else None
        assert self.capture.read("_ws.malformed", "frame.number") == []
        return rows


@pytest.fixture(name="pair", params=["frr", "bird"])
def one_of_the_daemons(lab, request):
    return Pair(lab, request.param, " 4 200 250")  # multiplier, receive, transmit


def test_timers_are_those_that_both_ends_show(pair):
    pair.settle()
    if pair.daemon == "frr":
        shown = pair.peer.bfd("192.0.2.1")
        assert shown["remote-detect-multiplier"] == 4
        assert shown["remote-receive-interval"] == 200
        assert shown["remote-transmit-interval"] == 250
        assert shown["diagnostic"] == "ok" and shown["remote-diagnostic"] == "ok"
        peer_tx, peer_rx = 300 * MS, 300 * MS
    else:
        # BIRD: tx 100 ms and rx 10 ms, five times. It sends at the greater of its 100 ms and our 200 ms, and waits four
        # times our 250 ms.
        line = re.search(r"192\.0\.2\.1 .* Up +\S+ +(\S+) +(\S+)", pair.peer.ask("show", "bfd", "sessions"))
        assert (float(line[1]), float(line[2])) == (0.2, 1.0)
        peer_tx, peer_rx = 100 * MS, 10 * MS
    time.sleep(8)
    packets = [p for p in pair.packets() if p["state"] is not None]
    ours = [p for p in packets if p["src"] == "192.0.2.1"]
    theirs = [p for p in packets if p["src"] == "192.0.2.2"]
    # RFC 5881 sections 4 and 5.
    assert {p["ttl"] for p in ours} == {"255"} and {p["dport"] for p in ours} == {"3784"}
    assert all(int(p["sport"]) >= 49152 for p in ours) and len({p["sport"] for p in ours}) == 1
    assert {int(p["tx"]) for p in ours if p["state"] == 3} == {250_000}
    assert {int(p["rx"]) for p in ours if p["state"] == 3} == {200_000}
    # While not Up, once a second (RFC 5880 section 6.8.3).
    assert {int(p["tx"]) for p in ours if p["state"] != 3} == {1_000_000}
    for sent, interval in ((ours, max(250 * MS, peer_rx)), (theirs, max(peer_tx, 200 * MS))):
        steady = [p["time"] for p in sent if p["state"] == 3 and p["poll"] == "0" and p["final"] == "0"]
        gaps = [b - a for a, b in zip(steady[-26:], steady[-25:])]
        # Uniform between 75 and 100 %: the mean of 25 is within 10 % of 87.5 %.
        assert_jittered(gaps, interval)
        assert sum(gaps) / len(gaps) == pytest.approx(0.875 * interval, rel=0.1)


def test_a_frozen_peer_is_given_up_within_the_detection_time(pair):
    pair.settle()
    frozen = time.time()
    os.kill(pair.pid, signal.SIGSTOP)
    try:
        # Where both have graceful restart's N bit, as here with FRR, the end is a hard reset (RFC 8538); FRR sends the same.
        sent = "Cease/Hard Reset (Cease/BFD Down)" if pair.daemon == "frr" else "Cease/BFD Down"
        pair.ours.event("session", timeout=5, to="Idle", reason="BFD down: control detection time expired", notification_sent=sent)
    finally:
        os.kill(pair.pid, signal.SIGCONT)
    pair.settle()
    packets = pair.packets()
    # RFC 9384, and no sooner and no later than the detection time after the last packet.
    subcode = "9" if pair.daemon == "frr" else "10"
    cease = next(p for p in packets if p["cease"] == subcode and p["src"] == "192.0.2.1" and p["time"] > frozen)
    last = max(p["time"] for p in packets
               if p["src"] == "192.0.2.2" and p["state"] is not None and p["time"] < cease["time"])
    detection = 900 * MS if pair.daemon == "frr" else 5 * 200 * MS
    assert cease["time"] - last == pytest.approx(detection, rel=0.1)
    down = next(p for p in packets if p["src"] == "192.0.2.1" and p["state"] == 1 and p["time"] > last)
    assert down["diag"] == 1 and down["time"] - last == pytest.approx(detection, rel=0.1)


def test_we_are_given_up_when_frozen(pair):
    pair.settle()
    # The namespace's command is the program itself: ip netns exec does not fork.
    os.kill(pair.ours.process.popen.pid, signal.SIGSTOP)
    frozen = time.monotonic()
    try:
        wait_until(lambda: not pair.peer_shows(), timeout=5, interval=0.01, what="the daemon to notice")
    finally:
        os.kill(pair.ours.process.popen.pid, signal.SIGCONT)
    # Four times the greater of our 250 ms and what it takes (FRR 300 ms, BIRD 10 ms); our last packet was up to one
    # interval old.
    detection = 4 * (300 if pair.daemon == "frr" else 250) * MS
    assert 0.7 * detection <= time.monotonic() - frozen <= 1.3 * detection
    pair.settle()


def test_a_link_that_goes_down(pair):
    pair.settle()
    pair.right.run("ip", "link", "set", pair.right_interface, "down")
    pair.ours.event("bfd", timeout=3, to="Down", diagnostic="control detection time expired")
    pair.ours.event("session", timeout=3, reason="BFD down: control detection time expired")
    pair.ours.event("rib", timeout=3, prefix="203.0.113.1/32", reachable=False)
    pair.right.run("ip", "link", "set", pair.right_interface, "up")
    pair.settle()


def test_our_orderly_end_is_told_as_admin_down(pair):
    pair.settle()
    assert pair.ours.process.end(signal.SIGTERM) == 0
    said = [p for p in pair.packets() if p["src"] == "192.0.2.1" and p["state"] == 0]
    assert said and all(p["diag"] == 7 for p in said)  # RFC 5880 section 4.1: administratively down


def test_bfdd_in_shutdown_and_with_new_timers(lab):
    pair = Pair(lab, "frr")
    pair.settle()
    # A Poll Sequence (RFC 5880 section 6.5): new intervals without a flap.
    before = pair.flaps()
    pair.peer.configure("bfd", "peer 192.0.2.1", "transmit-interval 500", "receive-interval 400")
    time.sleep(4)
    assert pair.flaps() == before
    changed = time.time() - 2
    # FRR's bgpd takes AdminDown for a failure, and so does its profile here.
    pair.peer.configure("bfd", "peer 192.0.2.1", "shutdown")
    pair.ours.event("bfd", to="Down", remote_state="AdminDown")
    pair.ours.event("session", reason="BFD down: neighbor signaled session down")
    pair.peer.configure("bfd", "peer 192.0.2.1", "no shutdown")
    pair.settle()
    packets = [p for p in pair.packets() if p["state"] is not None]
    polls = [p for p in packets if p["src"] == "192.0.2.2" and p["poll"] == "1" and p["tx"] == "500000"]
    assert polls
    finals = [p for p in packets if p["src"] == "192.0.2.1" and p["final"] == "1" and p["time"] > polls[0]["time"]]
    assert finals[0]["time"] - polls[0]["time"] < 50 * MS  # at once, not with the next packet: that is 300 ms away
    steady = [p["time"] for p in packets if p["src"] == "192.0.2.1" and changed < p["time"] < changed + 2]
    gaps = [b - a for a, b in zip(steady, steady[1:])]
    assert_jittered(gaps, 400 * MS)
