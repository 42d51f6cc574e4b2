"""seatrial bgpctl has every key that FRR 8.4's vtysh has, with FRR's type, in a network with all that makes keys appear: both address
families, policies of every kind, ADD-PATH, aggregates, a range of neighbours, sessions that are down for one reason or another."""

import json
import socket
import time

import pytest
from daemons import SEATRIAL, Frr, SeatrialBgpd
from lab import wait_until

HOST = socket.gethostname()

MIDDLE = f"""\
frr defaults traditional
hostname {HOST}
interface lo
 ip address 198.51.100.1/32
 ipv6 address 2001:db8:1::1/128
exit
interface eth0
 ip address 10.0.1.1/24
 ipv6 address 2001:db8:101::1/64
exit
interface eth1
 ip address 10.0.2.1/24
 ipv6 address 2001:db8:102::1/64
exit
interface eth2
 ip address 10.0.3.1/24
 ipv6 address 2001:db8:103::1/64
exit
interface eth3
 ip address 10.0.4.1/24
exit
interface eth4
 ip address 10.0.5.1/24
exit
router bgp 65001
 bgp router-id 10.0.0.1
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 bgp graceful-restart
 bgp bestpath as-path multipath-relax
 neighbor CL peer-group
 neighbor CL remote-as 65004
 neighbor CL ebgp-multihop 3
 neighbor CL timers 4 12
 bgp listen limit 20
 bgp listen range 10.0.4.0/24 peer-group CL
 neighbor 10.0.1.2 remote-as 65002
 neighbor 10.0.1.2 description first upstream
 neighbor 10.0.1.2 timers connect 5
 neighbor 10.0.2.2 remote-as 65002
 neighbor 10.0.2.2 advertisement-interval 1
 neighbor 10.0.2.2 ttl-security hops 1
 neighbor 10.0.3.2 remote-as 65001
 neighbor 10.0.3.2 update-source 10.0.3.1
 neighbor 10.0.5.2 remote-as 65005
 neighbor 10.0.5.2 local-as 65099 no-prepend replace-as
 neighbor 10.0.5.2 password secret
 neighbor 10.0.5.2 timers 7 21
 neighbor 10.0.9.9 remote-as 65009
 neighbor 10.0.9.9 shutdown message going home
 neighbor 10.0.5.77 remote-as 65077
 neighbor 2001:db8:101::2 remote-as 65002
 neighbor 2001:db8:102::2 remote-as 65002
 neighbor 2001:db8:103::2 remote-as 65001
 address-family ipv4 unicast
  network 198.51.100.1/32
  aggregate-address 203.0.112.0/20
  neighbor 10.0.1.2 activate
  neighbor 10.0.1.2 soft-reconfiguration inbound
  neighbor 10.0.1.2 route-map IN1 in
  neighbor 10.0.1.2 prefix-list PL out
  neighbor 10.0.1.2 maximum-prefix 1000 80 warning-only
  neighbor 10.0.2.2 activate
  neighbor 10.0.5.2 allowas-in 2
  neighbor 10.0.2.2 filter-list FL in
  neighbor 10.0.2.2 default-originate
  neighbor 10.0.5.2 remove-private-AS
  neighbor 10.0.2.2 weight 50
  neighbor 10.0.3.2 activate
  neighbor 10.0.3.2 next-hop-self
  neighbor 10.0.3.2 route-reflector-client
  neighbor 10.0.3.2 addpath-tx-all-paths
  neighbor 10.0.5.2 activate
  neighbor 10.0.5.2 send-community large
  neighbor 10.0.5.2 maximum-prefix 100 restart 5
  neighbor 10.0.5.2 as-override
  neighbor 10.0.5.77 activate
  neighbor 10.0.9.9 activate
  neighbor CL activate
  neighbor CL route-map OUTCL out
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:1::1/128
  neighbor 2001:db8:101::2 activate
  neighbor 2001:db8:101::2 soft-reconfiguration inbound
  neighbor 2001:db8:102::2 activate
  neighbor 2001:db8:103::2 activate
  neighbor 2001:db8:103::2 next-hop-self
 exit-address-family
exit
ip prefix-list PL seq 5 permit any
bgp as-path access-list FL permit .*
route-map IN1 permit 10
 set local-preference 150
exit
route-map OUTCL permit 10
 set metric 77
exit
"""

UPSTREAM = """\
frr defaults traditional
interface lo
 ip address 203.0.11{n}.1/32
exit
router bgp {asn}
 bgp router-id 10.9.0.{n}
 no bgp ebgp-requires-policy
 no bgp network import-check
 bgp graceful-restart
 neighbor 10.0.{n}.1 remote-as {remote}
 neighbor 10.0.{n}.1 timers connect 3
 {extra}
 neighbor 2001:db8:10{n}::1 remote-as {remote}
 neighbor 2001:db8:10{n}::1 timers connect 3
 address-family ipv4 unicast
  network 203.0.11{n}.1/32
  network 203.0.113.0/24
  network 192.0.2.0/24
  neighbor 10.0.{n}.1 route-map OUT out
  neighbor 10.0.{n}.1 addpath-tx-all-paths
  {more}
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:f{n}::/48
  network 2001:db8:f00::/48
  neighbor 2001:db8:10{n}::1 activate
 exit-address-family
exit
route-map OUT permit 10
 match ip address prefix-list A
 set metric {n}0
 set community 65002:1 no-export
 set large-community 65002:1:2
 set extcommunity rt 65002:7
exit
route-map OUT permit 20
exit
ip prefix-list A permit 203.0.113.0/24
"""

# Neighbours that are never up, for what is told of them.
SETTINGS = """\
router bgp 65001
 neighbor 10.9.0.1 remote-as 65002
 neighbor 10.9.0.1 shutdown
 neighbor 10.9.0.1 ebgp-multihop
 neighbor 10.9.0.1 update-source 10.0.1.1
 neighbor 10.9.0.1 local-role customer
 neighbor 10.9.0.2 remote-as 65002
 neighbor 10.9.0.2 passive
 neighbor 10.9.0.2 ttl-security hops 3
 neighbor 10.9.0.2 graceful-restart-disable
 neighbor 10.9.0.3 remote-as 65001
 neighbor 10.9.0.3 graceful-restart
 neighbor 10.9.0.4 remote-as external
 neighbor 10.9.0.5 remote-as internal
 address-family ipv4 unicast
  neighbor 10.9.0.1 activate
  neighbor 10.9.0.1 remove-private-AS
  neighbor 10.9.0.1 attribute-unchanged as-path med
  neighbor 10.9.0.1 prefix-list PL in
  neighbor 10.9.0.1 prefix-list PL out
  neighbor 10.9.0.1 filter-list FL in
  neighbor 10.9.0.1 filter-list FL out
  neighbor 10.9.0.1 route-map IN1 in
  neighbor 10.9.0.1 route-map IN1 out
  neighbor 10.9.0.1 unsuppress-map IN1
  neighbor 10.9.0.1 default-originate route-map IN1
  neighbor 10.9.0.1 maximum-prefix 10 50 restart 3
  neighbor 10.9.0.1 maximum-prefix-out 7
  neighbor 10.9.0.2 activate
  neighbor 10.9.0.2 remove-private-AS all
  neighbor 10.9.0.2 distribute-list 1 in
  neighbor 10.9.0.2 distribute-list 1 out
  neighbor 10.9.0.2 advertise-map IN1 exist-map IN1
  neighbor 10.9.0.2 route-server-client
  neighbor 10.9.0.2 as-override
  neighbor 10.9.0.3 activate
  neighbor 10.9.0.3 next-hop-self
  neighbor 10.9.0.3 attribute-unchanged next-hop
  no neighbor 10.9.0.3 send-community
  neighbor 10.9.0.4 activate
  neighbor 10.9.0.4 remove-private-AS replace-AS
  no neighbor 10.9.0.4 send-community extended
  neighbor 10.9.0.5 activate
  neighbor 10.9.0.5 next-hop-self force
  no neighbor 10.9.0.5 send-community both
 exit-address-family
exit
access-list 1 seq 5 permit any
"""

V4 = ("10.0.1.2", "10.0.2.2", "10.0.3.2", "10.0.4.2", "10.0.5.2")
V6 = ("2001:db8:101::2", "2001:db8:102::2", "2001:db8:103::2")
COMMANDS = [
    "show bgp ipv4 unicast", "show ip bgp", "show bgp ipv6 unicast", "show bgp ipv4 unicast 203.0.113.0/24",
    "show bgp ipv4 unicast 203.0.113.7", "show bgp ipv4 unicast 198.51.100.1/32", "show bgp ipv4 unicast 203.0.112.0/20",
    "show bgp ipv4 unicast 203.0.113.0/24 bestpath", "show bgp ipv4 unicast 203.0.113.0/24 longer-prefixes",
    "show bgp ipv4 unicast 9.9.9.0/24", "show bgp ipv6 unicast 2001:db8:f00::/48", "show bgp ipv6 unicast 2001:db8:1::1/128",
    "show bgp summary", "show ip bgp summary", "show bgp ipv4 unicast summary", "show bgp ipv6 unicast summary",
    "show bgp ipv4 unicast summary established", "show bgp ipv4 unicast summary failed", "show bgp neighbors",
    "show ip bgp neighbors 10.0.1.2", "show bgp neighbors 192.0.2.9",
    *(f"show bgp ipv4 unicast neighbors {peer} {what}" for peer in V4
      for what in ("advertised-routes", "received-routes", "filtered-routes", "routes")
      # Of several paths of one prefix the JSON has one, whichever came last.
      if (peer, what) != ("10.0.3.2", "advertised-routes")),
    *(f"show bgp ipv6 unicast neighbors {peer} {what}" for peer in V6 for what in ("advertised-routes", "received-routes", "routes")),
]

# scenarios/bgpd/README.md says why.
LEFT_OUT = {"bgpTimerUntilConditionalAdvertisementsSec"}
# There in a session or not, whichever the moment: a timer that runs, what a clear leaves, a measurement.
AT_TIMES = {"nextConnectTimerDueInMsecs", "nextStartTimerDueInMsecs", "estimatedRttInMsecs", "mraiInterval", "mraiTimerExpireInMsecs"}


def shape(value, path=""):
    """Every key's path with the type of its value; items of a list, and of an object whose keys are names, are taken together."""
    kind = "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__
    out = {(path, kind)}
    if isinstance(value, dict):
        for key, inner in value.items():
            name = "*" if path.rsplit("/", 1)[-1] in ("routes", "peers", "advertisedRoutes", "receivedRoutes", "advertisedTo") else key
            out |= shape(inner, f"{path}/{name}")
    elif isinstance(value, list):
        for inner in value:
            out |= shape(inner, f"{path}[]")
    return out


def established(summary):
    return sum(p["state"] == "Established" for family in summary.values() for p in family.get("peers", {}).values())


@pytest.fixture(name="answers", scope="module")
def the_same_questions_to_both():
    from lab import Lab  # pylint: disable=import-outside-toplevel
    with Lab() as lab:
        middle = lab.namespace("mid")

        def own_addresses():
            middle.run("ip", "address", "replace", "198.51.100.1/32", "dev", "lo")
            middle.run("ip", "-6", "address", "replace", "2001:db8:1::1/128", "dev", "lo")
            for number in (1, 2, 3):
                middle.run("ip", "-6", "address", "replace", f"2001:db8:10{number}::1/64", "dev", f"eth{number - 1}", "nodad")
        for number, asn in ((1, 65002), (2, 65002), (3, 65001), (4, 65004), (5, 65005)):
            up = lab.namespace(f"up{number}")
            _, theirs = lab.link(middle, f"10.0.{number}.1/24", up, f"10.0.{number}.2/24")
            if number < 4:
                up.run("ip", "-6", "address", "add", f"2001:db8:10{number}::2/64", "dev", theirs, "nodad")
            extra = {5: "neighbor 10.0.5.1 password secret", 2: "neighbor 10.0.2.1 ttl-security hops 1",
                     4: "neighbor 10.0.4.1 ebgp-multihop 3"}.get(number, "!")
            text = UPSTREAM.format(n=number, asn=asn, remote=65099 if number == 5 else 65001, extra=extra,
                                   more="neighbor 10.0.3.1 route-reflector-client" if number == 3 else "!")
            Frr(lab, up, lab.write(f"up{number}.conf", text))
        own_addresses()
        config = lab.write("mid.conf", MIDDLE + SETTINGS)
        began = len(lab.processes)
        frr = Frr(lab, middle, config)

        def settled(ask):
            wait_until(lambda: established(json.loads(ask("show bgp summary json"))) >= 8, 60, what="eight sessions")
            time.sleep(6)
            ask("clear bgp 10.0.1.2")
            time.sleep(3)
            wait_until(lambda: established(json.loads(ask("show bgp summary json"))) >= 8, 60, what="the session to come back")
            time.sleep(5)
            return {c: json.loads(ask(c + " json") or "{}") for c in COMMANDS}
        theirs = settled(lambda c: middle.run(*frr.vtysh_arguments, "-c", c, check=False).stdout)
        for process in lab.processes[began:]:
            process.end()
        own_addresses()
        SeatrialBgpd(middle, config, "--control", lab.folder / "bgpd.sock")
        mine = settled(lambda c: middle.run(SEATRIAL, "bgpctl", "--control", lab.folder / "bgpd.sock", *c.split(), check=False).stdout)
        yield theirs, mine


@pytest.mark.parametrize("command", COMMANDS)
def test_every_key_is_there_with_its_type(answers, command):
    theirs, mine = (shape(side[command]) for side in answers)

    def counts(found):
        return {(path, kind) for path, kind in found if not {*LEFT_OUT, *AT_TIMES} & set(path.split("/"))}
    missing = sorted(counts(theirs) - mine)
    invented = sorted(counts(mine) - theirs)
    assert (missing, invented) == ([], []), "of FRR and not of ours, of ours and not of FRR"


def test_what_a_neighbour_is_told_is_told_as_frr_does(answers):
    """Values, too, where they are those of the configuration."""
    theirs, mine = (side["show bgp neighbors"] for side in answers)
    for peer in (f"10.9.0.{number}" for number in range(1, 6)):
        for key in ("addressFamilyInfo", "gracefulRestartInfo", "lastResetDueTo", "lastResetCode", "localRole", "updateSource",
                    "externalBgpNbrMaxHopsAway", "internalBgpNbrMaxHopsAway", "hostLocal", "portLocal", "hostForeign", "portForeign"):
            assert mine[peer].get(key) == theirs[peer].get(key), (peer, key)
