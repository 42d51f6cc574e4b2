"""What `bgpdump` reads in the MRT files of a run is what the run's results say, node by node."""

import collections
import json
import subprocess

import pytest

from conftest import REFERENCE, seatrial

# RFC 6396 section 4.4.1
STATES = {"1": "Idle", "2": "Connect", "3": "Active", "4": "OpenSent", "5": "OpenConfirm", "6": "Established"}
ESTABLISHED = "6"
NODES = ["control1", "core1", "core2", "edge1", "edge2", "edge3", "worker1", "worker2", "worker3"]


def bgpdump(file):
    """The records of a file, each as the list of its fields; a complaint of bgpdump fails the test."""
    done = subprocess.run(["bgpdump", "-v", "-m", str(file)], capture_output=True, text=True, check=True)
    complaints = [line for line in done.stderr.splitlines() if "logging to" not in line]
    assert complaints == [], f"{file.name}: {complaints[:3]}"
    return [plain(line.split("|")) for line in done.stdout.splitlines()]


def plain(record):
    """A record with RFC 8050's path identifier (the nodes' BIRD sends them) in the form of one without.

    Of what was sent with identifiers bgpdump prints the sender instead of the peer; its kind ends in _AP still.
    """
    if not record[0].endswith("_AP") or record[2] not in ("A", "W", "B"):
        return record
    kind = record[0] if record[0].startswith("BGP4MP") else record[0].removesuffix("_AP")
    return [kind, *record[1:6], *record[7:]]


@pytest.fixture(scope="module", name="mrt")
def records(captured):
    """{node: (records of its updates, records of its table)}"""
    process, out = captured
    assert process.returncode == 0, process.stdout + process.stderr
    names = sorted(file.name for file in (out / "mrt").iterdir())
    assert names == sorted(f"{node}.{kind}.mrt" for node in NODES for kind in ("rib", "updates"))
    return {node: (bgpdump(out / "mrt" / f"{node}.updates.mrt"), bgpdump(out / "mrt" / f"{node}.rib.mrt"))
            for node in NODES}


@pytest.fixture(scope="module", name="results")
def results_of_the_run(captured):
    return json.loads((captured[1] / "results.json").read_text())


def announcements(table, kind):
    """(peer, prefix) -> attributes, of the records of a kind."""
    return {(r[3], r[5]): r[6:] for r in table if r[0] == kind and r[2] in ("A", "B")}


def adj_rib_in(updates, own):
    """What a node holds of its peers after all it received, as bgpdump prints it; `own`: its addresses."""
    held = {}
    for record in updates:
        if record[0] not in ("BGP4MP_ET", "BGP4MP_ET_AP") or record[3] in own:
            continue
        kind, peer = record[2], record[3]
        if kind == "A":
            held[peer, record[5]] = record[6:]
        elif kind == "W":
            held.pop((peer, record[5]), None)
        elif kind == "STATE" and record[5] == ESTABLISHED:
            held = {key: value for key, value in held.items() if key[0] != peer}
    return held


def test_every_session_is_in_the_state_changes(mrt, results):
    assert len(results["sessions"]) == len(NODES) * (len(NODES) - 1)  # a full mesh, each seen from both sides
    for session in results["sessions"]:
        changes = [r for r in mrt[session["node"]][0] if r[2] == "STATE" and r[3] == session["peer"]]
        state = "1"
        for change in changes:
            assert change[5] == state, f"{session['node']}: {change}"
            state = change[6]
        assert STATES[state] == session["state"]
        up = [r[1] for r in changes if r[6] == ESTABLISHED]
        assert len(up) == session["times_established"]
        # MRT has microseconds, results.json nanoseconds.
        assert up[0] == f"{session['first_established_ns'] // 1000 / 1e6:.6f}"


def own_addresses(results, node):
    (found,) = [n for n in results["topology"]["nodes"] if n["name"] == node]
    return {address.split("/")[0] for port in found["ports"] for address in port["addresses"]}


def test_the_table_is_what_the_updates_left(mrt, results):
    for node, (updates, table) in mrt.items():
        learned = {key: value for key, value in announcements(table, "TABLE_DUMP2").items() if key[0] != "0.0.0.0"}
        assert learned, node
        assert learned == adj_rib_in(updates, own_addresses(results, node)), node


def test_what_is_sent_is_what_is_received(mrt, results):
    addresses = {}
    for node in results["topology"]["nodes"]:
        for port in node["ports"]:
            for address in port["addresses"]:
                addresses[address.split("/")[0]] = node["name"]
    sent, received = collections.defaultdict(list), collections.defaultdict(list)
    for node, (updates, _) in mrt.items():
        for record in updates:
            if record[2] not in ("A", "W") or record[0].endswith("_AP"):
                continue
            peer = addresses[record[3]]
            if record[0] == "BGP4MP_ET_LOCAL":
                sent[node, peer].append(record[2:3] + record[5:])
            else:
                received[peer, node].append(record[2:3] + record[5:])
    assert sent and sent == received


def test_the_forwarding_tables_follow_from_the_tables_of_paths(mrt, results):
    for node, (_, table) in mrt.items():
        paths = collections.defaultdict(set)
        own = set()
        for (peer, prefix), attributes in announcements(table, "TABLE_DUMP2").items():
            if peer == "0.0.0.0":
                own.add(prefix)
            else:
                paths[prefix].add(attributes[2])
        fib = {route["prefix"]: {hop["address"] for hop in route["next_hops"]}
               for route in results["routes"][node]["fib"] if route["protocol"] == "bgp"}
        connected = {route["prefix"] for route in results["routes"][node]["fib"] if route["protocol"] != "bgp"}
        assert set(fib) == set(paths) - own - connected, node
        for prefix, next_hops in fib.items():
            assert next_hops <= paths[prefix], (node, prefix)
            if not node.startswith(("control", "worker")):  # FRR takes all equal paths, BIRD one
                assert next_hops == paths[prefix], (node, prefix)


def test_a_node_without_power_has_no_table_and_a_pattern_chooses(design, tmp_path):
    scenario = json.loads((design / "scenario.json").read_text())
    scenario["timeline"] = [{"at": "8s", "do": "power_off", "target": "edge3"}]
    (design / "scenario.json").write_text(json.dumps(scenario))
    done = seatrial("run", design, "--out", tmp_path / "out", "--until", "12s", "--mrt", "edge[23]")
    assert "error" not in done.stderr
    folder = tmp_path / "out" / "mrt"
    assert sorted(f.name for f in folder.iterdir()) == [
        "edge2.rib.mrt", "edge2.updates.mrt", "edge3.rib.mrt", "edge3.updates.mrt"]
    assert bgpdump(folder / "edge3.rib.mrt") == []
    assert max(float(r[1]) for r in bgpdump(folder / "edge3.updates.mrt")) < 8
    assert bgpdump(folder / "edge2.rib.mrt") != []

    # Without --mrt the next run leaves no file of this one.
    seatrial("run", design, "--out", tmp_path / "out", "--until", "1s")
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_before_the_run(tmp_path):
    (tmp_path / "mrt").write_text("in the way")
    done = seatrial("run", REFERENCE, "--out", tmp_path, "--mrt", "all")
    assert done.returncode == 2
    assert "results cannot be written there" in done.stderr


@pytest.mark.parametrize("seeds", [[], ["--seeds", "2"]])
def test_a_name_that_is_no_speaker_is_an_error_before_the_run(tmp_path, seeds):
    done = seatrial("run", REFERENCE, "--out", tmp_path / "out", "--mrt", "edge1,nobody,none", *seeds)
    assert done.returncode == 2
    assert [line.split(",")[0] for line in done.stderr.splitlines()] == [
        "--mrt nobody: error: no BGP speaker of this design is so named", "--mrt none: error: no BGP speaker of this design is so named"]
    assert done.stderr.splitlines()[0].endswith(", ".join(NODES))
    assert not (tmp_path / "out").exists()


def test_a_port_that_cannot_be_is_an_error_before_the_run(tmp_path):
    wrong = {"edge1": 'expected "edge1:*"', "nowhere:eth0": "expected all, none, or MACHINE:PORT with one of control1", "core1:eth7":
             "there is no such port, expected one of core1:eth0, core1:eth1", "edge9:*": "no machine of this design is so named"}
    done = seatrial("run", REFERENCE, "--out", tmp_path / "out", "--pcap", ",".join([*wrong, "edge1:*", "*/*:eth0", "worker1:cali*"]))
    assert done.returncode == 2
    for line, (pattern, words) in zip(done.stderr.splitlines(), wrong.items(), strict=True):
        assert line.startswith(f"--pcap {pattern}: error: ") and words in line, line
