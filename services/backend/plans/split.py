"""PURE: which days of a week train what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.backend.plans.goals import GoalKind
from services.backend.plans.movements import Group
from shared.schemas.clips import Level

Focus = Literal["push", "pull", "legs", "full body", "full body B", "upper body", "mobility"]

WEEKDAYS: Mapping[int, tuple[int, ...]] = {
    1: (1,),
    2: (1, 4),
    3: (1, 3, 5),
    4: (1, 2, 4, 5),
    5: (1, 2, 3, 5, 6),
    6: (1, 2, 3, 4, 5, 6),
    7: (1, 2, 3, 4, 5, 6, 7),
}
"""The days of the week trained on, with the rest between them."""
_SPLITS: Mapping[int, tuple[Focus, ...]] = {
    1: ("full body",),
    2: ("full body", "full body B"),
    3: ("push", "pull", "legs"),
    4: ("push", "legs", "pull", "full body"),
    5: ("push", "pull", "legs", "upper body", "legs"),
    6: ("push", "pull", "legs", "push", "pull", "legs"),
    7: ("push", "pull", "legs", "mobility", "push", "pull", "legs"),
}
_BEGINNERS: Mapping[int, tuple[Focus, ...]] = {
    5: ("push", "pull", "legs", "full body", "mobility"),
    6: ("push", "pull", "legs", "mobility", "full body", "mobility"),
    7: ("push", "pull", "legs", "mobility", "full body", "mobility", "mobility"),
}
"""Who begins recovers on every further day."""


_LOOSENING: Focus = "mobility"


@dataclass(frozen=True)
class Slot:
    """A place for an exercise of this group, for one of these muscles if there is one."""

    group: Group
    muscles: frozenset[str]


def _slots(group: Group, *muscles: str) -> tuple[Slot, ...]:
    return tuple(Slot(group, frozenset(each.split("/"))) for each in muscles)


_QUADS, _HINGE = _slots("legs", "quadriceps", "hamstrings/glutes/lower back")
_CHEST, _SHOULDERS, _TRICEPS = _slots("push", "chest", "shoulders", "triceps")
_ROW, _LATS, _BICEPS = _slots("pull", "middle back/upper back", "lats", "biceps")
SLOTS: Mapping[Focus, tuple[Slot, ...]] = {
    "push": (_CHEST, _SHOULDERS, _CHEST, _TRICEPS, _SHOULDERS),
    "pull": (_ROW, _LATS, _BICEPS, *_slots("pull", "shoulders/traps/rear deltoids"), _ROW),
    "legs": (_QUADS, _HINGE, *_slots("legs", "adductors/abductors/quadriceps/glutes", "calves", "hamstrings/glutes")),
    "full body": (_QUADS, _CHEST, _ROW, _HINGE, _SHOULDERS),
    "full body B": (_HINGE, _SHOULDERS, _LATS, _QUADS, _CHEST),
    "upper body": (_CHEST, _ROW, _SHOULDERS, _LATS, _BICEPS),
}
"""In the order in which they are trained: what takes most strength comes first."""


def week_split(kind: GoalKind, days: int, level: Level) -> tuple[Focus, ...]:
    if kind == "mobility":
        return tuple(_LOOSENING for _ in range(days))
    return _BEGINNERS.get(days, _SPLITS[days]) if level == "beginner" else _SPLITS[days]
