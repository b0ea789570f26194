"""Opens the recommender that learns, with all it follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from services.recommendation.interests import Interests
from services.recommendation.learner import Learner
from services.recommendation.library import Library
from services.recommendation.models_held import Models
from services.recommendation.recommender import LibraryRecommender, Recommender
from services.recommendation.sources.base import Source
from shared.embeddings.open import id_of
from shared.mongo.client import Database
from shared.settings import Settings
from shared.tasks import end, lasting

OpenRecommender = Callable[[Database, Settings, Sequence[Source]], AbstractAsyncContextManager[Recommender]]
"""Given the sources beside our own library."""


@asynccontextmanager
async def library_recommender(db: Database, settings: Settings, others: Sequence[Source]) -> AsyncIterator[Recommender]:
    """While it is open it keeps up with the database. It needs a moment before it can rank."""
    library, models, interests = Library(db, id_of(settings.embeddings.embedder, settings)), Models(db), Interests(settings)
    works: dict[str, Callable[[], Awaitable[object]]] = {
        "embedder": interests.open,
        "library": library.follow,
        "models": models.follow,
        "learner": Learner(db, models, settings).follow,
    }
    tasks = [asyncio.create_task(lasting(name, work)) for name, work in works.items()]
    try:
        yield LibraryRecommender(db, library, models, interests, settings.ranking, others)
    finally:
        await end(*tasks)
        await interests.aclose()
