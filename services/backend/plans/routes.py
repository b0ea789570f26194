"""/plans: have one written, read it, change it, list them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError

from services.backend.admin import paging
from services.backend.admin.paging import Cursor
from services.backend.dependencies import Allowed, Db
from services.backend.plans.keeping import changed_plan, new_plan, now_as_stored, slugs_of
from services.backend.plans.orders import Limits, PlanOrder
from services.backend.plans.planner import Planner
from services.backend.plans.schemas import ChangePlan, OrderPlan, PlanList, PlanSummary
from services.backend.plans.validation import PlanInvalid
from services.web.conditional import conditional_json, etag_of, must_match
from services.web.identity import Caller, Identity, UserId
from shared import metrics
from shared.errors import NotFound, PreconditionFailed, PreconditionRequired
from shared.exercises import ExerciseList
from shared.mongo import exercises, plans
from shared.mongo.client import Database, within_a_request
from shared.mongo.newest_first import Position
from shared.mongo.plans import ListedPlan
from shared.schemas.exercises import Exercise
from shared.schemas.plans import StoredPlan

_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "If-None-Match names the current ETag"}}

IfMatch = Annotated[str | None, Header(max_length=2000, description="the ETag of the plan as you know it")]


def _planner(request: Request) -> Planner:
    planner: Planner = request.state.planner
    return planner


router = APIRouter(prefix="/plans", tags=["plans"])


@router.post("", status_code=201, response_model=StoredPlan)
async def order_plan(
    asked: OrderPlan, request: Request, allowed: Allowed, identity: Identity, planner: Annotated[Planner, Depends(_planner)]
) -> Response:
    """A plan of exercises that can be played, within the level, the equipment and what is to be avoided.

    Written by a language model where one has a key, and by rules where none has or what it wrote does not hold. `degraded` names what it
    had to do without.
    """
    user_id, db = identity.user_id(asked.user_id), request.state.db
    limits = Limits(asked.level, asked.equipment, asked.avoid)
    order = PlanOrder(asked.goal, asked.weeks, asked.days_per_week, limits, asked.archetype, asked.locale)
    slugs = await allowed.get_allowed_exercise_slugs()
    with within_a_request():
        known = (await exercises.among(db, slugs)).values()
    drafted = await planner.plan(order, known)
    stored = new_plan(user_id, order, drafted, now_as_stored())
    with within_a_request():  # of its own: a model may have taken longer than a request waits for the database
        await plans.add(db, stored)
    return _sent(stored, 201, {"Location": f"/plans/{stored.plan_id}"})


@router.get("")
async def list_plans(
    user_id: UserId,
    db: Db,
    identity: Identity,
    cursor: Cursor = None,
    limit: Annotated[int, Query(description="plans per page; taken as 1 to 50"), paging.clamped(50)] = 20,
) -> PlanList:
    """A user's plans without their days, the newest first."""
    user_id = identity.user_id(user_id)
    page, following = await plans.page(db, user_id, paging.decode(cursor, Position), limit)
    return PlanList(user_id=user_id, plans=tuple(map(_summary, page)), next_cursor=paging.encode(following))


@router.get("/{plan_id}", response_model=StoredPlan, responses=_NOT_MODIFIED)
async def get_plan(plan_id: str, request: Request, db: Db, identity: Identity) -> Response:
    """The whole plan. `version` counts its changes."""
    return conditional_json(request, await _there(db, plan_id, identity))


@router.put("/{plan_id}", response_model=StoredPlan)
async def change_plan(plan_id: str, asked: ChangePlan, db: Db, allowed: Allowed, identity: Identity, if_match: IfMatch = None) -> Response:
    """Put another plan in its place, within the same limits. If-Match must name its ETag, or be `*`: 428 without, 412 if it has changed."""
    stored = await _there(db, plan_id, identity)
    if if_match is None:
        raise PreconditionRequired("If-Match is missing: send the ETag of the plan you change")
    must_match(if_match, etag_of(stored))
    try:
        changed = changed_plan(stored, asked.plan, await _known(db, allowed, slugs_of(asked.plan)), now_as_stored())
    except PlanInvalid as error:
        for problem in error.problems:
            metrics.PLAN_PROBLEMS.labels(problem.label).inc()
        raise _refused(error) from None
    if not await plans.replace(db, changed, stored.version):
        raise PreconditionFailed("it was changed meanwhile: read it again")
    return _sent(changed)


@router.delete("/{plan_id}", status_code=204)
async def delete_plan(plan_id: str, db: Db, identity: Identity, if_match: IfMatch = None) -> None:
    """Gone for good. With If-Match only as it was read: 412 when it was changed since."""
    stored = await _there(db, plan_id, identity)
    must_match(if_match, etag_of(stored))
    if not await plans.delete(db, plan_id, stored.version if if_match else None):
        raise PreconditionFailed("it was changed meanwhile: read it again")


async def _there(db: Database, plan_id: str, identity: Caller) -> StoredPlan:
    stored = await plans.get(db, plan_id)
    if stored is None:
        raise NotFound("There is no such plan.", code="plan_not_found")
    identity.user_id(stored.user_id)
    return stored


async def _known(db: Database, allowed: ExerciseList, slugs: Collection[str]) -> dict[str, Exercise]:
    """Those of these exercises that may be planned."""
    return await exercises.among(db, await allowed.get_allowed_exercise_slugs() & set(slugs))


def _sent(stored: StoredPlan, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    told = {"ETag": etag_of(stored), **(headers or {})}
    return Response(stored.model_dump_json(), status, told, media_type="application/json")


def _refused(error: PlanInvalid) -> RequestValidationError:
    """Each problem with its place in the body."""
    return RequestValidationError(
        [{"type": error.code, "loc": ("body", "plan", *problem.path), "msg": problem.message} for problem in error.problems]
    )


def _summary(listed: ListedPlan) -> PlanSummary:
    plan = listed.plan
    return PlanSummary(
        plan_id=listed.plan_id,
        plan_name=plan.plan_name,
        goal=plan.goal,
        duration_weeks=plan.duration_weeks,
        days_per_week=len(plan.weeks[0].days),
        level=listed.level,
        archetype=listed.archetype,
        written_by=listed.written_by,
        version=listed.version,
        created_at=listed.created_at,
        updated_at=listed.updated_at,
    )
