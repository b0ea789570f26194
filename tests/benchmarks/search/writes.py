"""How the index starts over a real server, cold and warm, and how soon what is written can be found.

A write counts from the call that stores a posting (w=majority) until a search finds it; the searches go on as fast as they are answered.
The floor is what that is made of: from the call of the same insert to its event on a bare change stream.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pymongo import WriteConcern
from pymongo.asynchronous.change_stream import AsyncChangeStream

from shared.mongo.client import Database, Doc
from shared.mongo.indexes import create_indexes
from shared.tasks import end
from shared.vectors.synced import SyncedIndex
from tests.benchmarks.row import Goal, Row, percentile
from tests.benchmarks.search.corpus import EMBEDDER_ID, Corpus, document
from tests.benchmarks.tools import Tools, database, mongo

_BEAT_S = 0.001
_NOTE = "search.…_start: from nothing to the first answer; …_pause: the longest time the event loop stood still meanwhile"


@dataclass(frozen=True)
class Start:
    seconds: float
    longest_pause_ms: float


async def rows(tools: Tools, corpus: Corpus) -> AsyncIterator[Row]:
    async with mongo(tools.folder / "search-mongo") as uri, database(uri, "search") as db:
        tools.tell("search.cold_start: filling the database")
        await _fill(db, corpus)
        tools.tell("search.cold_start")
        folder = tools.folder / "snapshot"
        starts = [await _start(db, corpus, folder) for _ in range(2)]
        for name, start in zip(("cold", "warm"), starts, strict=True):
            yield Row(f"search.{name}_start", start.seconds, "s", note=_NOTE)
            yield Row(f"search.{name}_start_pause", start.longest_pause_ms, "ms", goal=Goal("ours", "≤", 50), note=_NOTE)
        tools.tell("search.write_to_searchable")
        async with _following(db, corpus, folder) as index, await db.client["floor"].watch() as stream:
            samples = [await _sample(db, corpus, index, stream, number) for number in range(40 if tools.quick else 300)]
        ours, floor = zip(*samples[1:], strict=True)  # the first pays for what is made once
        for percent, goal in ((50, None), (99, Goal("ours", "≤", 50))):
            figures = percentile(ours, percent), percentile(floor, percent)
            name = f"search.write_to_searchable_p{percent}"
            yield Row(name, figures[0], "ms", "insert to change event", figures[1], figures[0] / figures[1], goal)


async def _fill(db: Database, corpus: Corpus) -> None:
    jobs = db.jobs.with_options(write_concern=WriteConcern(w=1))
    for chunk in corpus.chunks():
        await jobs.insert_many(map(document, chunk), ordered=False)
    await create_indexes(db, ["jobs"])
    await db.client.admin.command("fsync")


@asynccontextmanager
async def _following(db: Database, corpus: Corpus, folder: Path) -> AsyncIterator[SyncedIndex]:
    index = SyncedIndex(db, EMBEDDER_ID, corpus.dimensions, folder=folder)
    task = asyncio.create_task(index.follow())
    try:
        await index.loaded.wait()
        yield index
    finally:
        await end(task)
        await index.close()


async def _start(db: Database, corpus: Corpus, folder: Path) -> Start:
    """Until the first answer; and once the snapshot is there."""
    pauses: list[float] = []
    gc.collect()
    gc.freeze()  # the corpus is not the service's to go through
    beating = asyncio.create_task(_beat(pauses))
    started = time.perf_counter()
    async with _following(db, corpus, folder) as index:
        assert len(await index.search(corpus.queries[0], 20)) == 20
        seconds = time.perf_counter() - started
        await _until_there(folder / "current")
        assert len(index) == len(corpus)
    await end(beating)
    gc.unfreeze()
    return Start(seconds, max(pauses) * 1000)


async def _until_there(path: Path) -> None:
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(path.exists):
            await asyncio.sleep(0.01)


async def _beat(pauses: list[float]) -> None:
    while True:
        started = time.perf_counter()
        await asyncio.sleep(_BEAT_S)
        pauses.append(time.perf_counter() - started - _BEAT_S)


async def _sample(db: Database, corpus: Corpus, index: SyncedIndex, stream: AsyncChangeStream[Doc], number: int) -> tuple[float, float]:
    """One write and one floor, in ms."""
    vector = np.random.default_rng(number).standard_normal(corpus.dimensions).astype(np.float32)
    vector /= np.linalg.norm(vector)
    posting = replace(corpus.posting(number), greenhouse_id=f"new{number}", subject_key=f"new:{number}", vector=vector)
    doc = document(posting)
    started = time.perf_counter()
    await db.jobs.insert_one(doc)
    while (await index.search(vector, 1))[0].greenhouse_id != posting.greenhouse_id:
        pass
    found = time.perf_counter()
    await asyncio.gather(db.client["floor"].events.insert_one(dict(doc)), stream.next())
    return (found - started) * 1000, (time.perf_counter() - found) * 1000
