"""Why a request failed or was slow, as a value: `print(r.explain("users/17"))`."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pandas as pd


class Explanation:
    """The chain of records from a symptom to its cause; nothing is told that no record says.

    Attributes:
        request: "users/17".
        symptom: what the client saw: "timed out", "refused", "reset", "502", "wrong answerer", "slow"; "answered" when all is well.
        attributed: whether records name a cause.
        cause: in one sentence; "" when none is named.
    """

    def __init__(self, request: str, data: Mapping[str, Any]) -> None:
        self.request = request
        self.symptom = str(data["symptom"])
        self.attributed = bool(data["attributed"])
        self.cause = str(data["cause"])
        self._chain: list[dict[str, Any]] = data["chain"]

    @property
    def chain(self) -> pd.DataFrame:
        """One row a step: kind, at_s, text, evidence (ids of records), frames [(file, number)]; of a piece of a slow request's time
        took_s and what it was spent on (piece: lookup, connect, way, proxy, failed try, app, transfer, other)."""
        rows = [{"kind": step["kind"], "at_s": step["at_ns"] / 1e9, "text": step["text"],
                 "took_s": None if step["took_ns"] is None else step["took_ns"] / 1e9, "piece": step["piece"],
                 "evidence": step["evidence"], "frames": step["frames"]} for step in self._chain]
        frame = pd.DataFrame(rows, columns=["kind", "at_s", "took_s", "piece", "text", "evidence", "frames"])
        return frame.astype({"at_s": float, "took_s": float, **({} if rows else {"kind": str, "text": str})})

    def _verdict(self) -> str:
        if self.cause:
            return self.cause
        return "nothing to explain" if self.symptom == "answered" else "unattributed: no record names a cause"

    def __str__(self) -> str:
        lines = [f"{self.request} {self.symptom}: {self._verdict()}"]
        for step in self._chain:
            when = "" if step["at_ns"] is None else f"{step['at_ns'] / 1e9:.6f} s"
            rests = [*step["evidence"], *(f"{file} frame {number}" for file, number in step["frames"])]
            lines.append(f"  {when:>14}  {step['text']}" + (f" [{', '.join(rests)}]" if rests else ""))
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Explanation {self.request} {self.symptom}: {self._verdict()}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{'' if step['at_ns'] is None else format(step['at_ns'] / 1e9, '.6f')}</td>"
            f"<td style='text-align:left'>{html.escape(step['text'])}</td>"
            f"<td style='text-align:left'>{html.escape(', '.join(step['evidence']))}</td></tr>" for step in self._chain)
        return (f"<div><b>{html.escape(self.request)} {html.escape(self.symptom)}</b>: {html.escape(self._verdict())}"
                f"<table><tr><th>at (s)</th><th>what happened</th><th>evidence</th></tr>{rows}</table></div>")
