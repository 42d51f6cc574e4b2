"""`seatrial.run`: a scenario directory as packets, in a child process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from . import _native
from ._child import assignments, execute, injections, run_command
from ._scratch import Scratch
from ._values import Duration, duration, is_plain, plain, shortened, text
from .errors import ScenarioError, warn
from .result import Result


def run(folder: str | Path, *, seed: int | None = None, until: Duration | None = None, out: str | Path | None = None,
        pcap: str = "none", mrt: str = "none", set: Mapping[str, Any] | None = None, inject: Iterable[str] = (),
        progress: bool | None = None) -> Result:
    """Runs a scenario directory, as `seatrial run` does, and reads its results.

    Args:
        folder: with scenario.json and the files that it names.
        seed: instead of the scenario's.
        until: end there instead of at the scenario's end.
        out: folder for the results; a temporary one, which lives as long as the result, when left out.
        pcap: ports to capture: "none", "all", or patterns such as "edge*:eth0,tor1:*".
        mrt: BGP speakers whose messages and tables are written in MRT (RFC 6396), to `out`/mrt: "none", "all", or patterns
            such as "edge*,core1".
        set: changes to the document: {"clients.users.load.rate": 400}.
        inject: events added to the timeline, AT:ACTION:TARGET: ["30s:link_down:core1:eth1"].
        progress: a bar (needs tqdm); None: on a terminal or in a notebook.

    What the command line warns of is a `ScenarioWarning`.

    Raises:
        ScenarioError: the design is wrong; the message is the command line's.
        RunError: the run ended in an internal error, or was killed.
    """
    result, said = run_saying(folder, seed, until, out, pcap, mrt, set, inject, progress)
    warn(said)
    return result


def run_saying(folder: str | Path, seed: int | None, until: Duration | None, out: str | Path | None, pcap: str, mrt: str,
               set: Mapping[str, Any] | None, inject: Iterable[str], progress: bool | None) -> tuple[Result, list[str]]:
    """As `run`, and what the program said."""
    place = as_folder(folder)
    keep = None
    if out is not None:
        text(out, "the folder for the results (out=)", "out/demo")
    else:
        keep = Scratch()
        out = keep.folder
    for option, value in (("pcap", pcap), ("mrt", mrt)):
        if not isinstance(value, str):
            raise ScenarioError(f"--{option}: error: {shortened(value)}, expected text such as \"all\" or \"edge*\"")
    command = run_command(place, str(out), seed=plain(seed), changes=assignments(set), events=injections(inject),
                          until=None if until is None else duration(until), pcap=pcap, mrt=mrt)
    said = execute(command, title=Path(folder).name, progress=progress)
    return Result(out, keep=keep), said


def check(folder: str | Path, *, set: Mapping[str, Any] | None = None, inject: Iterable[str] = ()) -> str:
    """Reads every file of a scenario directory and returns the derived design in words, as `seatrial check` does; runs nothing.

    Raises ScenarioError with all that is wrong.
    """
    found = _native.inspect(as_folder(folder), {}, list(assignments(set)), list(injections(inject)))
    if not found["ok"]:
        raise ScenarioError(found["messages"] + f"{found['errors']} error(s)")
    warn(str(found["messages"]).splitlines())
    return str(found["description"])


def as_folder(folder: str | Path) -> str:
    try:
        if isinstance(folder, (str, Path)) and is_plain(str(folder)) and Path(folder).is_dir():
            return str(folder)
    except OSError:  # a name that is too long
        pass
    shown = str(folder) if isinstance(folder, (str, Path)) and is_plain(str(folder)) else repr(folder)
    raise ScenarioError(f"{shown}: error: no such folder, expected one with a scenario.json")
