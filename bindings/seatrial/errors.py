"""What can go wrong, as exceptions."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable
from typing import Any


class SeatrialError(Exception):
    """Base of everything that this package raises on purpose."""


class ScenarioError(SeatrialError, ValueError):
    """A design or an argument is wrong. The message is the command line's: FILE:LINE:COL: error: ..., all errors at once.

    Attributes:
        messages: the lines of it, warnings too.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.messages = [line for line in message.splitlines() if line]


class ScenarioWarning(UserWarning):
    """What the command line warns of: a design that runs, and may not be what was meant. FILE:LINE:COL: warning: ..."""


def warn(said: Iterable[str]) -> None:
    """The warnings among lines that the program said, as Python's, at the line that called the package."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and os.path.dirname(frame.f_code.co_filename) == os.path.dirname(__file__):
        level, frame = level + 1, frame.f_back
    for line in said:
        if "warning: " in line:
            warnings.warn(line, ScenarioWarning, stacklevel=level)


class RunError(SeatrialError):
    """A run ended in an internal error or was killed.

    Attributes:
        returncode: the child's exit status; negative: the signal that ended it.
        log: the last lines that it wrote.
        command: how to run it by hand.
    """

    def __init__(self, message: str, returncode: int, log: str, command: list[str]) -> None:
        super().__init__(f"{message}\n{log}".rstrip())
        self.returncode = returncode
        self.log = log
        self.command = command


class SweepError(SeatrialError):
    """Some runs of a sweep or campaign gave no results. Those that did are kept: the same call runs what is missing.

    Attributes:
        failed: a RunError for each of them.
        frame: the rows of the others (None for a campaign).
    """

    def __init__(self, failed: list[RunError], frame: Any = None) -> None:
        first = failed[0]
        super().__init__(f"{len(failed)} runs gave no results; the first: {first}")
        self.failed = failed
        self.frame = frame
