"""iBGP at size, simulated to convergence: a full mesh, and clients of two route reflectors, one route from each.

Every router is on one switch and originates its own /32. The run ends when the simulated clock does; how long the
design took to settle is what results.json calls its convergence.
"""

import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ASN = 64512


def address(number):
    return f"10.0.{number // 250}.{number % 250 + 1}"


def own_route(number):
    return f"172.16.{number // 250}.{number % 250 + 1}/32"


def frr_conf(number, neighbors):
    """`neighbors`: the number of each, and whether it is a client of this router."""
    lines = ["frr defaults datacenter", f"hostname r{number}", "interface eth0", f" ip address {address(number)}/16",
             "exit", f"router bgp {ASN}", f" bgp router-id {address(number)}", " no bgp network import-check"]
    for other, client in neighbors:
        lines.append(f" neighbor {address(other)} remote-as {ASN}")
        if client:
            lines.append(f" neighbor {address(other)} route-reflector-client")
    lines += [" address-family ipv4 unicast", f"  network {own_route(number)}", " exit-address-family", "exit"]
    return "\n".join(lines) + "\n"


def write_design(folder, name, routers, duration):
    """`routers`: for each its neighbours."""
    links = [{"ends": [f"r{n}:eth0", "lan"], "rate": "10Gbps", "delay": "1us", "mtu": 1500} for n in routers]
    document = {
        "name": name.replace(" ", "-"), "seed": 1, "duration": duration,
        "fabric": {"switches": [{"name": "lan"}],
                   "routers": [{"name": f"r{n}", "config": f"r{n}.conf", "profile": "frr-8.4-datacenter"}
                               for n in routers],
                   "links": links},
        "expect": [{"id": "sessions", "sessions": "as_configured", "by": duration}],
    }
    (folder / "scenario.json").write_text(json.dumps(document), encoding="utf-8")
    for n, neighbors in routers.items():
        (folder / f"r{n}.conf").write_text(frr_conf(n, neighbors), encoding="utf-8")


def mesh(size):
    return {n: [(other, False) for other in range(size) if other != n] for n in range(size)}


def reflected(clients):
    """Routers 0 and 1 reflect, and peer with each other."""
    routers = {0: [(1, False)], 1: [(0, False)]}
    for n in range(2, clients + 2):
        routers[n] = [(0, False), (1, False)]
        routers[0].append((n, True))
        routers[1].append((n, True))
    return routers


def measure(program, name, routers, duration):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write_design(folder, name, routers, duration)
        began = time.monotonic()
        done = subprocess.run([program, "run", folder, "--out", folder / "out", "--pcap", "none"], check=False,
                              capture_output=True, text=True)
        wall = time.monotonic() - began
        if done.returncode != 0:
            sys.exit(f"{name}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        results = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    counters = results["counters"]
    sessions = sum(len(n) for n in routers.values()) // 2
    print(f"{name}: {len(routers)} speakers, {sessions} sessions, {len(routers)} routes, {duration} simulated")
    print(f"  wall {wall:.1f} s   {counters['events']} events   {counters.get('bgp_messages', '?')} BGP messages   "
          f"peak memory {peak:.0f} MiB (of this and earlier runs)")


def run(program):
    measure(program, "full mesh", mesh(100), "20s")
    measure(program, "two reflectors", reflected(1000), "20s")
