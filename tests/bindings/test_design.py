"""DataCenter: a design as a program says it, and the scenario directory that it is."""

import inspect
import ipaddress
import json
import shutil
import subprocess

import numpy
import pandas
import pytest
import seatrial
from conftest import REFERENCE, ROOT
from seatrial import _native, handles
from seatrial._program import program
from seatrial.expect import Expect
from seatrial.moment import Moment


def run_by_hand(folder, out, *more):
    done = subprocess.run([program(), "run", folder, "--out", out, *more], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return out


OUTPUTS = ("results.json", "records.jsonl", "requests.csv", "junit.xml")


def test_the_ten_lines_run_and_their_directory_runs_to_the_same_bytes(ten_lines, tmp_path):
    r = ten_lines.run(until="60s", seed=5, out=tmp_path / "by-python")
    assert r.ok, r.summary()
    assert len(r.requests) > 500
    assert set(r.requests["edge"].dropna()) >= {"edge1"}
    ten_lines.duration = "60s"
    ten_lines.save(tmp_path / "saved")
    run_by_hand(tmp_path / "saved", tmp_path / "by-hand", "--seed", "5")
    for name in OUTPUTS:
        assert (tmp_path / "by-python" / name).read_bytes() == (tmp_path / "by-hand" / name).read_bytes(), name


def test_reflectors_make_five_sessions_of_the_ten_lines(ten_lines):
    # One reflector and five others, that peer with it alone.
    assert "BGP sessions: 5" in ten_lines.check()


def test_without_reflectors_all_speakers_peer(files):
    dc = seatrial.DataCenter("mesh", base=files)
    tor = dc.switch("tor1")
    for name in ("core1", "core2"):
        dc.link(dc.router(name), tor)
    dc.cluster("prod", nodes=3, on=tor, manifests="cluster/*.yaml")
    dc.edge("edge1", on=tor, nginx="edge/nginx.conf")
    # 2 routers, 3 nodes and an edge: 6 * 5 / 2
    assert "BGP sessions: 15" in dc.check()


def test_addresses_are_dealt_as_documented(ten_lines):
    document = ten_lines.document()
    assert document["edges"][0]["address"] == "10.1.1.3/24"
    assert [node["address"] for node in document["clusters"][0]["nodes"]] == [
        "10.1.1.4/24", "10.1.1.5/24", "10.1.1.6/24", "10.1.1.7/24"]
    assert document["clients"][0]["address"] == "10.2.0.10/24"
    assert document["clients"][0]["gateways"] == ["10.2.0.2"]
    assert document["clients"][0]["load"]["requests"][0]["resolve"] == "10.50.0.80"


def test_given_addresses_stay_and_nobody_else_gets_them(files):
    dc = seatrial.DataCenter("given", base=files)
    tor = dc.switch("tor1")
    dc.link(dc.router("core1"), tor)
    dc.edge("edge1", on=tor, address="192.0.2.2/28")
    dc.edge("edge2", on=tor)
    addresses = [edge["address"] for edge in dc.document()["edges"]]
    core = [line.split()[2] for line in dc._derive()[1]["generated/core1/frr.conf"].splitlines()
            if line.startswith(" ip address")]
    all_of_them = [ipaddress.ip_interface(text) for text in [*addresses, *core]]
    assert addresses[0] == "192.0.2.2/28"
    assert len({one.ip for one in all_of_them}) == 3
    assert {one.network for one in all_of_them} == {ipaddress.ip_network("192.0.2.0/28")}


def test_files_that_the_design_is_given_say_the_addresses():
    dc = seatrial.DataCenter("files", base=REFERENCE)
    tor, lan = dc.switch("tor1"), dc.switch("lan1")
    core = dc.router("core1", config="network/core1/frr.conf")
    dc.link(core, lan)  # eth0, the client LAN, comes first in the file
    dc.link(core, tor)
    dc.edge("edge1", on=tor, bgp="edge/edge1/frr.conf", nginx="edge/edge1/nginx.conf")
    users = dc.client("users", on=lan).load(rate=1, url="http://cafe.example.com/")
    document = dc.document()
    assert document["fabric"]["links"][0]["ends"] == ["core1:eth0", "lan1"]
    assert document["edges"][0]["address"] == "10.1.1.4/24"
    assert document["clients"][0]["gateways"] == ["10.2.0.2"]
    assert document["clients"][0]["load"]["requests"][0]["resolve"] == "10.50.0.80"
    assert users.name == "users"


def loads_to_the_same_run(folder, tmp_path, until):
    run_by_hand(folder, tmp_path / "out-a", "--until", until)
    seatrial.load(folder).save(tmp_path / "copy")
    run_by_hand(tmp_path / "copy", tmp_path / "out-b", "--until", until)
    seatrial.load(folder).run(out=tmp_path / "out-c", until=until)
    for name in OUTPUTS:
        expected = (tmp_path / "out-a" / name).read_bytes()
        assert (tmp_path / "out-b" / name).read_bytes() == expected, name
        assert (tmp_path / "out-c" / name).read_bytes() == expected, name


@pytest.mark.parametrize("name", ["get-me-to-the-cluster", "worker-power-loss"])
def test_a_shipped_scenario_loads_and_saves_to_the_same_run(tmp_path, name):
    loads_to_the_same_run(ROOT / "scenarios" / name, tmp_path, "22s")


@pytest.fixture
def odd(tmp_path):
    """A design where much is left out that a DataCenter would derive, and a file is beside the folder."""
    folder = tmp_path / "odd"
    shutil.copytree(REFERENCE, folder)
    document = json.loads((folder / "scenario.json").read_text())
    del document["edges"][2]["bgp"]
    del document["clients"][0]["gateways"]
    del document["clients"][0]["load"]["requests"][0]["resolve"]
    document["clients"][0]["load"]["requests"][0]["url"] = "http://10.50.0.80/"
    document["edges"][0]["nginx"] = "../shared/nginx.conf"
    document["expect"] = []
    (tmp_path / "shared").mkdir()
    (folder / "edge" / "edge1" / "nginx.conf").rename(tmp_path / "shared" / "nginx.conf")
    (folder / "scenario.json").write_text(json.dumps(document))
    # No BGPConfiguration: Calico's own defaults.
    calico = folder / "cluster" / "calico.yaml"
    calico.write_text("\n---\n".join(
        part for part in calico.read_text().split("\n---\n") if "BGPConfiguration" not in part))
    return folder


def test_what_a_directory_leaves_out_stays_left_out(odd, tmp_path):
    assert "BGPConfiguration" not in (odd / "cluster" / "calico.yaml").read_text()
    assert seatrial.load(odd)._derive()[1] == {}
    loads_to_the_same_run(odd, tmp_path, "22s")


def test_nothing_is_written_beside_a_saved_directory(odd, tmp_path):
    elsewhere = tmp_path / "far" / "away"
    with pytest.raises(seatrial.ScenarioError, match="outside of the folder"):
        seatrial.load(odd).save(elsewhere)
    assert not elsewhere.parent.exists()


def test_what_is_added_to_a_loaded_design_is_derived(odd):
    dc = seatrial.load(odd)
    dc.edge("edge4", on="tor1")
    dc.client("more", on="lan1").load(rate=1, url="http://cafe.example.com/")
    document, texts = dc._derive()
    assert list(texts) == ["generated/edge4/frr.conf"]
    assert document["edges"][3]["address"].startswith("10.1.1.")
    assert document["clients"][1]["gateways"] == ["10.2.0.2", "10.2.0.3"]
    assert "bgp" not in document["edges"][2] and "gateways" not in document["clients"][0]
    dc.clients["users"].load(rate=1, url="http://cafe.example.com/")
    assert dc.document()["clients"][0]["load"]["requests"][0]["resolve"] == "10.50.0.80"


def test_a_loaded_design_can_be_changed(tmp_path):
    dc = seatrial.load(REFERENCE)
    dc.clients["users"].spec["load"]["rate"] = 20
    dc.at("25s").power_off(dc.edges["edge2"])
    dc.save(tmp_path / "changed")
    document = json.loads((tmp_path / "changed" / "scenario.json").read_text())
    assert document["clients"][0]["load"]["rate"] == 20
    assert document["timeline"] == [{"at": "25s", "do": "power_off", "target": "edge2"}]
    # and what was loaded is as it was
    assert json.loads((REFERENCE / "scenario.json").read_text())["clients"][0]["load"]["rate"] == 200


def test_nothing_is_written_when_the_design_is_wrong(ten_lines, tmp_path):
    ten_lines.at("500s").power_off("nobody")
    with pytest.raises(seatrial.ScenarioError) as error:
        ten_lines.save(tmp_path / "saved")
    assert "scenario.json" in str(error.value) and "nobody" in str(error.value)
    assert not (tmp_path / "saved").exists()


@pytest.mark.parametrize("wrong", [
    lambda dc: dc.switch("tor1"),
    lambda dc: dc.client("more"),
    lambda dc: dc.at(-1),
    lambda dc: dc.at(float("nan")),
    lambda dc: dc.cluster("prod", manifests=[], nodes=1, on="tor1"),
    lambda dc: dc.cluster("other", manifests=[], nodes=1),
    lambda dc: (dc.router("lonely"), dc.check()),
    lambda dc: (dc.edge("edge9", on="no-such-switch"), dc.check()),
    lambda dc: (dc.edge("edge9", on="tor1", address="nonsense"), dc.check()),
    lambda dc: (dc.router("r", config="../none/frr.conf"), dc.check()),
    lambda dc: dc.run(set={"clients.users.load.rate": "fast"}),
    lambda dc: dc.run(set={"clients.users.load.rate": object()}),
    lambda dc: dc.client("more", behind="tor1"),
    lambda dc: dc.switch(3),
    lambda dc: dc.at(None),
    lambda dc: dc.link("core1", "tor1", rate=True),
    lambda dc: (dc.link("core1", "nobody"), dc.check()),
    lambda dc: (dc.edge("edge9", on="core1"), dc.check()),
    lambda dc: (dc.clients["users"].load(rate=3, requests=[{}]), dc.check()),
    lambda dc: (dc.expect.add(id="x", load=object()), dc.check()),
    lambda dc: dc.cluster("other", manifests=3),
    lambda dc: dc.cluster("other", manifests=[], nodes=-1),
    lambda dc: seatrial.run(5),
    lambda dc: seatrial.run("a\0b"),
    lambda dc: dc.run(out=5),
    lambda dc: dc.run(pcap=5),
    lambda dc: dc.run(pcap=""),
    lambda dc: dc.run(seed=1.5),
    lambda dc: dc.run(inject=5),
    lambda dc: dc.run(inject=["30s:explode:core1"]),
    lambda dc: dc.run(set=["clients.users.load.rate"]),
    lambda dc: dc.run(set={"clients.users.load.rate": float("nan")}),
    lambda dc: dc.save(None),
    lambda dc: dc.save("/proc/nowhere/at/all"),
    lambda dc: dc.at(1e300),
    lambda dc: dc.switch(""),
    lambda dc: (dc.switch("tör ☃"), dc.check()),
    lambda dc: dc.switch("a\0b"),
    lambda dc: dc.router("r", asn=2**33),
    lambda dc: dc.router("r", route_reflector="yes"),
    lambda dc: dc.router("r", config=7),
    lambda dc: dc.link(None, "tor1"),
    lambda dc: dc.link("core1", "tor1", vlan=5),
    lambda dc: dc.link("core1", "tor1", rate=-1),
    lambda dc: dc.edge("edge9", on=None),
    lambda dc: dc.edge("edge9", on="tor1", vip="10.0.0.1/32\n network 0.0.0.0/0"),
    lambda dc: dc.cluster("other", manifests="cluster/*.yaml", nodes=10**9, on="tor1"),
    lambda dc: dc.cluster("other", manifests="cluster/*.yaml", timing=5),
    lambda dc: dc.client("more", behind=[]),
    lambda dc: (dc.clients["users"].load(rate=float("nan"), url="http://x.example/"), dc.check()),
    lambda dc: (dc.clients["users"].load(rate=-1, url="http://x.example/"), dc.check()),
    lambda dc: (dc.clients["users"].load(rate=1, url="http://x.example/\r\nHost: y"), dc.check()),
    lambda dc: dc.clients["users"].load(rate=1, requests="http://x.example/"),
    lambda dc: (dc.links.append(5), dc.check()),
    lambda dc: (dc.edges["edge1"].spec.pop("name"), dc.check()),
    lambda dc: (dc.files.update(x=5), dc.check()),
    lambda dc: seatrial.DataCenter(""),
    lambda dc: seatrial.DataCenter("x", base=None),
    lambda dc: seatrial.DataCenter("x", base="/nowhere"),
    lambda dc: seatrial.DataCenter("x", seed=2**70).check(),
    lambda dc: seatrial.load(None),
    lambda dc: seatrial.check("/nowhere"),
    lambda dc: seatrial.Result(None),
    lambda dc: seatrial.sweep(dc, [1]),
    lambda dc: seatrial.sweep(dc, seeds=1.5),
    lambda dc: seatrial.sweep(dc, seeds="abc"),
    lambda dc: seatrial.sweep(dc, cache=5),
    lambda dc: seatrial.sweep(lambda nodes: dc, {"edges": [1]}),
    lambda dc: seatrial.sweep(dc, seeds=int),
    lambda dc: seatrial.sweep(int),
    lambda dc: seatrial.sweep(dc, set=pandas.Series([1])),
    lambda dc: seatrial.sweep(dc, {"clients.users.load.rate": numpy.array(5)}),
    lambda dc: seatrial.sweep(dc, print_commands=numpy.array([1, 2])),
    lambda dc: seatrial.campaign(dc, set=pandas.NA),
    lambda dc: seatrial.campaign(dc, kinds="\ud800"),
    lambda dc: seatrial.campaign(dc, kinds=numpy.array(5)),
    lambda dc: seatrial.check("x" * 5000),
    lambda dc: dc.run(pcap=numpy.array([1, 2])),
    lambda dc: dc.run(mrt="nobody"),
    lambda dc: dc.run(set={"name": "\ud800"}),
    lambda dc: dc.save("\ud800"),
    lambda dc: seatrial.campaign(dc, failures=3),
    lambda dc: seatrial.campaign(dc, failures="one"),
    lambda dc: seatrial.campaign(dc, kinds=5),
    lambda dc: seatrial.compare(dc, dc),
    lambda dc: seatrial.diff(None, None),
])
def test_wrong_arguments_raise_scenario_error(ten_lines, wrong, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(seatrial.ScenarioError):
        wrong(ten_lines)


def test_numbers_of_numpy_are_numbers(ten_lines):
    np = numpy
    dc = seatrial.DataCenter("other", seed=np.int64(3), duration=np.float64(60), base=ten_lines.base)
    tor, core = dc.switch("tor1", vlans=None), dc.router("core1", asn=np.uint32(64512))
    dc.link(core, tor, rate=np.int64(10**10), mtu=np.int32(9000), delay=np.timedelta64(2, "us"))
    k8s = dc.cluster("prod", nodes=np.int64(2), on=tor, manifests="cluster/*.yaml")
    dc.client("users", behind=core).load(rate=np.float32(0.5), url="http://x.example/", resolve="10.50.0.80")
    dc.at(np.int64(5)).power_off(k8s.nodes[1])
    document = dc.document()
    assert (document["seed"], document["duration"], document["timeline"][0]["at"]) == (3, "60s", "5s")
    assert document["fabric"]["links"][0] == {"ends": ["core1:eth0", "tor1"], "rate": "10000000000bps", "delay": "2us", "mtu": 9000}
    assert "2 nodes" in dc.check() or len(document["clusters"][0]["nodes"]) == 2
    assert seatrial.check(REFERENCE, set={"clients.users.load.rate": np.int64(7)})


def test_clocks_of_a_cluster_are_kept_and_named(ten_lines):
    ten_lines.clusters["prod"].spec["timing"] = {"kubelet_start": "3s", "kubelet_watch": "0s", "scheduler_watch": "0s", "scheduling": "0s",
                                                 "controller_watch": "0s", "kubelet_status": "0s"}
    ten_lines.timeline.clear()
    pods = ten_lines.run(until="4s").table("pod")
    # A pod that is there from the start is placed and started at once, then takes exactly its kubelet's 3 s.
    assert set(pods.loc[pods["phase"] == "Running", "at_ns"]) == {3_000_000_000}
    ten_lines.clusters["prod"].spec["timing"] = {"kubelet_sync": "1s"}
    with pytest.raises(seatrial.ScenarioError, match="kubelet_sync"):
        ten_lines.check()


@pytest.mark.parametrize("period", ["kubelet_heartbeat", "sandbox_retry"])
def test_what_comes_again_lets_time_pass(ten_lines, period):
    ten_lines.clusters["prod"].spec["timing"] = {period: "0s"}
    with pytest.raises(seatrial.ScenarioError, match=f'"{period}" is less than 1ms, expected a duration from 1ms'):
        ten_lines.check()


def test_what_the_command_line_warns_of_is_a_warning(ten_lines):
    (ten_lines.base / "core1.conf").write_text("frr defaults datacenter\ninterface eth1\n ip address 10.1.1.2/24\nrouter bgp 64512\n"
                                               " neighbor 10.1.1.99 remote-as 64512\n")
    dc = seatrial.DataCenter("warned", base=ten_lines.base)
    dc.link(dc.router("core1", config="core1.conf"), dc.switch("tor1"))
    with pytest.warns(seatrial.ScenarioWarning, match="warning: ") as found:
        dc.check()
    assert found[0].filename == __file__
    with pytest.warns(seatrial.ScenarioWarning, match="^core1.conf:") as found:
        dc.run(until="1ms")
    assert found[0].filename == __file__


def test_handles_of_another_design_are_refused(ten_lines):
    other = seatrial.DataCenter("other")
    core, tor = other.router("core1"), other.switch("tor1")
    users = other.client("users", on=tor)
    for use in (lambda: ten_lines.link(core, "tor1"), lambda: ten_lines.edge("edge9", on=tor),
                lambda: ten_lines.at("1s").power_off(core), lambda: ten_lines.client("more", behind=core),
                lambda: ten_lines.expect.success_ratio(users, at_least=1), lambda: ten_lines.clusters["prod"].node("n", on=tor)):
        with pytest.raises(seatrial.ScenarioError, match="of another DataCenter"):
            use()


# --- everything that a scenario document can say ---

# The callable that says each definition of the schema. Names that Python keeps for itself have an underscore behind.
SAID_BY = {
    "switch": seatrial.DataCenter.switch,
    "router": seatrial.DataCenter.router,
    "link": seatrial.DataCenter.link,
    "edge": seatrial.DataCenter.edge,
    "cluster": seatrial.DataCenter.cluster,
    "node": seatrial.Cluster.node,
    "workload": seatrial.Cluster.workload,
    "client": seatrial.DataCenter.client,
    "load": seatrial.Client.load,
    "request": seatrial.request,
    "condition_session": seatrial.state.session,
    "condition_route": seatrial.state.route,
    "condition_reaches": seatrial.state.reaches,
    "condition_endpoints": seatrial.state.endpoints,
    "condition_link": seatrial.state.link,
    "condition_load": seatrial.state.load,
    "condition_all": seatrial.state.all_of,
    "condition_any": seatrial.state.any_of,
    "condition_not": seatrial.state.not_,
}
# Members under another name, with the reason.
OTHERWISE = {
    "at": "on",          # where a host hangs; `at` is a moment
    "ends": "a",         # a cable's ends are its first two arguments
    "load": None,        # of a client: Client.load
    "session": "node",   # a pair: its first and second argument
    "not": "condition",  # Python's word
}
VALUES = {"duration", "bandwidth", "address", "interface_address", "prefix", "name", "id", "interface_name", "place", "file",
          "service", "event_target", "mtu", "queue", "vlan_id", "share", "count", "vlan", "service_time", "ratio_bound", "count_bound",
          "duration_bound"}


def parameters(function):
    return {name.rstrip("_") for name in inspect.signature(function).parameters}


def schema():
    return json.loads(_native.scenario_schema())


def test_every_definition_of_the_schema_is_known():
    definitions = {name for name in schema()["definitions"] if not name.startswith("expect_")}
    assert definitions - VALUES - set(SAID_BY) == {"event", "expectation", "condition"}


@pytest.mark.parametrize("definition", sorted(SAID_BY))
def test_every_member_of_a_definition_can_be_said(definition):
    can = parameters(SAID_BY[definition])
    for member in schema()["definitions"][definition]["properties"]:
        name = OTHERWISE.get(member, member)
        assert name is None or name in can, f"{definition}.{member} cannot be said"


def test_every_member_of_the_document_can_be_said():
    can = parameters(seatrial.DataCenter.__init__) | {"fabric", "edges", "clusters", "clients", "timeline", "expect"}
    assert set(schema()["properties"]) - {"$schema"} <= can
    assert set(schema()["properties"]["fabric"]["properties"]) == {"switches", "routers", "links"}
    ports = schema()["definitions"]["switch"]["properties"]["ports"]["items"]["properties"]
    assert set(ports) <= parameters(handles.Switch.port)


def test_every_action_of_the_timeline_can_be_said():
    for action in schema()["definitions"]["event"]["properties"]["do"]["enum"]:
        assert callable(getattr(Moment, action, None)), action


def test_every_kind_of_expectation_can_be_said():
    for reference in schema()["definitions"]["expectation"]["anyOf"]:
        definition = reference["$ref"].rpartition("/")[2]
        kind = definition.removeprefix("expect_")
        method = getattr(Expect, kind, None)
        assert callable(method), f"no dc.expect.{kind}()"
        members = schema()["definitions"][definition]["properties"]
        if "properties" in members.get(kind, {}):  # {"spread": {"over": ...}}: its members are said one by one
            members = {name: value for name, value in members.items() if name != kind} | members[kind]["properties"]
        fixed = {name for name, value in members.items() if len(value.get("enum", ())) == 1}
        # expect.quiescent("fib"): what is named as the kind is the method's first argument.
        assert set(members) - fixed - ({kind} if "of" in parameters(method) else set()) <= parameters(method), kind
