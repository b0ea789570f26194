"""Server-sent events of a feed: each reel as it is ready, until all are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from fastapi.sse import ServerSentEvent

from services.backend.feeds.pages import Pages, next_cursor
from services.backend.feeds.schemas import FeedDone
from services.backend.feeds.watch import FeedWatch
from services.backend.search.schemas import SearchResult
from shared.errors import NotFound, Unavailable
from shared.logging import get_logger
from shared.mongo.client import within_a_request
from shared.schemas.feeds import Feed, Item

log = get_logger(__name__)

STREAM_S = 120.0
"""A stream ends then, and the client comes again with Last-Event-ID: load balancers cut what lasts longer anyway, and after a deployment
or when a process is added the connections spread again."""
POLL_S = 5.0
"""The net: a stream looks for itself this often, should no change come to its ears or the worker have died before it told the feed."""
LAST_WORD_RETRY_MS = 60_000
"""A client that does not close the stream at `done` comes again no sooner than this."""


@dataclass(frozen=True)
class Look:
    feed: Feed
    new: list[tuple[Item, SearchResult]]


@dataclass(frozen=True)
class FeedStream:
    """What follows the `n`th item of a feed. `changed` is set when there may be something new, and when it is time to go."""

    pages: Pages
    watch: FeedWatch
    changed: asyncio.Event
    feed_id: str
    n: int

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        """`reel` for each item, its number as the id; `done` at last. A client that takes its time makes only itself wait."""
        end, n = time.monotonic() + STREAM_S, self.n
        while not self.watch.closed and (left := end - time.monotonic()) > 0:
            self.changed.clear()
            try:
                look = await self._look(n)
            except NotFound:
                return
            if look:
                for item, shown in look.new:
                    yield ServerSentEvent(event="reel", id=str(item.n), data=shown)
                n = len(look.feed.items)
                if not look.feed.coming:
                    yield _done(look.feed)
                    return
            await _until(self.changed, min(POLL_S, left))

    async def _look(self, n: int) -> Look | None:
        """What there is after the `n`th item; None while the database is away."""
        try:
            with within_a_request():
                feed, _ = await self.pages.reconciled(self.feed_id, None)
                return Look(feed, await self.pages.shown(feed.user_id, feed.items[n:]))
        except Unavailable as error:
            log.warning("stream_waits", feed_id=self.feed_id, code=error.code, error=error.message)
            return None


def _done(feed: Feed) -> ServerSentEvent:
    told = FeedDone(feed_id=feed.feed_id, next_cursor=next_cursor(feed, len(feed.items)))
    return ServerSentEvent(event="done", data=told, retry=LAST_WORD_RETRY_MS)


async def _until(event: asyncio.Event, most_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(most_s):
            await event.wait()
