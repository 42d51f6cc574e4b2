"""ExaBGP 4.2.21: no table of its own. What it hears and says goes through its API, exabgp_helper.py."""

import ipaddress
import json
import os
import pathlib

from lab import tool, wait_until

from . import IPV6, path

HELPER = pathlib.Path(__file__).with_name("exabgp_helper.py")


def extended_text(text):
    """rt:65001:7; what it prints as 65001:0.0.0.7 is the same."""
    kind, first, second = text.replace("target:", "rt:").replace("origin:", "soo:").split(":")
    if "." in second:
        second = int(ipaddress.IPv4Address(second))
    return f"{kind}:{first}:{second}"


# Those that it does not know by name.
COMMUNITIES = {"accept-own": "65535:1"}  # RFC 7611


def announcement(route, neighbor):
    # Its "self" is the router id for IPv4, whatever the session runs over.
    own = neighbor.local if neighbor.extended_next_hop else "self"
    words = ["route", route.prefix, "next-hop", route.next_hop or own, "origin", route.origin]
    if route.med is not None:
        words += ["med", str(route.med)]
    if route.local_pref is not None:
        words += ["local-preference", str(route.local_pref)]
    if route.prepend:
        words += ["as-path", "[", *map(str, route.prepend), "]"]
    if route.communities:
        words += ["community", "[", *(COMMUNITIES.get(c, c) for c in route.communities), "]"]
    if route.extended:
        words += ["extended-community", "[", *(t.replace("rt:", "target:").replace("soo:", "origin:") for t in route.extended), "]"]
    if route.large:
        words += ["large-community", "[", *route.large, "]"]
    return " ".join(words)


class ExaBgp:
    name = "ExaBGP"

    def __init__(self, lab, namespace, spec):
        self.lab, self.namespace, self.spec = lab, namespace, spec
        self.heard, self.pipe = lab.folder / f"exabgp-{namespace.label}.json", lab.folder / f"exabgp-{namespace.label}.fifo"
        os.mkfifo(self.pipe)
        self.process = None
        self.start()

    def start(self):
        self.heard.write_text("")
        config = self.lab.write(f"exabgp-{self.namespace.label}.conf", self.text())
        settings = {"daemon.user": "root", "api.ack": "false", "api.cli": "false", "log.destination": "stderr",
                    "tcp.bind": " ".join(sorted({n.local for n in self.spec.neighbors})), "tcp.port": "179"}
        if self.spec.neighbors[0].password or self.spec.neighbors[0].gtsm:
            del settings["tcp.bind"]  # its listener knows neither
        arguments = [f"exabgp.{key}={value}" for key, value in settings.items()]
        self.process = self.namespace.start("env", *arguments, tool("exabgp"), config)
        # The helper opens the pipe once ExaBGP runs.
        wait_until(lambda: self.process.popen.poll() is None and self._is_read(), what="ExaBGP to start")

    def _is_read(self):
        try:
            os.close(os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    def text(self):
        lines = ["process helper {", f"  run /usr/bin/python3 {HELPER} {self.heard} {self.pipe};", "  encoder json;", "}"]
        for n in self.spec.neighbors:
            # It keeps a next hop's family out of its OPEN unless that is one of the families, too.
            families = dict.fromkeys((*n.families, *((IPV6,) if n.extended_next_hop else ())))
            add_path = {(False, False): "disable", (True, False): "receive", (False, True): "send", (True, True): "send/receive"}
            lines += [f"neighbor {n.address} {{", f"  router-id {self.spec.router_id};", f"  local-address {n.local};",
                      f"  local-as {self.spec.asn};", f"  peer-as {n.asn};", f"  hold-time {n.hold};", "  group-updates false;",
                      "  family {", *(f"    {family} unicast;" for family in families), "  }", "  capability {",
                      "    route-refresh enable;", "    asn4 enable;",
                      f"    add-path {add_path[n.add_path_receive, n.add_path_send]};",
                      f"    graceful-restart {'30' if n.graceful_restart else 'disable'};"]
            if n.extended_next_hop:
                lines.append("    nexthop enable;")
            lines.append("  }")
            if n.extended_next_hop:
                lines += ["  nexthop {", "    ipv4 unicast ipv6;", "  }"]
            if n.passive:
                lines.append("  passive true;")
            if n.password:
                lines.append(f'  md5-password "{n.password}";')
            if n.gtsm:
                lines += ["  outgoing-ttl 255;", "  incoming-ttl 255;"]
            # Not by the API: told much at once on a busy machine, it loses some.
            lines += ["  static {", *(f"    {announcement(route, n)};" for route in self.spec.routes), "  }"]
            lines += ["  api {", "    processes [ helper ];", "    neighbor-changes;", "    receive {", "      parsed;",
                      "      update;", "    }", "  }", "}"]
        return "\n".join(lines) + "\n"

    def command(self, line):
        with open(self.pipe, "w", encoding="utf-8") as pipe:
            pipe.write(line + "\n")

    def _command(self, verb, route):
        self.command(f"{verb} {announcement(route, self.spec.neighbors[0])}")

    def events(self):
        text = self.heard.read_text(encoding="utf-8")
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def established(self, peer):
        states = [e["neighbor"]["state"] for e in self.events()
                  if e["type"] == "state" and e["neighbor"]["address"]["peer"] == peer]
        return bool(states) and states[-1] == "up"

    def routes(self, family):
        table = {}
        for event in self.events():
            neighbor = event["neighbor"]
            if event["type"] == "state" and neighbor["state"] == "down":
                table.clear()
            update = neighbor.get("message", {}).get("update") if event["type"] == "update" else None
            if not update:
                continue
            key = f"{family} unicast"
            for nlri in update.get("withdraw", {}).get(key, []):
                table.pop((nlri["nlri"], nlri.get("path-information")), None)
            for next_hop, entries in update.get("announce", {}).get(key, {}).items():
                for nlri in entries:
                    identifier = nlri.get("path-information")
                    table[nlri["nlri"], identifier] = self._path(next_hop, update["attribute"], identifier)
        out = {}
        for (prefix, _), found in table.items():
            out.setdefault(prefix, []).append(found)
        return out

    @staticmethod
    def _path(next_hop, given, identifier):
        segments = given.get("as-path", [])
        if given.get("confederation-path"):
            segments = [f"({' '.join(map(str, given['confederation-path']))})", *segments]
        extended = [extended_text(c["string"]) for c in given.get("extended-community", [])]
        number = None
        if identifier:
            number = int.from_bytes(bytes(map(int, identifier.split("."))), "big")
        return path(next_hop, " ".join(map(str, segments)), given["origin"], given.get("med"), given.get("local-preference"),
                    [":".join(map(str, c)) for c in given.get("community", [])], extended,
                    [":".join(map(str, c)) for c in given.get("large-community", [])], given.get("originator-id"),
                    given.get("cluster-list", []), number)

    def announce(self, route):
        self.spec.routes.append(route)
        self._command("announce", route)

    def withdraw(self, route):
        self.spec.routes.remove(route)
        self._command("withdraw", route)

    def refresh(self, peer):
        self.command(f"neighbor {peer} announce route-refresh ipv4 unicast")

    def end(self, how):
        self.process.end(how)
