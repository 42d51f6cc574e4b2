"""The `seatrial` program of this installation."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import SeatrialError


def program() -> str:
    """Path of the command-line program that this package runs its children with."""
    from ._build import PROGRAM

    path = (Path(__file__).parent / PROGRAM).resolve()
    if not os.access(path, os.X_OK):
        raise SeatrialError(f"the program is not at {path}: install the package anew")
    return str(path)
