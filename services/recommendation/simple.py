"""The simplest of recommenders, until one that learns is wired in: the newest reels, and every fifth place one of another source."""

from __future__ import annotations

from dataclasses import replace

from services.recommendation.newest import Newest
from services.recommendation.pools import Ask, Pool, Recommended
from services.recommendation.sources.base import Source
from shared.errors import Unavailable

_EVERY = 5


class Simple:
    def __init__(self, newest: Newest, other: Source | None) -> None:
        self._newest = newest
        self._other = other

    async def pool(self, ask: Ask) -> Pool:
        pool = await self._newest.pool(ask)
        if self._other is None:
            return pool
        try:
            found = await self._other.candidates(ask)
        except Unavailable:
            return replace(pool, degraded=(self._other.name,))
        items = list(pool.items)
        for number, one in enumerate(found):
            place = min(len(items), number * _EVERY + _EVERY - 1)
            before = items[place - 1].score if place else 1.0
            items.insert(place, Recommended(one.video_id, one.subject_key, one.company, before, self._other.name, one.reason))
        return Pool(tuple(items[: ask.size]))
