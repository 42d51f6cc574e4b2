"""What a person sees while a run goes on: tqdm's bar where it is installed, otherwise nothing."""

from __future__ import annotations

import re
import warnings
from typing import Any

_FORMAT = "{desc}: {percentage:3.0f}%|{bar}| {n:.1f}/{total:.1f} s simulated [{elapsed}<{remaining}]"
_LINE = re.compile(r"^\s*(\d+) %\s+([\d.]+) of ([\d.]+) s simulated")


class Progress:
    def __init__(self, title: str, shown: bool | None) -> None:
        self._bar: Any = None
        self._title = title
        self._shown = shown

    def line(self, text: str) -> bool:
        """True when the line was a line of progress."""
        found = _LINE.match(text)
        if found is None:
            return False
        now, end = float(found[2]), float(found[3])
        if self._bar is None and self._shown is not False:
            self._bar = _bar(self._shown, total=end, desc=self._title, unit="s", bar_format=_FORMAT)
        if self._bar is not None:
            self._bar.update(now - self._bar.n)
        return True

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _bar(shown: bool | None, **options: Any) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # in a notebook without ipywidgets: a bar of text is as good
            from tqdm.auto import tqdm
    except ImportError:
        return None
    # disable=None: only on a terminal, or in a notebook.
    return tqdm(leave=False, disable=None if shown is None else False, **options)


class Counter:
    """The same for many runs, one step each."""

    def __init__(self, title: str, total: int, shown: bool | None) -> None:
        self._bar: Any = None
        if shown is not False and total > 0:
            self._bar = _bar(shown, total=total, desc=title, unit="run")

    def step(self) -> None:
        if self._bar is not None:
            self._bar.update(1)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
