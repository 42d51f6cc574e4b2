"""Fixtures for the shipped scenarios: the program, and runs that several tests read."""

import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEATRIAL = ROOT / "build" / "release" / "scenarios" / "cli" / "seatrial"
REFERENCE = ROOT / "scenarios" / "get-me-to-the-cluster"


def seatrial(*arguments, timeout=600):
    """Runs the program; returns the finished process with its output as text."""
    return subprocess.run(
        [str(SEATRIAL), *map(str, arguments)],
        capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False,
    )


@pytest.fixture(scope="session")
def captured(tmp_path_factory):
    """The reference design, seed 1, every port captured, every speaker in MRT: (process, output directory)."""
    out = tmp_path_factory.mktemp("captured")
    return seatrial("run", REFERENCE, "--out", out, "--seed", 1, "--pcap", "all", "--mrt", "all"), out


@pytest.fixture
def design(tmp_path):
    """A copy of the reference design that a test may break."""
    copy = tmp_path / "design"
    shutil.copytree(REFERENCE, copy)
    return copy
