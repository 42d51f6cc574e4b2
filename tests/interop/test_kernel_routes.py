"""seatrial bgpd --kernel puts its routes where zebra would, several next hops as one route, and takes them out again."""

import json
import signal

from daemons import Frr, SeatrialBgpd
from lab import wait_until

UPSTREAM = """\
frr defaults datacenter
interface lo
 ip address 203.0.1{number}.1/32
exit
router bgp 65002
 bgp router-id 10.9.0.{number}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 10.0.{number}.1 remote-as 65001
 address-family ipv4 unicast
  network 203.0.1{number}.1/32
  network 203.0.113.0/24
 exit-address-family
exit
"""

KERNEL = """\
frr defaults datacenter
interface eth0
 ip address 10.0.1.1/24
exit
interface eth1
 ip address 10.0.2.1/24
exit
router bgp 65001
 bgp router-id 10.0.0.1
 no bgp ebgp-requires-policy
 neighbor 10.0.1.2 remote-as 65002
 neighbor 10.0.2.2 remote-as 65002
exit
"""


def test_kernel_routes_with_ecmp(lab):
    middle = lab.namespace("mid")
    peers = []
    for number in (1, 2):
        upstream = lab.namespace(f"up{number}")
        lab.link(middle, f"10.0.{number}.1/24", upstream, f"10.0.{number}.2/24")
        peers.append(Frr(lab, upstream, lab.write(f"up{number}.conf", UPSTREAM.format(number=number))))
    config = lab.write("mid.conf", KERNEL)

    def routes():
        return {r["dst"]: r for r in json.loads(middle.run("ip", "-j", "route", "show", "proto", "bgp").stdout or "[]")}

    quiet = SeatrialBgpd(middle, config)
    quiet.event("rib", prefix="203.0.113.0/24", next_hops=["10.0.1.2", "10.0.2.2"], timeout=60)
    assert routes() == {}  # only if asked
    assert quiet.process.end() == 0
    ours = SeatrialBgpd(middle, config, "--kernel")
    ours.event("rib", prefix="203.0.113.0/24", next_hops=["10.0.1.2", "10.0.2.2"], timeout=60)
    shared = wait_until(lambda: routes().get("203.0.113.0/24"), 5, what="the route in the kernel")
    assert sorted(hop["gateway"] for hop in shared["nexthops"]) == ["10.0.1.2", "10.0.2.2"]
    assert shared["metric"] == 20  # as zebra installs them
    single = routes()["203.0.11.1"]
    assert (single["gateway"], single["dev"]) == ("10.0.1.2", "eth0")
    peers[0].configure("router bgp 65002", "neighbor 10.0.1.1 shutdown")
    wait_until(lambda: routes().get("203.0.113.0/24", {}).get("gateway") == "10.0.2.2", 10, what="one next hop less")
    wait_until(lambda: "203.0.11.1" not in routes(), 5, what="the route to go")
    assert ours.process.end(signal.SIGTERM) == 0
    assert routes() == {}
    assert [e for e in ours.events() if e["event"] == "kernel"] == []
