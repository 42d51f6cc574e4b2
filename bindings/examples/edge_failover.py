"""One of three edges that share an address by BGP anycast dies: who notices when, and what is lost? (scenario 21)

    python edge_failover.py [FOLDER FOR THE FIGURES]

Answer: the cores keep sending a third of the flows to the dead edge until their hold timers end (FRR datacenter: 9 s after the
last keepalive, which is at most 3 s old); from then on nothing is lost.
"""

import json
import pathlib
import sys

import seatrial

FILES = pathlib.Path(__file__).resolve().parents[2] / "scenarios" / "get-me-to-the-cluster"
figures = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
LOSS = 25.0
VIP = "10.50.0.80/32"

dc = seatrial.load(FILES)
dc.name, dc.duration = "edge-failover", "48s"
dc.expectations.clear()
dc.clients["users"].spec["load"].update({"rate": 100, "to": "45s", "timeout": "2s"})
dc.at(LOSS).power_off(dc.edges["edge2"])
r = dc.run()

noticed = {}
for core in ("core1", "core2"):
    changes = r.table("fib").query("node == @core and prefix == @VIP and at_ns > @LOSS * 1e9")
    noticed[core] = float(changes["at_ns"].iloc[0] / 1e9 - LOSS)
    print(f"{core}: {len(r.fib(core, at=LOSS)['next_hops'][VIP])} next hops before, "
          f"{len(r.fib(core)['next_hops'][VIP])} after, noticed after {noticed[core]:.2f} s")
last = LOSS + max(noticed.values())
# The last two seconds before that are left out: a SYN that is sent again after a second finds another edge.
during = r.requests[r.requests["intended_s"].between(LOSS, LOSS + min(noticed.values()) - 2)]
after = r.requests[r.requests["intended_s"] > last + 0.1]
print(f"lost: {1 - during['ok'].mean():.0%} of {len(during)} requests until 2 s before that, {int((~after['ok']).sum())} of {len(after)} later")
print(after.groupby("edge").size())

r.plot.availability().figure.savefig(figures / "edge-failover.png")
r.plot.convergence().figure.savefig(figures / "edge-failover-bgp.png")
print(json.dumps({
    "noticed_after_s": noticed, "lost_share_until_noticed": float(1 - during["ok"].mean()), "requests_until_noticed": len(during),
    "lost_later": int((~after["ok"]).sum()), "requests_later": len(after),
    "next_hops": [len(r.fib("core1", at=LOSS)["next_hops"][VIP]), len(r.fib("core1")["next_hops"][VIP])],
}))
