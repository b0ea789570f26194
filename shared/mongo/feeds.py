"""The `feeds` collection: opened by a search or a visit, reconciled by whoever comes by with what has become of the reels it waits for.

Every change is a function of what the feed was and what the database knows (shared/schemas/feeds.py), written only if the feed is still
what it was (`version`); whoever comes too late looks again. So any number may reconcile one feed at once: nothing is appended twice, no
candidate is lost, and all see one order. A job is asked for before the feed says so: whoever dies in between leaves a candidate that is
still wanted and a job that the next one finds.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pymongo
from pymongo import DESCENDING

from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import generation_queue, subjects, videos
from shared.mongo.client import Database, Doc, translated
from shared.schemas.feeds import POOL, Facts, Feed, Item, Ranked, Wanted, settled, turned
from shared.schemas.generation import GenerationJob, GenerationRequest
from shared.schemas.reels import POSTING_TEMPLATE_IDS
from shared.schemas.subjects import SubjectId
from shared.settings import Queue

log = get_logger(__name__)

_CHANGING = ("pool", "pending", "unmet", "delivered")
_FEEDS_PER_JOB = 100
"""Feeds that one job's end is brought to; who waits with more of them is told by their own polling."""
_TELLING_S = 5.0


@dataclass(frozen=True)
class NewFeed:
    """What to open: `shown` is the first page, `pool` what later pages show, `wanted` what has no reel, best first: `deficit` of these are
    made, and the others stand in for those that cannot be."""

    user_id: str
    ttl_hours: float
    shown: Sequence[Ranked] = ()
    pool: Sequence[Ranked] = ()
    wanted: Sequence[Wanted] = ()
    deficit: int = 0
    query_fingerprint: str | None = None
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reconciled:
    """The feed as it is stored; the jobs that serve it, as far as they are known; and what kept it from asking for more."""

    feed: Feed
    job_ids: tuple[str, ...]
    failure: Unavailable | None = None


async def open_feed(db: Database, new: NewFeed, settings: Queue) -> Reconciled:
    """Store the feed: one insert; and ask for as many of its wanted reels as there are free slots, the rest as slots become free.

    Raises what the insert raises. A database that fails later is told in `failure`: what could not be asked for is asked for by the
    next one to reconcile the feed.
    """
    feed = _new(new, datetime.now(UTC))
    await db.feeds.insert_one(_stored(feed))
    if not feed.unmet:
        return Reconciled(feed, ())
    try:
        with translated():
            return await _advance(db, feed, settings) or await _reconciled(db, feed, settings)
    except Unavailable as failure:
        return Reconciled(feed, (), failure)


def _new(new: NewFeed, now: datetime) -> Feed:
    """PURE: its first page are its first items."""
    life = timedelta(hours=new.ttl_hours)
    return Feed(
        feed_id=str(uuid4()),
        user_id=new.user_id,
        query_fingerprint=new.query_fingerprint,
        degraded=new.degraded,
        items=tuple(Item(**one.model_dump(), n=n, added_at=now) for n, one in enumerate(new.shown, 1)),
        pool=tuple(new.pool[:POOL]),
        unmet=tuple(new.wanted) if new.deficit else (),
        deficit=new.deficit,
        ttl_s=life.total_seconds(),
        created_at=now,
        updated_at=now,
        expires_at=now + life,
    )


def _stored(feed: Feed) -> Doc:
    return {"_id": feed.feed_id, **feed.model_dump(exclude={"feed_id"})}


async def get(db: Database, feed_id: str) -> Feed | None:
    """The feed, unless its time is over."""
    doc = await db.feeds.find_one({"_id": feed_id, "expires_at": {"$gt": datetime.now(UTC)}})
    return Feed.model_validate({**doc, "feed_id": feed_id}) if doc else None


async def reconcile(db: Database, feed_id: str, settings: Queue) -> Feed | None:
    """The feed with all that has become ready, and with as much asked for as there are slots; None when there is no such feed (any more).

    Idempotent, and safe under any number at once. What cannot be asked for now is left for the next time.
    """
    feed = await get(db, feed_id)
    if feed is None:
        return None
    reconciled = await _reconciled(db, feed, settings)
    if failure := reconciled.failure:
        log.warning("feed_waits", feed_id=feed_id, code=failure.code, error=failure.message)
    return reconciled.feed


async def turn(db: Database, feed: Feed, length: int) -> Feed | None:
    """The feed with at least `length` items, from its pool as far as that goes; None when its time is over."""
    now: Feed | None = feed
    while now and len(now.items) < length and now.pool:
        now = await _write(db, now, turned(now, length, datetime.now(UTC))) or await get(db, feed.feed_id)
    return now


async def job_ended(db: Database, job: GenerationJob, settings: Queue) -> None:
    """Bring what became of a job to the feeds that wait for it, and give its slot to the user's others, the last changed first."""
    with pymongo.timeout(_TELLING_S):
        feed_ids = await _found(db, {"pending.subject_key": job.subject_key})
        if job.user_slot is not None:
            feed_ids += await _found(db, {"user_id": job.user_id, "unmet.0": {"$exists": True}})
        for feed_id in dict.fromkeys(feed_ids):
            await reconcile(db, feed_id, settings)


async def _found(db: Database, where: Doc) -> list[str]:
    return [doc["_id"] async for doc in db.feeds.find(where, {"_id": 1}).sort("updated_at", DESCENDING).limit(_FEEDS_PER_JOB)]


async def _reconciled(db: Database, feed: Feed, settings: Queue) -> Reconciled:
    while feed.pending or feed.unmet:
        if advanced := await _advance(db, feed, settings):
            return advanced
        feed = await get(db, feed.feed_id) or feed.model_copy(update={"pending": (), "unmet": ()})
    return Reconciled(feed, feed.job_ids)


async def _advance(db: Database, feed: Feed, settings: Queue) -> Reconciled | None:
    """What is ready is delivered before more is asked for. None: another was quicker."""
    facts = await _look(db, feed)
    before = await _write(db, feed, settled(feed, facts, datetime.now(UTC)))
    if before is None:
        return None
    facts, failure = await _ask(db, before, facts, settings)
    after = settled(before, facts, datetime.now(UTC))
    if failure:
        return Reconciled(before, after.job_ids, failure)
    written = await _write(db, before, after)
    return Reconciled(written, written.job_ids) if written else None


async def _look(db: Database, feed: Feed) -> Facts:
    """Jobs first: one that ends between the two looks has put its reel there before, so it is not taken for one without."""
    keys = [each.subject_key for each in (*feed.pending, *feed.unmet)]
    active = await generation_queue.active_jobs(db, [SubjectId("posting", key) for key in keys])
    ready = await videos.with_reels(db, keys)
    return Facts(frozenset(ready), {subject.key: job_id for subject, job_id in active.items()})


async def _ask(db: Database, feed: Feed, facts: Facts, settings: Queue) -> tuple[Facts, Unavailable | None]:
    """Ask for the best that are wanted as long as there are room and slots: what is known then, and what failed."""
    if not (feed.room and feed.unmet):
        return facts, None
    try:
        with translated():
            if not await generation_queue.has_free_slot(db, feed.user_id, settings):
                return facts, None
            sources = await subjects.sources_of(db, [wanted.subject_key for wanted in feed.unmet])
            while feed.room and feed.unmet:
                learnt = await _ask_for(db, feed, feed.unmet[0], sources, facts, settings)
                if learnt is None:
                    break
                facts, feed = learnt, settled(feed, learnt, feed.updated_at)
    except Unavailable as failure:
        return facts, failure
    return facts, None


async def _ask_for(db: Database, feed: Feed, wanted: Wanted, sources: dict[str, str], facts: Facts, settings: Queue) -> Facts | None:
    """The facts after asking for this one; None when nothing more can be asked for now."""
    key = wanted.subject_key
    if key not in sources:
        return facts.and_hopeless(key)  # all its postings are closed
    request = GenerationRequest(
        subject=SubjectId("posting", key),
        source_hash=sources[key],
        template_id=random.choice(POSTING_TEMPLATE_IDS),  # noqa: S311 - variety, not a secret
        greenhouse_id=wanted.greenhouse_id,
        query_fingerprint=feed.query_fingerprint,
        user_id=feed.user_id,
    )
    enqueued = await generation_queue.enqueue(db, request, settings)
    if enqueued.job_id:
        return facts.and_active(key, enqueued.job_id)
    if enqueued.outcome == "ready":
        return facts.and_ready(key)
    return facts.and_hopeless(key) if enqueued.outcome == "blocked" else None


async def _write(db: Database, before: Feed, after: Feed) -> Feed | None:
    """Write what changed. None: the feed is not what it was `before` any more, and nothing is written."""
    if after == before:
        return before
    now = datetime.now(UTC)
    times = {"updated_at": now, "expires_at": now + timedelta(seconds=after.ttl_s)}
    changed = {name for name in _CHANGING if getattr(after, name) != getattr(before, name)}
    new = [item.model_dump() for item in after.items[len(before.items) :]]
    update: Doc = {"$set": {**after.model_dump(include=changed), **times}, "$inc": {"version": 1}}
    if new:
        update["$push"] = {"items": {"$each": new}}
    written = await db.feeds.update_one({"_id": before.feed_id, "version": before.version}, update)
    return after.model_copy(update={**times, "version": before.version + 1}) if written.matched_count else None
