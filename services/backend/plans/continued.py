"""PURE: a plan longer than a model writes at once: its block of weeks again, a little harder each time."""

from __future__ import annotations

from services.backend.plans.progression import CYCLE, DELOAD, progressed
from shared.schemas.plans import PlannedWeek, WorkoutPlan

_MOST_DAYS = 20
"""Days a model writes at once: more would not fit into one answer."""
_MOST_ROUNDS = 3
"""After which a repeated block gets no harder."""


def block_weeks(weeks: int, days_per_week: int) -> int:
    """How many weeks a model writes of so many: all, or a block that is then repeated."""
    return weeks if weeks * days_per_week <= _MOST_DAYS else min(weeks, CYCLE, _MOST_DAYS // days_per_week)


def continued(plan: WorkoutPlan, weeks: int) -> WorkoutPlan:
    """`plan` for so many weeks, which is more than it has."""
    block = sorted(plan.weeks, key=lambda week: week.week)
    more = [_again(block[n % len(block)], n, n // len(block), len(block)) for n in range(len(block), weeks)]
    return plan.model_copy(update={"duration_weeks": weeks, "weeks": (*block, *more)})


def _again(week: PlannedWeek, n: int, rounds: int, block: int) -> PlannedWeek:
    """The week after `n` others. Where the block is too short to have a lighter week of its own, every fourth is made one."""
    deload = block < CYCLE and n % CYCLE == CYCLE - 1
    like = CYCLE if deload else min(rounds, _MOST_ROUNDS) * CYCLE + 1
    days = tuple(day.model_copy(update={"exercises": tuple(progressed(exercise, like) for exercise in day.exercises)}) for day in week.days)
    return week.model_copy(update={"week": n + 1, "days": days, "focus": DELOAD if deload else week.focus})
