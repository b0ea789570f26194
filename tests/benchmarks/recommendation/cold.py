"""Rankings nobody has made yet, over HTTP: 100,000 reels, a million watch events of 20,000 users."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import numpy as np

from services.recommendation import models_held
from shared.embeddings.minilm import MINILM_ID
from shared.mongo import learned
from shared.mongo.client import Database, Doc
from shared.mongo.postings import encode_vector
from tests.benchmarks.recommendation import library
from tests.benchmarks.recommendation.client import Connection
from tests.benchmarks.row import Row, percentile
from tests.benchmarks.tools import Tools, uvicorn

_DIMENSIONS, _GROUPS = 384, 200
_BATCH = 10_000
_READY_S = 600


async def rows(tools: Tools, db: Database, environment: dict[str, str]) -> AsyncIterator[Row]:
    reels, users, events = (5_000, 1_000, 20_000) if tools.quick else (100_000, 20_000, 1_000_000)
    tools.tell(f"recommendation: storing {reels:,} reels and {events:,} watch events")
    await library.store(db, reels, _vectors(reels))
    await _watch(db, reels, users, events)
    apart = {**environment, "MONGODB_DATABASE": db.name, "RECOMMENDATION_POOL_SIZE": "200"}
    async with uvicorn("services.recommendation.app:app", tools.folder / "recommendation" / "cold", **apart) as url:
        connection = Connection(url)
        tools.tell("recommendation.cold")
        await _until_whole(connection, db)
        took, sources = [], set[str]()
        for path in islice(library.paths(users), 100, 200 if tools.quick else 500):
            started = time.perf_counter()
            answer = json.loads(await connection.get(path))
            took.append(time.perf_counter() - started)
            assert answer["cache"] == "miss", answer["cache"]
            sources |= {item["source"] for item in answer["items"]}
        await connection.aclose()
    note = f"p50 {percentile(took, 50) * 1e3:.0f} ms; {reels:,} reels, {events:,} events; from {', '.join(sorted(sources))}"
    yield Row("recommendation.cold_p95", percentile(took, 95) * 1e3, "ms", note=note)


async def _until_whole(connection: Connection, db: Database) -> None:
    """What was watched takes a while to be learned, and to be taken over."""
    async with asyncio.timeout(_READY_S):
        while await learned.head(db, models_held.NAME) is None:
            await asyncio.sleep(1)
        for number in itertools.count():
            answer = json.loads(await connection.get(f"/api/v1/video/recommendations/user-{number}?include_trending=false"))
            if not answer["degraded"] and any(item["source"] == "co_watch" for item in answer["items"]):
                return
            await asyncio.sleep(1)


def _vectors(count: int) -> list[Doc]:
    """Of each posting: near one of a few hundred topics."""
    chance = np.random.default_rng(8)
    topics = chance.standard_normal((_GROUPS, _DIMENSIONS)).astype(np.float32)
    found = []
    for number in range(count):
        vector = topics[number % _GROUPS] + 0.5 * chance.standard_normal(_DIMENSIONS).astype(np.float32)
        found.append({MINILM_ID: {"vector": encode_vector(vector / np.linalg.norm(vector)), "content_hash": str(number)}})
    return found


async def _watch(db: Database, reels: int, users: int, events: int) -> None:
    """Each user keeps to two topics; within a topic some reels are watched by many."""
    chance = np.random.default_rng(9)
    who = chance.integers(0, users, events)
    topic = np.where(chance.random(events) < 0.5, who % _GROUPS, (who * 7 + 3) % _GROUPS)
    rank = np.minimum(chance.zipf(1.3, events) - 1, reels // _GROUPS - 1)
    hours = chance.uniform(0, 60 * 24, events)
    now = datetime.now(UTC)
    numbers = iter(range(events))
    while batch := list(islice(numbers, _BATCH)):
        docs = [_event(n, int(who[n]), int(rank[n] * _GROUPS + topic[n]), now - timedelta(hours=float(hours[n]))) for n in batch]
        await db.watch_events.insert_many(docs, ordered=False)


def _event(number: int, user: int, reel: int, at: datetime) -> Doc:
    return {
        "_id": f"user-{user}|e{number}", "user_id": f"user-{user}", "event_id": f"e{number}", "video_id": library.video_id(reel),
        "type": "complete" if number % 3 else "start", "subject_kind": "posting", "subject_key": library.subject(reel),
        "at": at, "received_at": at,
    }  # fmt: skip
