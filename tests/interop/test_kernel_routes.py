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


def test_what_a_killed_process_left_is_swept_at_the_next_start(lab):
    """As zebra does; routes of others, and those that come anew, stay."""
    middle, upstream = lab.namespace("mid"), lab.namespace("up1")
    lab.link(middle, "10.0.1.1/24", upstream, "10.0.1.2/24")
    Frr(lab, upstream, lab.write("up1.conf", UPSTREAM.format(number=1)))
    config = lab.write("mid.conf", KERNEL)

    def routes():
        return {r["dst"] for r in json.loads(middle.run("ip", "-j", "route", "show", "proto", "bgp").stdout or "[]")}

    first = SeatrialBgpd(middle, config, "--kernel")
    first.event("rib", prefix="203.0.113.0/24", timeout=60)
    wait_until(lambda: "203.0.113.0/24" in routes(), 5, what="the route in the kernel")
    first.process.end(signal.SIGKILL)
    assert "203.0.113.0/24" in routes()  # nobody took it out
    for dst, words in {"198.51.100.0/24": ("proto", "bgp", "metric", "20"),  # of the first, had it known it
                       "198.51.101.0/24": ("proto", "static", "metric", "20"), "198.51.102.0/24": ("proto", "bgp", "metric", "7"),
                       "198.51.103.0/24": ("proto", "bgp", "metric", "20", "table", "9")}.items():
        middle.run("ip", "route", "add", dst, "via", "10.0.1.2", *words)
    middle.run("ip", "-6", "route", "add", "2001:db8:1::/48", "dev", "eth0", "proto", "bgp", "metric", "20")
    second = SeatrialBgpd(middle, config, "--kernel")
    second.event("session", to="Established", timeout=60)
    wait_until(lambda: "203.0.113.0/24" in routes(), 60, what="the route to be back")
    assert routes() == {"203.0.113.0/24", "203.0.11.1", "198.51.102.0/24"}
    assert middle.run("ip", "route", "show", "198.51.101.0/24").stdout and middle.run("ip", "route", "show", "table", "9").stdout
    assert "2001:db8:1::/48" not in middle.run("ip", "-6", "route").stdout
    assert second.process.end(signal.SIGTERM) == 0
    assert routes() == {"198.51.102.0/24"}
