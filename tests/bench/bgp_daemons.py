"""A table fed to the speaker and to the daemon whose profile it has, in turn, in namespaces of this run: CPU time and memory.

BIRD 2 is the one to beat. FRR looks at what it would send back to the sender, too, and so does its profile.
"""

import pathlib
import signal
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))
from daemons import Frr  # noqa: E402  pylint: disable=wrong-import-position
from lab import Lab, tool, wait_until  # noqa: E402  pylint: disable=wrong-import-position

FEEDER = pathlib.Path(__file__).with_name("bgp_feeder.py")
DAEMON, FIRST_PEER = "10.99.0.1", "10.99.0.2"
FIRST_PREFIX = 0x01000000  # 1.0.0.0
PER_UPDATE = 8  # a full table has 6 to 8 prefixes for each set of attributes
PAIRS = 3


def peer_addresses(peers):
    return [f"10.99.0.{2 + i}" for i in range(peers)]


def frr_lines(peers):
    lines = ["frr defaults datacenter", "interface eth0", f" ip address {DAEMON}/24", "exit",
             "ip prefix-list NONE seq 5 deny 0.0.0.0/0 le 32", "router bgp 65000", " bgp router-id 10.99.0.1",
             " no bgp ebgp-requires-policy"]
    for i, address in enumerate(peer_addresses(peers)):
        lines += [f" neighbor {address} remote-as {65001 + i}", f" neighbor {address} passive",
                  f" neighbor {address} timers 60 180"]
    lines.append(" address-family ipv4 unicast")
    lines += [f"  neighbor {address} prefix-list NONE out" for address in peer_addresses(peers)]
    return "\n".join([*lines, " exit-address-family", "exit"]) + "\n"


def start_seatrial(profile):
    def start(lab, namespace, program, peers):
        config = lab.write("frr.conf", frr_lines(peers))
        table = lab.folder / "table.mrt"
        process = namespace.start(program, "bgpd", "-c", config, "--profile", profile, "--quiet", "--json", "--mrt-rib", table)
        process.wait_line(lambda line: "started" in line)

        def count():
            process.popen.send_signal(signal.SIGUSR1)
            size = 0
            while size == 0 or size != table.stat().st_size:  # grows until it is whole
                size = table.stat().st_size if table.exists() else 0
                time.sleep(1)
            dump = subprocess.run([tool("bgpdump"), "-m", table], capture_output=True, text=True, check=True).stdout
            return dump.count("\n")
        return daemon_pid(process), count
    return start


def start_frr(lab, namespace, _program, peers):
    frr = Frr(lab, namespace, lab.write("frr.conf", frr_lines(peers)))
    for address in peer_addresses(peers):  # until then it turns connections away
        wait_until(lambda a=address: frr.neighbor(a).get("bgpState") == "Active", what="FRR to wait for its peers")

    def count():
        return sum(peer["pfxRcd"] for peer in frr.show("bgp ipv4 unicast summary")["peers"].values())
    return frr.pid("bgpd"), count


def start_bird(lab, namespace, _program, peers):
    text = ["router id 10.99.0.1;", "protocol device {}"]
    for i, address in enumerate(peer_addresses(peers)):
        text.append(f"protocol bgp p{i} {{ local {DAEMON} as 65000; neighbor {address} as {65001 + i}; passive on;"
                    " hold time 180; ipv4 { import all; export none; }; }")
    control = lab.folder / "bird.ctl"
    process = namespace.start(tool("bird"), "-f", "-c", lab.write("bird.conf", "\n".join(text) + "\n"), "-s", control,
                              "-P", lab.folder / "bird.pid")
    wait_until(control.exists, what="BIRD's socket")

    def count():
        words = namespace.run(tool("birdc"), "-s", control, "show", "route", "count").stdout.split()
        return int(words[words.index("of") + 1])
    return daemon_pid(process), count


def daemon_pid(process):
    """`ip netns exec` becomes its command, so the process is the daemon itself."""
    return process.popen.pid


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100  # utime, stime in ticks of USER_HZ


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


def quiet_cpu(pid, timeout=300):
    """The CPU time once it has stood still for a second and a half."""
    deadline, last, since = time.monotonic() + timeout, cpu_seconds(pid), time.monotonic()
    while time.monotonic() < deadline:
        time.sleep(0.1)
        now = cpu_seconds(pid)
        if now - last > 0.015:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > 1.5:
            return now
    sys.exit("the daemon did not come to rest")


def feed(start, program, peers, count):
    """CPU seconds, bytes a path, and paths held, of one daemon that takes `count` prefixes from each of `peers`."""
    with Lab() as lab:
        daemon, feeder = lab.namespace("daemon"), lab.namespace("feeder")
        lab.link(daemon, f"{DAEMON}/24", feeder, f"{FIRST_PEER}/24")
        for address in peer_addresses(peers)[1:]:
            feeder.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
        pid, held = start(lab, daemon, program, peers)
        talker = subprocess.Popen(
            ["ip", "netns", "exec", feeder.name, sys.executable, FEEDER, DAEMON, FIRST_PEER, str(peers),
             str(FIRST_PREFIX), str(count), str(PER_UPDATE)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if talker.stdout.readline() != "established\n":
                sys.exit("no session")
            cpu, memory = quiet_cpu(pid), resident(pid)
            talker.stdin.write("\n")
            talker.stdin.flush()
            if talker.stdout.readline() != "sent\n":
                sys.exit("the table was not taken")
            cpu = quiet_cpu(pid) - cpu
            memory = resident(pid) - memory
            paths = held()
        finally:
            talker.stdin.close()
            talker.wait(10)
        return cpu, memory / (peers * count), paths


def compare(program, peers, count, profile, rival):
    ours, theirs = [], []
    for _ in range(PAIRS):
        ours.append(feed(start_seatrial(profile), program, peers, count))
        theirs.append(feed(RIVALS[rival], program, peers, count))
    what = f"{count} prefixes" + (f" from each of {peers} peers" if peers > 1 else " from one peer")
    print(f"receive {what} and choose, {PAIRS} pairs")
    for name, runs in ((f"seatrial bgpd, {profile}", ours), (rival, theirs)):
        for run in runs:
            if run[2] < count:
                sys.exit(f"{name} holds {run[2]} paths of {count}")
        print(f"  {name:<34} CPU {statistics.median(r[0] for r in runs):6.2f} s   "
              f"{statistics.median(r[1] for r in runs):6.0f} bytes a path")
    ratios = [a[0] / b[0] for a, b in zip(ours, theirs)]
    print(f"  CPU time, ours / {rival}'s {statistics.median(ratios):.2f}   (pairs: {', '.join(f'{r:.2f}' for r in ratios)})")


RIVALS = {"BIRD 2": start_bird, "FRR 8.4": start_frr}


def run(program):
    for name in ("bird", "bgpdump"):
        tool(name)
    compare(program, 1, 500_000, "bird-2.0", "BIRD 2")
    compare(program, 10, 100_000, "bird-2.0", "BIRD 2")
    compare(program, 1, 500_000, "frr-8.4-datacenter", "FRR 8.4")
