"""The `workout_plans` collection."""

from __future__ import annotations

from shared.mongo import newest_first
from shared.mongo.client import Database
from shared.mongo.newest_first import Position
from shared.schemas.base import Document, Utc
from shared.schemas.clips import Archetype, Level
from shared.schemas.plans import StoredPlan


class _Beginning(Document):
    """As much of a plan's weeks as a list reads."""

    days: tuple[object, ...]


class _Titles(Document):
    plan_name: str
    duration_weeks: int
    goal: str
    weeks: tuple[_Beginning, ...]


class ListedPlan(Document):
    """A plan without its days. `plan.weeks` has the first only."""

    plan_id: str
    plan: _Titles
    level: Level
    archetype: Archetype
    written_by: str
    version: int
    created_at: Utc
    updated_at: Utc


async def add(db: Database, plan: StoredPlan) -> None:
    await db.workout_plans.insert_one({"_id": plan.plan_id, **plan.model_dump()})


async def get(db: Database, plan_id: str) -> StoredPlan | None:
    doc = await db.workout_plans.find_one({"plan_id": plan_id})
    return StoredPlan.model_validate(doc) if doc else None


async def replace(db: Database, changed: StoredPlan, version: int) -> bool:
    """False: it is no longer at this version, and stays as it is."""
    replaced = await db.workout_plans.replace_one({"plan_id": changed.plan_id, "version": version}, changed.model_dump())
    return replaced.matched_count == 1


async def delete(db: Database, plan_id: str, version: int | None) -> bool:
    """At this version, or at any. False: it is no longer at this version, or gone."""
    at = {} if version is None else {"version": version}
    return (await db.workout_plans.delete_one({"plan_id": plan_id, **at})).deleted_count == 1


async def page(db: Database, user_id: str, after: Position | None, limit: int) -> tuple[list[ListedPlan], Position | None]:
    """Up to `limit` plans of a user, the newest first, and where the next page starts; None: this is the last."""
    where, beginning = {"user_id": user_id}, {"plan.weeks": {"$slice": 1}}
    docs, following = await newest_first.page(db.workout_plans, where, after, limit, by="created_at", projection=beginning)
    return [ListedPlan.model_validate(doc) for doc in docs], following
