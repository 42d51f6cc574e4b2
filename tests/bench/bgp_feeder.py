"""A BGP neighbour that only talks: sends a table to one daemon from several addresses, and keeps the sessions up.

  bgp_feeder.py DAEMON FIRST_PEER PEERS FIRST_PREFIX COUNT PER_UPDATE

Every peer announces COUNT /24s, from FIRST_PREFIX + peer * OFFSET on, PER_UPDATE of them in one UPDATE with an
AS_PATH of its own. It says "established" and "sent" on standard output, and leaves when standard input ends.
"""

import ipaddress
import itertools
import socket
import struct
import sys
import threading

MARKER = b"\xff" * 16
FIRST_AS = 65001


def message(kind, body=b""):
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def open_message(asn, router_id):
    # RFC 5492 capabilities: IPv4 unicast (RFC 4760) and 4-octet AS (RFC 6793).
    capabilities = bytes((1, 4, 0, 1, 0, 1)) + bytes((65, 4)) + struct.pack("!I", asn)
    parameter = bytes((2, len(capabilities))) + capabilities
    return message(1, struct.pack("!BHH", 4, asn, 180) + router_id.packed + bytes((len(parameter),)) + parameter)


def attribute(flags, code, value):
    return bytes((flags, code, len(value))) + value


def updates(asn, next_hop, first_prefix, count, per_update):
    """The table as one string of bytes."""
    out = bytearray()
    prefixes = (struct.pack("!I", first_prefix + 256 * i)[:3] for i in range(count))
    for number in range((count + per_update - 1) // per_update):
        path = (asn, 100000 + number // 7, 200000 + number)
        attributes = (attribute(0x40, 1, b"\0")
                      + attribute(0x40, 2, bytes((2, len(path))) + struct.pack(f"!{len(path)}I", *path))
                      + attribute(0x40, 3, next_hop.packed))
        nlri = b"".join(b"\x18" + p for p in itertools.islice(prefixes, per_update))
        out += message(2, struct.pack("!HH", 0, len(attributes)) + attributes + nlri)
    return bytes(out)


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            sys.exit("the daemon closed the session")
        data += part
    return data


def read_message(connection):
    header = read_exactly(connection, 19)
    length, kind = struct.unpack("!HB", header[16:])
    return kind, read_exactly(connection, length - 19)


def answer_keepalives(connection):
    while True:
        kind, body = read_message(connection)
        if kind == 3:
            sys.exit(f"NOTIFICATION {body.hex()}")
        if kind == 4:
            connection.sendall(message(4))


def main():
    daemon, first_peer = sys.argv[1], ipaddress.IPv4Address(sys.argv[2])
    peers, first_prefix, count, per_update = int(sys.argv[3]), *map(int, sys.argv[4:7])
    connections, tables = [], []
    for i in range(peers):
        address, asn = first_peer + i, FIRST_AS + i
        connection = socket.create_connection((daemon, 179), timeout=30, source_address=(str(address), 0))
        connection.settimeout(None)
        connection.sendall(open_message(asn, address))
        while read_message(connection)[0] != 1:
            pass
        connection.sendall(message(4))
        while read_message(connection)[0] != 4:
            pass
        connections.append(connection)
        tables.append(updates(asn, address, first_prefix, count, per_update))
    print("established", flush=True)
    sys.stdin.readline()  # the daemon's memory is looked at now
    for connection in connections:
        threading.Thread(target=answer_keepalives, args=(connection,), daemon=True).start()
    senders = [threading.Thread(target=c.sendall, args=(t,)) for c, t in zip(connections, tables)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    print("sent", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
