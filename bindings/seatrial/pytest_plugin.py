"""pytest fixture for a team's own CI.

    def test_edge(seatrial_run):
        r = seatrial_run("design/")
        assert r.ok, r.summary()

Results are under pytest's temporary folder, so that a failed run can be looked at afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .result import Result


@pytest.fixture
def seatrial_run(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[..., Result]:
    """`seatrial_run(design, **options) -> Result`: a directory or a DataCenter; options as `seatrial.run` takes them."""

    def run_it(design: Any, **options: Any) -> Result:
        from .design import DataCenter
        from .running import run

        name = re.sub(r"\W+", "-", request.node.name)[:60]
        options.setdefault("out", tmp_path_factory.mktemp(f"seatrial-{name}"))
        options.setdefault("progress", False)
        return design.run(**options) if isinstance(design, DataCenter) else run(design, **options)

    return run_it
