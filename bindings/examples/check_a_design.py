"""Do all sessions that the design implies come up, and does the edge hold exactly the right routes? (scenarios 1 and 2)

    python check_a_design.py [FOLDER FOR THE FIGURES]

Answer: every speaker peers with both reflectors and nobody else; every block of pod addresses has one next hop, its node.
"""

import json
import pathlib
import sys

import seatrial

FILES = pathlib.Path(__file__).resolve().parents[2] / "scenarios" / "get-me-to-the-cluster"
figures = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")

dc = seatrial.DataCenter("check-a-design", base=FILES)
tor = dc.switch("tor1")
for name in ("core1", "core2"):
    dc.link(dc.router(name, route_reflector=True), tor)
prod = dc.cluster("prod", nodes=4, on=tor,
                  manifests=[f"cluster/{part}.yaml" for part in ("app", "coredns", "expose", "nginx-ingress")])
edge = dc.edge("edge1", on=tor, nginx="edge/edge1/nginx.conf", nginx_start="15s")
dc.expect.sessions(by="10s")
dc.expect.blocks(cluster=prod, node=edge, at="15s")

r = dc.run(until="20s")
print(r.summary())
up = r.sessions.groupby("node")["first_established_s"].agg(["count", "max"])
print(up.rename(columns={"count": "sessions", "max": "all up after (s)"}))
blocks = r.fib("edge1").filter(like="172.16.", axis=0)
print(blocks["next_hops"])

r.plot.topology().figure.savefig(figures / "design.png")
r.plot.convergence().figure.savefig(figures / "sessions.png")
print(json.dumps({
    "ok": r.ok,
    "session_ends": {node: int(count) for node, count in up["count"].items()},
    "last_up_s": float(r.sessions["first_established_s"].max()),
    "next_hops_of_blocks": blocks["next_hops"].tolist(),
    "nodes": [node["address"].partition("/")[0] for node in dc.document()["clusters"][0]["nodes"]],
}))
