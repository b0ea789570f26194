"""The recommendation service: `uvicorn services.recommendation.app:app`."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from starlette.middleware import Middleware

from services.recommendation import admin, routes, users
from services.recommendation.dependencies import State, opened
from services.recommendation.opening import OpenRecommender, library_recommender
from services.recommendation.quick import CachedAnswers
from services.web.admin_key import AdminGate
from services.web.app import create_app
from services.web.health import Facts
from shared.logging import configure_logging
from shared.mongo.client import ping
from shared.settings import Settings, load_settings

SERVICE = "recommendation"


def create(settings: Settings | None = None, open_recommender: OpenRecommender = library_recommender) -> FastAPI:
    """The application; nothing is opened before its lifespan. Without settings it is a process of its own and reads them then."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with opened(settings or _settings_of_the_process(), open_recommender) as state:
            yield state

    return create_app(
        SERVICE,
        title="Reelwright recommendation service",
        lifespan=lifespan,
        routers=[routes.router, users.router, admin.router],
        checks={"mongo": _mongo, "redis": _redis},
        middleware=[Middleware(AdminGate), Middleware(CachedAnswers)],
    )


def _settings_of_the_process() -> Settings:
    settings = load_settings()
    configure_logging(settings, service=SERVICE)
    gc.collect()
    gc.freeze()  # what the imports made need not be gone through while we serve: that stops the loop for a tenth of a second
    return settings


async def _mongo(request: Request) -> None:
    await ping(request.state.db)


async def _redis(request: Request) -> Facts:
    """Never failing: the service does without it."""
    return {"redis": admin.redis_state(request.state.link)}


app = create()
