"""One run as a child process: ns-3 keeps process-wide state, so that a second run in one process would differ."""

from __future__ import annotations

import collections
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from ._ask import refusal
from ._program import program
from ._progress import Progress
from ._values import duration, is_plain, listed, names, shortened
from .errors import RunError, ScenarioError

_KEPT_LINES = 40
_MOST_LINES = 2000  # of errors, which come all at once
BAD_INPUT = 2


def run_command(folder: str, out: str, *, seed: int | None = None, changes: Iterable[str] = (), events: Iterable[str] = (),
                until: str | None = None, pcap: str = "none", mrt: str = "none") -> list[str]:
    """The command line of a run, as a shell would take it. No value of an option is taken for another option."""
    said: list[tuple[str, object]] = [("out", out), ("seed", seed), *(("set", change) for change in changes),
                                      *(("inject", event) for event in events), ("until", until),
                                      ("pcap", None if pcap == "none" else pcap), ("mrt", None if mrt == "none" else mrt)]
    for option, value in said:
        kind = int if option == "seed" else str
        if isinstance(value, bool) or not isinstance(value, (kind, type(None))) or not is_plain(str(value)):
            raise ScenarioError(f"--{option}: error: {value!r}, expected {'a whole number' if option == 'seed' else 'text'}")
        if value == "":
            raise ScenarioError(f"--{option}: error: \"\" is nothing, expected a value, or to leave it out")
    options = [f"--{option}={value}" for option, value in said if value is not None]
    return [program(), "run", *options, "--", folder]


def assignments(changes: Mapping[str, Any] | None) -> tuple[str, ...]:
    """PATH=VALUE each, as `--set` takes it."""
    if not isinstance(changes, (Mapping, type(None))):
        raise ScenarioError(f"set: error: {changes!r}, expected {{path: value}} such as {{\"clients.users.load.rate\": 400}}")
    return tuple(_assignment(path, duration(value) if isinstance(value, timedelta) else names(value))
                 for path, value in (changes or {}).items())


def _assignment(path: object, value: object) -> str:
    if not isinstance(path, str):
        raise ScenarioError(f"set: error: the path {path!r} is no text, expected one such as \"clients.users.load.rate\"")
    try:
        text = value if isinstance(value, str) else json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ScenarioError(f"--set {path}: error: {shortened(value)} is no JSON ({error}), expected numbers, texts, lists") from error
    if not is_plain(path + text):
        raise ScenarioError(f"--set {path!a}: error: {shortened(text)} is no Unicode text, expected one")
    return f"{path}={text}"


def injections(events: Iterable[str]) -> tuple[str, ...]:
    """AT:ACTION:TARGET each, as `--inject` takes it."""
    chosen = listed(events, "inject: a list of AT:ACTION:TARGET such as [\"30s:link_down:core1:eth1\"]")
    for event in chosen:
        if not isinstance(event, str) or not is_plain(event):
            raise ScenarioError(f"inject: error: {event!r} is no text, expected AT:ACTION:TARGET such as "
                                "\"30s:link_down:core1:eth1\"")
    return tuple(chosen)


class Children:
    """Runs that go on in threads of this process, so that all of them can be ended: Ctrl-C comes to one thread alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._ending = False

    def add(self, child: subprocess.Popen[str]) -> None:
        with self._lock:
            self._running.add(child)
            ending = self._ending
        if ending:
            _end(child)

    def remove(self, child: subprocess.Popen[str]) -> None:
        with self._lock:
            self._running.discard(child)

    def end(self) -> None:
        """Those that run, and any that is started from now on."""
        with self._lock:
            self._ending = True
            running = list(self._running)
        for child in running:
            child.terminate()


def execute(command: list[str], *, title: str = "run", progress: bool | None = None,
            children: Children | None = None) -> list[str]:
    """Runs it to its end; what it said beside its progress. The GIL is free meanwhile; Ctrl-C ends the child too.

    Raises ScenarioError on exit status 2 (with the program's own message), RunError on any other.
    """
    said: collections.deque[str] = collections.deque(maxlen=_MOST_LINES)
    bar = Progress(title, progress)
    # Its parent, this process: when that is killed, the kernel kills the child.
    environment = {**os.environ, "SEATRIAL_PARENT": str(os.getpid())}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          text=True, errors="replace", env=environment) as child:
        try:
            if children is not None:
                children.add(child)
            assert child.stderr is not None
            for line in child.stderr:
                if not bar.line(line):
                    said.append(line.rstrip("\n"))
            status = child.wait()
        except BaseException:
            _end(child)
            raise
        finally:
            if children is not None:
                children.remove(child)
            bar.close()
    if status in (0, 1):  # as the verdict is
        return list(said)
    if status == BAD_INPUT:
        raise ScenarioError(refusal("\n".join(said)))
    log = "\n".join([*said][-_KEPT_LINES:])
    what = f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    raise RunError(f"the run failed ({what})", status, log, command)


def _end(child: subprocess.Popen[str]) -> None:
    """By its own id; the terminal may have sent it SIGINT already."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def jobs() -> int:
    """How many runs this machine carries at once."""
    return len(os.sched_getaffinity(0))
