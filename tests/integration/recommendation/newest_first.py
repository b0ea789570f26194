"""A recommender whose ranking is known beforehand: the newest reels, and every fifth place one of another source."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from services.recommendation.newest import newest_reels
from services.recommendation.pools import Ask, Pool, Recommended
from services.recommendation.recommender import Recommender
from services.recommendation.sources.base import Source
from shared.errors import Unavailable
from shared.mongo.client import Database
from shared.settings import Settings

_EVERY = 5


@asynccontextmanager
async def newest_first(db: Database, _: Settings, others: Sequence[Source]) -> AsyncIterator[Recommender]:
    yield NewestFirst(db, others)


class NewestFirst:
    def __init__(self, db: Database, others: Sequence[Source]) -> None:
        self._db = db
        self._others = others

    async def pool(self, ask: Ask) -> Pool:
        pool = Pool(await newest_reels(self._db, ask.size))
        for other in self._others:
            pool = await _mixed(pool, other, ask)
        return pool


async def _mixed(pool: Pool, other: Source, ask: Ask) -> Pool:
    try:
        found = await other.candidates(ask)
    except Unavailable:
        return replace(pool, degraded=(*pool.degraded, other.name))
    items = list(pool.items)
    for number, one in enumerate(found):
        place = min(len(items), number * _EVERY + _EVERY - 1)
        score = items[place - 1].score if place else 1.0
        items.insert(place, Recommended(one.video_id, one.subject_key, one.company, score, other.name, one.reason))
    return replace(pool, items=tuple(items[: ask.size]))
