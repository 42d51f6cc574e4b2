"""`python -m seatrial.sweep`. For programs `seatrial.sweep` is the function, and no module."""

from __future__ import annotations

import sys

if __name__ != "__main__":
    raise ImportError("seatrial.sweep is a function, expected \"from seatrial import sweep\"")

from seatrial._sweep_command import main

sys.exit(main())
