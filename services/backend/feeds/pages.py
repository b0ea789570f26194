"""Pages of a feed, and what they show of its items."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.backend.feeds.schemas import FeedPage
from services.backend.search.results import result
from services.backend.search.schemas import Generation, SearchResult
from shared.errors import InvalidInput, NotFound
from shared.mongo import feeds, postings, videos, views
from shared.mongo.client import Database
from shared.schemas.feeds import Feed, Item
from shared.schemas.postings import group_by_subject
from shared.schemas.subjects import SubjectId
from shared.settings import Settings
from shared.storage.base import BlobStore


@dataclass(frozen=True)
class Pages:
    """Reads feeds for clients. Raises NotFound where there is none, InvalidInput for a cursor that no page gave."""

    db: Database
    store: BlobStore
    settings: Settings

    async def reconciled(self, feed_id: str, cursor: str | None) -> tuple[Feed, int]:
        """The feed as it is now, and the number of the last item before the cursor."""
        feed = _there(await feeds.reconcile(self.db, feed_id, self.settings.queue))
        n = int(cursor or 0)
        if n > len(feed.items):
            raise InvalidInput("it is no cursor of this feed", field="cursor", code="cursor_invalid")
        return feed, n

    async def page(self, feed: Feed, n: int, limit: int) -> FeedPage:
        """Up to `limit` results after the `n`th item. The feed turns its pool into items only as far as a page needs, and what is no longer
        to be shown is passed over, so the same cursor gives the same page, until something new is added to an unfilled one."""
        results: list[SearchResult] = []
        while len(results) < limit:
            missing = limit - len(results)
            feed = _there(await feeds.turn(self.db, feed, n + missing))
            items = feed.items[n : n + missing]
            if not items:
                break
            results += [shown for _, shown in await self.shown(feed.user_id, items)]
            n = items[-1].n
        return FeedPage(
            feed_id=feed.feed_id,
            user_id=feed.user_id,
            count=len(results),
            next_cursor=next_cursor(feed, n),
            generation=generation(feed, n, self.settings.search.client_poll_interval_s),
            degraded=feed.degraded,
            results=tuple(results),
        )

    async def shown(self, user_id: str, items: Sequence[Item]) -> list[tuple[Item, SearchResult]]:
        """The items with the reel that now serves each; without those whose reel was taken down, whose postings are all closed, or that the
        user has hidden."""
        keys = [item.subject_key for item in items]
        if not keys:
            return []
        ready, open_postings, hidden = await asyncio.gather(
            videos.ready_for(self.db, [SubjectId("posting", key) for key in keys]),
            postings.active_of(self.db, keys, texts=False),
            views.hidden_among(self.db, user_id, keys),
        )
        subjects = group_by_subject(open_postings)
        found: list[tuple[Item, SearchResult]] = []
        for item in items:
            video, subject = ready.get(_id(item)), subjects.get(_id(item))
            if video and subject and item.subject_key not in hidden:
                told = result(video, subject, item.greenhouse_id, self.store, score=item.score, reason=item.reason, seen=item.seen)
                found.append((item, told))
        return found


def _id(item: Item) -> SubjectId:
    return SubjectId("posting", item.subject_key)


def _there(feed: Feed | None) -> Feed:
    if feed is None:
        raise NotFound("There is no such feed, or its time is over: search again, or open another.", code="feed_not_found")
    return feed


def next_cursor(feed: Feed, n: int) -> str | None:
    """PURE: where what follows the `n`th item begins."""
    return str(n) if feed.follows(n) else None


def without_feed(user_id: str, results: tuple[SearchResult, ...], code: str, poll_after_s: float) -> FeedPage:
    """PURE: a page that no feed stands behind."""
    return FeedPage(
        feed_id=None,
        user_id=user_id,
        count=len(results),
        next_cursor=None,
        generation=Generation(pending=0, poll_after_s=poll_after_s),
        degraded=(code,),
        results=results,
    )


def generation(feed: Feed, n: int, poll_after_s: float) -> Generation:
    """PURE: what is being made, and where to hear of what follows the `n`th item."""
    events_url = f"/feeds/{feed.feed_id}/events?cursor={n}" if feed.coming else None
    return Generation(pending=feed.coming, events_url=events_url, poll_after_s=poll_after_s)
