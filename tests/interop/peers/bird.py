"""BIRD: 2.0.12 (bird2) and 1.6.8, whose two programs are one for each family."""

import ipaddress
import pathlib
import re

from lab import tool, wait_until

from . import IPV4, IPV6, path

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIRD1 = ROOT / "build" / "daemons" / "bird-1.6" / "usr" / "sbin"
ORIGINS = {"igp": "ORIGIN_IGP", "egp": "ORIGIN_EGP", "incomplete": "ORIGIN_INCOMPLETE"}


def tuple_text(community):
    kind, _, rest = community.partition(":")
    if kind in ("rt", "soo"):
        return f"({kind if kind == 'rt' else 'ro'},{rest.replace(':', ',')})"
    return f"({community.replace(':', ',')})"


def statements(route):
    """The filter statements that give a route its attributes."""
    lines = [f"bgp_origin = {ORIGINS[route.origin]};"]
    if route.med is not None:
        lines.append(f"bgp_med = {route.med};")
    if route.local_pref is not None:
        lines.append(f"bgp_local_pref = {route.local_pref};")
    if route.next_hop is not None:
        lines.append(f"bgp_next_hop = {route.next_hop};")
    lines += [f"bgp_path.prepend({asn});" for asn in reversed(route.prepend)]
    lines += [f"bgp_community.add({tuple_text(c)});" for c in route.communities]
    lines += [f"bgp_ext_community.add({tuple_text(c)});" for c in route.extended]
    lines += [f"bgp_large_community.add({tuple_text(c)});" for c in route.large]
    return lines


class Bird:
    """What both have in common: the control socket and the words of `show route all`."""
    program, client = "bird", "birdc"

    def __init__(self, lab, namespace, spec):
        self.lab, self.namespace, self.spec = lab, namespace, spec
        self.control = lab.folder / f"bird-{namespace.label}.ctl"
        self.config = lab.folder / f"bird-{namespace.label}.conf"
        self.recovering = False
        self.process = None
        self.start()

    def start(self):
        self.config.write_text(self.text())
        self.control.unlink(missing_ok=True)
        options = ["-R"] if self.recovering else []
        self.process = self.namespace.start(
            tool(self.program), "-f", *options, "-c", self.config, "-s", self.control,
            "-P", self.lab.folder / f"bird-{self.namespace.label}.pid")
        wait_until(lambda: self.control.exists() or self.process.popen.poll() is not None, interval=0.01, what="BIRD to listen")
        assert self.process.popen.poll() is None, f"BIRD left: {self.process.errors()}\n{self.text()}"

    # The configuration.

    def family(self):
        return None

    def static(self, family):
        lines = []
        for route in self.spec.routes:
            if route.family == family:
                lines.append(f"  route {route.prefix} blackhole;")
        return lines

    def export_filter(self):
        # MED passes to an external peer only where the export filter sets it.
        lines = ["filter outgoing {", "  if source = RTS_BGP then accept;", "  if source != RTS_STATIC then reject;"]
        lines += [f"  if net = {route.prefix} then {{ {' '.join(statements(route))} }}" for route in self.spec.routes]
        return [*lines, "  accept;", "}"]

    def session(self, number, neighbor):
        confederated = self.spec.confederation is not None
        lines = [f"protocol bgp peer{number} {{", f"  local {neighbor.local} as {self.spec.asn};",
                 f"  neighbor {neighbor.address} as {neighbor.asn};", "  connect delay time 1;", "  connect retry time 1;",
                 "  error wait time 1, 2;", f"  hold time {neighbor.hold};"]
        if neighbor.passive:
            lines.append("  passive on;")
        if neighbor.client:
            lines.append("  rr client;")
        if neighbor.password:
            lines.append(f'  password "{neighbor.password}";')
        if neighbor.gtsm:
            lines.append("  ttl security on;")
        if confederated:
            lines += [f"  confederation {self.spec.confederation[0]};",
                      f"  confederation member {'on' if neighbor.asn in self.spec.confederation[1] else 'off'};"]
        if neighbor.bfd:
            lines.append("  bfd on;")
        lines.append(f"  graceful restart {'on' if neighbor.graceful_restart else 'off'};")
        return [*lines, *self.exchange(neighbor), "}"]

    @staticmethod
    def add_paths(neighbor):
        mode = (neighbor.add_path_receive, neighbor.add_path_send)
        return {(False, False): [], (True, False): ["add paths rx;"], (False, True): ["add paths tx;"],
                (True, True): ["add paths on;"]}[mode]

    @staticmethod
    def export(neighbor):
        return "export none;" if neighbor.silent else "export filter outgoing;"

    def text(self):
        lines = ["log stderr all;", f"router id {self.spec.router_id};", "protocol device { }", *self.export_filter(), *self.tables()]
        if any(neighbor.bfd for neighbor in self.spec.neighbors):
            lines.append("protocol bfd { }")
        for number, neighbor in enumerate(self.spec.neighbors):
            lines += self.session(number, neighbor)
        return "\n".join(lines) + "\n"

    # The running daemon.

    def ask(self, *words):
        # birdc exits 1 for "Network not found", which is an answer too.
        done = self.namespace.run(tool(self.client), "-s", self.control, *words, check=False)
        assert "ready." in done.stdout, f"birdc {words}: {done.stdout}{done.stderr}"
        return done.stdout

    def protocol(self, peer):
        return f"peer{[n.address for n in self.spec.neighbors].index(peer)}"

    def established(self, peer):
        return "Established" in self.ask("show", "protocols", self.protocol(peer))

    def routes(self, family):
        return parse(self.ask("show", "route", "all", *self.table_words(family)))

    def reconfigure(self):
        self.config.write_text(self.text())
        done = self.ask("configure")
        assert "Reconfigured" in done or "Reconfiguration in progress" in done, done

    def announce(self, route):
        self.spec.routes.append(route)
        self.reconfigure()

    def withdraw(self, route):
        self.spec.routes.remove(route)
        self.reconfigure()

    def refresh(self, peer):
        self.ask("reload", "in", self.protocol(peer))

    def bfd_up(self, peer):
        return re.search(rf"^{re.escape(peer)} .* Up ", self.ask("show", "bfd", "sessions"), re.M) is not None

    def end(self, how):
        self.process.end(how)
        self.recovering = True


class Bird2(Bird):
    name = "BIRD 2"

    def tables(self):
        lines = []
        for family in (IPV4, IPV6):
            routes = self.static(family)
            if routes:
                lines += [f"protocol static static_{family} {{", f"  {family};", *routes, "}"]
        return ["protocol direct { ipv4; ipv6; }", *lines]

    def exchange(self, neighbor):
        lines = []
        for family in neighbor.families:
            inside = ["import all;", self.export(neighbor), *self.add_paths(neighbor)]
            if neighbor.extended_next_hop and family == IPV4:
                inside.append("extended next hop on;")
            lines.append(f"  {family} {{ {' '.join(inside)} }};")
        return lines

    def table_words(self, family):
        return ["table", "master4" if family == IPV4 else "master6"]


class Bird1(Bird):
    """Routes of one family."""
    name = "BIRD 1.6.8"

    def __init__(self, lab, namespace, spec):
        six = any(IPV6 in neighbor.families for neighbor in spec.neighbors)
        self.program, self.client = str(BIRD1 / ("bird6" if six else "bird")), str(BIRD1 / ("birdc6" if six else "birdc"))
        super().__init__(lab, namespace, spec)

    def tables(self):
        routes = [line for family in (IPV4, IPV6) for line in self.static(family)]
        return ["protocol direct { }", "protocol static {", *routes, "}"]

    def exchange(self, neighbor):
        return [f"  {line}" for line in ("import all;", self.export(neighbor), *self.add_paths(neighbor))]

    def table_words(self, _family):
        return []


HEAD = re.compile(r"^(\S+/\d+)?\s+(?:unicast|via|blackhole|unreachable|prohibit|multipath)")


def attribute(text, name):
    found = re.search(rf"^\tBGP\.{name}: ?(.*)$", text, re.M)
    return found.group(1).strip() if found else None


def communities(text, name):
    value = attribute(text, name)
    return [] if not value else [re.sub(r"[()\s]", "", c).replace(",", ":").replace("ro:", "soo:")
                                 for c in re.findall(r"\([^)]*\)", value)]


def parse(text):
    """The paths of BGP in `show route all`, by prefix."""
    table, prefix, entry = {}, None, []

    def finish():
        body = "\n".join(entry)
        if prefix is None or "BGP.next_hop" not in body:
            return
        med, preference = attribute(body, "med"), attribute(body, "local_pref")
        hop = attribute(body, "next_hop").split()[0]
        cluster = attribute(body, "cluster_list")
        identifier = attribute(body, "path_id")
        table.setdefault(prefix, []).append(path(
            str(ipaddress.ip_address(hop)), attribute(body, "as_path") or "", attribute(body, "origin").lower(),
            int(med) if med is not None else None, int(preference) if preference is not None else None,
            communities(body, "community"), communities(body, "ext_community"), communities(body, "large_community"),
            attribute(body, "originator_id"), cluster.split() if cluster else [],
            int(identifier) if identifier else None))

    for line in text.splitlines():
        head = HEAD.match(line)
        if head and not line.startswith("\t"):
            finish()
            entry = []
            prefix = head.group(1) or prefix
        entry.append(line)
    finish()
    return table
