"""Python's values to the words of scenario.json."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from .errors import ScenarioError

#: "30s", "1.5ms", a timedelta, or a number of seconds.
Duration: TypeAlias = str | float | timedelta
#: "10Gbps", or a number of bits per second.
Rate: TypeAlias = str | float
Spec: TypeAlias = dict[str, Any]

_LONGEST_S = 9e9  # what 64 bits of nanoseconds hold

_SHOWN = 200  # characters of a wrong value

_UNITS = ((3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"),
          (1, "ns"))
_DURATION = re.compile(r"([0-9]{1,40}(?:\.[0-9]{1,40})?)(ns|us|ms|s|m|h)")


def duration(value: Duration) -> str:
    """The text that scenario.json has for it; a text is taken as it is."""
    value = plain(value)
    if isinstance(value, str):
        return value
    if isinstance(value, timedelta):
        if value != value:  # pandas' NaT
            raise ScenarioError(f"error: {value!r} is no duration, expected \"30s\" or a number of seconds")
        nanoseconds = (value.days * 86_400 + value.seconds) * 1_000_000_000 + value.microseconds * 1_000
    else:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise ScenarioError(f"error: {value!r} is no duration, expected \"30s\" or a number of seconds")
        if abs(value) > _LONGEST_S:
            raise ScenarioError(f"error: {value!r} seconds is out of range, expected a duration up to {_LONGEST_S:g} s")
        nanoseconds = round(value * 1e9)
    if nanoseconds < 0:
        raise ScenarioError(f"error: {value!r} is before the start, expected a duration from 0")
    for size, unit in _UNITS[2:]:
        if nanoseconds % size == 0:
            return f"{nanoseconds // size}{unit}"
    raise AssertionError("nanoseconds are whole")


def nanoseconds(value: Duration) -> int:
    """A duration or a moment of the run, in nanoseconds."""
    found = _DURATION.fullmatch(duration(value))
    if found is not None:
        size = next(size for size, unit in _UNITS if unit == found[2])
        exact = Decimal(found[1]) * size
        if exact < 2**63:
            return int(exact)
    raise ScenarioError(f"error: {shortened(value)} is no duration, expected a number with a unit: 500ms, 30s, 5m, 1h")


def text(value: Any, what: str, example: str) -> str:
    """The value, when it is a text that can be a name or a path."""
    if isinstance(value, Path):
        value = str(value)
    if not isinstance(value, str) or not value or not is_plain(value):
        raise ScenarioError(f"error: {what} is {shortened(value)}, expected text such as \"{example}\"")
    return value


def is_plain(value: str) -> bool:
    """Whether files and programs can be given it: no null character, and no half of a surrogate pair."""
    try:
        return b"\0" not in value.encode()
    except UnicodeEncodeError:
        return False


def shortened(value: object) -> str:
    """How a message shows it."""
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "..."


def listed(value: Any, wanted: str, *, single: type | tuple[type, ...] = str) -> list[Any]:
    """The values of a list, or one of these; ScenarioError with what is wanted for anything else."""
    if isinstance(value, single):
        return [value]
    try:
        return list(value)
    except TypeError:
        raise ScenarioError(f"{wanted.partition(':')[0]}: error: {shortened(value)}, expected {wanted.partition(': ')[2]}") from None


def plain(value: Any) -> Any:
    """numpy's numbers, arrays and durations as Python's own; anything else as it is."""
    if isinstance(value, np.timedelta64):
        return pd.Timedelta(value)
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    return value


def as_number(value: Any, of: str) -> int | None:
    """An AS number (RFC 6793), or None."""
    value = plain(value)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 4294967295):
        raise ScenarioError(f"error: {of} has asn={value!r}, expected a whole number from 1 to 4294967295")
    return value


def as_path(value: Any) -> str | None:
    """A path of a file of the design, or None."""
    return None if value is None else text(value, "a file's path", "edge/frr.conf")


def rate(value: Rate) -> str:
    value = plain(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ScenarioError(f"error: {value!r} is no bandwidth, expected \"10Gbps\" or a number of bits per second")
    if value < 0:
        raise ScenarioError(f"error: {value!r} is no bandwidth, expected \"10Gbps\" or a number of bits per second")
    return f"{round(value)}bps"


def names(value: Any) -> Any:
    """Handles to their names, at any depth; everything else as it is."""
    if hasattr(value, "name") and hasattr(value, "spec"):
        return value.name
    if isinstance(value, (np.generic, np.ndarray)):
        return names(plain(value))
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {names(key): names(inner) for key, inner in value.items()}
    if isinstance(value, (str, bytes)):
        return value
    if isinstance(value, Sequence) or isinstance(value, (set, frozenset)):
        items: Iterable[Any] = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [names(inner) for inner in items]
    return value


def given(**members: Any) -> Spec:
    """The members that are not None, with handles as names. A trailing underscore is not part of a name (`from_`)."""
    return {key.rstrip("_"): names(value) for key, value in members.items() if value is not None}
