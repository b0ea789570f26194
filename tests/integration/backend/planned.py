"""A backend that knows workout plans and nothing else, and the sample exercises to plan with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx2
from fastapi import FastAPI

from services.backend.plans import routes
from services.backend.plans.planner import open_planner
from services.backend.plans.schemas import MAX_BODY_BYTES
from services.web.app import create_app
from shared.cache.memory import MemoryCache
from shared.exercises import ExerciseList
from shared.mongo.client import Database, open_mongo
from shared.mongo.indexes import create_indexes
from shared.schemas.exercises import Exercise
from shared.settings import Settings, load_settings
from tests.planning import samples
from tests.serving import serving


def application(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with (
            open_mongo(settings) as db,
            open_planner(settings, db) as planner,
            aclosing(MemoryCache()) as cache,
            aclosing(ExerciseList(db, cache, settings.clips, ["local"])) as exercises,
        ):
            yield {"settings": settings, "db": db, "exercises": exercises, "planner": planner}

    return create_app("backend", title="Plans", lifespan=lifespan, routers=[routes.router], larger_bodies={"/plans/": MAX_BODY_BYTES})


@asynccontextmanager
async def planning(db: Database, mongo_uri: str, **settings: str) -> AsyncIterator[httpx2.AsyncClient]:
    environment = {"MONGODB_URI": mongo_uri, "MONGODB_DATABASE": db.name, **settings}
    await create_indexes(db, ["workout_plans"])
    async with serving(application(load_settings(environment, None))) as url, httpx2.AsyncClient(base_url=url, timeout=60) as http:
        yield http


async def stock(db: Database, exercises: Iterable[Exercise] | None = None) -> None:
    """Exercises with a clip each that can be played; the samples unless told otherwise."""
    known = list(samples() if exercises is None else exercises)
    await db.exercises.insert_many([one.model_dump() for one in known])
    shown = {"kind": "technique", "available": True}
    await db.clips.insert_many([{"clip_id": f"c-{one.slug}", "exercise_slug": one.slug, **shown} for one in known])


def wish(**changes: Any) -> dict[str, Any]:
    return {"user_id": "ann", "goal": "get stronger", "weeks": 2, "days_per_week": 2, "level": "beginner", **changes}
