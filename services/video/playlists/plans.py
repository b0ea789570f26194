"""The day of a stored plan."""

from __future__ import annotations

from services.video.playlists.schemas import PlanAsked
from shared.errors import NotFound
from shared.mongo import plans
from shared.mongo.client import Database
from shared.schemas.plans import PlannedDay, StoredPlan
from shared.schemas.playlists import Day


async def day_of_plan(db: Database, asked: PlanAsked, user_id: str | None) -> Day:
    """Raises NotFound for a plan, a week or a day that there is not."""
    stored = await plans.get(db, asked.plan_id)
    if stored is None:
        raise NotFound("no plan has this id", code="plan_not_found")
    return Day(
        workout_id=asked.plan_id,
        week=asked.week,
        day=asked.day,
        archetype=asked.archetype or stored.archetype,
        locale=asked.locale or stored.locale,
        exercises=tuple(planned.slug for planned in _planned(stored, asked.week, asked.day).exercises),
        user_id=user_id,
    )


def _planned(stored: StoredPlan, week: int, day: int) -> PlannedDay:
    days = {(each.week, planned.day): planned for each in stored.plan.weeks for planned in each.days}
    if (week, day) in days:
        return days[week, day]
    of_week = ", ".join(str(each) for number, each in sorted(days) if number == week)
    there = f"week {week} has day {of_week}" if of_week else f"it has {len(stored.plan.weeks)} weeks"
    raise NotFound(f"the plan has no day {day} in week {week}: {there}", code="plan_day_not_found")
