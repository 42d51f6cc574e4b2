"""A shipped scenario run, and run again with a change that must show."""

import json
import shutil

from conftest import ROOT, seatrial

SECOND = 1_000_000_000


def results_of(out):
    return json.loads((out / "results.json").read_text())


def records_of(out, *kinds):
    with open(out / "records.jsonl") as lines:
        records = (json.loads(line) for line in lines)
        return [r for r in records if r["id"].partition("/")[0] in kinds]


def passes(name, out, *options):
    """Runs the scenario as it is shipped; its results."""
    process = seatrial("run", ROOT / "scenarios" / name, "--out", out, *options)
    assert process.returncode == 0, process.stdout + process.stderr
    return results_of(out)


def fails(name, tmp_path, *edits, options=(), timeline=None, exit_code=1):
    """Runs a changed copy. An edit is (file, old text, new text). The expectations that fail, by id, and the process."""
    design = tmp_path / "design"
    shutil.copytree(ROOT / "scenarios" / name, design)
    for file, old, new in edits:
        text = (design / file).read_text()
        assert old in text, f"{file} has no {old!r}"
        (design / file).write_text(text.replace(old, new))
    if timeline is not None:
        document = json.loads((design / "scenario.json").read_text())
        document["timeline"] = timeline
        (design / "scenario.json").write_text(json.dumps(document))
    process = seatrial("run", design, "--out", tmp_path / "out", *options)
    assert process.returncode == exit_code, process.stdout + process.stderr
    failed = {e["id"]: e for e in results_of(tmp_path / "out")["expectations"] if not e["ok"]}
    process.words = " ".join(process.stdout.split())  # as they are, unwrapped
    return failed, process


def fib_of(records, node, prefix):
    """(time, next hops) of each change of the route that BGP gave the node."""
    return [(r["at_ns"], [hop["address"] for hop in r["next_hops"]] if r["installed"] else None) for r in records
            if r["id"].startswith("fib/") and r["node"] == node and r["prefix"] == prefix and r["protocol"].endswith("bgp")]


def absences(records, node, prefix, end):
    """When the node was without the route: [from, to], from the first loss on."""
    out, gone = [], None
    for at, hops in fib_of(records, node, prefix):
        if hops is None:
            gone = at if gone is None else gone
        elif gone is not None:
            out.append((gone, at))
            gone = None
    return out + ([(gone, end)] if gone is not None else [])


def established(records, node, peer):
    """When the node's session with the address came to Established."""
    return [r["at_ns"] for r in records if r["id"].startswith("session/") and r["node"] == node and r["peer"] == peer
            and r["state"] == "Established"]
