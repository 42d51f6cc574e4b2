"""The folder that keeps what was run, under the hash of all that decides a run's results.

    CACHE/designs/HASH/    scenario directories, as they were asked for
    CACHE/runs/KE/KEY/     finished runs: what `seatrial run --out` writes, and cell.json, which says what it is a run of
    CACHE/tmp/             runs that go on

A run is written under tmp and renamed when it is complete: what stands under runs is whole, whoever died, and of two
that run the same at once one wins and the other is thrown away (their bytes are the same).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from . import _native
from ._child import BAD_INPUT, Children, execute, run_command
from ._program import program
from ._values import text
from .errors import RunError, ScenarioError, SeatrialError


@dataclass(frozen=True)
class Cell:
    """One run, as plain values: what a worker on another machine needs, besides the cache folder itself."""

    cache: str
    key: str
    design: str
    overrides: tuple[str, ...]
    injections: tuple[str, ...]
    seed: int
    until: str | None
    build: str

    @property
    def folder(self) -> Path:
        return Path(self.cache) / "runs" / self.key[:2] / self.key

    @property
    def finished(self) -> bool:
        return (self.folder / "cell.json").is_file()


@dataclass(frozen=True)
class Ended:
    """How a cell ended; an empty message: its folder is there."""

    message: str = ""
    returncode: int = 0
    log: str = ""
    command: tuple[str, ...] = ()

    def error(self) -> RunError:
        return RunError(self.message, self.returncode, self.log, list(self.command))


@lru_cache(maxsize=4)
def _digest_of_file(path: str, mtime_ns: int, size: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build() -> str:
    """Names this build: its version, and a hash of the program."""
    path = program()
    stat = os.stat(path)
    return f"{_native.version}-{_digest_of_file(path, stat.st_mtime_ns, stat.st_size)[:16]}"


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def key_of(document: Mapping[str, object], files: Mapping[str, str], seed: int, until: str | None, build_name: str) -> str:
    """The address of a run.

    Args:
        document: canonical, with all changes and events in it; its own seed does not count.
        files: digest of each file that it makes the run read.
    """
    inputs = {key: value for key, value in document.items() if key != "seed"}
    return _digest({"document": inputs, "files": dict(files), "seed": seed, "until": until, "build": build_name})


class Cache:
    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(text(folder, "the cache folder", "out/cache")).absolute()
        try:
            for name in ("designs", "runs", "tmp"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ScenarioError(f"{folder}: error: no cache can be made there ({error.strerror}), expected a folder, "
                                "or a place to make one") from error
        self._clear_after_the_dead()

    def add_design(self, contents: Mapping[str, bytes]) -> Path:
        """A scenario directory of these files; the same folder for the same files."""
        name = _digest({name: hashlib.sha256(content).hexdigest() for name, content in contents.items()})
        # A file beside the design ("../shared/nginx.conf") stays within the folder.
        depth = max(Path(file).parts.count("..") for file in contents)
        inner = Path(*["design"] * depth)
        final = self.folder / "designs" / name
        if not final.is_dir():
            partial = self._temporary(name)
            for file, content in contents.items():
                path = Path(os.path.normpath(partial / inner / file))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            (partial / inner).mkdir(parents=True, exist_ok=True)
            _publish(partial, final)
        return final / inner

    def _temporary(self, name: str) -> Path:
        return _temporary(self.folder, name)

    def _clear_after_the_dead(self) -> None:
        """What processes of this machine left that did not come to their end."""
        for path in (self.folder / "tmp").iterdir():
            _, host, pid, _ = (path.name.rsplit("~", 3) + ["", "", ""])[:4]
            if host == socket.gethostname() and pid.isdigit() and not Path("/proc", pid).exists():
                shutil.rmtree(path, ignore_errors=True)


def _temporary(cache: Path, name: str) -> Path:
    return cache / "tmp" / f"{name}~{socket.gethostname()}~{os.getpid()}~{secrets.token_hex(4)}"


def _publish(partial: Path, final: Path) -> None:
    final.parent.mkdir(parents=True, exist_ok=True)
    try:
        partial.rename(final)
    except OSError:
        if not final.is_dir():
            raise
        shutil.rmtree(partial)  # another one was first


def run_cell(cell: Cell, children: Children | None = None) -> Ended:
    """Runs it, unless it is there. Called where the executor works; what goes wrong comes back as a value."""
    partial = _temporary(Path(cell.cache), cell.key)
    command: list[str] = []
    try:
        if cell.finished:
            return Ended()
        if build() != cell.build:
            return Ended(f"the worker on {socket.gethostname()} has build {build()} of seatrial, not {cell.build}: "
                         "its results would not be those of the sweep")
        if not Path(cell.design, "scenario.json").is_file():
            return Ended(f"{cell.design} cannot be read on {socket.gethostname()}: the cache folder must be one that "
                         "all workers share")
        command = run_command(cell.design, str(partial), seed=cell.seed, until=cell.until, changes=cell.overrides,
                              events=cell.injections)
        execute(command, progress=False, children=children)
        text = json.dumps(asdict(cell), indent=2) + "\n"
        (partial / "cell.json").write_text(text, encoding="utf-8")
        _publish(partial, cell.folder)
        return Ended()
    except RunError as error:
        return Ended(str(error).splitlines()[0], error.returncode, error.log, tuple(error.command))
    except SeatrialError as error:
        return Ended(f"the run was refused: {error}", BAD_INPUT, "", tuple(command))
    except OSError as error:
        return Ended(f"the run's results could not be kept: {error}", 0, "", tuple(command))
    finally:
        shutil.rmtree(partial, ignore_errors=True)
