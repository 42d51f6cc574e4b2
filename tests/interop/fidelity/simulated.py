"""Runs a design in the simulator, from the same frr.conf files, and reads the tables at the end from the run's records."""

import json
import re
import subprocess

from daemons import SEATRIAL

from .languages import frr_text

DURATION = "60s"


def profile(router):
    if router.kind == "bird":
        return "bird-2.0"
    return "frr-8.4-traditional" if router.traditional else "frr-8.4-datacenter"


def write(design, folder):
    links = []
    for asn, ports in design.lans.items():
        links += [{"ends": [f"{name}:{interface}", f"lan{asn}"]} for name, interface in ports]
    links += [{"ends": [":".join(left), ":".join(right)]} for left, right in design.cables]
    document = {
        "name": f"fidelity-{design.seed}", "seed": 1, "duration": DURATION,
        "fabric": {"switches": [{"name": f"lan{asn}"} for asn in design.lans],
                   "routers": [{"name": r.name, "config": f"{r.name}.conf", "profile": profile(r)} for r in design.routers],
                   "links": links}}
    folder.mkdir(parents=True, exist_ok=True)
    for router in design.routers:
        (folder / f"{router.name}.conf").write_text(frr_text(router, simulated=True))
    (folder / "scenario.json").write_text(json.dumps(document, indent=1))


TEXT = re.compile(
    r"(?:from (?P<from>\S+)|(?P<local>local)) next-hop (?P<next_hop>\S+) as-path \[(?P<as_path>[^]]*)\] origin (?P<origin>\S+)"
    r"(?: local-pref (?P<local_pref>\d+))?(?: med (?P<med>\d+))?(?: communities(?P<communities>(?: \S+:\S+)+))?"
    r"(?: originator (?P<originator_id>\S+))?(?: clusters(?P<cluster_list>(?: [\d.]+)+))?$")


def read(text):
    found = TEXT.match(text)
    assert found, f"not understood: {text}"
    if found["local"]:
        return {"local": True}
    number = {key: int(found[key]) if found[key] else None for key in ("local_pref", "med")}
    return {"next_hop": found["next_hop"], "as_path": found["as_path"], "origin": found["origin"].lower(), **number,
            "communities": sorted((found["communities"] or "").split()), "originator_id": found["originator_id"],
            "cluster_list": (found["cluster_list"] or "").split(), "from": found["from"]}


def run(design, folder, seed=1):
    """{router: {prefix: best path}} of the simulation."""
    write(design, folder)
    out = folder / f"out{seed}"
    done = subprocess.run([SEATRIAL, "run", folder, "--out", out, "--pcap", "none", "--seed", str(seed)], capture_output=True,
                          text=True, check=False)
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
