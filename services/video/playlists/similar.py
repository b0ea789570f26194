"""Which exercises may lend another a clip."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from services.video.playlists.likes import Likes, Profile
from shared.mongo import playlist_clips
from shared.mongo.client import Database

TTL_S = 300.0
"""Exercises change seldom; which were looked at is part of a playlist's revision."""


class Similar:
    """The exercises as they were up to `TTL_S` ago; none of them is not kept."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._likes: Likes | None = None
        self._read_at = 0.0
        self._reading = asyncio.Lock()

    async def to(self, slugs: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The similar ones of each of these that has some. Raises Unavailable where they have to be read."""
        likes = await self._current()
        return {slug: found for slug in slugs if (found := likes.of(slug))}

    async def _current(self) -> Likes:
        async with self._reading:
            if not self._likes or time.monotonic() - self._read_at > TTL_S:
                read = [Profile(*each) for each in await playlist_clips.profiles(self._db)]
                self._likes, self._read_at = Likes(read), time.monotonic()
            return self._likes
