"""The matrix of daemons and features: what is held to pass, what a daemon does not have, and the table that is printed.

The cells are independent and wait most of the time, so a few run at once: `Cells` starts them in a pool, and each test
waits for its own.
"""

import concurrent.futures
import threading

from lab import Lab
from peers.bird import Bird1, Bird2
from peers.exabgp import ExaBgp
from peers.frr import Frr
from peers.gobgp import GoBgp
from peers.openbgpd import OpenBgpd

DAEMONS = {cls.name: cls for cls in (Frr, Bird2, Bird1, GoBgp, ExaBgp, OpenBgpd)}
AT_ONCE = 4

NO_ANSWER = "asked for its routes, by FRR 8.4, too, it logs 'AID IPv4 unicast not negotiated' and says nothing"

# (daemon, feature): why there is no such cell, with the source.
NOT_SUPPORTED = {
    ("ExaBGP", "route reflection, it reflects"): "it has no table and passes nothing on: it sends what its API says (its wiki, FAQ)",
    ("BIRD 1.6.8", "confederation"): "no such option: BIRD has it since 2.0 (its NEWS)",
    ("ExaBGP", "confederation"): "its configuration has no confederation",
    ("OpenBGPD", "confederation"): "bgpd.conf(5) has no confederation",
    ("ExaBGP", "ADD-PATH, we receive"): "it has no table, so the source's path is not passed on",
    ("ExaBGP", "graceful restart, it helps"): "it has no table: routes of a lost session are the API program's business",
    ("GoBGP", "graceful restart, it restarts"): "its own routes come by its API and are not back before its End-of-RIB",
    ("OpenBGPD", "graceful restart, it restarts"): "bgpd.conf(5), announce restart: only the End-of-RIB marker",
    ("BIRD 1.6.8", "RFC 8950"): "one program for each family; extended next hop came with 2.0",
    ("BIRD 1.6.8", "IPv6 over IPv4"): "one program for each family",
    ("BIRD 1.6.8", "IPv4 over IPv6"): "one program for each family",
    ("GoBGP", "route refresh, it asks"): "its softresetin looks again at what it keeps, and sends nothing (seen on the wire)",
    ("OpenBGPD", "route refresh, we ask"): NO_ANSWER,
    ("GoBGP", "enhanced refresh, it asks"): "its OPEN has no such capability (seen on the wire)",
    ("GoBGP", "enhanced refresh, we ask"): "its OPEN has no such capability (seen on the wire)",
    ("ExaBGP", "enhanced refresh, we ask"): "it offers it, and says neither BoRR nor EoRR when asked (seen on the wire)",
    ("OpenBGPD", "enhanced refresh, we ask"): NO_ANSWER,
    ("GoBGP", "BFD"): "3.10 has none (its configuration.md)",
    ("ExaBGP", "BFD"): "its configuration has none",
    ("OpenBGPD", "BFD"): "bgpd.conf(5) has none",
    ("OpenBGPD", "RFC 8950"): "7.7 has no capability for it (bgpd.conf(5), announce)",
}

class Cells:
    """Runs functions of (lab, daemon's class) in the background, and keeps how they ended."""

    def __init__(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
        self.futures, self.results, self.lock = {}, {}, threading.Lock()

    def start(self, key, function, daemon):
        self.futures[key] = self.pool.submit(self._run, function, daemon)

    @staticmethod
    def _run(function, daemon):
        with Lab() as lab:
            function(lab, DAEMONS[daemon])

    def wait(self, key, features):
        daemon = key[1]
        try:
            self.futures[key].result(timeout=120)
        except BaseException:
            for feature in features:
                self.results[daemon, feature] = "FAILED"
            raise
        for feature in features:
            self.results[daemon, feature] = "pass"

    def close(self):
        self.pool.shutdown(cancel_futures=True)

    def table(self, features):
        """Lines: a row a feature, a column a daemon; then the reasons."""
        width = max(map(len, features))
        lines = [" ".join([" " * width, *(f"{d:>10}" for d in DAEMONS)])]
        for feature in features:
            row = [self.results.get((d, feature), "-" if (d, feature) in NOT_SUPPORTED else "") for d in DAEMONS]
            lines.append(" ".join([f"{feature:{width}}", *(f"{cell:>10}" for cell in row)]))
        reasons = [f"-  {d}, {f}: {why}" for (d, f), why in NOT_SUPPORTED.items() if f in features]
        return [*lines, "not supported by the daemon:", *reasons]
