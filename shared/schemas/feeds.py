"""A feed (`feeds`): what one search or visit shows, page after page, and the reels that are being made for it. PURE.

   pool ──next page──▶ items ◀──ready── pending ◀──a free slot, or made for others anyway── unmet
                                            └──its job ended without a reel──▶ (gone)

`items` is only ever appended to, so an item's number is also the cursor of what follows it. Whoever changes a feed writes it back only
if nobody else has meanwhile (`version`; shared/mongo/feeds.py), so these functions need not think of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from shared.schemas.base import Document

Reason = Literal["match", "near", "words", "seen_before", "newest", "last_good", "any"]
"""Why a reel is shown: above the threshold; below it; found by its words alone; seen, to fill up; the newest; what this search found
when all was well; or whatever there is."""

POOL = 200
"""The most a feed keeps for later pages."""


class Wanted(Document):
    """A posting subject that has no reel, and the posting of it that was found. `score` is (1 + cos) / 2."""

    subject_key: str
    greenhouse_id: str
    score: float | None = None


class Pending(Wanted):
    """Its reel is being made, by this job."""

    job_id: str


class Ranked(Wanted):
    """A posting subject with a reel."""

    reason: Reason
    seen: bool = False


class Item(Ranked):
    """What a feed shows as its `n`th, from 1."""

    n: int
    added_at: datetime


class Feed(Document):
    """`deficit` is how many reels are to be made for it, `delivered` how many were; `ttl_s` how long it is kept after a change."""

    feed_id: str
    user_id: str
    query_fingerprint: str | None = None
    degraded: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    pool: tuple[Ranked, ...] = ()
    pending: tuple[Pending, ...] = ()
    unmet: tuple[Wanted, ...] = ()
    deficit: int = 0
    delivered: int = 0
    version: int = 0
    ttl_s: float
    created_at: datetime
    updated_at: datetime
    expires_at: datetime

    @property
    def room(self) -> int:
        """How many more reels may be asked for now."""
        return max(0, self.deficit - self.delivered - len(self.pending))

    @property
    def coming(self) -> int:
        """How many reels are being made for it or will be when there is a free slot."""
        return len(self.pending) + min(len(self.unmet), self.room)

    @property
    def job_ids(self) -> tuple[str, ...]:
        return tuple(pending.job_id for pending in self.pending)

    def follows(self, n: int) -> bool:
        """Whether anything comes after the `n`th item, now or later."""
        return bool(len(self.items) > n or self.pool or self.coming)


@dataclass(frozen=True)
class Facts:
    """What is known of the subjects a feed waits for: which have a reel, the job that makes one, which will never have one."""

    ready: frozenset[str] = frozenset()
    active: Mapping[str, str] = field(default_factory=dict)
    hopeless: frozenset[str] = frozenset()

    def and_ready(self, key: str) -> Facts:
        return replace(self, ready=self.ready | {key})

    def and_active(self, key: str, job_id: str) -> Facts:
        return replace(self, active={**self.active, key: job_id})

    def and_hopeless(self, key: str) -> Facts:
        return replace(self, hopeless=self.hopeless | {key})


def settled(feed: Feed, facts: Facts, now: datetime) -> Feed:
    """The feed as the facts have it: ready reels become items, jobs that ended without one leave, jobs in flight for others are joined as
    far as there is room, and once the deficit is filled nothing is wanted any more."""
    for pending in feed.pending:
        if pending.subject_key in facts.ready:
            feed = _delivered(feed, pending, now)
        elif pending.subject_key not in facts.active:
            feed = _without(feed, pending)
    for wanted in feed.unmet:
        if not feed.room:
            break
        feed = _met(feed, wanted, facts, now)
    return feed if feed.delivered < feed.deficit else feed.model_copy(update={"unmet": ()})


def _met(feed: Feed, wanted: Wanted, facts: Facts, now: datetime) -> Feed:
    if wanted.subject_key in facts.ready:
        return _delivered(feed, wanted, now)
    if job_id := facts.active.get(wanted.subject_key):
        pending = Pending(**wanted.model_dump(), job_id=job_id)
        return _without(feed, wanted).model_copy(update={"pending": (*feed.pending, pending)})
    return _without(feed, wanted) if wanted.subject_key in facts.hopeless else feed


def _delivered(feed: Feed, made: Wanted, now: datetime) -> Feed:
    feed = _without(feed, made)
    ranked = Ranked(subject_key=made.subject_key, greenhouse_id=made.greenhouse_id, score=made.score, reason="match")
    return appended(feed, [ranked], now).model_copy(update={"delivered": feed.delivered + 1})


def _without(feed: Feed, gone: Wanted) -> Feed:
    """Neither waiting for it nor wanting it."""
    pending = tuple(each for each in feed.pending if each.subject_key != gone.subject_key)
    return feed.model_copy(update={"pending": pending, "unmet": tuple(each for each in feed.unmet if each.subject_key != gone.subject_key)})


def appended(feed: Feed, ranked: Iterable[Ranked], now: datetime) -> Feed:
    """With these at the end of its items, but for those it has already; they leave the pool."""
    items = {item.subject_key: item for item in feed.items}
    for one in ranked:
        items.setdefault(one.subject_key, Item(**one.model_dump(exclude={"n", "added_at"}), n=len(items) + 1, added_at=now))
    pool = tuple(one for one in feed.pool if one.subject_key not in items)
    return feed.model_copy(update={"items": tuple(items.values()), "pool": pool})


def turned(feed: Feed, length: int, now: datetime) -> Feed:
    """With `length` items at least, taken from the pool as far as that goes."""
    return appended(feed, feed.pool[: max(0, length - len(feed.items))], now)
