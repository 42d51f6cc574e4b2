"""A worker loses power under load: how long, and how many requests? With a shorter hold time? (scenario 3)

    python worker_power_loss.py [FOLDER FOR THE FIGURES]

Answer: its routes stay until the hold timer of the edges ends, between hold less keepalive and hold after the loss: 6 to 9 s with
FRR's datacenter defaults (3 s, 9 s), 2 to 3 s with "timers bgp 1 3". The requests that fail are the same: a route that ends makes an error of a silence, and who
still sends there is nginx, by the addresses that it knows.
"""

import json
import pathlib
import sys

import seatrial

FILES = pathlib.Path(__file__).resolve().parents[2] / "scenarios" / "get-me-to-the-cluster"
figures = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
LOSS = 25.0


def trial(timers: str | None) -> seatrial.Result:
    dc = seatrial.load(FILES)
    dc.name = "worker-power-loss-" + (timers or "timers of the files").replace(" ", "-")
    dc.duration = "50s"
    dc.expectations.clear()
    dc.clients["users"].spec["load"].update({"rate": 100, "to": "45s"})
    dc.at(LOSS).power_off("worker2")
    for edge in dc.edges.values() if timers else ():
        name = edge.spec["bgp"]
        text = (FILES / name).read_text()
        dc.files[name] = text.replace("\nrouter bgp 64512\n", f"\nrouter bgp 64512\n {timers}\n")
    return dc.run()


answer = {}
for label, timers in (("9", None), ("3", "timers bgp 1 3")):
    r = trial(timers)
    routes = r.table("fib")
    # Its block, known by its address 10.1.1.9, leaves each edge's table.
    gone = routes[(routes["node"].isin(["edge1", "edge2", "edge3"])) & (routes["prefix"] == "172.16.1.192/26")
                  & ~routes["installed"] & (routes["at_ns"] > LOSS * 1e9)]
    after = (gone["at_ns"] / 1e9 - LOSS).to_list()
    failed = r.requests[~r.requests["ok"]]
    answer[label] = {"gone_after_s": after, "edges": gone["node"].to_list(), "failed": len(failed), "requests": len(r.requests),
                     "first_failed_s": float(failed["intended_s"].min()) if len(failed) else None}
    print(f"hold time {label} s: routes gone {min(after):.2f} to {max(after):.2f} s after the loss, "
          f"{len(failed)} of {len(r.requests)} requests failed")
    r.plot.availability().figure.savefig(figures / f"worker-power-loss-hold-{label}.png")
    r.plot.convergence().figure.savefig(figures / f"worker-power-loss-hold-{label}-bgp.png")
print(json.dumps(answer))
