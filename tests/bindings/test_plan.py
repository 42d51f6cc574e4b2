"""What seatrial.plan derives for designs beyond one segment, proven by runs: sessions come up, and requests are answered."""

import pytest
import seatrial

PAGE = "http://cafe.example.com/"


def design(files, name):
    return seatrial.DataCenter(name, base=files, duration="24s")


def edge(dc, name, on, **more):
    return dc.edge(name, on=on, nginx="edge/nginx.conf", nginx_start="15s", **more)


def load(client):
    return client.load(rate=50, url=PAGE, from_="17s", to="22s")


def holds(dc, ends):
    """A run in which `ends` session ends are there, all Established, and every request is answered."""
    r = dc.run()
    assert len(r.sessions) == ends
    assert (r.sessions["state"] == "Established").all()
    assert len(r.requests) > 150
    assert r.requests["ok"].all()
    return r


def test_two_racks_behind_two_routers(files):
    dc = design(files, "two-racks")
    one, two = dc.switch("tor1"), dc.switch("tor2")
    cores = [dc.router("core1"), dc.router("core2")]
    for core in cores:
        dc.link(core, one)
        dc.link(core, two)
    edge(dc, "edge1", one)
    edge(dc, "edge2", one)
    dc.cluster("prod", nodes=3, on=two, manifests="cluster/*.yaml")
    load(dc.client("users", behind=cores))
    # 2 edges and 3 nodes, each with both cores, and the cores with each other: 11 sessions.
    r = holds(dc, 22)
    assert set(r.requests["edge"]) == {"edge1", "edge2"}


@pytest.mark.parametrize("spine_asn", [None, 65100])
def test_leaves_and_spines(files, spine_asn):
    dc = design(files, "leaf-spine")
    racks = [dc.switch("tor1"), dc.switch("tor2")]
    leaves = [dc.router("leaf1"), dc.router("leaf2")]
    spines = [dc.router("spine1", asn=spine_asn), dc.router("spine2", asn=spine_asn)]
    for leaf, rack in zip(leaves, racks):
        dc.link(leaf, rack)
        for spine in spines:
            dc.link(leaf, spine)
    edge(dc, "edge1", racks[0])
    prod = dc.cluster("prod", nodes=2, on=racks[1], manifests="cluster/*.yaml")
    prod.node("prod-3", on=racks[0])
    load(dc.client("users", behind=spines[0]))
    # 4 cables between leaves and spines, an edge and three nodes, each with its leaf: 8 sessions.
    r = holds(dc, 16)
    # RFC 7938: two ways from rack to rack.
    assert any(len(hops) == 2 for hops in r.fib("leaf1")["next_hops"])


def test_racks_of_one_as_that_share_no_cable_are_refused(files):
    dc = design(files, "one-as")
    spine = dc.router("spine1", asn=65100)
    for i in (1, 2):
        rack, leaf = dc.switch(f"tor{i}"), dc.router(f"leaf{i}", asn=65001)
        dc.link(leaf, rack)
        dc.link(leaf, spine)
        edge(dc, f"edge{i}", rack)
    with pytest.raises(seatrial.ScenarioError, match='"leaf1" and "leaf2" are both of AS 65001 and share no cable'):
        dc.check()


def test_a_router_of_another_as(files):
    dc = design(files, "ebgp")
    tor, core = dc.switch("tor1"), dc.router("core1", asn=65001)
    dc.link(core, tor)
    edge(dc, "edge1", tor, asn=64600)
    dc.cluster("prod", nodes=3, on=tor, manifests="cluster/*.yaml", asn=64700)
    load(dc.client("users", behind=core))
    # All five peer with each other: 10 sessions.
    r = holds(dc, 20)
    assert r.rib("core1").loc["10.50.0.80/32", "detail"].find("64600") >= 0


def test_a_reflector_of_another_as_than_its_clients_is_refused(files):
    dc = design(files, "wrong-reflector")
    tor, core = dc.switch("tor1"), dc.router("core1", asn=65001, route_reflector=True)
    dc.link(core, tor)
    dc.cluster("prod", nodes=3, on=tor, manifests="cluster/*.yaml", asn=64700)
    with pytest.raises(seatrial.ScenarioError, match="only through \"core1\" of AS 65001"):
        dc.check()


def test_clusters_have_pools_of_their_own(files):
    dc = design(files, "two-clusters")
    tor, core = dc.switch("tor1"), dc.router("core1", route_reflector=True)
    dc.link(core, tor)
    edge(dc, "edge1", tor)
    dc.cluster("prod", nodes=3, on=tor, manifests="cluster/*.yaml")
    dc.cluster("test", nodes=2, on=tor, manifests="cluster/*.yaml")
    load(dc.client("users", behind=core))
    r = holds(dc, 12)
    owners = {}
    for prefix, row in r.fib("core1").iterrows():
        if prefix.startswith("172."):
            owners.setdefault(prefix.split(".")[1], set()).update(row["next_hops"])
    # core1, edge1, then prod's three, then test's two
    assert owners["16"] <= {"10.1.1.4", "10.1.1.5", "10.1.1.6"} and owners["17"] <= {"10.1.1.7", "10.1.1.8"}


def test_a_hundred_nodes(files):
    dc = design(files, "hundred")
    tor, core = dc.switch("tor1"), dc.router("core1", route_reflector=True)
    dc.link(core, tor)
    edge(dc, "edge1", tor)
    dc.cluster("prod", nodes=100, on=tor, manifests="cluster/*.yaml")
    load(dc.client("users", behind=core))
    holds(dc, 2 * 101)


def test_several_vlans_are_not_guessed_at(files):
    dc = design(files, "vlans")
    tor = dc.switch("tor1", vlans=[10, 20])
    dc.edge("edge1", on=tor, vlan={"access": 10})
    dc.edge("edge2", on=tor, vlan={"access": 20})
    with pytest.raises(seatrial.ScenarioError, match="several VLANs"):
        dc.check()


@pytest.mark.parametrize(("events", "begin"), [
    ([], "40s"),  # a third of 120 s
    (["110s"], "40s"),
    (["30s", "50s"], "20s"),  # two thirds of the time until the first event
    (["12s"], "10s"),  # not before a design has come up,
    (["6s"], "6s"),  # unless the event is
])
def test_the_first_event_meets_a_load(ten_lines, events, begin):
    ten_lines.timeline.clear()
    for at in events:
        ten_lines.at(at).power_off(ten_lines.edges["edge1"])
    ten_lines.duration = "120s"
    load = ten_lines.document()["clients"][0]["load"]
    assert (load["from"], load["to"]) == (begin, "108s")
    ten_lines.clients["users"].load(rate=1, url=PAGE, from_="7s")
    assert ten_lines.document()["clients"][0]["load"]["from"] == "7s"
