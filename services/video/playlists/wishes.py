"""Clips that a playlist lacks, asked of the workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from services.video.playlists.builder import Place
from shared.mongo.client import Database
from shared.mongo.clip_requests import Answer, ask_for_clips
from shared.schemas.clips import MadeClip, MadeKind
from shared.schemas.playlists import Day
from shared.settings import Settings


async def ask_for(db: Database, places: Sequence[Place], day: Day, settings: Settings) -> list[Answer]:
    """What came of asking for each of these required clips. The queue away is told, not raised."""
    return await ask_for_clips(db, [_wanted(place, day) for place in places], settings.playlists.playlist_max_clip_jobs, settings.queue)


def _wanted(place: Place, day: Day) -> MadeClip:
    return MadeClip(
        exercise_slug=cast(str, place.exercise_slug), kind=cast(MadeKind, place.kind), archetype=day.archetype, locale=day.locale
    )
