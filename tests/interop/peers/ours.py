"""seatrial bgpd. Its table is read from what it writes as MRT: another program's view, decoded by code of the test's own."""

import json
import signal

from daemons import SEATRIAL
from lab import wait_until

from . import frr
from .mrt import Truncated, table


class Seatrial:
    name = "seatrial"

    def __init__(self, lab, namespace, spec, *options):
        self.lab, self.namespace, self.spec, self.options = lab, namespace, spec, options
        self.control = lab.folder / f"{namespace.label}.ctl"
        self.dump = lab.folder / f"{namespace.label}.rib.mrt"
        self.process = None
        self.start()

    def start(self):
        config = self.lab.write(f"{self.namespace.label}.conf", frr.text(self.spec, "ours", frr.interface_lines(self.spec)))
        self.process = self.namespace.start(SEATRIAL, "bgpd", "-c", config, "--json", "--mrt-rib", self.dump,
                                            "--control", self.control, *self.options)
        self.event("started")

    def event(self, name, timeout=30.0, **fields):
        def matches(line):
            event = json.loads(line)
            return event["event"] == name and all(event[k] == v for k, v in fields.items())
        return json.loads(self.process.wait_line(matches, timeout, f"{name} with {fields}"))

    def established(self, peer):
        self.process.poll_lines()
        states = [e["to"] for e in map(json.loads, self.process.lines) if e["event"] == "session" and e["peer"] == peer]
        return bool(states) and states[-1] == "Established"

    def bgpctl(self, *words):
        done = self.namespace.run(SEATRIAL, "bgpctl", "--control", self.control, *words)
        return done.stdout

    def refresh(self, peer):
        self.bgpctl("clear", "bgp", peer, "soft", "in")

    def received(self, peer):
        """What the peer sent, by prefix, as of now: the table is written anew."""
        self.dump.unlink(missing_ok=True)
        self.process.popen.send_signal(signal.SIGUSR1)

        def written():
            try:
                return [table(self.dump, peer)] if self.dump.stat().st_size else None
            except (FileNotFoundError, Truncated):
                return None
        return wait_until(written, interval=0.01, what="our table")[0]

    def events(self):
        self.process.poll_lines()
        return [json.loads(line) for line in self.process.lines]

    def end(self, how):
        return self.process.end(how)
