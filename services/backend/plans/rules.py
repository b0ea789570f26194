"""PURE: the plan as rules write it. The same order and exercises give the same plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.backend.plans.days import Day, DayWriter
from services.backend.plans.goals import PRESCRIPTIONS, GoalKind, goal_kind
from services.backend.plans.orders import PlanOrder
from services.backend.plans.progression import CYCLE, focus_of, progressed
from services.backend.plans.split import WEEKDAYS, week_split
from shared.schemas.exercises import Exercise
from shared.schemas.plans import PlannedDay, PlannedWeek, WorkoutPlan


@dataclass(frozen=True)
class Drafted:
    """A plan, who wrote it, what was wished for that it could not give, how the order was understood, and what of `avoid` was not."""

    plan: WorkoutPlan
    written_by: str = "rules"
    degraded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unrecognised: tuple[str, ...] = ()


def write_plan(order: PlanOrder, exercises: Sequence[Exercise]) -> Drafted:
    """From exercises that all fit the order; there is at least one."""
    kind = goal_kind(order.goal)
    notes = () if kind else (f'goal: no word of "{order.goal[:80]}" is known, so it is a plan for general fitness',)
    pool = tuple(sorted(exercises, key=lambda exercise: exercise.slug))
    meant, degraded = _possible(kind or "fitness", pool)
    degraded += () if order.locale.lower().startswith("en") else (f"locale: the words of the plan are English, not {order.locale}",)
    writer = DayWriter(pool, PRESCRIPTIONS[meant], order.limits.level)
    split = week_split(meant, order.days_per_week, order.limits.level)
    cycles = [writer.week(split, cycle) for cycle in range(-(-order.weeks // CYCLE))]
    weeks = tuple(_week(number, cycles[(number - 1) // CYCLE]) for number in range(1, order.weeks + 1))
    plan = WorkoutPlan(plan_name=_name(meant, order), duration_weeks=order.weeks, goal=order.goal, weeks=weeks)
    return Drafted(plan, degraded=(*degraded, *_wanting(cycles)), notes=notes)


def _possible(kind: GoalKind, pool: Iterable[Exercise]) -> tuple[GoalKind, tuple[str, ...]]:
    if kind != "mobility" or any(DayWriter.loosens(exercise) for exercise in pool):
        return kind, ()
    return "fitness", ("mobility: no stretch or mobility exercise fits, so the days train the whole body",)


def _week(number: int, days: Sequence[Day]) -> PlannedWeek:
    """Days with less in them than others still have their place in the week."""
    weekdays = WEEKDAYS[len(days)]
    planned = tuple(
        PlannedDay(day=weekday, name=day.name, exercises=tuple(progressed(exercise, number) for exercise in day.exercises))
        for weekday, day in zip(weekdays, days, strict=True)
    )
    return PlannedWeek(week=number, focus=focus_of(number), days=planned)


def _wanting(cycles: Sequence[Sequence[Day]]) -> tuple[str, ...]:
    """What days lack, each said once."""
    return tuple(dict.fromkeys(lack for days in cycles for day in days for lack in day.lacks))


def _name(kind: GoalKind, order: PlanOrder) -> str:
    weeks = "1 week" if order.weeks == 1 else f"{order.weeks} weeks"
    days = "once a week" if order.days_per_week == 1 else f"{order.days_per_week} days a week"
    return f"{kind.capitalize()}: {weeks}, {days}, {order.limits.level}"
