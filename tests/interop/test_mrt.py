"""One live network in MRT twice: `seatrial bgpd --mrt --mrt-rib` and FRR 8.4's own `dump bgp`, both read by bgpdump."""

import signal

from daemons import SEATRIAL, Bird, Frr, SeatrialBgpd
from lab import wait_until

# BIRD tells both of its peers the same: attributes of every kind that it can send.
SOURCE = """\
router id 192.0.2.3;
protocol device {}
protocol static plain4 { ipv4;
  route 10.20.0.0/16 unreachable;
  route 10.21.128.0/17 unreachable { bgp_med = 50; bgp_origin = ORIGIN_INCOMPLETE;
    bgp_community.add((65003,100)); bgp_community.add((65535,65281)); };
  route 10.22.3.0/24 unreachable { bgp_path.prepend(65099); bgp_path.prepend(4200000099);
    bgp_large_community.add((65003,1,2)); bgp_large_community.add((4200000001,3,4)); };
  route 10.23.0.1/32 unreachable { bgp_ext_community.add((rt,65003,77)); };
}
template bgp peer { local as 65003; ipv4 { import none; export where source = RTS_STATIC; }; }
protocol bgp ours from peer { neighbor 192.0.2.1 as 65001; }
protocol bgp frr from peer { neighbor 192.0.2.2 as 65001; }
"""
PREFIXES = ["10.20.0.0/16", "10.21.128.0/17", "10.22.3.0/24", "10.23.0.1/32"]

# Ours and FRR are peers of one AS on the same LAN; each has the source as an external peer.
CONFIG = """\
frr defaults datacenter
hostname {name}
interface eth0
 ip address {address}/24
exit
interface lo
 ip address {own}
exit
router bgp 65001
 bgp router-id {address}
 no bgp ebgp-requires-policy
 neighbor {peer} remote-as 65001
 neighbor 192.0.2.3 remote-as 65003
 address-family ipv4 unicast
  network {own}
  neighbor {peer} next-hop-self
  neighbor {peer} send-community both
 exit-address-family
exit
"""
OURS = {"name": "left", "address": "192.0.2.1", "peer": "192.0.2.2", "own": "198.51.100.1/32"}
FRR = {"name": "right", "address": "192.0.2.2", "peer": "192.0.2.1", "own": "198.51.100.2/32"}


def lan_of_three(lab):
    """left, right and source on one LAN, 192.0.2.0/24: each has a cable to a bridge."""
    switch = lab.namespace("switch")
    switch.run("ip", "link", "add", "br0", "type", "bridge")
    switch.run("ip", "link", "set", "br0", "up")
    hosts = []
    for number, name in enumerate(("left", "right", "source")):
        host = lab.namespace(name)
        _, port = lab.link(host, f"192.0.2.{number + 1}/24", switch, f"203.0.113.{number + 1}/32")
        switch.run("ip", "link", "set", port, "master", "br0")
        hosts.append(host)
    return hosts


def bgpdump(lab, file):
    """The records of an MRT file, each as its fields; a complaint of bgpdump fails the test."""
    done = lab.command("bgpdump", "-v", "-l", "-m", file)
    complaints = [line for line in done.stderr.splitlines() if "logging to" not in line]
    assert complaints == [], f"{file}: {complaints[:3]}"
    return [line.split("|") for line in done.stdout.splitlines()]


def table(lab, file):
    """(peer, prefix) -> attributes"""
    return {(r[3], r[5]): r[6:] for r in bgpdump(lab, file) if r[2] == "B"}


def states(records, peer):
    return [(r[5], r[6]) for r in records if r[2] == "STATE" and r[3] == peer]


def messages(records, form, peer):
    """What an UPDATE said of each prefix, in order: ("A" or "W", prefix, attributes)."""
    return [(r[2], r[5], r[6:]) for r in records if r[0] == form and r[3] == peer and r[2] in ("A", "W")]


def test_ours_and_frr_write_the_same_network(lab):
    left, right, source = lan_of_three(lab)
    right.run("ip", "address", "add", FRR["own"], "dev", "lo")
    frr_folder = lab.folder / "frr-right"
    dump = f"dump bgp all-et {frr_folder}/updates.mrt\ndump bgp routes-mrt {frr_folder}/rib-%s.mrt 2\n"
    frr = Frr(lab, right, lab.write("right.conf", CONFIG.format(**FRR) + dump))
    updates, rib = lab.folder / "left.updates.mrt", lab.folder / "left.rib.mrt"
    ours = SeatrialBgpd(left, lab.write("left.conf", CONFIG.format(**OURS)), "--mrt", updates, "--mrt-rib", rib)
    bird = Bird(lab, source, SOURCE)
    for name in ("ours", "frr"):
        bird.wait_established(name)
    frr.wait_established(OURS["address"])
    for prefix in PREFIXES:
        ours.event("rib", prefix=prefix, reachable=True)
        frr.wait_path(prefix, "192.0.2.3")
    frr.wait_path(OURS["own"], OURS["address"])
    ours.event("rib", prefix=FRR["own"], reachable=True)

    # The table, on SIGUSR1, while both hold everything.
    ours.process.popen.send_signal(signal.SIGUSR1)
    wait_until(lambda: rib.stat().st_size > 0, what="our table")
    mine = table(lab, rib)

    def frr_table():
        """The newest table that FRR has finished."""
        files = sorted(frr_folder.glob("rib-*.mrt"), key=lambda f: f.stat().st_mtime)[:-1]
        theirs = table(lab, files[-1]) if files else {}
        return theirs if set(theirs) >= {("192.0.2.3", p) for p in PREFIXES} | {
            (OURS["address"], OURS["own"])} else None

    theirs = wait_until(frr_table, what="FRR's table")
    for prefix in PREFIXES:
        assert mine["192.0.2.3", prefix] == theirs["192.0.2.3", prefix], prefix
    assert mine["192.0.2.3", "10.22.3.0/24"][0] == "65003 4200000099 65099"
    # Each one's own route: as the peer received it, and at itself with the next hop 0.0.0.0.
    assert mine["0.0.0.0", OURS["own"]][2] == theirs["0.0.0.0", FRR["own"]][2] == "0.0.0.0"
    assert theirs[OURS["address"], OURS["own"]][:4] == ["", "IGP", OURS["address"], "100"]
    assert mine[FRR["address"], FRR["own"]][:4] == ["", "IGP", FRR["address"], "100"]
    # Both tell the other of the source's routes, as internal peers do.
    for prefix in PREFIXES:
        assert mine[FRR["address"], prefix][:2] == theirs[OURS["address"], prefix][:2], prefix

    assert ours.process.end(signal.SIGTERM) == 0
    # The table at the end is from before the good-bye.
    assert table(lab, rib) == mine

    # FRR writes what it received: from the source what we received too, from us what we sent.
    here = bgpdump(lab, updates)
    wait_until(lambda: any(old == "6" for old, _ in states(bgpdump(lab, frr_folder / "updates.mrt"),
                                                           OURS["address"])), what="FRR to record the end")
    there = bgpdump(lab, frr_folder / "updates.mrt")
    from_source = messages(here, "BGP4MP_ET", "192.0.2.3")
    assert {m[1] for m in from_source} == set(PREFIXES)
    assert sorted(from_source) == sorted(messages(there, "BGP4MP_ET", "192.0.2.3"))
    sent = messages(here, "BGP4MP_ET_LOCAL", FRR["address"])
    assert {m[1] for m in sent} == {OURS["own"], *PREFIXES}
    assert sent == messages(there, "BGP4MP_ET", OURS["address"])
    # RFC 6396's numbers: a chain from Idle (1) to Established (6) and back.
    chain = states(here, FRR["address"])
    assert [old for old, _ in chain] == ["1"] + [new for _, new in chain[:-1]]
    assert ("5", "6") in chain and chain[-1] == ("6", "1")
    assert ("5", "6") in states(there, OURS["address"])


def test_files_that_cannot_be_made_are_told_at_once(lab):
    left = lab.namespace("left")
    config = lab.write("left.conf", CONFIG.format(**OURS))
    done = left.run(SEATRIAL, "bgpd", "-c", config, "--mrt", lab.folder / "none" / "a", "--mrt-rib",
                    lab.folder / "none" / "b", check=False)
    assert done.returncode == 2
    assert "none/a: error: cannot write: No such file or directory" in done.stderr
    assert "none/b: error: cannot write: No such file or directory" in done.stderr
