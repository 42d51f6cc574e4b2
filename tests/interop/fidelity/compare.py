"""Runs designs both ways and says what differs.

Some designs have more than one stable end: policies that prefer each other, or MED between routers that see different
paths. Where the first two tables differ, both sides run again - the simulation with other seeds, which move every jitter -
and a table that both have come to settles it: `several ends`. All other differences are the product's or this test's fault.
"""

import concurrent.futures
import pathlib
import shutil
from dataclasses import dataclass, field

from lab import Lab

from . import real, simulated
from .design import draw

KEYS = ("next_hop", "as_path", "origin", "med", "local_pref", "communities", "originator_id", "cluster_list", "from", "next_hops")
MORE_SIMULATIONS = 5
MORE_REAL = 2


@dataclass
class Outcome:
    seed: int
    verdict: str  # "equal", "several ends", "different", "failed"
    differences: list = field(default_factory=list)
    routes: int = 0

    def text(self):
        return "\n".join([f"seed {self.seed}: {self.verdict}, {self.routes} routes", *(f"  {d}" for d in self.differences)])


def compared(best, key, local):
    """What of a best path is compared."""
    if local:
        return None
    # BIRD shows the LOCAL_PREF that it takes for an external route.
    return best.get(key) or 100 if key == "local_pref" else best.get(key)


def differences(simulation, reality):
    """Lines; empty when the tables are equal."""
    out = []
    for router in sorted(reality):
        mine, theirs = simulation[router], reality[router]
        for prefix in sorted(set(mine) | set(theirs)):
            if prefix not in mine or prefix not in theirs:
                out.append(f"{router} {prefix}: " + (f"only the simulation has it: {mine[prefix]}" if prefix in mine else
                                                     f"only the daemon has it: {theirs[prefix]}"))
                continue
            local = "local" in mine[prefix], "local" in theirs[prefix]
            if local[0] != local[1]:
                out.append(f"{router} {prefix}: simulated {mine[prefix]}, real {theirs[prefix]}")
                continue
            for key in KEYS:
                values = compared(mine[prefix], key, local[0]), compared(theirs[prefix], key, local[1])
                if values[0] != values[1]:
                    out.append(f"{router} {prefix} {key}: simulated {values[0]}, real {values[1]}")
    return out


def really(design):
    with Lab() as lab:
        return real.run(lab, design)


def judge(seed, folder, with_bird=True):
    design = draw(seed, with_bird)
    folder = pathlib.Path(folder) / str(seed)
    reals, simulations = [really(design)], [simulated.run(design, folder)]
    routes = sum(map(len, reals[0].values()))
    first = differences(simulations[0], reals[0])
    if not first:
        shutil.rmtree(folder)
        return Outcome(seed, "equal", routes=routes)
    simulations += [simulated.run(design, folder, again) for again in range(2, 2 + MORE_SIMULATIONS)]
    for again in range(1 + MORE_REAL):
        if again:
            reals.append(really(design))
        if any(not differences(s, reals[-1]) for s in simulations):
            return Outcome(seed, "several ends", routes=routes)
    return Outcome(seed, "different", first, routes)


def judge_all(seeds, folder, at_once=3, with_bird=True, tell=lambda outcome: None):
    """The outcome of every seed; a design that could not be run is one, too."""
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        running = {pool.submit(judge, seed, folder, with_bird): seed for seed in seeds}
        for done in concurrent.futures.as_completed(running):
            error = done.exception()
            outcomes.append(done.result() if error is None else
                            Outcome(running[done], "failed", str(error).splitlines()[:20]))
            tell(outcomes[-1])
    return sorted(outcomes, key=lambda outcome: outcome.seed)
