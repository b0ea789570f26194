"""What the backend opens once and each route asks for."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Annotated, NamedTuple, TypedDict

from fastapi import Depends, FastAPI, Request

from services.backend import queue_gauges
from services.backend.feeds.watch import FeedWatch
from services.backend.plans.planner import Planner, open_planner
from services.backend.postings import reembed, schedule
from services.backend.postings.changeover import Current, answering
from services.backend.routines.open import open_routines
from services.backend.routines.service import RoutineService
from services.backend.search.reels_made import ReelsMade
from services.backend.search.retrieval import Retriever
from services.backend.search.service import SearchService
from services.backend.search.standby import Standby
from services.web.migrated import Migrated
from services.web.shutdown import when_asked_to_stop
from shared.cache.open import open_cache
from shared.embeddings.base import Embedder
from shared.embeddings.open import open_embedder
from shared.errors import Unavailable
from shared.exercises import ExerciseList
from shared.lexical.index import LexicalIndex
from shared.logging import configure_logging, get_logger
from shared.mongo.client import Database, open_mongo, translated, within_a_request
from shared.mongo.indexes import create_indexes
from shared.settings import Settings, load_settings
from shared.storage.base import BlobStore
from shared.storage.open import open_store
from shared.storage.playback import Playbacks, open_playbacks
from shared.tasks import end, lasting
from shared.vectors.open import open_index
from shared.vectors.synced import Following

log = get_logger(__name__)

_RETRY_S = 1.0


class Searching(NamedTuple):
    """The search over one embedder's vectors, and what keeps its indexes in step."""

    following: Following
    search: SearchService


class State(TypedDict):
    settings: Settings
    db: Database
    store: BlobStore
    standby: Standby
    current: Current[Searching]
    feed_watch: FeedWatch
    migrated: Migrated
    exercises: ExerciseList
    playbacks: Playbacks
    planner: Planner
    routines: RoutineService


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[State]:
    """Everything open while the service runs. The database may come later than we do."""
    settings = load_settings()
    configure_logging(settings, service="backend")
    embedder = await asyncio.to_thread(open_embedder, settings)
    async with AsyncExitStack() as opened:
        opened.push_async_callback(embedder.aclose)
        db = await opened.enter_async_context(open_mongo(settings))
        store = open_store(settings)
        opened.push_async_callback(store.aclose)
        cache = open_cache(settings)
        opened.push_async_callback(cache.aclose)
        playbacks = open_playbacks(settings)
        opened.push_async_callback(playbacks.aclose)
        exercises = ExerciseList(db, cache, settings.clips, playbacks.configured)
        opened.push_async_callback(exercises.aclose)
        planner = await opened.enter_async_context(open_planner(settings, db))
        routines = await opened.enter_async_context(open_routines(settings, db, embedder))
        standby, feed_watch, migrated = Standby(db, settings.search.fallback_video_ids), FeedWatch(), Migrated()
        made = ReelsMade(db)
        works: dict[str, Callable[[], Awaitable[object]]] = {
            "migrations": partial(migrated.follow, db, lambda: _ensure_indexes(db)),
            "standby": standby.follow,
            "reels": made.follow,
            "feeds": partial(feed_watch.follow, db),
            "exercises": exercises.follow,
            "routines": routines.live.follow,
            "gauges": partial(queue_gauges.follow, db),
            "imports": partial(schedule.follow, db, embedder, settings),
            "reembedding": partial(reembed.follow, db, embedder, settings),
        }
        for name, work in works.items():
            opened.push_async_callback(end, asyncio.create_task(lasting(name, work)))
        searching = partial(_searching, db, settings, store, standby, made)
        current = await opened.enter_async_context(answering(db, embedder, settings, searching, lambda new: new.following.loaded.wait()))
        opened.enter_context(when_asked_to_stop(feed_watch.close))
        gc.collect()
        gc.freeze()  # what the imports made need not be gone through while we serve: that stops the loop for a tenth of a second
        opened.callback(gc.unfreeze)
        yield State(
            settings=settings,
            db=db,
            store=store,
            standby=standby,
            current=current,
            feed_watch=feed_watch,
            migrated=migrated,
            exercises=exercises,
            playbacks=playbacks,
            planner=planner,
            routines=routines,
        )


@asynccontextmanager
async def _searching(
    db: Database, settings: Settings, store: BlobStore, standby: Standby, made: ReelsMade, embedder: Embedder
) -> AsyncIterator[Searching]:
    words = LexicalIndex()
    index, following = await open_index(db, settings, embedder, beside={"words": words})
    task = asyncio.create_task(lasting("indexes", following.follow))
    try:
        yield Searching(following, SearchService(db, Retriever(embedder, index, words, settings.search), settings, store, standby, made))
    finally:
        await end(task)
        await following.close()


async def _ensure_indexes(db: Database) -> None:
    while True:
        try:
            with translated():
                return await create_indexes(db)
        except Unavailable as error:
            log.warning("indexes_waiting", error=error.message)
            await asyncio.sleep(_RETRY_S)


async def database(request: Request) -> AsyncIterator[Database]:
    """The database; its failures while the route runs become ours."""
    with within_a_request():
        yield request.state.db


def search_service(request: Request) -> SearchService:
    current: Current[Searching] = request.state.current
    return current.now.search


def process_settings(request: Request) -> Settings:
    settings: Settings = request.state.settings
    return settings


def blob_store(request: Request) -> BlobStore:
    store: BlobStore = request.state.store
    return store


def exercise_list(request: Request) -> ExerciseList:
    exercises: ExerciseList = request.state.exercises
    return exercises


def playbacks_of(request: Request) -> Playbacks:
    playbacks: Playbacks = request.state.playbacks
    return playbacks


Config = Annotated[Settings, Depends(process_settings)]
Db = Annotated[Database, Depends(database)]
Store = Annotated[BlobStore, Depends(blob_store)]
Search = Annotated[SearchService, Depends(search_service)]
Allowed = Annotated[ExerciseList, Depends(exercise_list)]
Providers = Annotated[Playbacks, Depends(playbacks_of)]
