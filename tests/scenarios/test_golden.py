"""Each shipped scenario says what its baseline says, and a changed design does not."""

import gzip
import json
import re
import subprocess

import jsonschema
import pytest

from conftest import ROOT, seatrial

SCENARIOS = sorted(path.parent.name for path in (ROOT / "scenarios").glob("*/scenario.json"))
BASELINE = ROOT / "results" / "baselines" / "get-me-to-the-cluster"
PORT = "edge1:eth0"  # whose capture the baseline holds


def check(out, *options):
    done = subprocess.run([ROOT / "build/release/scenarios/cli/seatrial", "golden", "check", out, "--baselines",
                           ROOT / "results" / "baselines", *options], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def findings(out):
    code, output = check(out, "--json")
    document = json.loads(output)
    assert code == (0 if document["same"] else 1)
    return [finding["what"] for finding in document["findings"]]


def run(design, out, *options):
    # The baseline ends at 20.1 s.
    done = seatrial("run", design, "--out", out, "--pcap", PORT, "--until", "20500ms", *options)
    assert (out / "results.json").exists(), done.stderr


def test_the_shipped_scenario_says_what_its_baseline_says(captured):
    _, out = captured
    code, output = check(out)
    assert code == 0, output
    # It is about something: sessions, routes and requests are in it.
    listing = [json.loads(line) for line in (BASELINE / "edge1_eth0.messages.jsonl").read_text().splitlines()]
    said = [entry["message"] for entry in listing]
    assert said.count("OPEN") == 2 * 8  # with two cores, two edges and four nodes
    assert "route 10.50.0.80/32" in said
    assert any(text.startswith("response 200 to GET ") for text in said)


def seconds_of(duration):
    number, unit = re.fullmatch(r"([0-9.]+)(ms|s|m)", duration).groups()
    return float(number) * {"ms": 0.001, "s": 1, "m": 60}[unit]


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name != BASELINE.name])
def test_every_shipped_scenario_says_what_its_baseline_says(tmp_path, scenario):
    baseline = ROOT / "results" / "baselines" / scenario
    manifest = json.loads((baseline / "manifest.json").read_text())
    profile = json.loads((baseline / "profile.json").read_text())
    ports = [":".join(capture["name"].removesuffix(".pcap").rsplit("_", 1)) for capture in manifest["captures"]]
    until = f"{seconds_of(profile['until']) + 0.5}s"
    out = tmp_path / "out"
    seatrial("run", ROOT / "scenarios" / scenario, "--out", out, "--pcap", ",".join(ports), "--until", until)
    code, output = check(out)
    assert code == 0, output
    schema = json.loads((ROOT / "results" / "schema" / "results.schema.json").read_text())
    jsonschema.validate(json.loads((out / "results.json").read_text()), schema)
    # A run of nothing is not what it is held to, and the listing beside a capture is its own.
    assert all(capture["messages"] >= 10 for capture in manifest["captures"])
    done = seatrial("golden", "record", out, "--baselines", tmp_path / "again", "--reason", manifest["reason"],
                    "--profile", baseline / "profile.json")
    assert done.returncode == 0, done.stderr
    for capture in manifest["captures"]:
        listing = capture["name"].replace(".pcap", ".messages.jsonl")
        assert (tmp_path / "again" / scenario / listing).read_text() == (baseline / listing).read_text()


def test_the_listing_is_what_the_capture_says(captured, tmp_path):
    """A listing edited by hand, or a capture replaced without it, is found: recording again gives the same files."""
    _, out = captured
    manifest = json.loads((BASELINE / "manifest.json").read_text())
    assert manifest["reason"]
    done = seatrial("golden", "record", out, "--baselines", tmp_path, "--reason", manifest["reason"], "--profile",
                    BASELINE / "profile.json")
    assert done.returncode == 0, done.stderr
    again = tmp_path / "get-me-to-the-cluster"
    assert sorted(p.name for p in again.iterdir()) == sorted(p.name for p in BASELINE.iterdir())
    name = "edge1_eth0.messages.jsonl"
    assert (again / name).read_text() == (BASELINE / name).read_text()


def test_a_baseline_that_is_recorded_anew_keeps_its_profile(tmp_path):
    out = tmp_path / "out"
    seatrial("run", ROOT / "scenarios" / "sessions", "--out", out, "--pcap", "isp1:eth0,isp2:eth0", "--until", "5s")
    record = ("golden", "record", out, "--baselines", tmp_path, "--reason", "as it should be")
    assert seatrial(*record, "--pcap", "isp1*", "--until", "4s").returncode == 0
    profile = (tmp_path / "sessions" / "profile.json").read_text()
    assert json.loads(profile) == {"layer": "messages", "pcap": ["isp1*"], "until": "4s"}
    assert seatrial(*record).returncode == 0
    assert (tmp_path / "sessions" / "profile.json").read_text() == profile
    assert seatrial(*record, "--pcap", "isp*").returncode == 0
    assert json.loads((tmp_path / "sessions" / "profile.json").read_text())["pcap"] == ["isp*"]


def test_a_changed_med_fails(design, tmp_path):
    file = design / "edge" / "edge1" / "frr.conf"
    text = file.read_text()
    text = text.replace("  network 10.50.0.80/32\n", "  network 10.50.0.80/32\n  neighbor CORES route-map MED out\n")
    file.write_text(text.replace("line vty", "route-map MED permit 10\n set metric 50\nexit\n!\nline vty"))
    run(design, tmp_path / "out")
    # To both cores, and to nobody else.
    assert findings(tmp_path / "out").count("route 10.50.0.80/32: MED 0 in A, 50 in B") == 2


def test_a_route_that_is_not_announced_fails(design, tmp_path):
    file = design / "network" / "core2" / "frr.conf"
    text = file.read_text()
    assert "  network 10.2.0.0/24\n" in text
    file.write_text(text.replace("  network 10.2.0.0/24\n", ""))
    run(design, tmp_path / "out")
    assert "missing in B: route 10.2.0.0/24" in findings(tmp_path / "out")


def test_a_run_without_captures_is_told(tmp_path, design):
    out = tmp_path / "out"
    seatrial("run", design, "--out", out, "--until", "1s")
    code, output = check(out)
    assert code == 1
    assert "capture missing in B (was the run made with --pcap?)" in output


def test_a_wrong_profile_names_every_place(tmp_path):
    profile = tmp_path / "profile.json"
    profile.write_text('{"ignore": ["tcp.seqq"],\n "time": "soon",\n "layers": "frames"}\n')
    capture = BASELINE / "edge1_eth0.pcap"
    done = seatrial("diff", capture, capture, "--profile", profile)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert lines[0].startswith(f'{profile}:1:13: error: ignore/0 is "tcp.seqq"') and "near it: tcp.seq" in lines[0]
    assert lines[1].startswith(f'{profile}:2:10: error: time is "soon", expected a duration')
    assert lines[2].startswith(f'{profile}:3:2: error: unknown key "layers"')


def test_usage_that_makes_no_sense_is_trouble(tmp_path):
    capture = BASELINE / "edge1_eth0.pcap"
    squeezed = tmp_path / "squeezed.pcap.gz"
    squeezed.write_bytes(gzip.compress(capture.read_bytes()))
    for arguments in ((capture,), (capture, tmp_path), (capture, tmp_path / "none.pcap"),
                      (capture, capture, "--rtt", "fast"), (capture, capture, "--rename", "a=b"),
                      (capture, capture, "--bpf", "tcp porto 3"), (capture, capture, "--layer", "words"),
                      (capture, ROOT / "README.md"), (capture, "a" * 300), (capture, squeezed), (capture, "/dev/null"), ("a/" * 3000, capture)):
        done = seatrial("diff", *arguments)
        assert done.returncode == 2, (arguments, done.stdout)
        assert done.stderr
