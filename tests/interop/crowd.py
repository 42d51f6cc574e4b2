"""A router among many neighbours, each played by the test (`probe.py`): what goes in on one side, and what each of the
others is sent for it.

The router is 192.0.2.2 and 2001:db8:1::2 on one LAN and 198.51.100.2 on another; its neighbours are on either of them. The
same frr.conf is given to FRR and to seatrial bgpd, or BIRD gets one that says the same. What was sent is read here, apart
from the product's own codec.
"""

import ipaddress
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

from lab import wait_until
from peers.mrt import ORIGINS, as_path, extended, words
from probe import UPDATE, Probe, attribute, four_octet_as, message, multiprotocol, nlri, sequence

ROUTER = {"192.0.2": "192.0.2.2", "198.51.100": "198.51.100.2", "2001:db8:1:": "2001:db8:1::2"}
ROUTER_LINK_LOCAL = "fe80::2"
IPV4, IPV6 = "ipv4", "ipv6"


def inside_of(prefix):
    return IPV6 if ":" in prefix else IPV4


@dataclass
class Said:
    """A route that a neighbour announces."""
    prefix: str
    path: tuple = ()
    next_hop: str | None = None  # otherwise its own address
    link_local: str | None = None
    origin: str = "igp"
    med: int | None = None
    local_pref: int | None = None
    communities: tuple = ()  # "65001:1"
    large: tuple = ()
    extended: tuple = ()  # octets
    originator: str | None = None
    clusters: tuple = ()
    aggregator: tuple | None = None  # (AS, address)
    atomic: bool = False
    confederation: tuple = ()  # member ASes, in front of path


@dataclass
class Member:
    """A neighbour: its address, its AS, what the router's configuration says of it, and what it announces."""
    name: str
    address: str
    asn: int
    session: tuple = ()  # lines after `neighbor ADDRESS`
    family: tuple = ()
    says: list = field(default_factory=list)
    families: tuple = ()  # otherwise its address'
    add_path: bool = False  # it takes several paths

    def __post_init__(self):
        self.families = self.families or (inside_of(self.address),)

    @property
    def identifier(self):
        return self.address if ":" not in self.address else f"10.6.0.{int(self.address.rsplit(':', 1)[-1], 16)}"

    @property
    def router(self):
        return next(router for net, router in ROUTER.items() if self.address.startswith(net))


def packed_communities(texts):
    return b"".join(struct.pack("!HH", *map(int, text.split(":"))) for text in texts)


def update_of(said, own, internal):
    """The UPDATE; LOCAL_PREF is 100 on an internal session unless told otherwise."""
    local_pref = 100 if internal and said.local_pref is None else said.local_pref
    next_hop = said.next_hop or own
    path = b""
    if said.confederation:
        path += b"\x03" + bytes([len(said.confederation)]) + b"".join(struct.pack("!I", n) for n in said.confederation)
    path += sequence(*said.path)
    out = attribute(0x40, 1, bytes([ORIGINS.index(said.origin)])) + attribute(0x40, 2, path)
    if inside_of(said.prefix) == IPV4 and ":" not in next_hop:
        out += attribute(0x40, 3, socket.inet_aton(next_hop))
    if said.med is not None:
        out += attribute(0x80, 4, struct.pack("!I", said.med))
    if local_pref is not None:
        out += attribute(0x40, 5, struct.pack("!I", local_pref))
    if said.atomic:
        out += attribute(0x40, 6, b"")
    if said.aggregator:
        out += attribute(0xC0, 7, struct.pack("!I", said.aggregator[0]) + socket.inet_aton(said.aggregator[1]))
    if said.communities:
        out += attribute(0xC0, 8, packed_communities(said.communities))
    if said.originator:
        out += attribute(0x80, 9, socket.inet_aton(said.originator))
    if said.clusters:
        out += attribute(0x80, 10, b"".join(map(socket.inet_aton, said.clusters)))
    if said.extended:
        out += attribute(0xC0, 16, b"".join(said.extended))
    if said.large:
        out += attribute(0xC0, 32, b"".join(struct.pack("!III", *map(int, text.split(":"))) for text in said.large))
    if inside_of(said.prefix) == IPV4 and ":" not in next_hop:
        return message(UPDATE, b"\0\0" + struct.pack("!H", len(out)) + out + nlri(said.prefix))
    network = ipaddress.ip_network(said.prefix)
    hops = ipaddress.ip_address(next_hop).packed + (ipaddress.ip_address(said.link_local).packed if said.link_local else b"")
    destination = bytes([network.prefixlen]) + network.network_address.packed[:(network.prefixlen + 7) // 8]
    out = attribute(0x80, 14, struct.pack("!HBB", 1 if network.version == 4 else 2, 1, len(hops)) + hops + b"\0" +
                    destination) + out
    return message(UPDATE, b"\0\0" + struct.pack("!H", len(out)) + out)


def withdrawal_of(prefix):
    network = ipaddress.ip_network(prefix)
    if network.version == 4:
        gone = nlri(prefix)
        return message(UPDATE, struct.pack("!H", len(gone)) + gone + b"\0\0")
    out = attribute(0x80, 15, struct.pack("!HB", 2, 1) + bytes([network.prefixlen]) +
                    network.network_address.packed[:(network.prefixlen + 7) // 8])
    return message(UPDATE, b"\0\0" + struct.pack("!H", len(out)) + out)


def read_prefixes(data, size, with_path_ids):
    out = []
    while data:
        if with_path_ids:
            data = data[4:]
        octets = (data[0] + 7) // 8
        out.append(f"{ipaddress.ip_address(data[1:1 + octets].ljust(size, bytes(1)))}/{data[0]}")
        data = data[1 + octets:]
    return out


def read_attributes(given):
    """{name: value} of the attributes that are there; next hops of MP_REACH_NLRI, too."""
    out = {}
    for kind, value in sorted(given.items()):
        if kind == 1:
            out["origin"] = ORIGINS[value[0]]
        elif kind == 2:
            out["as_path"] = as_path(value)
        elif kind == 3:
            out["next_hop"] = str(ipaddress.ip_address(value))
        elif kind in (4, 5):
            out[{4: "med", 5: "local_pref"}[kind]] = int.from_bytes(value, "big")
        elif kind == 6:
            out["atomic"] = True
        elif kind == 7:
            out["aggregator"] = f"{int.from_bytes(value[:4], 'big')} {socket.inet_ntoa(value[4:])}"
        elif kind == 8:
            out["communities"] = sorted(words(value, "!HH"))
        elif kind == 9:
            out["originator"] = socket.inet_ntoa(value)
        elif kind == 10:
            out["clusters"] = [socket.inet_ntoa(value[i:i + 4]) for i in range(0, len(value), 4)]
        elif kind == 14:
            hops = value[4:4 + value[3]]
            out["next_hop"] = str(ipaddress.ip_address(hops[:16] if len(hops) >= 16 else hops[:4]))
            if len(hops) == 32:
                out["link_local"] = str(ipaddress.ip_address(hops[16:]))
        elif kind == 16:
            out["extended"] = sorted(extended(value))
        elif kind == 32:
            out["large"] = sorted(words(value, "!III"))
        elif kind != 15:
            out[f"attribute {kind}"] = value.hex()
    return out


def table_of(updates, with_path_ids=False):
    """What is announced after all of these, {prefix: attributes}; with path identifiers a list by AS path."""
    table = {}
    for one in updates:
        if one.end_of_rib:
            continue
        announced, withdrawn = list(one.announced), list(one.withdrawn)
        if reach := one.attributes.get(14):
            size = 16 if reach[:2] == b"\0\2" else 4
            announced += read_prefixes(reach[5 + reach[3]:], size, with_path_ids)
        if gone := one.attributes.get(15):
            withdrawn += read_prefixes(gone[3:], 16 if gone[:2] == b"\0\2" else 4, with_path_ids)
        for prefix in withdrawn:
            table.pop(prefix, None)
        for prefix in announced:
            table[prefix] = read_attributes(one.attributes)
    return table


class Crowd:
    """The neighbours, each with a session to the router; `start(lab, namespace, config)` makes the router."""

    def __init__(self, lab, members, config, start):
        self.members = members
        people, router = lab.namespace("crowd"), lab.namespace("router")
        for net, length in (("192.0.2", 24), ("198.51.100", 24)):
            one, other = lab.link(people, f"{net}.250/{length}", router, f"{net}.2/{length}")
            for member in members:
                if member.address.startswith(net):
                    people.run("ip", "address", "add", f"{member.address}/{length}", "dev", one)
            if net == "192.0.2":
                router.run("sysctl", "-qw", f"net.ipv6.conf.{other}.addr_gen_mode=1")
                router.run("ip", "-6", "address", "flush", "dev", other)
                router.run("ip", "address", "add", f"{ROUTER_LINK_LOCAL}/64", "dev", other, "nodad")
                router.run("ip", "address", "add", "2001:db8:1::2/64", "dev", other, "nodad")
                for member in members:
                    if ":" in member.address:
                        people.run("ip", "address", "add", f"{member.address}/64", "dev", one, "nodad")
        self.probes = {}
        for member in members:
            capabilities = four_octet_as(member.asn)
            for family in member.families:
                capabilities += multiprotocol(1 if family == IPV4 else 2)
            probe = Probe(people, member.address, member.router, member.asn, 180, capabilities, member.identifier)
            self.probes[member.name] = probe
            probe.listen()
        self.router = start(lab, router, lab.write("router.conf", config))
        self.sessions = {}

        def meet(name):
            self.sessions[name] = self.probes[name].establish(timeout=30)
        threads = [threading.Thread(target=meet, args=(name,)) for name in self.probes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(self.sessions) == set(self.probes), f"no session with {set(self.probes) - set(self.sessions)}"

    def speak(self, own_as):
        """Everybody says what is theirs."""
        for member in self.members:
            for said in member.says:
                self.say(member.name, said, member.asn == own_as)

    def say(self, name, said, internal=False):
        member = next(m for m in self.members if m.name == name)
        own = member.address
        if said.next_hop is None and inside_of(said.prefix) != inside_of(own):
            raise ValueError(f"{name} needs a next hop for {said.prefix}")
        self.sessions[name].say(update_of(said, own, internal))

    def withdraw(self, name, prefix):
        self.sessions[name].say(withdrawal_of(prefix))

    def settled(self, quiet=3.0, timeout=60.0):
        """What everybody has heard, once nothing has come for a while: {name: {prefix: attributes}}."""
        began = time.monotonic()

        def still():
            last = max((u.when for s in self.sessions.values() for u in s.updates()), default=began)
            return time.monotonic() - max(last, began) > quiet
        wait_until(still, timeout, 0.1, "the router to be done")
        return {name: table_of(session.updates()) for name, session in self.sessions.items()}


def about(member, line):
    """`no next-hop-self` is `no neighbor ADDRESS next-hop-self`."""
    bare = line.removeprefix("no ")
    return f"{'' if bare == line else 'no '}neighbor {member.address} {bare}"


def configuration(asn, members, top=(), v4=(), v6=(), maps=(), defaults="datacenter"):
    """frr.conf, for FRR and for seatrial bgpd."""
    lines = [f"frr defaults {defaults}", "hostname router", "interface eth0", " ip address 192.0.2.2/24", " ipv6 address 2001:db8:1::2/64",
             f" ipv6 address {ROUTER_LINK_LOCAL}/64", "exit",
             "interface eth1", " ip address 198.51.100.2/24", "exit"]
    # Before they are named: bgpd looks at a route map 5 s after it was made, and denies what comes until then.
    lines += maps
    lines += [f"router bgp {asn}", " bgp router-id 192.0.2.2", " no bgp default ipv4-unicast", " no bgp ebgp-requires-policy",
              " no bgp network import-check", *(f" {line}" for line in top)]
    for m in members:
        lines += [f" neighbor {m.address} remote-as {m.asn}", f" neighbor {m.address} timers connect 1",
                  f" neighbor {m.address} timers 60 180", *(f" {about(m, line)}" for line in m.session)]
    for family, own in ((IPV4, v4), (IPV6, v6)):
        lines += [f" address-family {family} unicast", *(f"  {line}" for line in own)]
        for m in members:
            if family in m.families:
                lines += [f"  neighbor {m.address} activate", *(f"  {about(m, line)}" for line in m.family)]
        lines.append(" exit-address-family")
    return "\n".join([*lines, "exit"]) + "\n"


def differences(theirs, ours, name="FRR"):
    """Lines; empty when everybody has heard the same of both."""
    out = []
    for who in sorted(theirs):
        for prefix in sorted({*theirs[who], *ours[who]}):
            a, b = theirs[who].get(prefix), ours[who].get(prefix)
            if a != b:
                keys = sorted(k for k in {*(a or {}), *(b or {})} if (a or {}).get(k) != (b or {}).get(k))
                detail = "; ".join(f"{k}: {name} {(a or {}).get(k)}, ours {(b or {}).get(k)}" for k in keys) if a and b else \
                    f"{name} {a}, ours {b}"
                out.append(f"{who} {prefix}: {detail}")
    return out
