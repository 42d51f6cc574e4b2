"""seatrial: script an on-premises Kubernetes exposure design, run it as packets, get DataFrames and plots.

    import seatrial

    r = seatrial.run("scenarios/get-me-to-the-cluster", seed=3)
    print(r.summary())
    r.plot.latency().figure.savefig("latency.png")

`run` takes a scenario directory; `DataCenter` builds one; `load` makes a DataCenter of a directory.
`sweep` runs a grid of changes and seeds into one table; `campaign` runs every failure and ranks them by harm. `check` reads a
directory and runs nothing; `diff` compares two runs or captures by meaning, `compare` two designs by their runs, `golden` a run with
its baseline; `bgp` decodes and encodes BGP messages.
A wrong argument or design is a `ScenarioError`, a run that broke a `RunError`; both are `SeatrialError`.
"""

from __future__ import annotations

from . import bgp, golden, plan, state
from ._campaign import Campaign, campaign
from ._native import version as __version__
from ._sweep import sweep
from .comparing import Findings, diff
from .design import DataCenter, load
from .errors import RunError, ScenarioError, ScenarioWarning, SeatrialError, SweepError
from .explaining import Explanation
from .handles import Client, Cluster, Edge, Handle, Node, Router, Switch, request
from .result import Result
from .running import check, run
from .versus import Comparison, compare

__all__ = ["Campaign", "Client", "Cluster", "Comparison", "DataCenter", "Edge", "Explanation", "Findings", "Handle", "Node",
           "Result", "Router", "RunError", "ScenarioError", "ScenarioWarning", "SeatrialError", "SweepError",
           "Switch", "__version__", "bgp", "campaign", "check", "compare", "diff", "golden", "load", "plan", "request", "run", "state", "sweep"]
