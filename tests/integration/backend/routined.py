"""A backend that knows routines and nothing else, over the sample exercises with stand-in clips."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx2
from fastapi import FastAPI
from pymongo.monitoring import CommandListener, CommandStartedEvent

from services.backend.routines import routes
from services.backend.routines.answers import MAX_BODY_BYTES
from services.backend.routines.open import open_routines
from services.backend.routines.planner import Planner
from services.web.app import create_app
from shared.mongo import clips, exercises
from shared.mongo.client import Database, open_mongo
from shared.mongo.exercises import Write
from shared.mongo.indexes import create_indexes
from shared.schemas.clips import Clip
from shared.schemas.exercises import Exercise
from shared.settings import Settings, load_settings
from shared.storage.open import open_store
from shared.storage.playback import open_playbacks
from shared.tasks import end, lasting
from tests.planning import samples
from tests.routining import FieldsPlanner, WordEmbedder, clip
from tests.serving import serving


class Asked(CommandListener):
    """The database's commands, by name, but for those of the change stream."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name != "getMore" and "$changeStream" not in str(event.command.get("pipeline", "")):
            self.names.append(event.command_name)

    def succeeded(self, event: object) -> None: ...

    def failed(self, event: object) -> None: ...


def application(settings: Settings, planner: Planner, embedder: WordEmbedder, asked: Asked, *, following: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with (
            open_mongo(settings, event_listeners=[asked]) as db,
            aclosing(open_store(settings)) as store,
            aclosing(open_playbacks(settings)) as playbacks,
            open_routines(settings, db, embedder, planner=planner) as routines,
        ):
            follows = [asyncio.create_task(lasting("routines", routines.live.follow))] if following else []
            try:
                yield {"settings": settings, "db": db, "store": store, "playbacks": playbacks, "routines": routines}
            finally:
                await end(*follows)

    return create_app("backend", title="Routines", lifespan=lifespan, routers=[routes.router], larger_bodies={"/routines/": MAX_BODY_BYTES})


@asynccontextmanager
async def routining(
    db_name: str,
    mongo_uri: str,
    *,
    planner: Planner | None = None,
    embedder: WordEmbedder | None = None,
    asked: Asked | None = None,
    following: bool = False,
    **settings: str,
) -> AsyncIterator[httpx2.AsyncClient]:
    environment = {"MONGODB_URI": mongo_uri, "MONGODB_DATABASE": db_name, "EXTERNAL_MEDIA_HOSTS": "media.example.com"}
    told = {"ROUTINE_SCORE_THRESHOLD": "0", **environment, **settings}
    app = application(
        load_settings(told, None), planner or FieldsPlanner(), embedder or WordEmbedder(), asked or Asked(), following=following
    )
    async with serving(app) as url, httpx2.AsyncClient(base_url=url, timeout=60) as http:
        yield http


async def stock(db: Database, known: Iterable[Exercise] | None = None, shown: Iterable[Clip] | None = None) -> None:
    """Exercises with a vector and a clip each; the samples unless told otherwise."""
    await create_indexes(db, ["workout_routines"])
    embedder, chosen = WordEmbedder(), list(samples() if known is None else known)
    writes = [Write(one, "h", embedder.vector(f"{one.name} {one.category} {' '.join(one.muscles)}")) for one in chosen]
    await exercises.store(db, writes, embedder.embedder_id)
    await clips.store(db, [clip(one.slug, how_to=f"How to {one.slug}.") for one in chosen] if shown is None else list(shown))


def wish(**changes: Any) -> dict[str, Any]:
    base = {"user_id": "ann", "user_requirements": "ten minutes for my legs", "target_duration": 600, "intensity_level": "intermediate"}
    return {**base, "format": "vertical", **changes}


async def made(http: httpx2.AsyncClient, **changes: Any) -> httpx2.Response:
    answer = await http.post("/routines", json=wish(**changes))
    assert answer.status_code == 201, answer.text
    return answer


def problem(answer: httpx2.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    return told
