"""FRR 8.4: zebra and bgpd. `text` is also the configuration of seatrial bgpd, which reads the same language."""

import json
import shutil

from lab import tool, wait_until

from . import IPV4, IPV6, path

FAMILIES = {IPV4: "ipv4 unicast", IPV6: "ipv6 unicast"}


def route_map(number, route):
    lines = [f"route-map ROUTE{number} permit 10", f" set origin {route.origin}"]
    if route.med is not None:
        lines.append(f" set metric {route.med}")
    if route.local_pref is not None:
        lines.append(f" set local-preference {route.local_pref}")
    if route.communities:
        lines.append(f" set community {' '.join(route.communities)}")
    if route.prepend:
        lines.append(f" set as-path prepend {' '.join(map(str, route.prepend))}")
    for text in route.extended:
        kind, value = text.split(":", 1)
        lines.append(f" set extcommunity {kind} {value}")
    if route.large:
        lines.append(f" set large-community {' '.join(route.large)}")
    return [*lines, "exit"]


def session_lines(neighbor):
    peer = f" neighbor {neighbor.address}"
    lines = [f"{peer} remote-as {neighbor.asn}", f"{peer} timers {neighbor.hold // 3} {neighbor.hold}",
             f"{peer} timers connect 1"]
    if neighbor.passive:
        lines.append(f"{peer} passive")
    if neighbor.password:
        lines.append(f"{peer} password {neighbor.password}")
    if neighbor.gtsm:
        lines.append(f"{peer} ttl-security hops 1")
    if neighbor.extended_next_hop:
        lines.append(f"{peer} capability extended-nexthop")
    if neighbor.graceful_restart:
        lines.append(f"{peer} graceful-restart")
    if neighbor.bfd:
        lines.append(f"{peer} bfd")
    return lines


def family_lines(spec, family):
    lines = [f" address-family {FAMILIES[family]}"]
    for number, route in enumerate(spec.routes):
        if route.family == family:
            lines.append(f"  network {route.prefix} route-map ROUTE{number}")
    for neighbor in spec.neighbors:
        if family not in neighbor.families:
            continue
        peer = f"  neighbor {neighbor.address}"
        lines.append(f"{peer} activate")
        if neighbor.client:
            lines.append(f"{peer} route-reflector-client")
        if neighbor.add_path_send:
            lines.append(f"{peer} addpath-tx-all-paths")
        if neighbor.silent:
            lines.append(f"{peer} route-map NOTHING out")
    return [*lines, " exit-address-family"]


def interface_lines(spec):
    """bgpd alone has no such command: FRR's zebra takes the kernel's addresses."""
    return ["interface eth0", *(f" {'ipv6' if ':' in a else 'ip'} address {a}" for a in spec.addresses), "exit"]


def text(spec, hostname, interfaces=()):
    lines = ["frr defaults datacenter", f"hostname {hostname}", *interfaces]
    lines += [f"router bgp {spec.asn}", f" bgp router-id {spec.router_id}", " no bgp default ipv4-unicast",
              " no bgp ebgp-requires-policy", " no bgp network import-check"]
    if spec.confederation:
        identifier, members = spec.confederation
        lines += [f" bgp confederation identifier {identifier}", f" bgp confederation peers {' '.join(map(str, members))}"]
    if any(neighbor.graceful_restart for neighbor in spec.neighbors):
        lines += [" bgp graceful-restart", " bgp graceful-restart preserve-fw-state"]
    for neighbor in spec.neighbors:
        lines += session_lines(neighbor)
    families = {family for neighbor in spec.neighbors for family in neighbor.families}
    for family in sorted(families):
        lines += family_lines(spec, family)
    lines += ["exit", "route-map NOTHING deny 10", "exit"]
    for number, route in enumerate(spec.routes):
        lines += route_map(number, route)
    return "\n".join(lines) + "\n"


class Frr:
    name = "FRR"

    def __init__(self, lab, namespace, spec):
        self.lab, self.namespace, self.spec = lab, namespace, spec
        self.folder = lab.folder / f"frr-{namespace.label}"
        self.folder.mkdir(exist_ok=True)
        shutil.chown(self.folder, "frr", "frr")
        self.vtysh = [tool("vtysh"), "--vty_socket", self.folder]
        self.daemons = {}
        self.start()

    def start(self):
        config = self.lab.write(f"frr-{self.namespace.label}.conf", text(self.spec, "peer"))
        shutil.chown(config, "frr", "frr")
        bfd = any(neighbor.bfd for neighbor in self.spec.neighbors)
        for daemon in ("zebra", *(["bfdd"] if bfd else []), "bgpd"):
            if daemon not in self.daemons:
                (self.folder / f"{daemon}.vty").unlink(missing_ok=True)
                own = ["--bfdctl", self.folder / "bfdd.sock"] if daemon == "bfdd" else []
                self.daemons[daemon] = self.namespace.start(
                    tool(daemon), *own, "-u", "frr", "-g", "frr", "--vty_socket", self.folder, "-z", self.folder / "z.sock",
                    "--log", "stdout", "-i", self.folder / f"{daemon}.pid",
                    "-f", config if daemon == "bgpd" else "/dev/null")
            wait_until((self.folder / f"{daemon}.vty").exists, interval=0.01, what=f"{daemon} to listen")

    def show(self, *commands):
        """The answers to several commands, by one vtysh."""
        if not commands:
            return []
        arguments = [a for command in commands for a in ("-c", f"show {command} json")]
        rest, out, decoder = self.namespace.run(*self.vtysh, *arguments).stdout.strip(), [], json.JSONDecoder()
        while rest:
            value, end = decoder.raw_decode(rest)
            out.append(value)
            rest = rest[end:].lstrip()
        return out

    def configure(self, *lines):
        arguments = [a for line in ("configure terminal", *lines) for a in ("-c", line)]
        self.namespace.run(*self.vtysh, *arguments)

    def established(self, peer):
        return self.show(f"bgp neighbors {peer}")[0].get(peer, {}).get("bgpState") == "Established"

    def routes(self, family):
        prefixes = self.show(f"bgp {FAMILIES[family]}")[0].get("routes", {})
        entries = self.show(*(f"bgp {FAMILIES[family]} {prefix}" for prefix in prefixes))
        learned = {e["prefix"]: [self._path(p) for p in e["paths"] if not p.get("sourced")] for e in entries if e}
        return {prefix: paths for prefix, paths in learned.items() if paths}

    @staticmethod
    def _path(given):
        hops = [h["ip"] for h in given["nexthops"] if h.get("scope", "global") == "global"]
        return path(
            hops[0], given["aspath"]["string"].removeprefix("Local"), given["origin"].lower(), given.get("metric"),
            given.get("locPrf"), given.get("community", {}).get("list", []),
            [c.lower() for c in given.get("extendedCommunity", {}).get("string", "").split()],
            given.get("largeCommunity", {}).get("list", []), given.get("originatorId"),
            given.get("clusterList", {}).get("list", []), given.get("addpathRxId") or None)

    def announce(self, route):
        number = len(self.spec.routes)
        self.spec.routes.append(route)
        self.configure(*route_map(number, route), f"router bgp {self.spec.asn}", f"address-family {FAMILIES[route.family]}",
                       f"network {route.prefix} route-map ROUTE{number}")

    def withdraw(self, route):
        self.configure(f"router bgp {self.spec.asn}", f"address-family {FAMILIES[route.family]}", f"no network {route.prefix}")

    def refresh(self, peer):
        """Asks the peer for its routes again."""
        self.namespace.run(*self.vtysh, "-c", f"clear bgp {peer} soft in")

    def bfd_up(self, peer):
        return any(p["peer"] == peer and p["status"] == "up" for p in self.show("bfd peers")[0])

    def end(self, how):
        self.daemons.pop("bgpd").end(how)
