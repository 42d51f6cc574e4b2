"""seatrial bgpctl answers as FRR 8.4's vtysh does: the same commands, asked of bgpd of FRR and of seatrial with one configuration
in one network, give the same keys and values, but for times, counters and what DIFFERS names."""

import json
import re
import signal
import socket
import time

import pytest
from daemons import SEATRIAL, Frr, SeatrialBgpd
from lab import wait_until

# FRR shows its machine's name, whatever `hostname` in a file that vtysh loads says.
HOST = socket.gethostname()

MIDDLE = f"""\
frr defaults datacenter
hostname {HOST}
interface lo
 ip address 198.51.100.1/32
exit
interface eth0
 ip address 10.0.1.1/24
exit
interface eth1
 ip address 10.0.2.1/24
exit
interface eth2
 ip address 10.0.3.1/24
exit
router bgp 65001
 bgp router-id 10.0.0.1
 no bgp ebgp-requires-policy
 neighbor 10.0.1.2 remote-as 65002
 neighbor 10.0.1.2 description first upstream
 neighbor 10.0.1.2 bfd
 neighbor 10.0.2.2 remote-as 65002
 neighbor 10.0.3.2 remote-as 65001
 neighbor 10.0.9.9 remote-as 65009
 neighbor 10.0.9.9 shutdown
 address-family ipv4 unicast
  network 198.51.100.1/32
  neighbor 10.0.1.2 soft-reconfiguration inbound
  neighbor 10.0.3.2 next-hop-self
 exit-address-family
exit
"""

UPSTREAM = """\
frr defaults datacenter
interface lo
 ip address 203.0.1{number}.1/32
exit
router bgp {asn}
 bgp router-id 10.9.0.{number}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 10.0.{number}.1 remote-as 65001
 neighbor 10.0.{number}.1 bfd
 address-family ipv4 unicast
  network 203.0.1{number}.1/32
  network 203.0.113.0/24
  neighbor 10.0.{number}.1 route-map OUT out
 exit-address-family
exit
route-map OUT permit 10
 set metric {number}0
 set community 65002:1 no-export
 set large-community 65002:1:2
exit
"""

# Times, counters and sizes: there, but not equal.
COUNTS = {
    "version", "tableVersion", "bgpTableVersion", "epoch", "string_of_time", "ribCount", "ribMemory", "peerMemory", "msgRcvd",
    "msgSent", "peerUptime", "peerUptimeMsec", "peerUptimeEstablishedEpoch", "bgpTimerUpMsec", "bgpTimerUpString",
    "bgpTimerUpEstablishedEpoch", "messageStats", "id", "remote-id", "uptime", "lastUpdate", "connectionsEstablished",
    "connectionsDropped", "control-packet-input", "control-packet-output", "session-up", "session-down", "zebra-notifications",
}
# What scenarios/bgpd/README.md says of them, or what a moment decides.
DIFFERS = {
    "bgpTimerLastRead", "bgpTimerLastWrite", "bgpInUpdateElapsedTimeMsecs", "portLocal", "portForeign", "estimatedRttInMsecs",
    "lastResetTimerMsecs", "lastResetDueTo", "lastResetCode", "lastNotificationReason", "lastErrorCodeSubcode",
    "lastNotificationHardReset", "updateGroupId", "subGroupId", "endOfRibSentAfterUpdate",
    # Ours asks for no echo packets.
    "echo-receive-interval", "remote-echo-receive-interval",
}

COMMANDS = [
    "show bgp ipv4 unicast", "show bgp ipv4 unicast 203.0.113.0/24", "show bgp ipv4 unicast 198.51.100.1/32",
    "show bgp ipv4 unicast 192.0.2.0/24", "show bgp summary", "show bgp ipv4 unicast summary", "show bgp neighbors",
    "show bgp neighbors 10.0.3.2", "show bgp neighbors 192.0.2.9",
    "show bgp ipv4 unicast neighbors 10.0.1.2 advertised-routes", "show bgp ipv4 unicast neighbors 10.0.3.2 advertised-routes",
    "show bgp ipv4 unicast neighbors 10.0.1.2 routes", "show bgp ipv4 unicast neighbors 10.0.1.2 received-routes",
    "show bgp ipv4 unicast neighbors 10.0.2.2 received-routes", "show bfd peers", "show bfd peers counters",
]
TEXTS = [
    "show bgp ipv4 unicast", "show bgp ipv4 unicast 203.0.113.0/24", "show bgp ipv4 unicast 198.51.100.1/32",
    "show bgp ipv4 unicast 192.0.2.0/24", "show bgp summary",
    "show bgp ipv4 unicast neighbors 10.0.3.2 advertised-routes", "show bgp ipv4 unicast neighbors 10.0.1.2 received-routes",
    "show bgp ipv4 unicast neighbors 10.0.2.2 received-routes", "show bgp neighbors 192.0.2.9",
]


ASKED = {*COMMANDS, *TEXTS, *(f"show bgp neighbors {peer}" for peer in ("10.0.1.2", "10.0.2.2", "10.0.3.2", "10.0.9.9"))}


class Ctl:
    def __init__(self, namespace, path):
        self.namespace, self.path = namespace, path

    def __call__(self, command, check=True):
        return self.namespace.run(SEATRIAL, "bgpctl", "--control", self.path, *command.split(), check=check)

    def json(self, command):
        return json.loads(self(command + " json").stdout)


def established(summary):
    peers = summary.get("ipv4Unicast", {}).get("peers", {})
    return sum(p["state"] == "Established" and p["pfxRcd"] >= 1 for p in peers.values()) == 3


@pytest.fixture(name="answers", scope="module")
def the_same_questions_to_both():
    from lab import Lab  # pylint: disable=import-outside-toplevel
    with Lab() as lab:
        middle = lab.namespace("mid")
        middle.run("ip", "address", "add", "198.51.100.1/32", "dev", "lo")
        for number, asn in ((1, 65002), (2, 65002), (3, 65001)):
            upstream = lab.namespace(f"up{number}")
            lab.link(middle, f"10.0.{number}.1/24", upstream, f"10.0.{number}.2/24")
            Frr(lab, upstream, lab.write(f"up{number}.conf", UPSTREAM.format(number=number, asn=asn)), bfd=True)
        config = lab.write("mid.conf", MIDDLE)
        began = len(lab.processes)
        frr = Frr(lab, middle, config, bfd=True)
        wait_until(lambda: established(frr.show("bgp summary")), 60, what="FRR's three sessions")
        wait_until(lambda: frr.bfd("10.0.1.2").get("status") == "up", 30, what="FRR's BFD")
        time.sleep(3)
        theirs = {c: (middle.run(*frr.vtysh_arguments, "-c", c + " json", check=False).stdout,
                      middle.run(*frr.vtysh_arguments, "-c", c, check=False).stdout) for c in ASKED}
        for process in lab.processes[began:]:
            process.end()
        middle.run("ip", "address", "replace", "198.51.100.1/32", "dev", "lo")
        ours = SeatrialBgpd(middle, config, "--control", lab.folder / "bgpd.sock")
        ctl = Ctl(middle, lab.folder / "bgpd.sock")
        wait_until(lambda: established(ctl.json("show bgp summary")), 60, what="our three sessions")
        wait_until(lambda: ctl.json("show bfd peer 10.0.1.2")["status"] == "up", 60, what="our BFD")
        time.sleep(3)
        mine = {c: (ctl(c + " json").stdout, ctl(c).stdout) for c in ASKED}
        yield theirs, mine, ctl, ours


def differences(theirs, ours, path=""):
    """Where the two are not the same, as lines; lists of paths are compared by peer."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        out = []
        for key in sorted({*theirs, *ours}):
            if key in DIFFERS:
                continue
            where = f"{path}/{key}"
            if key not in ours or key not in theirs:
                out.append(f"{where}: only {'FRR' if key in theirs else 'ours'}: {theirs.get(key, ours.get(key))}")
            elif key not in COUNTS:
                out += differences(theirs[key], ours[key], where)
        return out
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        def peer(item):
            if not isinstance(item, dict):
                return ""
            inner = item.get("peer", {})
            return item.get("peerId") or (inner.get("peerId", "") if isinstance(inner, dict) else str(inner))
        pairs = zip(sorted(theirs, key=peer), sorted(ours, key=peer))
        return [line for i, pair in enumerate(pairs) for line in differences(*pair, f"{path}/{i}")]
    return [] if theirs == ours else [f"{path}: FRR {theirs!r}, ours {ours!r}"]


@pytest.mark.parametrize("command", COMMANDS)
def test_json_has_frrs_keys_and_values(answers, command):
    theirs, mine, _, _ = answers
    assert differences(json.loads(theirs[command][0]), json.loads(mine[command][0])) == []


def comparable(text):
    """The lines without times, versions, counters and sizes; the paths of a prefix in any order."""
    text = re.sub(r"\b\d\d:\d\d:\d\d\b", "TIME", text)
    text = re.sub(r"Last update: .*", "Last update", text)
    text = re.sub(r"version (is )?\d+", "version", text)
    # The first path shown of a prefix has its network in front, whichever came last.
    text = re.sub(r"203\.0\.113\.0/24(?=  )", " " * 14, text)
    text = re.sub(r"best #\d", "best", text)
    text = re.sub(r"RIB entries.*|Peers \d+, using.*", "", text)
    # AS, then messages received and sent, up to the time.
    text = re.sub(r"(?m)^(\S+ +4 +\d+) +\d+ +\d+ +\d+", r"\1", text)
    return sorted(line.rstrip() for line in text.splitlines() if line.strip())


@pytest.mark.parametrize("command", TEXTS)
def test_text_is_frrs(answers, command):
    theirs, mine, _, _ = answers
    assert comparable(mine[command][1]) == comparable(theirs[command][1])


# Lines with what DIFFERS has, and the octets of a message that ours does not keep.
LEFT_OUT = re.compile(r"^  (Last read|Last reset|Update group|Connections established)|^      End-of-RIB sent after update|"
                      r"^(Local|Foreign) host|^Estimated round|^Read thread|^  Message received|^    [0-9A-F]{8}( |$)")


@pytest.mark.parametrize("peer", ["10.0.1.2", "10.0.2.2", "10.0.3.2", "10.0.9.9"])
def test_neighbors_in_text(answers, peer):
    command = f"show bgp neighbors {peer}"
    theirs, mine, _, _ = answers

    def lines(text):
        # Counters of messages: the names only.
        text = re.sub(r"(?m)^(    (?:Opens|Notifications|Updates|Keepalives|Route Refresh|Total):).*", r"\1", text)
        return [line for line in comparable(text) if not LEFT_OUT.match(line)]
    assert lines(mine[command][1]) == lines(theirs[command][1])


def test_what_is_not_known_is_refused(answers):
    ctl = answers[2]
    wrong = ctl("show bgp foo", check=False)
    assert wrong.returncode == 2 and wrong.stderr == "% Unknown command: show bgp foo\n"
    # FRR says this and succeeds.
    assert ctl("clear bgp 192.0.2.9").stdout == '% BGP: Unknown neighbor - "192.0.2.9"\n'
    nobody = ctl.namespace.run(SEATRIAL, "bgpctl", "--control", "/nonexistent/sock", "show", "bgp", check=False)
    assert nobody.returncode == 1 and "/nonexistent/sock" in nobody.stderr
    assert "router bgp 65001" in ctl("show running-config").stdout


def test_clear(answers):
    _, _, ctl, ours = answers
    before = ctl.json("show bgp neighbors 10.0.2.2")["10.0.2.2"]["messageStats"]["routeRefreshSent"]
    ctl("clear bgp 10.0.2.2 soft in")
    wait_until(lambda: ctl.json("show bgp neighbors 10.0.2.2")["10.0.2.2"]["messageStats"]["routeRefreshSent"] > before, 5,
               what="a ROUTE-REFRESH")
    ctl("clear bgp 10.0.2.2")
    # Both have graceful restart's N bit, so that an end for good is a hard reset (RFC 8538).
    ours.event("session", peer="10.0.2.2", to="Idle", notification_sent="Cease/Hard Reset (Cease/Administrative Reset)")
    wait_until(lambda: established(ctl.json("show bgp summary")), 60, what="the session to come back")


def test_the_socket_goes_with_the_daemon(answers):
    _, _, ctl, ours = answers
    assert ctl.path.exists()
    assert ours.process.end(signal.SIGTERM) == 0
    assert not ctl.path.exists()


def test_a_path_that_is_taken_is_refused(lab):
    config = lab.write("a.conf", "router bgp 1\n bgp router-id 192.0.2.1\nexit\n")
    space = lab.namespace("a")
    other = lab.write("file", "x")
    done = space.run(SEATRIAL, "bgpd", "-c", config, "--control", other, "--for", "1s", check=False)
    assert done.returncode == 1 and "no socket" in done.stderr and other.read_text() == "x"
    path = lab.folder / "sock"
    SeatrialBgpd(space, config, "--control", path)
    second = space.run(SEATRIAL, "bgpd", "-c", config, "--port", "1179", "--control", path, "--for", "1s", check=False)
    assert second.returncode == 1 and "somebody listens there already" in second.stderr
