"""What a playlist is decided from: the day, and what the catalogue has for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from shared.schemas.clips import Archetype, ClipKind


class Row(NamedTuple):
    """A clip as far as the choice needs it; `available` None: nobody has looked yet. A plain tuple, as a day has hundreds."""

    exercise_slug: str | None
    kind: ClipKind
    archetype: Archetype
    clip_id: str
    available: bool | None
    locale: str = "en"


@dataclass(frozen=True)
class Day:
    """One day of a workout. `locale` in its canonical case. `week` and `day` count from 1, a week has 7. `user_id` only where the choice is
    to be the user's own."""

    workout_id: str
    week: int
    day: int
    archetype: Archetype
    locale: str
    exercises: tuple[str, ...]
    user_id: str | None = None
