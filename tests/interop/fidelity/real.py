"""Runs a design by real daemons, each in a namespace, and reads their tables when nothing moves any more."""

import json
import shutil
import subprocess
import time

from lab import tool, wait_until
from peers.bird import parse
from peers.frr import Frr

from .languages import bird_text, frr_text

QUIET = 4.0  # seconds without a change; FRR holds a first UPDATE back for 1.1 s


class RealFrr:
    def __init__(self, lab, namespace, router):
        self.lab, self.namespace, self.router = lab, namespace, router
        self.folder = lab.folder / f"frr-{router.name}"
        self.folder.mkdir()
        shutil.chown(self.folder, "frr", "frr")
        self.config = lab.write(f"{router.name}.conf", frr_text(router, simulated=False))
        shutil.chown(self.config, "frr", "frr")
        self.vtysh = [tool("vtysh"), "--vty_socket", self.folder]

    def start(self, daemon):
        self.namespace.start(tool(daemon), "-u", "frr", "-g", "frr", "--vty_socket", self.folder, "-z", self.folder / "z.sock",
                             "--log", "stdout", "-i", self.folder / f"{daemon}.pid",
                             "-f", self.config if daemon == "bgpd" else "/dev/null")

    def wait(self, daemon):
        wait_until((self.folder / f"{daemon}.vty").exists, interval=0.02, what=f"{daemon} of {self.router.name}")

    show = Frr.show

    def all_established(self):
        peers = self.show("bgp ipv4 unicast summary")[0].get("peers", {})
        return sum(p["state"] == "Established" for p in peers.values()) == len(self.router.sessions)

    def glance(self):
        """Something that changes when the table does."""
        table = self.show("bgp ipv4 unicast")[0]
        return json.dumps([table.get("tableVersion"), table.get("routes")])

    def table(self):
        """prefix -> the best path and, sorted, the next hops of all that are used."""
        prefixes = self.show("bgp ipv4 unicast")[0].get("routes", {})
        out = {}
        for entry in self.show(*(f"bgp ipv4 unicast {prefix}" for prefix in prefixes)):
            best = [p for p in entry.get("paths", []) if p.get("bestpath", {}).get("overall")]
            if not best:
                continue
            found = {**Frr._path(best[0]), **self.aggregation(best[0])}  # pylint: disable=protected-access
            # Who sent an aggregate of its own is "::", too.
            local = best[0]["peer"]["peerId"] in ("::", "0.0.0.0")
            hops = sorted({p["nexthops"][0]["ip"] for p in entry["paths"]
                           if p.get("multipath") or p.get("bestpath", {}).get("overall")})
            out[entry["prefix"]] = ({**found, "local": True} if local else
                                    {**found, "from": best[0]["peer"]["peerId"], "next_hops": hops})
        return out

    @staticmethod
    def aggregation(path):
        whom = f"{path['aggregatorAs']} {path['aggregatorId']}" if "aggregatorAs" in path else None
        return {"aggregator": whom, "atomic": bool(path.get("atomicAggregate"))}


class RealBird:
    def __init__(self, lab, namespace, router):
        self.lab, self.namespace, self.router = lab, namespace, router
        self.control = lab.folder / f"{router.name}.ctl"
        self.config = lab.write(f"{router.name}.conf", bird_text(router))

    def start(self, daemon):
        if daemon == "bgpd":
            self.process = self.namespace.start(tool("bird"), "-f", "-c", self.config, "-s", self.control,
                                                "-P", self.lab.folder / f"{self.router.name}.pid")

    def wait(self, daemon):
        if daemon == "bgpd":
            wait_until(lambda: self.control.exists() or self.process.popen.poll() is not None, what="BIRD to listen")
            assert self.process.popen.poll() is None, self.process.errors() + self.config.read_text()

    def ask(self, *words):
        done = self.namespace.run(tool("birdc"), "-s", self.control, *words, check=False)
        assert "ready." in done.stdout, f"birdc {words}: {done.stdout}{done.stderr}"
        return done.stdout

    def all_established(self):
        return self.ask("show", "protocols").count("Established") == len(self.router.sessions)

    def glance(self):
        return self.ask("show", "route", "all")

    def table(self):
        out = {prefix: {"local": True} for prefix in self.router.networks}
        text = self.ask("show", "route", "primary", "all", "where", "source", "=", "RTS_BGP")
        senders, aggregations = {}, {}
        prefix = None
        for line in text.splitlines():
            if line[:1].isdigit():
                prefix = line.split()[0]
            if "[peer" in line and prefix:
                number = int(line.split("[peer")[1].split()[0])
                senders[prefix] = self.router.sessions[number].address
                aggregations[prefix] = {"aggregator": None, "atomic": False}
            if "BGP.atomic_aggr" in line:
                aggregations[prefix]["atomic"] = True
            if "BGP.aggregator: " in line:
                address, asn = line.split(": ")[1].split()
                aggregations[prefix]["aggregator"] = f"{asn.removeprefix('AS')} {address}"
        for prefix, paths in parse(text).items():
            out[prefix] = {**paths[0], **aggregations[prefix], "from": senders[prefix], "next_hops": [paths[0]["next_hop"]]}
        return out


def batch(lines, namespace=None):
    where = ["-n", namespace.name] if namespace else []
    done = subprocess.run(["ip", *where, "-batch", "-"], input="\n".join(lines) + "\n", text=True, capture_output=True,
                          check=False)
    assert done.returncode == 0, done.stderr


def build(lab, design):
    """The namespaces, cables and bridges of a design."""
    spaces = {r.name: lab.namespace(r.name) for r in design.routers}
    fabric = lab.namespace("fabric")
    lines, inside = [], []
    for asn, ports in design.lans.items():
        bridge = f"br{asn}"
        inside.append(f"link add {bridge} type bridge forward_delay 0")
        inside.append(f"link set {bridge} up")
        for name, interface in ports:
            port = f"{name}-{interface}"
            lines.append(f"link add {interface} netns {spaces[name].name} type veth peer name {port} netns {fabric.name}")
            inside.append(f"link set {port} master {bridge} up")
    for (left, left_port), (right, right_port) in design.cables:
        lines.append(f"link add {left_port} netns {spaces[left].name} type veth peer name {right_port} "
                     f"netns {spaces[right].name}")
    batch(lines)
    batch(inside, fabric)
    for router in design.routers:
        lines = []
        for interface, address in router.interfaces:
            lines += [f"address add {address} dev {interface}", f"link set {interface} up"]
        lines += [f"route add {prefix} via {hop}" for prefix, hop in router.statics]
        batch(lines, spaces[router.name])
    return spaces


def run(lab, design):
    """{router: {prefix: best path}} of the real daemons."""
    spaces = build(lab, design)
    daemons = [{"frr": RealFrr, "bird": RealBird}[r.kind](lab, spaces[r.name], r) for r in design.routers]
    for program in ("zebra", "bgpd"):
        for daemon in daemons:
            daemon.start(program)
        for daemon in daemons:
            daemon.wait(program)
    wait_until(lambda: all(d.all_established() for d in daemons), timeout=60, interval=0.3, what="every session")
    seen, since, deadline = None, time.monotonic(), time.monotonic() + 60
    while time.monotonic() - since < QUIET:
        now = [d.glance() for d in daemons]
        # A session that a busy machine lost is waited for.
        if now != seen or not all(d.all_established() for d in daemons):
            seen, since = now, time.monotonic()
        assert time.monotonic() < deadline, "the daemons' tables do not settle"
        time.sleep(0.5)
    return {d.router.name: d.table() for d in daemons}
