"""`python -m seatrial.sweep DIR --grid PATH=V1,V2 --seeds 0..19 --cache DIR`: `seatrial.sweep` for shells.

The table goes to standard output as CSV. `--print-commands` prints one command a run that is missing, for Slurm arrays or
GNU parallel; the same call finds what they ran. Exit status: 0 all ran, 2 bad input, 3 some runs gave no results.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

import pandas as pd

from ._sweep import DEFAULT_CACHE, sweep
from .errors import ScenarioError, SeatrialError, SweepError

_BAD_INPUT = 2
_CRASHED = 3


def parse_seeds(text: str) -> list[int]:
    """"3", "0..19", "1,4,10..12"."""
    seeds: list[int] = []
    for part in text.split(","):
        first, dots, last = part.partition("..")
        try:
            seeds += range(int(first), int(last) + 1) if dots else [int(first)]
        except ValueError:
            raise ScenarioError(f"--seeds {text}: error: \"{part}\" is no seed, expected 3, 0..19 or 1,4,10..12") from None
        if dots and int(last) < int(first):
            raise ScenarioError(f"--seeds {text}: error: \"{part}\" ends before it begins, expected 0..19")
    return seeds


def parse_values(text: str) -> list[Any]:
    """Values separated by commas, but for those within brackets, braces or quotes; each JSON, or else a text."""
    parts, depth, quoted, escaped = [""], 0, False, False
    for letter in text:
        if letter == "," and depth == 0 and not quoted:
            parts.append("")
            continue
        parts[-1] += letter
        if escaped:
            escaped = False
        elif quoted and letter == "\\":
            escaped = True
        elif letter == '"':
            quoted = not quoted
        elif not quoted:
            depth += (letter in "[{") - (letter in "]}")
    return [_value(part) for part in parts]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _pair(option: str, text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not equals or not path:
        raise ScenarioError(f"{option} {text}: error: there is no path before a \"=\", expected PATH=VALUE")
    return path, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m seatrial.sweep", description="Runs a design at every point of a grid.")
    parser.add_argument("folder", metavar="DIR", help="scenario directory")
    parser.add_argument("--grid", action="append", default=[], metavar="PATH=V1,V2", help="values of one path (may be repeated)")
    parser.add_argument("--seeds", metavar="SEEDS", help="0..19 or 1,2,3 (default: the scenario's)")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="a change that all points share")
    parser.add_argument("--until", metavar="DURATION", help="end each run there")
    parser.add_argument("--cache", default=str(DEFAULT_CACHE), metavar="DIR", help="keeps finished runs (default: %(default)s)")
    parser.add_argument("--jobs", type=int, metavar="N", help="runs at once (default: one a processor)")
    parser.add_argument("--print-commands", action="store_true", help="run nothing, print a command for each missing run")
    parser.add_argument("--quiet", action="store_true", help="no table")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        grid = {path: parse_values(text) for path, text in (_pair("--grid", one) for one in options.grid)}
        changes = dict(_pair("--set", one) for one in options.set)
        frame = sweep(options.folder, grid, seeds=None if options.seeds is None else parse_seeds(options.seeds),
                      until=options.until, executor=options.jobs, cache=options.cache, set=changes,
                      print_commands=options.print_commands)
    except SweepError as error:
        for one in error.failed:
            print(f"{one}\n  {' '.join(one.command)}", file=sys.stderr)
        _show(error.frame, options.quiet)
        return _CRASHED
    except SeatrialError as error:
        print(error, file=sys.stderr)
        return _BAD_INPUT
    _show(frame, options.quiet or options.print_commands)
    return 0


def _show(frame: pd.DataFrame, quiet: bool) -> None:
    if not quiet:
        frame.to_csv(sys.stdout, index=False)

