"""`seatrial show`: a finished run answers, in words and in JSON, and refuses what it cannot answer."""

import csv
import json
import subprocess

from conftest import SEATRIAL, seatrial


def show(out, *arguments):
    done = seatrial("show", out, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_last_moment_is_what_results_json_says(captured):
    _, out = captured
    results = json.loads((out / "results.json").read_text())
    sessions = show(out, "sessions")["sessions"]
    told = {(s["node"], s["peer"]): (s["state"], s["evidence"]) for s in results["sessions"]}
    assert {(s["node"], s["peer"]): (s["state"], s["evidence"]) for s in sessions} == told
    for table in ("fib", "rib"):
        for node, tables in results["routes"].items():
            if table not in tables or "/" in node:
                continue
            rows = show(out, table, "--node", node)["routes"]
            assert [(r["prefix"], r["evidence"]) for r in rows] == \
                [(r["prefix"], r["evidence"]) for r in tables[table]], node


def test_before_the_first_session_there_is_none(captured):
    _, out = captured
    assert show(out, "sessions", "--at", "500ms")["ends"] == 0
    assert "none has been reported" in seatrial("show", out, "sessions", "--at", "500ms").stdout


def test_requests_are_those_of_the_csv(captured):
    _, out = captured
    with open(out / "requests.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    answer = show(out, "requests")
    assert answer["matching"] == len(rows)
    slowest = show(out, "requests", "--slow", "1")["requests"][0]
    assert slowest["latency_ns"] == max(r["latency_ns"] for r in answer["requests"])


def test_forwarding_follows_the_way_that_a_request_took(captured):
    # The request's packets to the address of the VIP passed these nodes; the tables of that moment say the same.
    _, out = captured
    path = show(out, "paths", "users/17")
    hops = path["legs"][0]["hops"]
    walk = show(out, "paths", "--from", "users", "--to", "10.50.0.80", "--at", f"{hops[0]['at_ns']}ns")
    assert walk["delivered_at"] == ["edge1", "edge2", "edge3"]
    assert walk["loops"] == [] and walk["dead_ends"] == []
    ways = {s["node"]: {b["next"]: b["switches"] for b in s["branches"]} for s in walk["steps"]}
    for here, there in zip(hops, hops[1:]):
        assert ways[here["node"]][there["node"]] == here["switches"]


def test_every_evidence_id_is_a_record(captured):
    _, out = captured
    for outcome in json.loads((out / "results.json").read_text())["expectations"]:
        for evidence in outcome["evidence"][:1]:
            assert show(out, evidence)["id"] == evidence


def test_windows_are_those_of_the_time_before_the_routes_were_there(captured):
    # No fault in this run: every window is closed when the last route of a machine is there.
    _, out = captured
    changes = show(out, "timeline", "--kind", "fib")["entries"]
    last = max(e["at_ns"] for e in changes)
    answer = show(out, "windows")
    assert answer["windows_in_run"] == len(answer["windows"]) > 0
    assert all(w["to_ns"] is not None and w["to_ns"] <= last for w in answer["windows"])
    assert show(out, "windows", "--at", "30s")["windows"] == []


def test_bad_questions_exit_2_and_say_what_there_is(captured, tmp_path):
    _, out = captured
    for question, part in [
            (["sesions"], "did you mean sessions?"),
            (["sessions", "--node", "wroker2"], "did you mean worker2?"),
            (["sessions", "--at", "90s"], "expected at most 60 s"),
            (["sessions", "--slow", "3"], "--slow does not go with sessions"),
            (["fib", "--prefix", "192.0.2.0/24", "--node", "core1"], "ever had a route to 192.0.2.0/24"),
            (["fib/999999"], "expected fib/0 to fib/"),
            (["requests", "users/0"], "expected 1 to"),
            (["paths"], "expected a request")]:
        done = seatrial("show", out, *question)
        assert done.returncode == 2 and part in done.stderr and done.stdout == "", (question, done)
    records = (out / "records.jsonl").read_bytes()
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / "records.jsonl").write_bytes(records[:len(records) // 2])
    done = seatrial("show", cut, "sessions")
    assert done.returncode == 2 and f"{cut}/records.jsonl:" in done.stderr and ": error: " in done.stderr
    assert seatrial("show", tmp_path / "none", "sessions").returncode == 2


def test_a_closed_pipe_ends_it_quietly(captured):
    _, out = captured
    done = subprocess.run(f"'{SEATRIAL}' show '{out}' requests --limit 0 | head -1", shell=True,
                          capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Requests: ") and done.stderr == ""
    assert "\x1b" not in done.stdout
