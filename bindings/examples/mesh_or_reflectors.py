"""A full mesh of nodes, or two route reflectors: how many sessions, and how fast? (scenario 20)

    python mesh_or_reflectors.py [FOLDER FOR THE FIGURES]

Answer: N (N - 1) / 2 sessions against 2 N and one between the reflectors. Routes settle as fast with either: both wait for
BIRD's and FRR's timers, not for the messages.
"""

import json
import pathlib
import sys
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import seatrial

FILES = pathlib.Path(__file__).resolve().parents[2] / "scenarios" / "get-me-to-the-cluster"
figures = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")


def trial(nodes: int, reflectors: int) -> dict[str, Any]:
    dc = seatrial.DataCenter(f"{'reflectors' if reflectors else 'mesh'}-{nodes}", base=FILES, duration="12s")
    tor = dc.switch("tor1")
    for i in range(reflectors):
        dc.link(dc.router(f"rr{i + 1}", route_reflector=True), tor)
    dc.cluster("prod", nodes=nodes, on=tor, manifests=["cluster/app.yaml", "cluster/coredns.yaml"])
    r = dc.run()
    fib = r.table("fib")
    return {"nodes": nodes, "kind": "2 reflectors" if reflectors else "mesh", "sessions": len(r.sessions) // 2,
            "up": bool((r.sessions["state"] == "Established").all()),
            "sessions_up_s": float(r.sessions["first_established_s"].max()),
            "routes_settled_s": float(fib["at_ns"].max() / 1e9), "fib_changes": len(fib)}


rows = pd.DataFrame([trial(nodes, reflectors) for nodes in (5, 10, 20, 40) for reflectors in (0, 2)])
print(rows.to_string(index=False))

figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4), layout="constrained")
for (kind, group), colour, style in zip(rows.groupby("kind"), ("#d55e00", "#0072b2"), ("o-", "s--")):
    left.loglog(group["nodes"], group["sessions"], style, color=colour, label=kind)
    right.plot(group["nodes"], group["routes_settled_s"], style, color=colour, label=kind)
left.set(xlabel="nodes", ylabel="BGP sessions")
right.set(xlabel="nodes", ylabel="last change of a forwarding table (s)", ylim=(0, rows["routes_settled_s"].max() * 1.3))
for axes in (left, right):
    axes.set_xticks([5, 10, 20, 40], ["5", "10", "20", "40"])
    axes.minorticks_off()
    axes.grid(color="0.92")
    axes.legend(frameon=False)
figure.savefig(figures / "mesh-or-reflectors.png")
print(json.dumps(rows.to_dict("records")))
