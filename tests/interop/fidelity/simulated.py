"""Runs a design in the simulator, from the same frr.conf files, and reads the tables at the end from the run's records."""

import json
import random
import re
import shutil
import subprocess

from daemons import SEATRIAL

from .languages import frr_text

DURATION = "60s"


def profile(router):
    if router.kind == "bird":
        return "bird-2.0"
    return "frr-8.4-traditional" if router.traditional else "frr-8.4-datacenter"


def write(design, folder, variant):
    """Variant 0 has cables without delay, as the daemons have them; each other one its own delay at every end."""
    rng, links = random.Random(f"{design.seed}/{variant}"), []
    for asn, ports in design.lans.items():
        links += [{"ends": [f"{name}:{interface}", f"lan{asn}"]} for name, interface in ports]
    links += [{"ends": [":".join(left), ":".join(right)]} for left, right in design.cables]
    for link in links if variant else ():
        link["delay"] = f"{round(10 ** rng.uniform(0, 5.5))}us"
    document = {
        "name": f"fidelity-{design.seed}", "seed": 1 + variant, "duration": DURATION,
        "fabric": {"switches": [{"name": f"lan{asn}"} for asn in design.lans],
                   "routers": [{"name": r.name, "config": f"{r.name}.conf", "profile": profile(r)} for r in design.routers],
                   "links": links}}
    folder.mkdir(parents=True, exist_ok=True)
    for router in design.routers:
        (folder / f"{router.name}.conf").write_text(frr_text(router, simulated=True))
    (folder / "scenario.json").write_text(json.dumps(document, indent=1))


TEXT = re.compile(
    r"(?:from (?P<from>\S+)|(?P<local>local)) next-hop (?P<next_hop>\S+) as-path \[(?P<as_path>[^]]*)\] origin (?P<origin>\S+)"
    r"(?: local-pref (?P<local_pref>\d+))?(?: med (?P<med>\d+))?(?: communities(?P<communities>(?: (?!extended-|large-|originator|clusters|atomic-|aggregator)\S+)+))?"
    r"(?: extended-communities(?P<extended>(?: \S+:\S+)+))?(?: large-communities(?P<large>(?: \S+:\S+)+))?"
    r"(?: originator (?P<originator_id>\S+))?(?: clusters(?P<cluster_list>(?: [\d.]+)+))?"
    r"(?P<atomic> atomic-aggregate)?(?: aggregator (?P<aggregator>\d+ \S+))?$")


def read(text):
    found = TEXT.match(text)
    assert found, f"not understood: {text}"
    number = {key: int(found[key]) if found[key] else None for key in ("local_pref", "med")}
    where = {"local": True} if found["local"] else {"from": found["from"]}
    return {**where, "aggregator": found["aggregator"], "atomic": bool(found["atomic"]), "next_hop": found["next_hop"], "as_path": found["as_path"], "origin": found["origin"].lower(), **number,
            **{key: sorted((found[key] or "").lower().split()) for key in ("communities", "large", "extended")}, "originator_id": found["originator_id"],
            "cluster_list": (found["cluster_list"] or "").split()}


def run(design, folder, variant=0):
    """{router: {prefix: best path}} of the simulation."""
    write(design, folder, variant)
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    done = subprocess.run([SEATRIAL, "run", folder, "--out", out, "--pcap", "none"], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    shown = subprocess.run([SEATRIAL, "show", out, "rib", "--json"], capture_output=True, text=True, check=True)
    tables = {router.name: {} for router in design.routers}
    for route in json.loads(shown.stdout)["routes"]:
        if route["protocol"] != "bgp" or not route["present"]:
            continue
        best = read(route["detail"])
        if "local" not in best:
            best["next_hops"] = sorted(hop["address"] for hop in route["next_hops"])
        tables[route["node"]][route["prefix"]] = best
    return tables
