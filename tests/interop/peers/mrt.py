"""Reads TABLE_DUMP_V2 (RFC 6396 section 4.3, RFC 8050) into the words of this folder, apart from the product's own codec."""

import ipaddress
import struct

from . import path

ORIGINS = ("igp", "egp", "incomplete")
RIBS = {2: (4, False), 4: (16, False), 8: (4, True), 10: (16, True)}  # subtype: octets of an address, path identifiers


class Truncated(Exception):
    """The file ends within a record."""


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Truncated
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, count):
        return int.from_bytes(self.take(count), "big")

    def more(self):
        return self.at < len(self.data)


def as_path(data):
    reader, out = Reader(data), []
    while reader.more():
        kind, count = reader.number(1), reader.number(1)
        numbers = [str(reader.number(4)) for _ in range(count)]
        # RFC 4271 section 4.3, RFC 5065 section 3; as FRR writes them.
        out.append({1: "{%s}" % ",".join(numbers), 2: " ".join(numbers), 3: "(%s)" % " ".join(numbers),
                    4: "[%s]" % ",".join(numbers)}[kind])
    return " ".join(out)


def extended(data):
    out = []
    for kind, sub, value in struct.iter_unpack("!BB6s", data):
        name = {2: "rt", 3: "soo"}.get(sub)
        if name is None or kind not in (0, 1, 2):
            out.append("0x" + bytes([kind, sub]).hex() + value.hex())
            continue
        form = {0: "!HI", 1: "!IH", 2: "!IH"}[kind]
        first, second = struct.unpack(form, value)
        out.append(f"{name}:{ipaddress.IPv4Address(first) if kind == 1 else first}:{second}")
    return out


def words(data, form, separator=":"):
    return [separator.join(map(str, item)) for item in struct.iter_unpack(form, data)]


def attributes(data, path_id):
    reader, found = Reader(data), {"path_id": path_id, "next_hop": None}
    while reader.more():
        flags, kind = reader.number(1), reader.number(1)
        value = reader.take(reader.number(2 if flags & 0x10 else 1))
        if kind == 1:
            found["origin"] = ORIGINS[value[0]]
        elif kind == 2:
            found["as_path"] = as_path(value)
        elif kind == 3:
            found["next_hop"] = str(ipaddress.ip_address(value))
        elif kind in (4, 5):
            found[{4: "med", 5: "local_pref"}[kind]] = int.from_bytes(value, "big")
        elif kind == 8:
            found["communities"] = words(value, "!HH")
        elif kind == 9:
            found["originator_id"] = str(ipaddress.IPv4Address(value))
        elif kind == 10:
            found["cluster_list"] = [str(ipaddress.IPv4Address(value[i:i + 4])) for i in range(0, len(value), 4)]
        elif kind == 14:  # RFC 6396 section 4.3.4: the next hop alone
            found["next_hop"] = str(ipaddress.ip_address(value[1:17] if value[0] >= 16 else value[1:5]))
        elif kind == 16:
            found["extended"] = extended(value)
        elif kind == 32:
            found["large"] = words(value, "!III")
    return path(**found)


def table(file, peer):
    """prefix -> the paths that `peer` sent."""
    reader, peers, out = Reader(file.read_bytes()), [], {}
    while reader.more():
        reader.take(4)
        kind, subtype = reader.number(2), reader.number(2)
        body = Reader(reader.take(reader.number(4)))
        if kind != 13:
            continue
        if subtype == 1:
            body.take(4)
            body.take(body.number(2))
            for _ in range(body.number(2)):
                flags = body.number(1)
                body.take(4)
                address = body.take(16 if flags & 1 else 4)
                body.take(4 if flags & 2 else 2)
                peers.append(str(ipaddress.ip_address(address)))
        elif subtype in RIBS:
            size, with_path_ids = RIBS[subtype]
            body.take(4)
            length = body.number(1)
            octets = body.take((length + 7) // 8).ljust(size, b"\0")
            prefix = f"{ipaddress.ip_address(octets)}/{length}"
            for _ in range(body.number(2)):
                index = body.number(2)
                body.take(4)
                path_id = body.number(4) if with_path_ids else None
                found = attributes(body.take(body.number(2)), path_id)
                if peers[index] == peer:
                    out.setdefault(prefix, []).append(found)
    return out
