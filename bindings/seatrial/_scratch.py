"""Temporary folders that do not stay: each is locked while it is used, and the next one clears those whose lock nobody holds.

A Python that is killed runs no clean-up of its own. The kernel gives up a process's locks however it ends (flock(2)), and tells no
process by a number that another one may have by now, or has in another container.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from types import TracebackType

_PREFIX = "seatrial-scratch-"
_LOCK = ".seatrial-lock"


class Scratch:
    """A temporary folder, which goes with the last reference to this, with the `with` block, or after the process's end.

    Attributes:
        folder: an empty one.
    """

    def __init__(self) -> None:
        _clear(Path(tempfile.gettempdir()))
        place, lock = _locked()
        self.folder = place / "work"
        self.folder.mkdir()
        self._finalizer = weakref.finalize(self, _remove, place, lock, os.getpid())

    def __enter__(self) -> Path:
        return self.folder

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._finalizer()


def _locked() -> tuple[Path, int]:
    while True:
        place = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = os.open(place / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:  # else somebody took it for left behind before it was locked
            return place, lock
        os.close(lock)


def _remove(place: Path, lock: int, owner: int) -> None:
    if os.getpid() != owner:  # a fork of it
        return
    shutil.rmtree(place, ignore_errors=True)
    os.close(lock)


def _clear(folder: Path) -> None:
    """Those that were left behind by processes of this user which are gone."""
    for path in folder.glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            lock = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:  # another user's, or gone meanwhile
            continue
        try:
            if os.fstat(lock).st_uid == os.getuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path.parent, ignore_errors=True)
        except OSError:  # in use
            pass
        finally:
            os.close(lock)
