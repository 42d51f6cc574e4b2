"""One of two route reflectors fails; both fail: what is lost? (scenario 8)

    python route_reflector_loss.py [FOLDER FOR THE FIGURES]

Answer: with one left, nothing. With none, everything, once the hold timers end (9 s with FRR's datacenter defaults): the packets did
not pass through the reflectors, but the routes did.
"""

import json
import pathlib
import sys

import matplotlib.pyplot as plt
import seatrial

FILES = pathlib.Path(__file__).resolve().parents[2] / "scenarios" / "get-me-to-the-cluster"
figures = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
LOSS = 20.0


def trial(lost: list[str]) -> seatrial.Result:
    dc = seatrial.DataCenter(f"lose-{len(lost)}-of-2-reflectors", base=FILES, duration="42s")
    tor = dc.switch("tor1")
    # The clients' traffic passes through core1; the reflectors carry routes alone.
    core = dc.router("core1")
    dc.link(core, tor)
    for name in ("rr1", "rr2"):
        dc.link(dc.router(name, route_reflector=True), tor)
    dc.cluster("prod", nodes=3, on=tor,
               manifests=[f"cluster/{part}.yaml" for part in ("app", "coredns", "expose", "nginx-ingress")])
    dc.edge("edge1", on=tor, nginx="edge/edge1/nginx.conf", nginx_start="12s")
    dc.client("users", behind=core).load(rate=50, url="http://cafe.example.com/", from_="15s", to="40s", timeout="2s")
    for name in lost:
        dc.at(LOSS).power_off(name)
    return dc.run()


figure, axes = plt.subplots(2, 1, figsize=(9.5, 6), layout="constrained")
answer = {}
for lost, ax in ((["rr1"], axes[0]), (["rr1", "rr2"], axes[1])):
    r = trial(lost)
    failed = r.requests[~r.requests["ok"]]
    answer[len(lost)] = {"requests": len(r.requests), "failed": len(failed),
                         "first_failed_after_s": float(failed["intended_s"].min() - LOSS) if len(failed) else None,
                         "failed_at_the_end": float((~r.requests["ok"])[r.requests["intended_s"] > 35].mean())}
    print(f"{len(lost)} of 2 reflectors lost: {len(failed)} of {len(r.requests)} requests failed"
          + (f", the first {answer[len(lost)]['first_failed_after_s']:.2f} s after the loss" if len(failed) else ""))
    r.plot.availability(ax).set_title(f"{len(lost)} of 2 reflectors lost", loc="left", pad=18, fontsize="medium")
figure.savefig(figures / "route-reflector-loss.png")
print(json.dumps(answer))
