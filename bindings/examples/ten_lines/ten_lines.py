import seatrial

dc = seatrial.DataCenter("demo")
core = dc.router("core1", asn=64512, route_reflector=True)
tor = dc.switch("tor1")
k8s = dc.cluster("prod", nodes=4, on=tor, manifests="cluster/*.yaml")
edge = dc.edge("edge1", on=tor, nginx="edge/nginx.conf", bgp="edge/frr.conf")
users = dc.client("users", behind=core).load(rate=200, url="http://cafe.example/")
dc.link(core, tor, rate="10Gbps", delay="2us")
dc.at("30s").power_off(k8s.nodes[1])
dc.expect.success_ratio(users, at_least=0.999)
r = dc.run(until="120s")

print(r.summary())
r.plot.latency().figure.savefig("latency.png")
