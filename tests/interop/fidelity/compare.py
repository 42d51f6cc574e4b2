"""Runs designs both ways and says what differs.

Some designs have more than one stable end: policies that prefer each other, or MED between routers that see different
paths. Where the first two tables differ, the simulation runs again with other delays of every cable, which brings the
messages in other orders. For every prefix, what the daemons came to has to be among the simulated ends of that prefix, at all
routers at once: `several ends`. All other differences are the product's or this test's fault.
"""

import concurrent.futures
import json
import pathlib
import shutil
from dataclasses import dataclass, field

from lab import Lab

from . import real, simulated
from .features import draw
from .languages import WELL_KNOWN as WRITTEN

KEYS = ("next_hop", "as_path", "origin", "med", "local_pref", "communities", "large", "extended", "originator_id", "cluster_list",
        "aggregator", "atomic",
        "from", "next_hops")
# Of what a router made itself; a route of BIRD's static protocol has none of them.
OWN_KEYS = ("as_path", "origin", "med", "communities", "large", "extended", "aggregator", "atomic")
# Each daemon and the simulation say them in their own way.
WELL_KNOWN = {**dict(zip(("noExport", "noAdvertise", "localAs", "gracefulShutdown"), WRITTEN)), **{v: k for k, v in WRITTEN.items()}}
MORE_SIMULATIONS = 40


@dataclass
class Outcome:
    seed: int
    verdict: str  # "equal", "several ends", "different", "failed"
    differences: list = field(default_factory=list)
    routes: int = 0
    features: list = field(default_factory=list)

    def text(self):
        return "\n".join([f"seed {self.seed}: {self.verdict}, {self.routes} routes {' '.join(self.features)}".rstrip(), *(f"  {d}" for d in self.differences)])


def compared(best, key, local_pref):
    """What of a best path is compared, at a router with this LOCAL_PREF where there is none."""
    if key == "communities":
        return sorted(WELL_KNOWN.get(c, c).lower() for c in best[key])
    # BIRD shows the LOCAL_PREF that it takes for an external route.
    return best.get(key) or local_pref if key == "local_pref" else best.get(key)


def route_differences(where, mine, theirs, local_pref):
    """Lines on one prefix at one router; None where there is no route."""
    if mine is None or theirs is None:
        return [] if mine == theirs else [f"{where}: " + (f"only the daemon has it: {theirs}" if mine is None else
                                                         f"only the simulation has it: {mine}")]
    local = "local" in mine, "local" in theirs
    if local[0] != local[1]:
        return [f"{where}: simulated {mine}, real {theirs}"]
    keys = KEYS if not local[0] else OWN_KEYS if "as_path" in theirs else ()
    pairs = [(key, compared(mine, key, local_pref), compared(theirs, key, local_pref)) for key in keys]
    return [f"{where} {key}: simulated {a}, real {b}" for key, a, b in pairs if a != b]


def differences(simulation, reality, design):
    """{prefix: lines}; empty when the tables are equal."""
    out = {}
    for router in sorted(reality):
        mine, theirs = simulation[router], reality[router]
        local_pref = design.router(router).default_local_pref or 100
        for prefix in sorted(set(mine) | set(theirs)):
            lines = route_differences(f"{router} {prefix}", mine.get(prefix), theirs.get(prefix), local_pref)
            if lines:
                out.setdefault(prefix, []).extend(lines)
    return out


def really(design):
    with Lab() as lab:
        return real.run(lab, design)


def judge(seed, folder, with_bird=True, features=None, reuse=False):
    """`reuse`: what the daemons came to is taken from an earlier run that was kept."""
    design = draw(seed, with_bird, features)
    folder = pathlib.Path(folder) / str(seed)
    kept = folder / "real.json"
    reality = json.loads(kept.read_text()) if reuse and kept.exists() else really(design)
    routes = sum(map(len, reality.values()))
    # A prefix does not know of another one.
    left = differences(simulated.run(design, folder), reality, design)
    verdict = "several ends" if left else "equal"
    for again in range(1, 1 + MORE_SIMULATIONS):
        if not left:
            break
        now = differences(simulated.run(design, folder, again), reality, design)
        left = {prefix: lines for prefix, lines in left.items() if prefix in now}
    if not left:
        shutil.rmtree(folder)
        return Outcome(seed, verdict, routes=routes, features=design.features)
    kept.write_text(json.dumps(reality, indent=1))
    return Outcome(seed, "different", [line for lines in left.values() for line in lines], routes, design.features)


def judge_all(seeds, folder, at_once=3, with_bird=True, features=None, reuse=False, tell=lambda outcome: None):
    """The outcome of every seed; a design that could not be run is one, too."""
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        running = {pool.submit(judge, seed, folder, with_bird, features, reuse): seed for seed in seeds}
        for done in concurrent.futures.as_completed(running):
            error = done.exception()
            outcomes.append(done.result() if error is None else
                            Outcome(running[done], "failed", str(error).splitlines()[:20]))
            tell(outcomes[-1])
    return sorted(outcomes, key=lambda outcome: outcome.seed)
