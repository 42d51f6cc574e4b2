"""The laboratory that every test here builds its network in."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from lab import Lab  # noqa: E402  pylint: disable=wrong-import-position


@pytest.fixture
def lab():
    with Lab() as made:
        yield made


def pytest_terminal_summary(terminalreporter, config):
    """The matrix of test_matrix.py, where it ran."""
    lines = getattr(config, "matrix_table", [])
    if lines:
        terminalreporter.section("BGP interoperation")
        for line in lines:
            terminalreporter.write_line(line)
