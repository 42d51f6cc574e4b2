"""OpenBGPD 7.7, the portable one of Debian; asked by bgpctl."""

import json
import pathlib

from lab import wait_until

from . import IPV4, path

BGPD, BGPCTL = "/usr/sbin/bgpd", "/usr/sbin/bgpctl"
CHROOT = pathlib.Path("/run/openbgpd")  # its user's home, where it locks itself in


class OpenBgpd:
    name = "OpenBGPD"

    def __init__(self, lab, namespace, spec):
        self.lab, self.namespace, self.spec = lab, namespace, spec
        self.socket = lab.folder / f"o-{namespace.label}.sock"
        self.process = None
        CHROOT.mkdir(mode=0o755, exist_ok=True)
        if any(len(n.families) > 1 for n in spec.neighbors):
            self.move_loopback()
        self.start()

    def move_loopback(self):
        """On Linux it says the loopback's address for the family that a session does not have (seen on the wire), and nobody
        takes ::1 or 127.0.0.1 for a next hop: the loopback gets the machine's own addresses instead."""
        self.namespace.run("ip", "address", "flush", "dev", "lo")
        for address in self.spec.addresses:
            host = address.split("/")[0]
            options = ("nodad",) if ":" in host else ()
            self.namespace.run("ip", "address", "add", host, "dev", "lo", *options)

    def start(self):
        config = self.lab.write(f"openbgpd-{self.namespace.label}.conf", self.text())
        config.chmod(0o600)
        self.socket.unlink(missing_ok=True)
        assert pathlib.Path(BGPD).exists(), "openbgpd is not installed"
        self.process = self.namespace.start(BGPD, "-d", "-f", config)
        wait_until(self.socket.exists, interval=0.01, what="OpenBGPD to listen")

    @staticmethod
    def attributes(route):
        words = [f"origin {route.origin}"]
        if route.med is not None:
            words.append(f"med {route.med}")
        if route.local_pref is not None:
            words.append(f"localpref {route.local_pref}")
        words += [f"community {c}" for c in route.communities]
        words += [f"ext-community {c.replace(':', ' ', 1)}" for c in route.extended]
        words += [f"large-community {c}" for c in route.large]
        return " ".join(words)

    def text(self):
        spec = self.spec
        lines = [f"AS {spec.asn}", f"router-id {spec.router_id}", f'socket "{self.socket}"', "fib-update no"]
        lines += [f"listen on {local}" for local in sorted({n.local for n in spec.neighbors})]
        lines += [f"network {route.prefix} set {{ {self.attributes(route)} }}" for route in spec.routes]
        if any(n.add_path_send for n in spec.neighbors):
            lines.append("rde evaluate all")
        for n in spec.neighbors:
            lines += [f"neighbor {n.address} {{", f"  remote-as {n.asn}", f"  local-address {n.local}", f"  holdtime {n.hold}",
                      "  announce enhanced refresh yes"]
            lines += [f"  announce {'IPv4' if family == IPV4 else 'IPv6'} unicast" for family in n.families]
            if IPV4 not in n.families:
                lines.append("  announce IPv4 none")
            if n.passive:
                lines.append("  passive")
            if n.client:
                lines.append(f"  route-reflector {spec.router_id}")
            if n.password:
                lines.append(f'  tcp md5sig password "{n.password}"')
            if n.gtsm:
                lines.append("  ttl-security yes")
            if n.add_path_receive:
                lines.append("  announce add-path recv yes")
            if n.add_path_send:
                lines.append("  announce add-path send all")
            lines.append("}")
        lines.append("allow from any")
        lines += [f"{'deny' if n.silent else 'allow'} to {n.address}" for n in spec.neighbors]
        return "\n".join(lines) + "\n"

    def bgpctl(self, *words):
        return self.namespace.run(BGPCTL, "-j", "-s", self.socket, *words).stdout

    def established(self, peer):
        neighbors = json.loads(self.bgpctl("show", "neighbor", peer)).get("neighbors", [])
        return bool(neighbors) and neighbors[0].get("state") == "Established"

    def routes(self, family):
        found = json.loads(self.bgpctl("show", "rib", "detail", "inet" if family == IPV4 else "inet6") or "{}")
        out = {}
        for given in found.get("rib", []):
            if not given.get("announced"):
                out.setdefault(given["prefix"], []).append(self._path(given))
        return out

    @staticmethod
    def _path(given):
        more = {key: value for attribute in given.get("attributes", []) for key, value in attribute.items()}
        # A route without MED has the metric 0.
        return path(given["exit_nexthop"], given["aspath"], given["origin"].lower(), given["metric"] or None, given["localpref"],
                    given.get("communities", []), [c.replace(" ", ":", 1) for c in given.get("extended_communities", [])],
                    given.get("large_communities", []), more.get("originator"), more.get("cluster_list", []),
                    given.get("path_id"))

    def reload(self):
        self.lab.write(f"openbgpd-{self.namespace.label}.conf", self.text())
        self.bgpctl("reload")

    def announce(self, route):
        self.spec.routes.append(route)
        self.reload()

    def withdraw(self, route):
        self.spec.routes.remove(route)
        self.reload()

    def refresh(self, peer):
        self.bgpctl("neighbor", peer, "refresh")

    def end(self, how):
        self.process.end(how)
