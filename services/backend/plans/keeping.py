"""Plans as they are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from uuid import uuid4

from services.backend.plans.orders import Limits, PlanOrder
from services.backend.plans.rules import Drafted
from services.backend.plans.validation import PlanInvalid, problems
from shared.injuries import DISCLAIMER
from shared.schemas.exercises import Exercise
from shared.schemas.plans import StoredPlan, WorkoutPlan


def new_plan(user_id: str, order: PlanOrder, drafted: Drafted, now: datetime) -> StoredPlan:
    """The first version."""
    return StoredPlan(
        plan_id=uuid4().hex,
        user_id=user_id,
        plan=drafted.plan,
        level=order.limits.level,
        equipment=order.limits.equipment,
        avoid=order.limits.avoid,
        archetype=order.archetype,
        locale=order.locale,
        written_by=drafted.written_by,
        degraded=drafted.degraded,
        notes=drafted.notes,
        unrecognised=drafted.unrecognised,
        disclaimer=DISCLAIMER if order.limits.avoid else None,
        created_at=now,
        updated_at=now,
    )


def changed_plan(stored: StoredPlan, plan: WorkoutPlan, allowed: Mapping[str, Exercise], now: datetime) -> StoredPlan:
    """The next version. Raises PlanInvalid where the plan is not one, or leaves the limits it was made within."""
    found = problems(plan, allowed, limits=Limits(stored.level, stored.equipment, stored.avoid))
    if found:
        raise PlanInvalid(found)
    return stored.model_copy(update={"plan": plan, "version": stored.version + 1, "updated_at": now})


def now_as_stored() -> datetime:
    """MongoDB keeps milliseconds: what was just written reads the same, and has the same ETag."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def slugs_of(plan: WorkoutPlan) -> Collection[str]:
    return {exercise.slug for week in plan.weeks for day in week.days for exercise in day.exercises}
