"""PURE: how a plan gets harder from week to week, and easier every fourth."""

from __future__ import annotations

from shared.schemas.plans import PlannedExercise

CYCLE = 4
"""Weeks after which a lighter one is over and the next block begins."""
DELOAD = "Deload: fewer sets and longer rest, so that your body can catch up."
_FOCUS = (
    "Learn the movements: stop each set with two or three repetitions in reserve.",
    "The same with a little more: further repetitions or seconds, or more weight if all felt easy.",
    "The hardest week of the block: another set, the last repetitions may be hard.",
    DELOAD,
)
_MOST_SETS, _MOST_REPS, _MOST_SECONDS, _LEAST_REST_S, _MOST_REST_S = 6, 30, 1800, 15, 600


def focus_of(week: int) -> str:
    return _FOCUS[(week - 1) % CYCLE]


def progressed(base: PlannedExercise, week: int) -> PlannedExercise:
    """What the first week's `base` has become by `week`. Warm-up and cool-down stay as they are."""
    if base.block != "main":
        return base
    cycle, place = divmod(week - 1, CYCLE)
    if place == CYCLE - 1:
        rest = min(base.rest_seconds + 15, _MOST_REST_S)
        return _amount(base, cycle).model_copy(update={"sets": max(1, round(base.sets * 0.6)), "rest_seconds": rest})
    harder = _amount(base, cycle + min(place, 1))
    if place < CYCLE - 2:
        return harder
    rest = max(min(base.rest_seconds, _LEAST_REST_S), base.rest_seconds - 5)
    return harder.model_copy(update={"sets": max(base.sets, min(base.sets + 1, _MOST_SETS)), "rest_seconds": rest})


def _amount(base: PlannedExercise, steps: int) -> PlannedExercise:
    """Repetitions or seconds, so many steps on."""
    if base.seconds is not None:
        longer = base.seconds + steps * (5 if base.seconds < 120 else 60)
        return base.model_copy(update={"seconds": max(base.seconds, min(longer, _MOST_SECONDS))})
    if base.reps is None:
        return base
    more = base.reps + steps * (1 if base.reps < 10 else 2)
    return base.model_copy(update={"reps": max(base.reps, min(more, _MOST_REPS))})
