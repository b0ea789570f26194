"""What the video service opens once and each route asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, TypedDict

from fastapi import Depends, Request

from services.video.playlists.complaints import Complaints
from services.video.playlists.similar import Similar
from shared.mongo.client import Database, translated
from shared.settings import Settings
from shared.storage.base import BlobStore
from shared.storage.playback import Playbacks


class State(TypedDict):
    """What the lifespan yields; Starlette copies it to `request.state`."""

    db: Database
    store: BlobStore
    playbacks: Playbacks
    settings: Settings
    similar: Similar
    complaints: Complaints


async def database(request: Request) -> AsyncIterator[Database]:
    """The database; its failures while the route runs become ours."""
    with translated():
        yield request.state.db


async def blob_store(request: Request) -> BlobStore:
    store: BlobStore = request.state.store
    return store


async def clip_playbacks(request: Request) -> Playbacks:
    playbacks: Playbacks = request.state.playbacks
    return playbacks


async def process_settings(request: Request) -> Settings:
    settings: Settings = request.state.settings
    return settings


async def similar_exercises(request: Request) -> Similar:
    similar: Similar = request.state.similar
    return similar


async def complaints_so_far(request: Request) -> Complaints:
    complaints: Complaints = request.state.complaints
    return complaints


Config = Annotated[Settings, Depends(process_settings)]
Db = Annotated[Database, Depends(database)]
Store = Annotated[BlobStore, Depends(blob_store)]
ClipPlaybacks = Annotated[Playbacks, Depends(clip_playbacks)]
SimilarExercises = Annotated[Similar, Depends(similar_exercises)]
ComplaintsSoFar = Annotated[Complaints, Depends(complaints_so_far)]
