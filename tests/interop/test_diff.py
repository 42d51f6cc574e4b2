"""`seatrial diff` on captures of real daemons: the same FRR-BIRD session taken twice is the same by what it says; what
is changed on purpose is named. curl and nginx the same way; the variants of the file formats by Wireshark's own tools."""

import json
import os
import re
import shutil
import struct
import subprocess
import time

import pytest
from daemons import SEATRIAL, Bird, Frr
from lab import Lab, tool, wait_until

FRR = """\
frr defaults datacenter
hostname left
interface lo
 ip address 198.51.100.1/32
 ip address 198.51.100.129/25
exit
router bgp 65001
 bgp router-id 192.0.2.1
 no bgp ebgp-requires-policy
 neighbor 192.0.2.2 remote-as 65002
 address-family ipv4 unicast
  network 198.51.100.1/32
  network 198.51.100.128/25
  neighbor 192.0.2.2 route-map OUT out
 exit-address-family
exit
ip prefix-list OWN permit 198.51.100.0/24 le 32
route-map OUT permit 10
 match ip address prefix-list OWN
 set metric {med}
exit
"""

BIRD = """\
log stderr all;
router id 192.0.2.2;
protocol device {{ }}
protocol static own {{
  ipv4;
{routes}
}}
protocol bgp peer {{
  local 192.0.2.2 as 65002;
  neighbor 192.0.2.1 as 65001;
  connect delay time 1;
  ipv4 {{ import all; export where source = RTS_STATIC; next hop self; }};
}}
"""

PREFIXES = ["203.0.113.0/24", "203.0.113.64/26", "203.0.113.128/25"]


def diff(*arguments, expect):
    done = subprocess.run([SEATRIAL, "diff", *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


def findings(*arguments):
    """What --json says is different."""
    done = subprocess.run([SEATRIAL, "diff", "--json", *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, check=False)
    document = json.loads(done.stdout)
    assert done.returncode == (0 if document["same"] else 1), done.stderr
    return document["findings"]


def take(target, capture_filter, talk):
    """Builds two namespaces, captures what `talk(lab, left, right)` makes them say, and keeps it as `target`."""
    with Lab() as lab:
        left, right = lab.namespace("left"), lab.namespace("right")
        interface, _ = lab.link(left, "192.0.2.1/30", right, "192.0.2.2/30")
        file = lab.folder / "take.pcapng"
        capture = left.start(tool("dumpcap"), "-q", "-i", interface, "-f", capture_filter, "-w", file)
        wait_until(lambda: "File:" in capture.errors(), what="dumpcap to capture")
        talk(lab, left, right)
        time.sleep(2)  # the kernel hands frames over in blocks
        capture.end()
        shutil.copy(file, target)
    return target


def bgp_session(target, med=10, prefixes=tuple(PREFIXES), withdraw="203.0.113.128/25"):
    """FRR (65001) and BIRD (65002) exchange routes; then BIRD withdraws one, unless that is None."""
    def talk(lab, left, right):
        def config(names):
            return BIRD.format(routes="\n".join(f"  route {name} blackhole;" for name in names))
        bird = Bird(lab, right, config(prefixes))
        frr = Frr(lab, left, lab.write("left.conf", FRR.format(med=med)))
        bird.wait_established("peer")
        for prefix in prefixes:
            frr.wait_path(prefix, "192.0.2.2")
        for prefix in ("198.51.100.1/32", "198.51.100.128/25"):
            bird.wait_route(prefix, "192.0.2.1")
        if withdraw:
            lab.write(f"bird-{right.label}.conf", config([p for p in prefixes if p != withdraw]))
            bird.ask("configure")
            wait_until(lambda: not frr.paths(withdraw), what="the withdrawal to reach FRR")
    # No capture filter: ARP and the connection attempts are part of what two takes differ in.
    return take(target, "", talk)


@pytest.fixture(scope="module", name="takes")
def bgp_takes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bgp")
    return {
        "once": bgp_session(folder / "once.pcapng"),
        "again": bgp_session(folder / "again.pcapng"),
        "med": bgp_session(folder / "med.pcapng", med=20),
        "kept": bgp_session(folder / "kept.pcapng", withdraw=None),
        "reordered": bgp_session(folder / "reordered.pcapng", prefixes=tuple(reversed(PREFIXES))),
    }


def test_the_same_session_taken_twice_is_the_same_by_messages(takes):
    output = diff(takes["once"], takes["again"], expect=0)
    assert "messages  same" in output
    assert re.search(r"^same$", output, re.M), output
    # ... and no frame for frame copy: other ports and sequence numbers, another pace.
    diff(takes["once"], takes["again"], "--layer", "bytes", expect=1)
    # The last word has to be about something: both takes hold an OPEN, routes and a withdrawal.
    listing = [f["what"] for f in findings(takes["once"], takes["again"], "--layer", "frames")]
    assert listing


def test_a_changed_med_is_named(takes):
    changed = findings(takes["once"], takes["med"])
    assert sorted(f["what"] for f in changed) == [
        "route 198.51.100.1/32: MED 10 in A, 20 in B", "route 198.51.100.128/25: MED 10 in A, 20 in B"]
    for finding in changed:
        assert finding["fields"] == [{"name": "bgp.update.path_attribute.multi_exit_disc", "a": "10", "b": "20"}]
        for side, capture in (("a", "once"), ("b", "med")):
            # Wireshark sees the MED in that very frame.
            done = subprocess.run(
                ["tshark", "-r", takes[capture], "-Y", f"frame.number == {finding[side]['frame']}", "-T", "fields", "-e",
                 "bgp.update.path_attribute.multi_exit_disc"], capture_output=True, text=True, check=True)
            assert finding["fields"][0][side] in done.stdout.strip().split(",")
    diff(takes["once"], takes["med"], "--ignore", "bgp.med", expect=0)


def test_a_missing_withdrawal_is_named(takes):
    missing = findings(takes["once"], takes["kept"])
    assert [f["what"] for f in missing] == ["missing in B: withdrawal of 203.0.113.128/25"]
    assert missing[0]["kind"] == "missing" and missing[0]["b"] is None


def test_the_same_set_in_another_order_is_the_same(takes):
    assert findings(takes["once"], takes["reordered"]) == []


def test_updates_packed_otherwise_are_the_same_and_told(takes, tmp_path):
    """The session's UPDATEs, each with one prefix a message, in the opposite order: by hand, since no daemon does so."""
    ours = repacked(takes["kept"], tmp_path / "one-by-one.pcap")
    output = diff(takes["kept"], ours, "--time", "60s", "--bpf", "tcp port 179", expect=0)
    assert re.search(r"192\.0\.2\.\d > 192\.0\.2\.\d: UPDATEs: \d+ in A, \d+ in B", output), output


def repacked(capture, target):
    """The BGP session with each UPDATE split into one a prefix, last prefix first; new TCP segments around it."""
    done = subprocess.run(["tshark", "-r", capture, "-Y", "tcp.len > 0 && bgp", "-T", "fields", "-e", "frame.time_epoch",
                           "-e", "ip.src", "-e", "tcp.stream", "-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "tcp.payload"],
                          capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    session = next(row[2] for row in rows if bytes.fromhex(row[5])[18] == 2 and len(row[5]) > 60)
    frames, sequence = [], {}
    for time, source, stream, source_port, destination_port, payload in rows:
        if stream != session:
            continue
        octets = b"".join(split(message) for message in messages(bytes.fromhex(payload.replace(",", ""))))
        other = "192.0.2.2" if source == "192.0.2.1" else "192.0.2.1"
        frames.append((float(time), segment(source, other, int(source_port), int(destination_port),
                                            sequence.setdefault(source, 1), octets)))
        sequence[source] += len(octets)
    first = frames[0]
    syn = segment("192.0.2.1", "192.0.2.2", *struct.unpack("!HH", first[1][34:38]), 0, b"", flags=2)
    if first[1][26:30] != bytes([192, 0, 2, 1]):
        syn = segment("192.0.2.2", "192.0.2.1", *struct.unpack("!HH", first[1][34:38]), 0, b"", flags=2)
    with open(target, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for time, frame in [(first[0], syn), *frames]:
            file.write(struct.pack("<IIII", int(time), int(time % 1 * 1e6), len(frame), len(frame)) + frame)
    return target


def messages(octets):
    while octets:
        size = struct.unpack("!H", octets[16:18])[0]
        yield octets[:size]
        octets = octets[size:]


def split(message):
    if message[18] != 2:
        return message
    withdrawn = struct.unpack("!H", message[19:21])[0]
    attributes = struct.unpack("!H", message[21 + withdrawn:23 + withdrawn])[0]
    head, nlri, parts = message[19:23 + withdrawn + attributes], message[23 + withdrawn + attributes:], []
    while nlri:
        size = 1 + (nlri[0] + 7) // 8
        parts.append(nlri[:size])
        nlri = nlri[size:]
    if len(parts) < 2:
        return message
    return b"".join(b"\xff" * 16 + struct.pack("!HB", 19 + len(head) + len(part), 2) + head + part for part in reversed(parts))


def segment(source, destination, source_port, destination_port, sequence, octets, flags=24):
    address = {"192.0.2.1": bytes([192, 0, 2, 1]), "192.0.2.2": bytes([192, 0, 2, 2])}
    tcp = struct.pack("!HHIIBBHHH", source_port, destination_port, sequence, 0, 0x50, flags, 65535, 0, 0) + octets
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + address[source] + address[destination]
    return bytes(12) + b"\x08\x00" + ip + tcp


FRR6 = """\
frr defaults datacenter
hostname left
interface lo
 ipv6 address 2001:db8:1::1/128
exit
router bgp 65001
 bgp router-id 192.0.2.1
 no bgp ebgp-requires-policy
 neighbor 2001:db8::2 remote-as 65002
 address-family ipv6 unicast
  neighbor 2001:db8::2 activate
  network 2001:db8:1::1/128
 exit-address-family
exit
"""

BIRD6 = """\
log stderr all;
router id 192.0.2.2;
protocol device { }
protocol static own { ipv6; route 2001:db8:2::/48 blackhole; }
protocol bgp peer {
  local 2001:db8::2 as 65002; neighbor 2001:db8::1 as 65001; connect delay time 1;
  ipv6 { import all; export where source = RTS_STATIC; };
}
"""


def test_a_session_over_ipv6_taken_twice_has_other_link_local_next_hops_and_is_the_same(tmp_path):
    def talk(lab, left, right):
        for namespace, number in ((left, 1), (right, 2)):
            namespace.run("ip", "-6", "address", "add", f"2001:db8::{number}/64", "dev", "eth0", "nodad")
        bird = Bird(lab, right, BIRD6)
        frr = Frr(lab, left, lab.write("left.conf", FRR6))
        bird.wait_established("peer")
        wait_until(lambda: "2001:db8:1::1/128" in bird.ask("show", "route"), what="BIRD's route")
        wait_until(lambda: "2001:db8:2::/48" in frr.show("bgp ipv6 unicast").get("routes", {}), what="FRR's route")
    once, again = (take(tmp_path / f"{name}.pcapng", "", talk) for name in ("once", "again"))
    link_local = [subprocess.run(["tshark", "-r", capture, "-Y", "bgp.update.path_attribute.mp_reach_nlri.next_hop", "-T", "fields",
                                  "-e", "bgp.update.path_attribute.mp_reach_nlri.next_hop"], capture_output=True, text=True,
                                 check=True).stdout for capture in (once, again)]
    assert "fe80" in link_local[0] and link_local[0] != link_local[1]
    assert findings(once, again) == []


NGINX = """\
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  gzip on; gzip_min_length 1; gzip_types text/plain; default_type text/plain;
  server {{
    listen 80;
    location / {{ return 200 "you asked for $uri\\n"; }}
    location /none {{ return 204; }}
    location /moved {{ return 301 /; }}
    location /big {{ root {folder}; }}
  }}
}}
"""

PIPELINED = """\
import socket
connection = socket.create_connection(("192.0.2.2", 80))
connection.sendall(b"GET /p1 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\nHEAD /p2 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"
                   b"GET /p3 HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
while connection.recv(4096):
    pass
"""


@pytest.fixture(scope="module", name="variety")
def takes_of_all_kinds_of_messages(tmp_path_factory):
    """HEAD, 204, 301, 100-continue, chunks to both sides, a range, three requests at once, a body over many segments."""
    folder = tmp_path_factory.mktemp("variety")

    def talk(lab, left, right):
        (lab.folder / "big").write_bytes(b"".join(b"%06d\n" % i for i in range(30000)))
        os.utime(lab.folder / "big", (1e9, 1e9))
        right.start(tool("nginx"), "-c", lab.write("nginx.conf", NGINX.format(folder=lab.folder)), "-e", "stderr")
        wait_until(lambda: ":80 " in right.run("ss", "-ltn").stdout, what="nginx to listen")

        def curl(*arguments):
            left.run(tool("curl"), "-sS", "-o", "/dev/null", *arguments)
        url, data = "http://192.0.2.2", f"@{lab.folder / 'big'}"
        curl("-I", f"{url}/head")
        curl(f"{url}/none", "--next", "-sS", f"{url}/moved", "-o", "/dev/null")
        curl("-H", "Expect: 100-continue", "--data-binary", "expected", f"{url}/post")
        curl("-H", "Transfer-Encoding: chunked", "-H", "Expect:", "--data-binary", data, f"{url}/post")
        curl("-r", "0-99", f"{url}/big")
        curl("--compressed", f"{url}/big")
        curl(f"{url}/big")
        left.run("/usr/bin/python3", "-c", PIPELINED)

    return {name: take(folder / f"{name}.pcapng", "tcp port 80", talk) for name in ("once", "again")}


def test_messages_of_all_kinds_taken_twice(variety):
    output = diff(variety["once"], variety["again"], expect=0)
    # 8 connections; 8 requests of curl (two on one of them) and the 3 at once, a response to each.
    assert "messages  same (30 compared)" in output, output


def test_a_frame_that_was_not_captured_is_one_finding_and_names_its_octets(variety, tmp_path):
    # A segment in the middle of the last body, of 210000 octets.
    rows = subprocess.run(["tshark", "-r", variety["once"], "-Y", "tcp.srcport == 80 && tcp.len > 1000", "-T", "fields", "-e",
                           "frame.number", "-e", "tcp.len"], capture_output=True, text=True, check=True).stdout.split("\n")
    number, octets = rows[-3].split("\t")
    lost = tmp_path / "lost.pcapng"
    subprocess.run(["editcap", variety["once"], lost, number], check=True)
    found = findings(variety["once"], lost)
    assert len(found) == 1
    assert f"210000 octets, {octets} of them not captured" in found[0]["what"], found


@pytest.fixture(scope="module", name="web")
def web_takes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web")

    def talk(lab, left, right):
        right.start(tool("nginx"), "-c", lab.write("nginx.conf", NGINX.format(folder=lab.folder)), "-e", "stderr")
        wait_until(lambda: ":80 " in right.run("ss", "-ltn").stdout, what="nginx to listen")
        for path in ("/", "/api", "/files"):
            left.run(tool("curl"), "-sS", f"http://192.0.2.2{path}")

    return {name: take(folder / f"{name}.pcapng", "tcp port 80", talk) for name in ("once", "again")}


def test_requests_of_curl_to_nginx_taken_twice(web):
    output = diff(web["once"], web["again"], expect=0)
    # 3 connections with a request and a response each: connection, request, response.
    assert "messages  same (9 compared)" in output


def test_a_dropped_response_is_named(web, tmp_path):
    number = subprocess.run(["tshark", "-r", web["once"], "-Y", 'http.response && http.response_for.uri contains "/api"',
                             "-T", "fields", "-e", "frame.number"], capture_output=True, text=True, check=True).stdout.strip()
    assert number.isdigit()
    dropped = tmp_path / "dropped.pcapng"
    subprocess.run(["editcap", web["once"], dropped, number], check=True)
    missing = findings(web["once"], dropped)
    assert ("missing in B: response 200 to GET /api", int(number)) in [
        (f["what"], f["a"]["frame"]) for f in missing if f["a"]], missing


def test_a_shift_of_three_seconds_is_named_whole_and_in_part(web, tmp_path):
    # Two takes are no shift, see above. The same packets 3 s later are one.
    shifted = tmp_path / "shifted.pcapng"
    subprocess.run(["editcap", "-t", "3", web["once"], shifted], check=True)
    middle = int(subprocess.run(["capinfos", "-c", "-T", "-r", "-M", web["once"]], capture_output=True, text=True,
                                check=True).stdout.split()[-1]) // 2
    first, second, part = (tmp_path / f"{name}.pcapng" for name in ("first", "second", "part"))
    subprocess.run(["editcap", "-r", web["once"], first, f"1-{middle}"], check=True)
    subprocess.run(["editcap", "-r", "-t", "3", web["once"], second, f"{middle + 1}-100000"], check=True)
    subprocess.run(["mergecap", "-a", "-w", part, first, second], check=True)
    late = findings(web["once"], part)
    assert [f["kind"] for f in late] == ["shifted"]
    assert late[0]["what"].startswith("3.000 s later in B: ")
    diff(web["once"], part, "--time", "5ms", expect=1)
    diff(web["once"], part, "--time", "4s", expect=0)
    diff(web["once"], part, "--ignore", "frame.time", expect=0)
    # Of the same packets, which the connections' random numbers show them to be.
    for options in ((), ("--time", "5ms"), ("--layer", "frames")):
        assert "3.000 s later in B: " in diff(web["once"], shifted, *options, expect=1)


def test_every_form_of_the_same_packets_is_the_same(web, tmp_path):
    original = tmp_path / "nano.pcap"
    subprocess.run(["editcap", "-F", "nsecpcap", web["once"], original], check=True)
    micro = tmp_path / "micro.pcap"
    subprocess.run(["editcap", "-F", "pcap", web["once"], micro], check=True)
    for name, source, magic in (("big-nano", original, 0xa1b23c4d), ("big-micro", micro, 0xa1b2c3d4)):
        (tmp_path / f"{name}.pcap").write_bytes(big_endian(source.read_bytes(), magic))
    for form in (web["once"], micro, tmp_path / "big-nano.pcap", tmp_path / "big-micro.pcap"):
        assert "frames    same" in diff(original, form, "--layer", "frames", "--time", "1us", expect=0), form


def big_endian(octets, magic):
    header = struct.unpack("<IHHiIII", octets[:24])
    assert header[0] == magic
    out, at = struct.pack(">IHHiIII", *header), 24
    while at < len(octets):
        record = struct.unpack("<IIII", octets[at:at + 16])
        out += struct.pack(">IIII", *record) + octets[at + 16:at + 16 + record[2]]
        at += 16 + record[2]
    return out


def test_a_truncated_capture_names_the_offset_and_compares_the_rest(web, tmp_path):
    whole = tmp_path / "whole.pcap"
    subprocess.run(["editcap", "-F", "pcap", web["once"], whole], check=True)
    cut = tmp_path / "cut.pcap"
    octets = whole.read_bytes()
    cut.write_bytes(octets[:-5])
    at = 24
    while at < len(octets):
        last, at = at, at + 16 + struct.unpack("<I", octets[at + 8:at + 12])[0]
    output = diff(whole, cut, expect=2)
    assert f"cut.pcap: offset {last}: error: frame " in output
    assert "messages  same (9 compared)" in output  # the last frame is a bare ACK


