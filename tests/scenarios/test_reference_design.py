"""The reference design holds, says so in files that other programs can read, and says the same each time."""

import csv
import filecmp
import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import jsonschema

from conftest import REFERENCE, ROOT, seatrial


def tshark(capture, *arguments):
    done = subprocess.run(["tshark", "-r", str(capture), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_every_expectation_holds(captured):
    process, _ = captured
    assert process.returncode == 0, process.stdout + process.stderr


def test_results_follow_the_shipped_schema(captured):
    _, out = captured
    schema = json.loads((ROOT / "results" / "schema" / "results.schema.json").read_text())
    results = json.loads((out / "results.json").read_text())
    jsonschema.validate(results, schema)


def test_junit_has_one_uniquely_named_case_per_expectation(captured):
    _, out = captured
    expected = json.loads((REFERENCE / "scenario.json").read_text())["expect"]
    cases = list(ElementTree.parse(out / "junit.xml").getroot().iter("testcase"))
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(names) == len(set(names)) == len(expected)
    assert not [case for case in cases if case.find("failure") is not None]


def test_every_request_was_answered_by_the_service_of_its_path(captured):
    # Read from the CSV, not from the verdict: 200 requests/s for 30 s over 4 paths and 2 hosts.
    _, out = captured
    with open(out / "requests.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert 5600 < len(rows) < 6400  # Poisson with mean 6000: 5 standard deviations are 387
    service_of = {"/": "home", "/files": "files", "/api": "api", "/app3": "app3"}
    for row in rows:
        path = "/" + row["url"].split("/", 3)[3]
        assert row["status"] == "200", row
        assert row["answered_by"].split("/")[-1].startswith(service_of[path] + "-"), row
    assert {row["url"].split("/")[2] for row in rows} == {"cafe.example.com", "harbour.example.com"}


def test_latency_files_say_what_the_results_say(captured):
    _, out = captured
    users = json.loads((out / "results.json").read_text())["requests"][0]
    assert users["load"]["interval_ns"] == 5_000_000  # 200 a second
    table = (out / "latency.users.hgrm").read_text().splitlines()
    rows = [line.split() for line in table[2:] if not line.startswith("#")]
    assert rows[-1][1:] == ["1.000000000000", str(users["count"])]
    # The largest bucket ends a little above the largest value: 3 significant digits.
    largest = users["latency_ns"]["max"] / 1e6
    assert largest <= float(rows[-1][0]) + 0.0005 < largest * 1.002
    p50 = next(row for row in rows if float(row[1]) >= 0.5)
    assert float(p50[0]) == round(users["latency_ns"]["p50"] / 1e6, 3)
    assert f"Total count    = {users['latency_ns']['count']:12}]" in table[-2]

    fortio = json.loads((out / "latency.users.json").read_text())
    histogram = fortio["DurationHistogram"]
    assert histogram["Count"] == users["count"] == sum(step["Count"] for step in histogram["Data"])
    assert fortio["RetCodes"] == users["statuses"] and fortio["ErrorsDurationHistogram"]["Count"] == 0
    percentiles = {p["Percentile"]: round(p["Value"] * 1e9) for p in histogram["Percentiles"]}
    assert percentiles[99] == users["latency_ns"]["p99"] and percentiles[99.9] == users["latency_ns"]["p999"]
    assert histogram["Data"][-1]["Percent"] == 100


def test_captures_hold_no_malformed_packet_and_no_bad_checksum(captured):
    _, out = captured
    captures = sorted(out.glob("**/*.pcap"))
    assert captures
    for capture in captures:
        bad = tshark(
            capture, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
            "-Y", "_ws.malformed || ip.checksum.status==0 || tcp.checksum.status==0 || udp.checksum.status==0"
            " || icmp.checksum.status==0 || _ws.expert.severity==8388608")
        assert bad == [], f"{capture.name}: {bad[:3]}"


def test_no_loopback_address_is_on_any_wire(captured):
    # RFC 1122 section 3.2.1.3 (g): 127/8 must not appear outside a host; ARP's sender address is no exception.
    _, out = captured
    for capture in sorted(out.glob("**/*.pcap")):
        bad = tshark(capture, "-Y", "ip.addr == 127.0.0.0/8 || arp.src.proto_ipv4 == 127.0.0.0/8")
        assert bad == [], f"{capture.name}: {bad[:3]}"


def test_pods_reach_their_gateway_by_proxy_arp(captured):
    # Calico: a pod asks for 169.254.1.1, and the node's end of its link answers, always as ee:ee:ee:ee:ee:ee.
    _, out = captured
    pods = sorted(c for c in out.glob("**/*.pcap") if c.name.startswith("default_"))
    assert len(pods) == 4 * 3
    for capture in pods:
        answers = tshark(capture, "-Y", "arp.opcode == 2 && arp.src.proto_ipv4 == 169.254.1.1",
                         "-T", "fields", "-e", "arp.src.hw_mac")
        assert set(answers) == {"ee:ee:ee:ee:ee:ee"}, capture.name


def test_bgp_dns_and_http_dissect(captured):
    _, out = captured
    edges = [c for c in out.glob("**/*.pcap") if "edge" in c.name]
    assert edges
    for capture in edges:
        protocols = set()
        for line in tshark(capture, "-T", "fields", "-e", "frame.protocols"):
            protocols.update(line.split(":"))
        assert {"bgp", "dns", "http", "arp", "tcp"} <= protocols, f"{capture.name}: {sorted(protocols)}"


def test_same_seed_same_bytes_and_another_seed_other_captures_but_the_same_verdict(captured, tmp_path):
    process, out = captured
    again, other = tmp_path / "again", tmp_path / "other"
    seatrial("run", REFERENCE, "--out", again, "--seed", 1, "--pcap", "all", "--mrt", "all")
    names = sorted(p.relative_to(out) for p in out.glob("**/*") if p.is_file())
    assert names == sorted(p.relative_to(again) for p in again.glob("**/*") if p.is_file())
    _, differing, missing = filecmp.cmpfiles(out, again, map(str, names), shallow=False)
    assert (differing, missing) == ([], [])

    done = seatrial("run", REFERENCE, "--out", other, "--seed", 2, "--pcap", "all")
    assert done.returncode == process.returncode == 0
    # Pods are named anew by another seed; the machines that carry the users' requests are not.
    captures = [str(n) for n in names if re.search(r"(edge|core|worker)\d_eth\d|users_eth0", str(n))]
    assert len(captures) == 3 + 2 * 2 + 3 + 1
    same, _, missing = filecmp.cmpfiles(out, other, captures, shallow=False)
    assert (same, missing) == ([], [])
