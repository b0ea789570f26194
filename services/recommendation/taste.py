"""What somebody's events and interests say they like. PURE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.mongo.watched import Watched
from shared.schemas.watch_events import EventType

WORTH: dict[EventType, float] = {
    "start": 0.3,
    "progress": 0.5,
    "complete": 1.0,
    "save": 1.5,
    "share": 1.5,
    "apply": 2.0,
    "skip": -0.5,
    "unsave": -1.0,
    "hide": -2.0,
    "unhide": 0.0,
}
"""What an event says, where having watched to the end is 1."""
HALF_LIFE = 10.0
"""Subjects met later, after which one counts half."""
_AGAINST = 0.3  # of what a dislike takes from the likeness


class Signal(NamedTuple):
    """What all events of a subject come to; `at` is the latest."""

    subject_key: str
    at: datetime
    worth: float


def signals(events: Sequence[Watched]) -> list[Signal]:
    """A signal for each subject of the events of one user, the latest first. Each kind of event counts once a subject."""
    kinds: dict[str, set[EventType]] = {}
    latest: dict[str, datetime] = {}
    for event in sorted(events, key=lambda event: event.at, reverse=True):
        kinds.setdefault(event.subject_key, set()).add(event.type)
        latest.setdefault(event.subject_key, event.at)
    return [Signal(key, latest[key], sum(WORTH.get(kind, 0.0) for kind in kinds[key])) for key in latest]


def is_taken(worth: Any) -> Any:
    """Whether what events come to counts as something liked; of one, or of each in an array."""
    return worth > 0


@dataclass(frozen=True)
class Taste:
    """Directions somebody likes, each with its weight (below 0: dislikes) and in words. `vectors` are unit ones, (n, d)."""

    vectors: NDArray[np.float32]
    weights: NDArray[np.float32]
    words: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(np.any(self.weights > 0))

    @property
    def vector(self) -> NDArray[np.float32]:
        """The one direction they come to; shape (d,), length 1 or 0."""
        total = self.weights @ self.vectors
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)

    def reason(self, vector: NDArray[np.float32]) -> str:
        """In words: the liked direction that says most for this one."""
        return self.words[int(np.argmax(np.where(self.weights > 0, self.weights * (1 + self.vectors @ vector), -np.inf)))]


def fading(signals: Sequence[Signal]) -> NDArray[np.float32]:
    """What each signal counts: the later the more, dislikes less than likes; shape (n,)."""
    worth = np.array([signal.worth if signal.worth > 0 else _AGAINST * signal.worth for signal in signals], np.float32)
    return np.asarray(worth * np.exp2(-np.arange(len(signals)) / HALF_LIFE), np.float32)
