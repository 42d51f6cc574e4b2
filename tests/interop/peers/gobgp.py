"""GoBGP 3.10: gobgpd, told and asked by gobgp over gRPC."""

import json

from lab import tool, wait_until

from . import path

FAMILIES = {"ipv4": "ipv4", "ipv6": "ipv6"}
ORIGINS = ("igp", "egp", "incomplete")


def table(name, **values):
    def text(value):
        return json.dumps(value)  # TOML writes strings, numbers, booleans and arrays as JSON does
    return [name, *(f"  {key.replace('_', '-')} = {text(value)}" for key, value in values.items())]


class GoBgp:
    name = "GoBGP"

    def __init__(self, lab, namespace, spec):
        self.lab, self.namespace, self.spec = lab, namespace, spec
        self.config = lab.folder / f"gobgp-{namespace.label}.toml"
        self.recovering = False
        self.process = None
        self.start()

    def start(self):
        self.config.write_text(self.text())
        options = ["-r"] if self.recovering else []
        self.process = self.namespace.start(tool("gobgpd"), "-t", "toml", "-f", self.config, *options)
        wait_until(lambda: self.gobgp("global", check=False).returncode == 0, what="gobgpd to answer")
        for route in self.spec.routes:
            self._add(route)

    def text(self):
        spec = self.spec
        lines = table("[global.config]", **{"as": spec.asn}, router_id=spec.router_id)
        if spec.confederation:
            lines += table("[global.confederation.config]", enabled=True, identifier=spec.confederation[0],
                           member_as_list=list(spec.confederation[1]))
        for neighbor in spec.neighbors:
            lines += ["[[neighbors]]"]
            lines += table("[neighbors.config]", neighbor_address=neighbor.address, peer_as=neighbor.asn,
                           **({"auth_password": neighbor.password} if neighbor.password else {}))
            lines += table("[neighbors.transport.config]", passive_mode=neighbor.passive, local_address=neighbor.local)
            lines += table("[neighbors.timers.config]", connect_retry=1, hold_time=neighbor.hold,
                           keepalive_interval=neighbor.hold // 3, idle_hold_time_after_reset=1)
            if neighbor.gtsm:
                lines += table("[neighbors.ttl-security.config]", enabled=True, ttl_min=255)
            if neighbor.client:
                lines += table("[neighbors.route-reflector.config]", route_reflector_client=True,
                               route_reflector_cluster_id=spec.router_id)
            if neighbor.graceful_restart:
                lines += table("[neighbors.graceful-restart.config]", enabled=True, restart_time=20)
            for family in neighbor.families:
                lines += ["[[neighbors.afi-safis]]"]
                lines += table("[neighbors.afi-safis.config]", afi_safi_name=f"{family}-unicast")
                if neighbor.graceful_restart:
                    lines += table("[neighbors.afi-safis.mp-graceful-restart.config]", enabled=True)
                if neighbor.add_path_receive or neighbor.add_path_send:
                    lines += table("[neighbors.afi-safis.add-paths.config]", receive=neighbor.add_path_receive,
                                   send_max=8 if neighbor.add_path_send else 0)
        return "\n".join(lines) + "\n"

    def gobgp(self, *words, check=True):
        return self.namespace.run(tool("gobgp"), *words, check=check)

    def established(self, peer):
        done = self.gobgp("neighbor", peer, "-j")
        return json.loads(done.stdout).get("state", {}).get("session_state") == 6

    def routes(self, family):
        text = self.gobgp("global", "rib", "-a", FAMILIES[family], "-j").stdout
        out = {}
        for prefix, paths in json.loads(text or "{}").items():
            learned = [self._path(p) for p in paths if p.get("source-id") not in (None, "<nil>")]
            if learned:
                out[prefix] = learned
        return out

    @staticmethod
    def _path(given):
        by_type = {a["type"]: a for a in given["attrs"]}

        def value(kind, key="value", default=None):
            return by_type[kind][key] if kind in by_type else default
        segments = value(2, "as_paths", []) or []
        forms = {1: "{%s}", 2: "%s", 3: "(%s)", 4: "[%s]"}
        as_path = " ".join(forms[s["segment_type"]] % (" " if s["segment_type"] in (2, 3) else ",").join(map(str, s["asns"]))
                           for s in segments)
        next_hop = value(3, "nexthop") or value(14, "nexthop")
        extended = [("rt:" if c.get("subtype") == 2 else "soo:") + c["value"] for c in value(16, default=[])]
        return path(next_hop, as_path, ORIGINS[value(1)], value(4, "metric"), value(5),
                    [f"{c >> 16}:{c & 0xffff}" for c in value(8, "communities", [])], extended,
                    [f"{c['ASN']}:{c['LocalData1']}:{c['LocalData2']}" for c in value(32, default=[])],
                    value(9), value(10, default=[]), given.get("id") or None)

    @staticmethod
    def _words(route):
        words = ["origin", route.origin]
        if route.next_hop:
            words += ["nexthop", route.next_hop]
        if route.prepend:
            words += ["aspath", ",".join(map(str, route.prepend))]
        if route.med is not None:
            words += ["med", str(route.med)]
        if route.local_pref is not None:
            words += ["local-pref", str(route.local_pref)]
        if route.communities:
            words += ["community", ",".join(route.communities)]
        for text in route.extended:
            words += text.split(":", 1)
        if route.large:
            words += ["large-community", ",".join(route.large)]
        return words

    def _add(self, route):
        done = self.gobgp("global", "rib", "add", "-a", FAMILIES[route.family], route.prefix, *self._words(route))
        assert not done.stdout.strip(), done.stdout

    def announce(self, route):
        self.spec.routes.append(route)
        self._add(route)

    def withdraw(self, route):
        self.spec.routes.remove(route)
        self.gobgp("global", "rib", "del", "-a", FAMILIES[route.family], route.prefix)

    def refresh(self, peer):
        self.gobgp("neighbor", peer, "softresetin")

    def end(self, how):
        self.process.end(how)
        self.recovering = True
