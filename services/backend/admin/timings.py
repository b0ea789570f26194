"""How long a job took, read from its history. PURE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

Entry = Mapping[str, Any]


def since_previous(history: Sequence[Entry]) -> list[float | None]:
    """Seconds from the entry before to each entry; None for the first."""
    return [None, *(_seconds(before, after) for before, after in pairwise(history))][: len(history)]


def by_status(history: Sequence[Entry]) -> dict[str, float]:
    """Seconds spent in each status up to the last entry, over all attempts."""
    spent: dict[str, float] = {}
    for before, after in pairwise(history):
        spent[before["status"]] = round(spent.get(before["status"], 0.0) + _seconds(before, after), 3)
    return spent


def _seconds(before: Entry, after: Entry) -> float:
    return round(float((after["at"] - before["at"]).total_seconds()), 3)
