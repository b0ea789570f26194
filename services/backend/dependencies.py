"""What the backend opens once and each route asks for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict

from fastapi import Depends, FastAPI, Request

from services.backend import queue_gauges
from services.backend.search.service import SearchService
from shared.embeddings.local import open_local
from shared.errors import Unavailable
from shared.logging import configure_logging, get_logger
from shared.mongo.client import Database, open_mongo, translated, within_a_request
from shared.mongo.indexes import create_indexes
from shared.settings import Settings, load_settings
from shared.storage.base import BlobStore
from shared.storage.open import open_store
from shared.tasks import end
from shared.vectors.exact import SyncedIndex

log = get_logger(__name__)

_RETRY_S = 1.0


class State(TypedDict):
    settings: Settings
    db: Database
    index: SyncedIndex
    store: BlobStore
    search: SearchService


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[State]:
    """Everything open while the service runs. The database may come later than we do."""
    settings = load_settings()
    configure_logging(settings, service="backend")
    embedder = await asyncio.to_thread(open_local)
    async with open_mongo(settings) as db:
        index = SyncedIndex(db, embedder.embedder_id, embedder.dimensions)
        store = open_store(settings)
        tasks = [asyncio.create_task(work) for work in (_ensure_indexes(db), index.follow(), queue_gauges.follow(db))]
        try:
            yield State(settings=settings, db=db, index=index, store=store, search=SearchService(db, embedder, index, settings, store))
        finally:
            await end(*tasks)
            await store.aclose()


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
    service: SearchService = request.state.search
    return service


def process_settings(request: Request) -> Settings:
    settings: Settings = request.state.settings
    return settings


def blob_store(request: Request) -> BlobStore:
    store: BlobStore = request.state.store
    return store


Config = Annotated[Settings, Depends(process_settings)]
Db = Annotated[Database, Depends(database)]
Store = Annotated[BlobStore, Depends(blob_store)]
Search = Annotated[SearchService, Depends(search_service)]
