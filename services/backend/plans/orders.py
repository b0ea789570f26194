"""PURE: what a plan is to be, and which exercises may be in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.backend.plans.equipment import has, needed, owned
from shared.injuries import excluded, unrecognised
from shared.schemas.clips import LEVELS, Archetype, Level
from shared.schemas.exercises import Exercise


@dataclass(frozen=True)
class Limits:
    """What an exercise must keep within. `avoid`: see shared/injuries.py."""

    level: Level
    equipment: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanOrder:
    goal: str
    weeks: int
    days_per_week: int
    limits: Limits
    archetype: Archetype = "professional"
    locale: str = "en"


@dataclass(frozen=True)
class Selection:
    """The exercises that may be planned, by slug, and those of them that fit an order; how many `avoid` leaves out, and what of it says
    nothing to us."""

    allowed: Mapping[str, Exercise]
    fitting: tuple[Exercise, ...]
    left_out: int = 0
    unrecognised: tuple[str, ...] = ()


def select(exercises: Iterable[Exercise], limits: Limits) -> Selection:
    allowed = {exercise.slug: exercise for exercise in exercises}
    fitting = tuple(exercise for exercise in allowed.values() if unfit(exercise, limits) is None)
    left_out = sum(excluded(exercise, limits.avoid) is not None for exercise in allowed.values())
    return Selection(allowed, fitting, left_out, unrecognised(limits.avoid, allowed.values()))


def unfit(exercise: Exercise, limits: Limits) -> str | None:
    """Why an exercise may not be in a plan within these limits, as a sentence that follows its name; None: it may."""
    if LEVELS.index(exercise.level) > LEVELS.index(limits.level):
        return f"is for the level {exercise.level}"
    if not has(owned(limits.equipment), needed(exercise)):
        return f"needs equipment that is not there: {exercise.equipment or needed(exercise)}"
    if reason := excluded(exercise, limits.avoid):
        return f"is left out because of what to avoid: {reason}"
    return None
