"""Feeds, and a stand-in for the worker that makes their reels without making any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.errors import JobError
from shared.mongo import feeds
from shared.mongo import generation_attempts as attempts
from shared.mongo.client import Database
from shared.mongo.feeds import NewFeed, Reconciled
from shared.schemas.feeds import Feed, Ranked, Wanted
from shared.schemas.generation import GenerationJob
from shared.settings import Queue
from tests.integration.queue_steps import failed, finished, stored

SLOTS = Queue(max_user_concurrent_jobs=2)


def wanted(*keys: str) -> list[Wanted]:
    return [Wanted(subject_key=key, greenhouse_id=key, score=0.8) for key in keys]


def ranked(*keys: str) -> list[Ranked]:
    return [Ranked(subject_key=key, greenhouse_id=key, score=0.7, reason="near") for key in keys]


async def opened(db: Database, *keys: str, deficit: int | None = None, user_id: str = "ann", **more: Any) -> Reconciled:
    """A feed that wants reels of these postings, all of which are open."""
    for key in keys:
        await stored(db, key)
    new = NewFeed(user_id, 24, wanted=wanted(*keys), deficit=len(keys) if deficit is None else deficit, **more)
    return await feeds.open_feed(db, new, SLOTS)


async def read(db: Database, feed: Feed) -> Feed:
    """As it is stored, without bringing it up to date."""
    now = await feeds.get(db, feed.feed_id)
    assert now
    return now


def keys(some: Sequence[Wanted]) -> list[str]:
    return [one.subject_key for one in some]


async def claim(db: Database, worker: str = "w1") -> GenerationJob | None:
    return await attempts.claim(db, worker, SLOTS)


async def work_off(db: Database, worker: str = "w1", *, tell: bool = True) -> list[str]:
    """Make reels as long as there are jobs, and tell the feeds as a worker does; the subjects in order."""
    made = []
    while job := await claim(db, worker):
        done = await finished(db, job)
        made.append(job.subject_key)
        if tell:
            await feeds.job_ended(db, done, SLOTS)
    return made


async def fail_next(db: Database, error: JobError | None = None) -> str:
    """Let the next job fail, and tell the feeds; its subject."""
    job = await claim(db)
    assert job
    await feeds.job_ended(db, await failed(db, job, error), SLOTS)
    return job.subject_key
