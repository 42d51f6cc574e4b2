"""Questions to the program that it answers at once: `show`, `compare`, `diff`, `golden`, `report`, `bgp`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from ._program import program
from ._values import is_plain, plain, shortened
from .errors import RunError, ScenarioError

_INTERNAL = 3


def ask(command: str, options: Iterable[tuple[str, object]], places: Iterable[object], versus: Iterable[str] = (), *,
        said: str | None = None) -> str:
    """What `seatrial COMMAND` prints, whether it says "same" or "different".

    Args:
        options: ("--layer", value); None and False: left out; True: a flag.
        versus: places behind "--vs".
        said: its standard input.

    Raises ScenarioError with its message on bad input, RunError on an internal error.
    """
    words = [program(), *command.split()]
    for option, given in options:
        value = plain(given)
        if value is None or value is False:
            continue
        if value is not True and not isinstance(value, (str, int, float, Path)):
            raise ScenarioError(f"{option}: error: {shortened(given)}, expected text or a number")
        if value in ("", "[]", "{}"):  # CLI11 takes brackets for a list of nothing
            raise ScenarioError(f"{option}: error: \"{value}\" is nothing, expected a value, or to leave it out")
        words.append(option if value is True else f"{option}={value}")
    others = list(versus)
    words += ["--", *(str(place) for place in places), *(["--vs", *others] if others else [])]
    for word in words:
        if not is_plain(word):
            raise ScenarioError(f"{command}: error: {shortened(word)} has a null character or is no Unicode, expected text")
    done = subprocess.run(words, input=said or "", capture_output=True, text=True, errors="replace", check=False,
                          env={**os.environ, "SEATRIAL_PARENT": str(os.getpid())})
    if done.returncode in (0, 1):
        return done.stdout
    if done.returncode > 1 and done.returncode != _INTERNAL:
        raise ScenarioError(refusal(done.stderr))
    raise RunError(f"`seatrial {command}` failed (exit status {done.returncode})", done.returncode, done.stderr.strip(), words)


def refusal(said: str) -> str:
    """The message of a program that refused its input, without the help that it adds to what is wrong with an option."""
    lines = said.rstrip().splitlines()
    usage = next((i for i, line in enumerate(lines) if line.startswith("Usage: ")), None)
    if usage is None:
        return "\n".join(lines)
    return "\n".join(lines[:max(usage - 1, 1)]).rstrip()
