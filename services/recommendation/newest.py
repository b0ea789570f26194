"""The newest reels, read again every half minute: shown when nothing can be ranked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from services.recommendation.cards import Cards
from services.recommendation.lines import entry, line_of
from services.recommendation.pools import Recommended
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import videos
from shared.mongo.client import Database, within_a_request

log = get_logger(__name__)

_KEPT = 200
_REFRESH_S = 30.0
_RETRY_S = 1.0
_REASON = "New on Reelwright"


class Newest:
    """`lines`: as read last, whoever asks."""

    def __init__(self, db: Database, cards: Cards) -> None:
        self._db = db
        self._cards = cards
        self.lines: tuple[bytes, ...] = ()
        self.read_at = datetime.now(UTC)

    async def follow(self) -> None:
        """Keep up, for ever."""
        while True:
            try:
                await self.refresh()
                await asyncio.sleep(_REFRESH_S)
            except Unavailable as error:
                log.warning("newest_waiting", error=error.message)
                await asyncio.sleep(_RETRY_S)

    async def refresh(self) -> None:
        """With their cards, so that there is something to show. Raises Unavailable."""
        lines = tuple(map(line_of, await newest_reels(self._db, _KEPT)))
        await self._cards.of([entry(line).video_id for line in lines])
        self.lines, self.read_at = lines, datetime.now(UTC)


async def newest_reels(db: Database, limit: int) -> tuple[Recommended, ...]:
    """Raises Unavailable."""
    with within_a_request():
        newest = await videos.newest_ready(db, limit)
    return tuple(
        Recommended(
            video_id=video.video_id,
            subject_key=video.subject_key,
            company=video.subject_key.partition(":")[0],
            score=1 - place / len(newest),
            source="fresh",
            reason=_REASON,
        )
        for place, video in enumerate(newest)
    )
