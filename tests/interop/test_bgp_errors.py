"""A peer that sends malformed messages to seatrial bgpd: RFC 7606 says where the session stays up and the
routes of the message go, where only the attribute goes, and where the session is reset."""

import ctypes
import os
import socket
import struct
import threading

import pytest
from daemons import SeatrialBgpd
from lab import wait_until

OURS, PEER = "192.0.2.1", "192.0.2.2"
CONFIG = f"""\
frr defaults datacenter
interface eth0
 ip address {OURS}/30
exit
router bgp 65001
 bgp router-id {OURS}
 no bgp ebgp-requires-policy
 neighbor {PEER} remote-as 65002
 neighbor {PEER} passive
exit
"""

PREFIX = "20.0.1.0/24"
NLRI = b"\x18\x14\x00\x01"


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def attribute(flags, kind, value):
    length = struct.pack("!H", len(value)) if flags & 0x10 else bytes([len(value)])
    return bytes([flags, kind]) + length + value


def sequence(*numbers):
    return b"\x02" + bytes([len(numbers)]) + b"".join(struct.pack("!I", n) for n in numbers)


def update(attributes, nlri=NLRI, length=None):
    size = len(attributes) if length is None else length
    return message(2, struct.pack("!HH", 0, size) + attributes + nlri)


ORIGIN = attribute(0x40, 1, b"\0")
PATH = attribute(0x40, 2, sequence(65002))
NEXT_HOP = attribute(0x40, 3, socket.inet_aton(PEER))
GOOD = ORIGIN + PATH + NEXT_HOP
MP_REACH = attribute(0x80, 14, b"\0\1\1\4" + socket.inet_aton(PEER) + b"\0\x18\x15\0\0")
CAPABILITIES = b"\x01\x04\x00\x01\x00\x01" + b"\x41\x04" + struct.pack("!I", 65002)
OPEN = message(1, struct.pack("!BHH", 4, 65002, 90) + socket.inet_aton(PEER) +
               bytes([len(CAPABILITIES) + 2, 2, len(CAPABILITIES)]) + CAPABILITIES)

# "withdraw": RFC 7606 section 2, treat-as-withdraw; "keep": the route stays (attribute discard, or nothing
# wrong); a pair: the NOTIFICATION's code and subcode. The section is RFC 7606's unless another RFC is named.
CASES = {
    "undefined ORIGIN (7.1)": (update(attribute(0x40, 1, b"\x09") + PATH + NEXT_HOP), "withdraw"),
    "ORIGIN of 2 octets (7.1)": (update(attribute(0x40, 1, b"\0\0") + PATH + NEXT_HOP), "withdraw"),
    "ORIGIN flagged optional (3 c)": (update(attribute(0xC0, 1, b"\0") + PATH + NEXT_HOP), "withdraw"),
    "unknown segment in AS_PATH (7.2)": (
        update(ORIGIN + attribute(0x40, 2, b"\x09\x01" + struct.pack("!I", 65002)) + NEXT_HOP), "withdraw"),
    "overrun of AS_PATH (7.2)": (
        update(ORIGIN + attribute(0x40, 2, b"\x02\x05" + struct.pack("!I", 65002)) + NEXT_HOP), "withdraw"),
    "empty segment in AS_PATH (7.2)": (update(ORIGIN + attribute(0x40, 2, b"\x02\x00") + NEXT_HOP), "withdraw"),
    "AS 0 in AS_PATH (RFC 7607)": (
        update(ORIGIN + attribute(0x40, 2, sequence(65002, 0)) + NEXT_HOP), "withdraw"),
    "NEXT_HOP of 3 octets (7.3)": (update(ORIGIN + PATH + attribute(0x40, 3, b"\1\2\3")), "withdraw"),
    "no NEXT_HOP (3 d)": (update(ORIGIN + PATH), "withdraw"),
    "no ORIGIN (3 d)": (update(PATH + NEXT_HOP), "withdraw"),
    "no AS_PATH (3 d)": (update(ORIGIN + NEXT_HOP), "withdraw"),
    "MED of 3 octets (7.4)": (update(GOOD + attribute(0x80, 4, b"\0\0\1")), "withdraw"),
    "LOCAL_PREF over eBGP (7.5)": (update(GOOD + attribute(0x40, 5, b"\0")), "keep"),
    "ATOMIC_AGGREGATE of 1 octet (7.6)": (update(GOOD + attribute(0x40, 6, b"\0")), "keep"),
    "AGGREGATOR of 3 octets (7.7)": (update(GOOD + attribute(0xC0, 7, b"\0\0\0")), "keep"),
    "COMMUNITIES of 3 octets (7.8)": (update(GOOD + attribute(0xC0, 8, b"\0\0\0")), "withdraw"),
    "ORIGINATOR_ID over eBGP (7.9)": (update(GOOD + attribute(0x80, 9, b"\0")), "keep"),
    "CLUSTER_LIST over eBGP (7.10)": (update(GOOD + attribute(0x80, 10, b"\0")), "keep"),
    "MED twice (3 g)": (
        update(GOOD + attribute(0x80, 4, b"\0\0\0\1") + attribute(0x80, 4, b"\0\0\0\2")), "keep"),
    "an attribute longer than what is left (4)": (update(GOOD + b"\x80\x04\x40\0\0"), "withdraw"),
    "one octet after the last attribute (4)": (update(GOOD + b"\x80"), "withdraw"),
    "extended length (RFC 4271 4.3)": (update(attribute(0x50, 1, b"\0") + PATH + NEXT_HOP), "keep"),
    "unknown optional transitive (RFC 4271 5)": (update(GOOD + attribute(0xC0, 99, b"\1\2")), "keep"),
    "our AS in AS_PATH (RFC 4271 9.1.2)": (
        update(ORIGIN + attribute(0x40, 2, sequence(65002, 65001)) + NEXT_HOP), "withdraw"),
    "unknown well-known (RFC 4271 6.3)": (update(GOOD + attribute(0x40, 99, b"\1\2")), (3, 2)),
    "attributes past the message (3 b)": (update(GOOD, length=500), (3, 1)),
    "prefix of 33 bits (5.3)": (update(GOOD, b"\x21\x14\0\1\0\0"), (3, 10)),
    "prefix cut (5.3)": (update(GOOD, b"\x18\x14"), (3, 10)),
    "withdrawn routes past the message (3 b)": (message(2, b"\0\xc8\0\0"), (3, 1)),
    "MP_REACH_NLRI twice (3 g)": (update(GOOD + MP_REACH + MP_REACH, b""), (3, 1)),
    "marker (RFC 4271 6.1)": (b"\0" * 16 + struct.pack("!HB", 19, 4), (1, 1)),
    "length 18 (RFC 4271 6.1)": (b"\xff" * 16 + struct.pack("!HB", 18, 4), (1, 2)),
    "KEEPALIVE with a body (RFC 4271 6.1)": (message(4, b"x"), (1, 2)),
    "type 9 (RFC 4271 6.1)": (message(9), (1, 3)),
    "OPEN when established (RFC 6608)": (OPEN, (5, 3)),
}


def connect_from(namespace):
    """A connection of the namespace's; the caller's own thread stays where it is."""
    made = []

    def run():
        with open(f"/run/netns/{namespace.name}", "rb") as door:
            if ctypes.CDLL(None, use_errno=True).setns(door.fileno(), 0x40000000):  # CLONE_NEWNET
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        try:
            made.append(socket.create_connection((OURS, 179), 5, source_address=(PEER, 0)))
        except OSError:
            pass

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return made[0] if made else None


class Peer:
    """An eBGP speaker of AS 65002, as far as this test needs one."""

    def __init__(self, namespace):
        self.buffer = b""
        self.socket = None
        wait_until(lambda: self._open(namespace), what="seatrial bgpd to answer the OPEN")

    def _open(self, namespace):
        self.socket = connect_from(namespace)
        if self.socket is None:
            return False
        self.socket.settimeout(5)
        self.socket.sendall(OPEN)
        try:
            while (got := self.receive()) is not None and got[0] != 4:
                if got[0] == 3:
                    return False
        except OSError:
            return False
        if got is None:
            return False
        self.socket.sendall(message(4))
        return True

    def receive(self):
        """The type and body of the next message; None when the connection is at its end."""
        while True:
            if len(self.buffer) >= 19:
                length, kind = struct.unpack("!HB", self.buffer[16:19])
                if len(self.buffer) >= length:
                    body, self.buffer = self.buffer[19:length], self.buffer[length:]
                    return kind, body
            more = self.socket.recv(65536)
            if not more:
                return None
            self.buffer += more

    def notification(self):
        while (got := self.receive()) is not None:
            if got[0] == 3:
                return got[1][0], got[1][1]
        return None


@pytest.fixture(name="speaker")
def started(lab):
    left, right = lab.namespace("left"), lab.namespace("right")
    lab.link(left, f"{OURS}/30", right, f"{PEER}/30")
    return SeatrialBgpd(left, lab.write("left.conf", CONFIG)), right


def events_since(ours, first):
    """The events from number `first` on, with those that have come by now."""
    queue = ours.process._queue  # pylint: disable=protected-access
    while not queue.empty():
        line = queue.get()
        if line is not None:
            ours.process.lines.append(line)
    return ours.events()[first:]


def reachable(ours, first, prefix):
    """What was said last of the prefix: True, False or None."""
    said = [e["reachable"] for e in events_since(ours, first) if e["event"] == "rib" and e["prefix"] == prefix]
    return said[-1] if said else None


def is_down(ours, first):
    states = [e["to"] for e in events_since(ours, first) if e["event"] == "session"]
    return states and states[-1] not in ("OpenSent", "OpenConfirm", "Established")


def test_malformed_messages(speaker):
    ours, namespace = speaker
    wrong = []
    for number, (name, (sent, expected)) in enumerate(CASES.items()):
        first = len(ours.process.lines)
        peer = Peer(namespace)
        peer.socket.sendall(update(GOOD))
        wait_until(lambda: reachable(ours, first, PREFIX), what=f"the route before: {name}")
        peer.socket.sendall(sent)
        if isinstance(expected, tuple):
            got = peer.notification()
        else:
            # What follows is read as before: the session stands.
            marker = f"21.0.{number}.0/24"
            peer.socket.sendall(update(GOOD, b"\x18\x15\x00" + bytes([number])))
            wait_until(lambda: reachable(ours, first, marker), what=f"the route after: {name}")
            got = "keep" if reachable(ours, first, PREFIX) else "withdraw"
            peer.socket.sendall(message(3, b"\x06\x02"))
        peer.socket.close()
        wait_until(lambda: is_down(ours, first) and not reachable(ours, first, PREFIX),
                   what="the session and its routes to end")
        if got != expected:
            wrong.append((name, got, expected))
    assert not wrong
