"""The programs under test and the real daemons they meet."""

import json
import os
import pathlib
import shutil
import time

from lab import tool, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEATRIAL = pathlib.Path(
    os.environ.get("SEATRIAL", ROOT / "build" / "release" / "scenarios" / "cli" / "seatrial"))


class SeatrialBgpd:
    def __init__(self, namespace, config, *options):
        assert SEATRIAL.exists(), f"{SEATRIAL} is not built"
        self.process = namespace.start(SEATRIAL, "bgpd", "-c", config, "--json", *options)
        self.event("started")

    def event(self, name, timeout=30.0, **fields):
        """Waits for an event whose fields are these."""
        def matches(line):
            event = json.loads(line)
            return event["event"] == name and all(event[k] == v for k, v in fields.items())
        return json.loads(self.process.wait_line(matches, timeout, f"{name} with {fields}"))

    def events(self):
        return [json.loads(line) for line in self.process.lines]


class Frr:
    """zebra and bgpd, and bfdd where asked for; the configuration is loaded by vtysh, as frrinit does."""

    def __init__(self, lab, namespace, config, bfd=False):
        self.namespace = namespace
        self.folder = lab.folder / f"frr-{namespace.label}"
        self.folder.mkdir()
        shutil.chown(self.folder, "frr", "frr")
        common = ["-u", "frr", "-g", "frr", "--vty_socket", self.folder,
                  "-z", self.folder / "z.sock", "--log", "stdout"]
        for daemon in ("zebra", *(["bfdd"] if bfd else []), "bgpd"):
            own = ["--bfdctl", self.folder / "bfdd.sock"] if daemon == "bfdd" else []
            namespace.start(tool(daemon), *common, "-i", self.folder / f"{daemon}.pid", *own)
            wait_until((self.folder / f"{daemon}.vty").exists, what=f"{daemon} to listen")
        self.vtysh_arguments = [tool("vtysh"), "--vty_socket", self.folder]
        namespace.run(*self.vtysh_arguments, "-f", config)

    def show(self, command):
        text = self.namespace.run(*self.vtysh_arguments, "-c", f"show {command} json").stdout
        return json.loads(text) if text.strip() else {}

    def configure(self, *lines):
        arguments = [a for line in ("configure terminal", *lines) for a in ("-c", line)]
        self.namespace.run(*self.vtysh_arguments, *arguments)

    def pid(self, daemon):
        return int((self.folder / f"{daemon}.pid").read_text())

    def bfd(self, address):
        return next((peer for peer in self.show("bfd peers") if peer["peer"] == address), {})

    def neighbor(self, address):
        return self.show(f"bgp neighbors {address}").get(address, {})

    def wait_established(self, address, timeout=30.0):
        wait_until(lambda: self.neighbor(address).get("bgpState") == "Established", timeout,
                   what=f"FRR's session with {address}")

    def paths(self, prefix):
        """The paths of a prefix, each with its next hops' addresses."""
        routes = self.show("bgp ipv4 unicast").get("routes", {})
        return routes.get(prefix, [])

    def wait_path(self, prefix, next_hop, timeout=30.0):
        def found():
            paths = self.paths(prefix)
            # FRR takes a path in first and chooses a little later.
            if not any(path.get("bestpath") for path in paths):
                return None
            for path in paths:
                if next_hop in [hop["ip"] for hop in path.get("nexthops", [])]:
                    return path
            return None
        return wait_until(found, timeout, what=f"FRR's route {prefix} via {next_hop}")


class Bird:
    def __init__(self, lab, namespace, text):
        self.namespace = namespace
        config = lab.write(f"bird-{namespace.label}.conf", text)
        self.control = lab.folder / f"bird-{namespace.label}.ctl"
        self.process = namespace.start(
            tool("bird"), "-f", "-c", config, "-s", self.control,
            "-P", lab.folder / f"bird-{namespace.label}.pid")
        wait_until(self.control.exists, what="bird to listen")

    def ask(self, *words):
        # birdc exits 1 for "Network not found", which is an answer too.
        done = self.namespace.run(tool("birdc"), "-s", self.control, *words, check=False)
        assert "ready." in done.stdout, f"birdc {words}: {done.stdout}{done.stderr}"
        return done.stdout

    def wait_established(self, protocol, timeout=30.0):
        wait_until(lambda: "Established" in self.ask("show", "protocols", protocol), timeout,
                   what=f"BIRD's session {protocol}")

    def wait_route(self, prefix, next_hop, timeout=30.0):
        def found():
            text = self.ask("show", "route", "for", prefix, "all")
            return text if f"BGP.next_hop: {next_hop}\n" in text and prefix in text else None
        return wait_until(found, timeout, what=f"BIRD's route {prefix} via {next_hop}")


class Capture:
    """What passes an interface, on the BGP port unless told otherwise, judged by Wireshark's dissectors."""

    def __init__(self, lab, namespace, interface, what="tcp port 179"):
        self.file = lab.folder / f"{namespace.label}-{interface}.pcapng"
        self.process = namespace.start(tool("dumpcap"), "-q", "-i", interface, "-f",
                                       what, "-w", self.file)
        wait_until(lambda: "File:" in self.process.errors(), what="dumpcap to capture")
        self.lab = lab

    def stop(self):
        """What dumpcap has not been handed when it ends is lost: the kernel gives it frames in blocks."""
        if self.process.popen.poll() is None:
            time.sleep(1)
        self.process.end()

    def read(self, display_filter, *fields):
        arguments = [a for field in fields for a in ("-e", field)]
        done = self.lab.command(tool("tshark"), "-r", self.file, "-Y", display_filter,
                                "-T", "fields", *arguments)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def assert_sound(self):
        assert self.read("bgp.type == 1", "frame.number"), "no OPEN was captured"
        assert self.read("bgp.type == 2", "frame.number"), "no UPDATE was captured"
        # 8388608 is PI_ERROR of Wireshark's expert information.
        wrong = self.read("_ws.malformed || (bgp && _ws.expert.severity == 8388608)",
                          "frame.number", "_ws.expert.message")
        assert wrong == [], f"Wireshark complains about {wrong}"
