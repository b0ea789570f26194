"""What the video service opens once and each route asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, TypedDict

from fastapi import Depends, Request

from shared.mongo.client import Database, translated
from shared.storage.base import BlobStore


class State(TypedDict):
    """What the lifespan yields; Starlette copies it to `request.state`."""

    db: Database
    store: BlobStore


async def database(request: Request) -> AsyncIterator[Database]:
    """The database; its failures while the route runs become ours."""
    with translated():
        yield request.state.db


async def blob_store(request: Request) -> BlobStore:
    store: BlobStore = request.state.store
    return store


Db = Annotated[Database, Depends(database)]
Store = Annotated[BlobStore, Depends(blob_store)]
