"""What was learned last, held in this process: looked for now and then, and swapped as a whole."""

from __future__ import annotations

import asyncio

from services.recommendation.co_watch import CoWatch, unpack
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import learned
from shared.mongo.client import Database

log = get_logger(__name__)

NAME = "co_watch"
_LOOK_S = 10.0


class Models:
    """`current`: None before anything was learned. Whoever ranks keeps the one they began with."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._version = ""
        self.current: CoWatch | None = None

    async def follow(self) -> None:
        """Keep up, for ever."""
        while True:
            try:
                await self.refresh()
            except Unavailable as error:
                log.warning("learned_not_read", code=error.code, error=error.message)
            await asyncio.sleep(_LOOK_S)

    async def refresh(self) -> None:
        """Take what was learned since. One that cannot be read leaves the one there is. Raises Unavailable."""
        head = await learned.head(self._db, NAME)
        if head is None or head.version == self._version:
            return
        data = await learned.load(self._db, head)
        try:
            self.current = await asyncio.to_thread(unpack, data)
        except (ValueError, KeyError, TypeError) as error:  # of a version to come, say
            log.warning("learned_not_understood", version=head.version, error=f"{type(error).__name__}: {error}")
        else:
            log.info("learned_taken", version=head.version, subjects=len(self.current.subjects), bytes=head.size)
        self._version = head.version
