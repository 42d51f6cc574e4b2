"""What a router sends whom, judged by the real thing: thirty neighbours with every option of the way out, each played by the
test (`crowd.py`), hear the same of seatrial bgpd as of FRR 8.4, and as of BIRD 2 where the configuration says the same."""

import pytest
from crowd import Crowd, Member, Said, configuration, differences
from daemons import Bird, Frr, SeatrialBgpd
from lab import Lab

OWN_AS = 65001
REFLECTOR = ("route-reflector-client",)
MAPS = [
    "route-map NH permit 10", " set ip next-hop 192.0.2.99", " set ipv6 next-hop global 2001:db8:1::99", "exit",
    "route-map PEER permit 10", " set ip next-hop peer-address", " set ipv6 next-hop peer-address", "exit",
    "route-map UNCHANGED permit 10", " set ip next-hop unchanged", "exit",
    "route-map LOCAL permit 10", " set ipv6 next-hop local fe80::99", "exit",
    "route-map PREF permit 10", " set local-preference 333", "exit",
    "route-map MED permit 10", " set metric 44", "exit",
    "route-map MED-PLUS permit 10", " set metric +44", "exit",
    "route-map BLACKHOLE permit 10", " set community blackhole", "exit",
    "route-map SHUTDOWN permit 10", " set community graceful-shutdown", "exit",
    "route-map TAGGED permit 10", " set metric 55", " set community 65001:1", "exit"]
NO_EXPORT, NO_ADVERTISE, LOCAL_AS, NO_PEER = "65535:65281", "65535:65282", "65535:65283", "65535:65284"
BLACKHOLE, SHUTDOWN = "65535:666", "65535:0"


def marked(block, path, *communities):
    """One route a community."""
    return [Said(f"10.{block}.{number}.0/24", path, communities=(community,)) for number, community in enumerate(communities)]


def v4_sources():
    well_known = (BLACKHOLE, NO_EXPORT, NO_ADVERTISE, LOCAL_AS, NO_PEER, SHUTDOWN)
    return [
        Member("external", "192.0.2.11", 65011, says=[
            Said("10.1.0.0/16", (65011,), med=7), Said("10.2.0.0/16", (65011,), next_hop="192.0.2.77", med=7),
            Said("10.9.0.0/16", (65011, 65012)), *marked(3, (65011,), *well_known)]),
        Member("internal", "192.0.2.21", OWN_AS, says=[
            Said("10.20.0.0/16", (65099,), med=9, local_pref=150), Said("10.21.0.0/16", next_hop="192.0.2.78"),
            Said("10.22.0.0/16", (65099,), next_hop="198.51.100.78"), *marked(4, (65099,), *well_known)]),
        Member("client", "192.0.2.22", OWN_AS, family=REFLECTOR, says=[
            Said("10.30.0.0/16", (65098,), local_pref=50), Said("10.31.0.0/16", (65098,), originator="192.0.2.65"),
            Said("10.32.0.0/16", med=3, originator="192.0.2.99", clusters=("1.1.1.1",))]),
        Member("far", "198.51.100.13", 65013, says=[Said("10.40.0.0/16", (65013,), med=4)]),
        Member("server-1", "192.0.2.51", 65051, family=("route-server-client",), says=[Said("10.50.0.0/16", (65051,), med=6)]),
    ]


V4 = [
    *v4_sources(),
    Member("black", "192.0.2.23", 65023, family=("route-map BLACKHOLE in",), says=[Said("10.41.0.0/16", (65023,))]),
    Member("e", "192.0.2.31", 65031),
    Member("e-self", "192.0.2.32", 65032, family=("next-hop-self",)),
    Member("e-force", "192.0.2.33", 65033, family=("next-hop-self force",)),
    Member("e-unchanged", "192.0.2.34", 65034, family=("attribute-unchanged next-hop",)),
    Member("e-all-unchanged", "192.0.2.35", 65035, family=("attribute-unchanged",)),
    Member("e-med-unchanged", "192.0.2.36", 65036, family=("attribute-unchanged med",)),
    Member("e-path-unchanged", "192.0.2.37", 65037, family=("attribute-unchanged as-path",)),
    Member("e-map", "192.0.2.38", 65038, family=("route-map NH out",)),
    Member("e-map-peer", "192.0.2.39", 65039, family=("route-map PEER out",)),
    Member("e-map-unchanged", "192.0.2.40", 65040, family=("route-map UNCHANGED out",)),
    Member("e-many-hops", "192.0.2.41", 65041, session=("ebgp-multihop 3",)),
    Member("e-quiet", "192.0.2.42", 65042, family=("no send-community all",)),
    Member("e-med", "192.0.2.43", 65043, family=("route-map MED out",)),
    Member("e-med-plus", "192.0.2.44", 65044, family=("route-map MED-PLUS out",)),
    Member("e-loop", "192.0.2.12", 65012),
    Member("f", "198.51.100.31", 65131),
    Member("f-unchanged", "198.51.100.34", 65134, family=("attribute-unchanged next-hop",)),
    Member("f-map", "198.51.100.38", 65138, family=("route-map NH out",)),
    Member("f-map-peer", "198.51.100.39", 65139, family=("route-map PEER out",)),
    Member("f-map-unchanged", "198.51.100.40", 65140, family=("route-map UNCHANGED out",)),
    Member("server-2", "192.0.2.52", 65052, family=("route-server-client",)),
    Member("i", "192.0.2.61", OWN_AS),
    Member("i-self", "192.0.2.62", OWN_AS, family=("next-hop-self",)),
    Member("i-client", "192.0.2.63", OWN_AS, family=REFLECTOR),
    Member("i-client-self", "192.0.2.64", OWN_AS, family=(*REFLECTOR, "next-hop-self")),
    Member("i-client-force", "192.0.2.65", OWN_AS, family=(*REFLECTOR, "next-hop-self force")),
    Member("i-unchanged", "192.0.2.66", OWN_AS, family=("attribute-unchanged next-hop",)),
    Member("i-client-map", "192.0.2.67", OWN_AS, family=(*REFLECTOR, "route-map NH out")),
    Member("i-client-map-peer", "192.0.2.68", OWN_AS, family=(*REFLECTOR, "route-map PEER out")),
    Member("i-map-unchanged", "192.0.2.69", OWN_AS, family=("route-map UNCHANGED out",)),
    Member("i-self-map-unchanged", "192.0.2.70", OWN_AS, family=("next-hop-self", "route-map UNCHANGED out")),
    Member("i-self-unchanged", "192.0.2.71", OWN_AS, family=("next-hop-self", "attribute-unchanged next-hop")),
    Member("i-pref", "192.0.2.72", OWN_AS, family=("route-map PREF out",)),
]
V4_OWN = ["network 10.90.0.0/16", "network 10.91.0.0/16 route-map TAGGED", "network 10.92.0.0/16 route-map BLACKHOLE",
          "network 10.93.0.0/16 route-map SHUTDOWN"]


def six(number):
    return f"2001:db8:1::{number:x}"


def v6_sources():
    return [
        Member("external", six(0x11), 65011, says=[
            Said("2001:db8:a1::/48", (65011,), med=7, link_local="fe80::11"), Said("2001:db8:a2::/48", (65011,), next_hop=six(0x77)),
            Said("2001:db8:a3::/48", (65011,), next_hop=six(0x77), link_local="fe80::77"), Said("2001:db8:a4::/48", (65011,))]),
        Member("internal", six(0x21), OWN_AS, says=[
            Said("2001:db8:b1::/48", (65099,)), Said("2001:db8:b2::/48", (65099,), link_local="fe80::21")]),
        Member("client", six(0x22), OWN_AS, family=REFLECTOR, says=[Said("2001:db8:c1::/48", (65098,), link_local="fe80::22")]),
    ]


BOTH = ("ipv4", "ipv6")
V6 = [
    *v6_sources(),
    Member("e", six(0x31), 65031),
    Member("e-self", six(0x32), 65032, family=("next-hop-self",)),
    Member("e-force", six(0x33), 65033, family=("next-hop-self force",)),
    Member("e-unchanged", six(0x34), 65034, family=("attribute-unchanged next-hop",)),
    Member("e-local-unchanged", six(0x35), 65035, family=("nexthop-local unchanged",)),
    Member("e-map", six(0x38), 65038, family=("route-map NH out",)),
    Member("e-map-peer", six(0x39), 65039, family=("route-map PEER out",)),
    Member("e-map-local", six(0x40), 65040, family=("route-map LOCAL out",)),
    Member("e-many-hops", six(0x41), 65041, session=("ebgp-multihop 3",)),
    Member("i", six(0x61), OWN_AS),
    Member("i-self", six(0x62), OWN_AS, family=("next-hop-self",)),
    Member("i-client", six(0x63), OWN_AS, family=REFLECTOR),
    Member("i-client-self", six(0x64), OWN_AS, family=(*REFLECTOR, "next-hop-self")),
    Member("i-client-force", six(0x65), OWN_AS, family=(*REFLECTOR, "next-hop-self force")),
    Member("i-unchanged", six(0x66), OWN_AS, family=("attribute-unchanged next-hop",)),
    Member("i-client-map", six(0x67), OWN_AS, family=(*REFLECTOR, "route-map NH out")),
    Member("i-client-local-unchanged", six(0x69), OWN_AS, family=(*REFLECTOR, "nexthop-local unchanged")),
    Member("server-1", six(0x51), 65051, family=("route-server-client",), says=[
        Said("2001:db8:d1::/48", (65051,), med=6, link_local="fe80::51")]),
    Member("server-2", six(0x52), 65052, family=("route-server-client",)),
    # Each family over a session of the other.
    Member("four", "192.0.2.81", 65081, families=BOTH, says=[Said("2001:db8:e1::/48", (65081,), next_hop=six(0x81))]),
    Member("four-e", "192.0.2.82", 65082, families=BOTH),
    Member("four-i", "192.0.2.83", OWN_AS, families=BOTH),
    Member("four-i-self", "192.0.2.84", OWN_AS, families=BOTH, family=("next-hop-self",)),
    Member("six", six(0x86), 65086, families=BOTH, says=[Said("10.86.0.0/16", (65086,), next_hop="192.0.2.86")]),
    Member("six-e", six(0x87), 65087, families=BOTH),
    Member("six-i", six(0x88), OWN_AS, families=BOTH),
]

# What BIRD has a word for.
BIRD = [
    *[m for m in v4_sources() if m.name != "client"],
    Member("client", "192.0.2.22", OWN_AS, family=REFLECTOR, says=[Said("10.30.0.0/16", (65098,), local_pref=50)]),
    Member("e", "192.0.2.31", 65031),
    Member("e-self", "192.0.2.32", 65032, family=("next-hop-self",)),
    Member("e-unchanged", "192.0.2.34", 65034, family=("attribute-unchanged next-hop",)),
    Member("e-many-hops", "192.0.2.41", 65041, session=("ebgp-multihop 3",)),
    Member("e-loop", "192.0.2.12", 65012),
    Member("f", "198.51.100.31", 65131),
    Member("f-unchanged", "198.51.100.34", 65134, family=("attribute-unchanged next-hop",)),
    Member("server-2", "192.0.2.52", 65052, family=("route-server-client",)),
    Member("i", "192.0.2.61", OWN_AS),
    Member("i-self", "192.0.2.62", OWN_AS, family=("next-hop-self",)),
    Member("i-client", "192.0.2.63", OWN_AS, family=REFLECTOR),
    Member("i-client-self", "192.0.2.64", OWN_AS, family=(*REFLECTOR, "next-hop-self")),
    Member("i-client-force", "192.0.2.65", OWN_AS, family=(*REFLECTOR, "next-hop-self force")),
    *[Member(f"six-{m.name}", m.address, m.asn + (100 if m.asn != OWN_AS else 0), m.session, m.family,
             [Said(s.prefix, (65111,) if s.path == (65011,) else s.path, s.next_hop, s.link_local, med=s.med) for s in m.says])
      for m in v6_sources()],
    Member("six-e", six(0x31), 65131),
    Member("six-e-self", six(0x32), 65132, family=("next-hop-self",)),
    Member("six-i", six(0x61), OWN_AS),
    Member("six-i-self", six(0x62), OWN_AS, family=("next-hop-self",)),
    Member("four", "192.0.2.81", 65081, families=BOTH, says=[Said("2001:db8:e1::/48", (65081,), next_hop=six(0x81))]),
    Member("four-e", "192.0.2.82", 65082, families=BOTH),
    Member("four-i", "192.0.2.83", OWN_AS, families=BOTH),
    Member("sixes", six(0x86), 65086, families=BOTH, says=[Said("10.86.0.0/16", (65086,), next_hop="192.0.2.86")]),
    Member("sixes-e", six(0x87), 65087, families=BOTH),
]
BIRD_WORDS = {"next-hop-self force": " next hop self;", "attribute-unchanged next-hop": " next hop keep;"}


def bird_configuration(members, v4, v6):
    lines = ["log stderr all;", "router id 192.0.2.2;", "protocol device {}", "protocol direct { ipv4; ipv6; }",
             "protocol static { ipv4; " + " ".join(f"route {p} blackhole;" for p in v4) + " }",
             "protocol static { ipv6; " + " ".join(f"route {p} blackhole;" for p in v6) + " }",
             "filter going { if (source = RTS_BGP) || (source = RTS_STATIC) then accept; reject; }"]
    for number, m in enumerate(members):
        lines += [f"protocol bgp member{number} {{", f"  local {m.router} as {OWN_AS};", f"  neighbor {m.address} as {m.asn};",
                  "  connect delay time 1;", "  connect retry time 1;", "  hold time 180;"]
        if "route-reflector-client" in m.family:
            lines.append("  rr client;")
        if "route-server-client" in m.family:
            lines.append("  rs client;")
        if m.session:
            lines.append("  multihop 3;")
        words = "".join(BIRD_WORDS.get(line, "") for line in m.family)
        if "next-hop-self" in m.family:  # of FRR: what is reflected stays
            words = " next hop self ebgp;" if m.asn == OWN_AS else " next hop self;"
        lines += [f"  {family} {{ import all; export filter going;{words} }};" for family in m.families]
        lines.append("}")
    return "\n".join(lines) + "\n"


def heard(members, config, start, quiet=3.0):
    with Lab() as lab:
        crowd = Crowd(lab, members, config, start)
        crowd.speak(OWN_AS)
        return crowd.settled(quiet)


def ours(profile):
    return lambda _lab, namespace, file: SeatrialBgpd(namespace, file, "--profile", profile)


# Private ASes: every form towards a peer with a public AS, one with a private AS, and behind a local AS.
PRIVATE_PATHS = [(64600, 2000, 4200000001), (64600, 64601), (2000, 64600), (64700, 2000), (64600, 64031), (64512, 64512)]
PRIVATE_FORMS = ("", " all", " replace-AS", " all replace-AS")


def private_members():
    says = [[Said(f"10.{block + i}.0.0/16", (*first, *rest)) for i, rest in enumerate(PRIVATE_PATHS)]
            for block, first in ((1, (65011,)), (20, (3333,)), (40, ()))]
    members = [Member("private", "192.0.2.11", 65011, says=says[0]), Member("public", "192.0.2.12", 3333, says=says[1]),
               Member("inside", "192.0.2.21", OWN_AS, says=says[2])]
    for number, form in enumerate(PRIVATE_FORMS):
        removing = f"remove-private-AS{form}"
        # In an update group of several ASes FRR goes by one of them: these differ in one more option.
        members += [Member(f"to public{form}", f"192.0.2.{30 + number}", 4000, family=(removing,)),
                    Member(f"to private{form}", f"192.0.2.{40 + number}", 64600, family=(removing, "next-hop-self")),
                    Member(f"local AS{form}", f"192.0.2.{50 + number}", 7000, ("local-as 65500",), (removing,)),
                    Member(f"local AS alone{form}", f"192.0.2.{60 + number}", 7000, ("local-as 65500 no-prepend replace-as",), (removing,))]
    return [*members, Member("override", "192.0.2.70", 2000, family=("as-override",)),
            Member("override and remove", "192.0.2.71", 64600, family=("as-override", "remove-private-AS all")),
            Member("local AS", "192.0.2.72", 7000, ("local-as 65500",))]


# Aggregates: block N has the form, and parts of two neighbours with other attributes each.
AGGREGATES = {10: "", 11: "as-set", 12: "summary-only", 13: "as-set summary-only", 14: "matching-MED-only", 15: "route-map AGGREGATE",
              16: "origin egp", 17: "suppress-map SUPPRESS", 18: "as-set route-map AGGREGATE", 19: "suppress-map SUPPRESS as-set",
              20: "as-set matching-MED-only"}
OTHER_AGGREGATES = {30: "matching-MED-only", 31: "as-set", 32: "", 33: "as-set", 34: "as-set", 35: "", 36: "", 37: "as-set summary-only"}
AGGREGATE_MAPS = [
    "route-map AGGREGATE permit 10", " set metric 77", " set community 65001:77", " set local-preference 222", "exit",
    "ip prefix-list PARTS seq 5 permit 10.17.1.0/24", "ip prefix-list PARTS seq 6 permit 10.19.1.0/24",
    "route-map SUPPRESS permit 10", " match ip address prefix-list PARTS", "exit",
    "ip prefix-list SHOWN seq 5 permit 10.12.1.0/24", "route-map SHOW permit 10", " match ip address prefix-list SHOWN",
    " set metric 66", "exit"]


def aggregate_members():
    one, two = [], []
    for block in AGGREGATES:
        one.append(Said(f"10.{block}.1.0/24", (65011, 64999, 65100), med=10, communities=("65011:1", "65011:3"), large=("1:1:1",),
                        extended=(bytes.fromhex("0002fdea00000007"),), aggregator=(65100, "203.0.113.4")))
        two.append(Said(f"10.{block}.2.0/24", (65012, 64999, 65200), origin="incomplete", med=20,
                        communities=("65012:2", "65011:3"), large=("2:2:2",)))
    one += [Said("10.30.1.0/24", (65011,), med=5), Said("10.30.2.0/24", (65011,), med=5),
            Said("10.31.1.0/24", (65011, 65055), med=5, communities=(NO_EXPORT,)), Said("10.31.2.0/24", (65011, 65055), med=5),
            Said("10.32.1.0/24", (65011,), atomic=True), Said("10.33.1.0/24", (65011, 64999)),
            Said("10.33.2.0/24", (65011, 64999, 65077)), Said("10.34.1.0/24", (65011, 65011, 65011)), Said("10.34.2.0/24", (65011,)),
            Said("10.35.0.0/16", (65011,), med=3), Said("10.35.1.0/24", (65011,))]
    two += [Said("10.34.3.0/24", (65012, 65011))]
    return [Member("one", "192.0.2.11", 65011, says=one), Member("two", "192.0.2.12", 65012, says=two),
            Member("inside", "192.0.2.21", OWN_AS, says=[Said("10.37.1.0/24", (65099,), local_pref=200),
                                                         Said("10.37.2.0/24", (65099, 65098), local_pref=150)]),
            Member("e", "192.0.2.31", 65031), Member("e-shown", "192.0.2.32", 65032, family=("unsuppress-map SHOW",)),
            Member("i", "192.0.2.61", OWN_AS)]


# RFC 4456 section 10: the clients are fully meshed.
MESHED = [Member("client", "192.0.2.21", OWN_AS, family=REFLECTOR, says=[Said("10.1.0.0/16", (65099,))]),
          Member("client-2", "192.0.2.22", OWN_AS, family=REFLECTOR, says=[Said("10.2.0.0/16", (65098,), med=4)]),
          Member("other", "192.0.2.23", OWN_AS, says=[Said("10.3.0.0/16", (65097,))]), Member("other-2", "192.0.2.24", OWN_AS),
          Member("external", "192.0.2.31", 65031, says=[Said("10.4.0.0/16", (65031,))])]

CASES = {
    "ipv4": (V4, {"v4": V4_OWN, "maps": MAPS}),
    "ipv6": (V6, {"v4": ["network 10.90.0.0/16"], "v6": ["network 2001:db8:90::/48"], "maps": MAPS}),
    "private ASes": (private_members(), {}),
    "aggregates": (aggregate_members(), {
        "v4": [*(f"aggregate-address 10.{block}.0.0/16 {form}".rstrip() for block, form in {**AGGREGATES, **OTHER_AGGREGATES}.items()),
               "network 10.36.1.0/24"], "maps": AGGREGATE_MAPS}),
    "meshed clients": (MESHED, {"top": ["no bgp client-to-client reflection"]}),
    "leaving": (V4, {"v4": V4_OWN, "maps": MAPS, "top": ["bgp graceful-shutdown"]}),
}


@pytest.mark.parametrize("case", CASES)
def test_everybody_hears_what_frr_would_say(case):
    members, rest = CASES[case]
    config = configuration(OWN_AS, members, **rest)
    theirs = heard(members, config, Frr)
    different = differences(theirs, heard(members, config, ours("frr-8.4-datacenter")))
    assert not different, f"{len(different)} routes\n" + "\n".join(different)
    assert all(theirs[m.name] for m in members)


def test_everybody_hears_what_bird_would_say():
    v4, v6 = ["10.90.0.0/16"], ["2001:db8:90::/48"]
    # BIRD looks about it every few seconds only.
    theirs = heard(BIRD, bird_configuration(BIRD, v4, v6), lambda lab, namespace, file: Bird(lab, namespace, file.read_text()), 4.5)
    config = configuration(OWN_AS, BIRD, v4=[f"network {p}" for p in v4], v6=[f"network {p}" for p in v6])
    different = differences(theirs, heard(BIRD, config, ours("bird-2.0"), 4.5), "BIRD")
    assert not different, f"{len(different)} routes\n" + "\n".join(different)
    assert all(theirs[m.name] for m in BIRD)
