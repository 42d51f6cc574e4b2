"""A BGP peer under the test's own hand, in a namespace: it says what it is told to and keeps, with the time, what it
hears. It knows just enough of RFC 4271 for that, apart from the code under test."""

import ctypes
import os
import select
import socket
import struct
import threading
import time

from lab import wait_until

PORT = 179
OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = 1, 2, 3, 4, 5


def inside(namespace, make):
    """Calls make() inside the namespace; the caller's own thread stays where it is. Sockets stay where they are made."""
    made = []

    def run():
        try:
            with open(f"/run/netns/{namespace.name}", "rb") as door:
                if ctypes.CDLL(None, use_errno=True).setns(door.fileno(), 0x40000000):  # CLONE_NEWNET
                    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            made.append(make())
        except OSError as error:
            made.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]


# ------------------------------------------------------------------ what is said

def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def capability(code, value=b""):
    return bytes([code, len(value)]) + value


def multiprotocol(afi=1, safi=1):
    return capability(1, struct.pack("!HBB", afi, 0, safi))


def four_octet_as(asn):
    return capability(65, struct.pack("!I", asn))


def graceful_restart(seconds, families=((1, 1),), restarted=False, notification=False, forwarding=False):
    word = (0x8000 if restarted else 0) | (0x4000 if notification else 0) | seconds
    return capability(64, struct.pack("!H", word) + b"".join(
        struct.pack("!HBB", afi, safi, 0x80 if forwarding else 0) for afi, safi in families))


def open_message(asn, identifier, hold, capabilities):
    parameters = bytes([2, len(capabilities)]) + capabilities if capabilities else b""
    return message(OPEN, struct.pack("!BHH", 4, asn if asn < 65536 else 23456, hold) + socket.inet_aton(identifier) +
                   bytes([len(parameters)]) + parameters)


def attribute(flags, kind, value):
    length = struct.pack("!H", len(value)) if flags & 0x10 else bytes([len(value)])
    return bytes([flags, kind]) + length + value


def sequence(*numbers):
    return b"\x02" + bytes([len(numbers)]) + b"".join(struct.pack("!I", n) for n in numbers) if numbers else b""


def nlri(prefix):
    address, length = prefix.split("/")
    return bytes([int(length)]) + socket.inet_aton(address)[:(int(length) + 7) // 8]


def attributes(next_hop, path, local_pref=None, communities=()):
    out = attribute(0x40, 1, b"\0") + attribute(0x40, 2, sequence(*path))
    out += attribute(0x40, 3, socket.inet_aton(next_hop))
    if local_pref is not None:
        out += attribute(0x40, 5, struct.pack("!I", local_pref))
    if communities:
        out += attribute(0xC0, 8, b"".join(struct.pack("!HH", *c) for c in communities))
    return out


def update(announced=(), withdrawn=(), path_attributes=b""):
    gone = b"".join(map(nlri, withdrawn))
    return message(UPDATE, struct.pack("!H", len(gone)) + gone + struct.pack("!H", len(path_attributes)) +
                   path_attributes + b"".join(map(nlri, announced)))


END_OF_RIB = message(UPDATE, b"\0\0\0\0")


# ------------------------------------------------------------------ what is heard

def read_nlri(data):
    prefixes = []
    while data:
        octets = (data[0] + 7) // 8
        prefixes.append(f"{socket.inet_ntoa(data[1:1 + octets].ljust(4, bytes(1)))}/{data[0]}")
        data = data[1 + octets:]
    return prefixes


class Heard:
    """One message of the daemon and when it came."""

    def __init__(self, when, kind, body):
        self.when, self.kind, self.body = when, kind, body
        self.announced, self.withdrawn, self.attributes = [], [], {}
        if kind == UPDATE:
            length = struct.unpack("!H", body[:2])[0]
            self.withdrawn = read_nlri(body[2:2 + length])
            rest = body[2 + length:]
            size = struct.unpack("!H", rest[:2])[0]
            self._attributes(rest[2:2 + size])
            self.announced = read_nlri(rest[2 + size:])

    def _attributes(self, data):
        while data:
            wide = bool(data[0] & 0x10)
            length = struct.unpack("!H", data[2:4])[0] if wide else data[2]
            start = 4 if wide else 3
            self.attributes[data[1]] = data[start:start + length]
            data = data[start + length:]

    @property
    def end_of_rib(self):
        return self.kind == UPDATE and self.body == b"\0\0\0\0"

    @property
    def notification(self):
        return (self.body[0], self.body[1]) if self.kind == NOTIFICATION else None

    @property
    def communities(self):
        value = self.attributes.get(8, b"")
        return [struct.unpack("!HH", value[n:n + 4]) for n in range(0, len(value), 4)]

    def hold_time(self):
        return struct.unpack("!H", self.body[3:5])[0]

    def capabilities(self):
        """(code, value) in the order of the OPEN."""
        found, rest = [], self.body[10:]
        while rest:
            value = rest[2:2 + rest[1]] if rest[0] == 2 else b""
            while value:
                found.append((value[0], value[2:2 + value[1]]))
                value = value[2 + value[1]:]
            rest = rest[2 + rest[1]:]
        return found

    def capability(self, code):
        return next((value for c, value in self.capabilities() if c == code), None)


class Session:
    """A TCP connection with the daemon."""

    def __init__(self, connected, began):
        self.socket = connected
        self.began = began
        self.heard = []
        self.ended = None  # when the daemon closed
        self.established = None
        self._stop = threading.Event()
        self._interval = None
        self._lock = threading.Lock()
        self.last_said = began
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        buffer = b""
        while not self._stop.is_set():
            try:
                if not select.select([self.socket], [], [], 0.2)[0]:
                    continue
                more = self.socket.recv(65536)
            except (OSError, ValueError):
                more = b""
            now = time.monotonic()
            if not more:
                self.ended = now
                return
            buffer += more
            while len(buffer) >= 19:
                length, kind = struct.unpack("!HB", buffer[16:19])
                if len(buffer) < length:
                    break
                self.heard.append(Heard(now, kind, buffer[19:length]))
                buffer = buffer[length:]

    def say(self, data):
        try:
            with self._lock:
                self.last_said = time.monotonic()
                self.socket.sendall(data)
        except OSError:
            pass
        return self.last_said

    def wait(self, matches, timeout=30.0, what="a message"):
        return wait_until(lambda: next((h for h in list(self.heard) if matches(h)), None), timeout, 0.002, what)

    def wait_end(self, timeout=30.0):
        wait_until(lambda: self.ended, timeout, 0.002, "the daemon to close")
        return self.ended

    def updates(self):
        return [h for h in list(self.heard) if h.kind == UPDATE]

    def establish(self, open_bytes, keepalive=3.0):
        """OPEN and KEEPALIVE; then a KEEPALIVE every `keepalive` seconds until silent()."""
        self.say(open_bytes)
        self.wait(lambda h: h.kind == KEEPALIVE, what="the daemon's KEEPALIVE")
        self.established = self.say(message(KEEPALIVE))
        self._interval = keepalive
        threading.Thread(target=self._keep_alive, daemon=True).start()
        return self

    def _keep_alive(self):
        while self._interval and not self._stop.wait(self._interval):
            if self._interval:
                self.say(message(KEEPALIVE))

    def silent(self):
        self._interval = None
        return time.monotonic()

    def close(self):  # FIN
        self._stop.set()
        self._reader.join()
        when = time.monotonic()
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()
        return when

    def reset(self):  # RST
        self._stop.set()
        self._reader.join()  # while it waits for the socket, closing does nothing
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        when = time.monotonic()
        self.socket.close()
        return when


class Probe:
    """A peer of the daemon at `peer`, with an address of its own in the namespace."""

    def __init__(self, namespace, address, peer, asn, hold=9, capabilities=None, identifier=None):
        self.namespace, self.address, self.peer, self.asn = namespace, address, peer, asn
        if capabilities is None:
            capabilities = multiprotocol() + four_octet_as(asn)
        self.open = open_message(asn, identifier or address, hold, capabilities)
        self.listener = None

    def listen(self):
        def make():
            listener = socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.address, PORT))
            listener.listen()
            return listener
        self.listener = inside(self.namespace, make)
        return self

    def deaf(self):
        self.listener.close()
        self.listener = None

    def accept(self, timeout=30.0):
        self.listener.settimeout(timeout)
        connected, _ = self.listener.accept()
        return Session(connected, time.monotonic())

    def connect(self, timeout=30.0):
        def make():
            return socket.create_connection((self.peer, PORT), 5, source_address=(self.address, 0))

        def tried():
            try:
                return inside(self.namespace, make)
            except OSError:
                return None
        return Session(wait_until(tried, timeout, 0.05, f"{self.peer} to accept"), time.monotonic())

    def establish(self, timeout=30.0, incoming=True):
        session = self.accept(timeout) if incoming else self.connect(timeout)
        return session.establish(self.open)

    def announce(self, session, *prefixes, path=None, internal=False, communities=()):
        path = ([] if internal else [self.asn]) if path is None else path
        return session.say(update(prefixes, path_attributes=attributes(
            self.address, path, 100 if internal else None, communities)))


class SynWatch:
    """When the daemon tried to connect: the SYN segments to our port 179 that arrive on an interface."""

    def __init__(self, namespace, interface):
        def make():
            made = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
            made.bind((interface, 0x0800))
            return made
        self.socket = inside(namespace, make)
        self.seen = []  # (when, source port)
        self._stop = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while not self._stop:
            if not select.select([self.socket], [], [], 0.2)[0]:
                continue
            try:
                data = self.socket.recv(2048)
            except OSError:  # the interface is gone
                return
            header = (data[0] & 15) * 4
            source, destination = struct.unpack("!HH", data[header:header + 4])
            if data[9] == 6 and destination == PORT and data[header + 13] & 0x12 == 0x02:
                self.seen.append((time.monotonic(), source))

    def attempts(self, since=0.0):
        """The first SYN of each attempt."""
        first = {}
        for when, source in list(self.seen):
            first.setdefault(source, when)
        return sorted(when for when in first.values() if when >= since)

    def wait_attempt(self, since, timeout=60.0):
        return wait_until(lambda: self.attempts(since), timeout, 0.005, "the daemon to connect")[0]

    def stop(self):
        self._stop = True
