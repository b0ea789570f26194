"""Who waits for a feed is woken when it changes: one watcher a process, however many wait."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from shared.mongo import changes
from shared.mongo.client import Database, Doc

_WHICH: list[Doc] = [*changes.of(["feeds"], {"operationType": {"$in": ["update", "delete"]}}), {"$project": {"documentKey": 1}}]


class FeedWatch:
    """`closed`: the service is about to end, and whoever waits should too."""

    def __init__(self) -> None:
        self.closed = False
        self._waiting: dict[str, set[asyncio.Event]] = {}

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    @contextmanager
    def of(self, feed_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the feed may have changed, and when it is time to go."""
        changed = asyncio.Event()
        self._waiting.setdefault(feed_id, set()).add(changed)
        try:
            yield changed
        finally:
            self._waiting[feed_id].discard(changed)
            if not self._waiting[feed_id]:
                del self._waiting[feed_id]

    async def follow(self, db: Database) -> None:
        """Wake those whose feed changes, for ever; all of them when some change may have been missed."""
        async for change in changes.watch(db, _WHICH, full_document=None):
            self._wake(None if change is None else change["documentKey"]["_id"])

    def close(self) -> None:
        self.closed = True
        self._wake(None)

    def _wake(self, feed_id: str | None) -> None:
        chosen = self._waiting.values() if feed_id is None else [self._waiting.get(feed_id, set())]
        for waiting in chosen:
            for event in waiting:
                event.set()
