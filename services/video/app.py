"""The video service: `uvicorn services.video.app:app`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial

from fastapi import FastAPI, Request
from starlette.middleware import Middleware

from services.video.availability import schedule
from services.video.cors import AnyOrigin
from services.video.dependencies import State
from services.video.playback import media, routes
from services.video.playlists import routes as playlist_routes
from services.video.playlists.complaints import Complaints
from services.video.playlists.similar import Similar
from services.web.app import create_app
from shared.logging import configure_logging
from shared.mongo.client import open_mongo, ping
from shared.settings import Settings, load_settings
from shared.storage.open import open_store
from shared.storage.playback import open_playbacks
from shared.tasks import end, lasting

SERVICE = "video"


def create(settings: Settings | None = None) -> FastAPI:
    """The application; nothing is opened before its lifespan. Without settings it is a process of its own and reads them then."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        chosen = settings or _settings_of_the_process()
        async with open_mongo(chosen) as db, aclosing(open_store(chosen)) as store, aclosing(open_playbacks(chosen)) as playbacks:
            looking = asyncio.create_task(lasting("clip_checks", partial(schedule.follow, db, playbacks, chosen)))
            try:
                yield State(db=db, store=store, playbacks=playbacks, settings=chosen, similar=Similar(db), complaints=Complaints())
            finally:
                await end(looking)

    return create_app(
        SERVICE,
        title="Reelwright video service",
        lifespan=lifespan,
        routers=[routes.router, playlist_routes.router, media.router],
        checks={"mongo": _mongo_answers, "store": _store_answers},
        middleware=[Middleware(AnyOrigin, prefixes=("/media/",))],
    )


def _settings_of_the_process() -> Settings:
    settings = load_settings()
    configure_logging(settings, service=SERVICE)
    return settings


async def _mongo_answers(request: Request) -> None:
    await ping(request.state.db)


async def _store_answers(request: Request) -> None:
    await request.state.store.ping()


app = create()
