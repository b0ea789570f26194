"""Clips that a playlist lacks, asked of the workers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

from services.video.playlists.builder import Place
from services.video.playlists.schemas import Making
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo.client import Database, translated
from shared.mongo.clip_requests import ask_for_clip
from shared.schemas.clips import MadeKind
from shared.schemas.playlists import Day
from shared.settings import Queue

log = get_logger(__name__)

_AT_ONCE = 4


async def ask_for(db: Database, places: Sequence[Place], day: Day, settings: Queue) -> list[tuple[Making, str | None]]:
    """What came of asking for each of these required clips, with the job's id where there is one. The queue away is told, not raised."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def ask(place: Place) -> tuple[Making, str | None]:
        async with turns:
            return await _ask(db, place, day, settings)

    return list(await asyncio.gather(*map(ask, places)))


async def _ask(db: Database, place: Place, day: Day, settings: Queue) -> tuple[Making, str | None]:
    slug, kind = cast(str, place.exercise_slug), cast(MadeKind, place.kind)
    try:
        with translated():
            enqueued = await ask_for_clip(db, slug, kind, day.archetype, day.locale, settings)
    except Unavailable as error:
        log.warning("clip_not_asked_for", exercise_slug=slug, kind=kind, error=error.message)
        return "unavailable", None
    return ("impossible", None) if enqueued is None else (enqueued.outcome, enqueued.job_id)
