"""Re-embedding in the background: when postings or exercises lack a vector of the embedder in use, one process of all gives them theirs.

`changeover.py` says with which embedder searches are answered meanwhile.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic

from shared.embeddings.base import Embedder, embed_documents
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import reembed
from shared.mongo.client import Database, Doc, translated
from shared.mongo.long_tasks import Held, LongTasks
from shared.mongo.reembed import ALL, EXERCISES, POSTINGS, Texts
from shared.settings import Settings

log = get_logger(__name__)

_BATCH = 32
_DROPPED_AT_ONCE = 500
_LOOK_S = 30.0
_OVERLAP = timedelta(minutes=5)  # clocks of importers differ
_TELL_S = 10.0


def kind(embedder_id: str) -> str:
    """The task's kind: a process does only what its own embedder can do."""
    return f"reembed {embedder_id}"


async def follow(db: Database, embedder: Embedder, settings: Settings, *, look_s: float = _LOOK_S) -> None:
    """Find what lacks a vector and give it one, for ever. The database and the embedder going away and coming back is borne."""
    tasks = LongTasks(db, "tasks", lease_s=settings.queue.lease_s)
    works = {kind(embedder.embedder_id): Reembedding(db, embedder).work}
    async with asyncio.TaskGroup() as both:
        both.create_task(_look(db, tasks, embedder.embedder_id, look_s))
        both.create_task(tasks.follow(works, settings.worker_id, poll_s=min(look_s, 5)))


async def _look(db: Database, tasks: LongTasks, embedder_id: str, look_s: float) -> None:
    """All postings are looked through until none lacks its vector; from then on, those that changed."""
    since: datetime | None = None
    while True:
        now = datetime.now(UTC)
        try:
            with translated():
                if await reembed.any_without(db, POSTINGS, embedder_id, since):
                    await tasks.ask(kind(embedder_id))
                else:
                    since = now - _OVERLAP
                    await _settle(db, tasks, embedder_id)
        except Unavailable as error:
            log.warning("reembedding_waiting", error=error.message)
        await asyncio.sleep(look_s)


async def _settle(db: Database, tasks: LongTasks, embedder_id: str) -> None:
    """Every posting has its vector: searches may rely on that, whether or not every exercise has."""
    await reembed.complete(db, embedder_id)
    if await reembed.any_without(db, EXERCISES, embedder_id, None) or len(await reembed.generations(db)) > reembed.KEPT:
        await tasks.ask(kind(embedder_id))


class Reembedding:
    """The work of the task: embed what lacks a vector, postings first, in the order of their keys; then drop the vectors of embedders
    long out of use."""

    def __init__(self, db: Database, embedder: Embedder) -> None:
        self._db = db
        self._embedder = embedder

    async def work(self, held: Held) -> Doc:
        """The task's result. Raises Unavailable when the embedder is away, LeaseLost."""
        done = int(held.task.state.get("done", 0))
        total = done + sum([await reembed.count_without(self._db, texts, self._embedder.embedder_id) for texts in ALL])
        for texts in ALL:
            done = await self._embed_all(held, texts, done, total)
            if texts is POSTINGS and not await reembed.any_without(self._db, POSTINGS, self._embedder.embedder_id, None):
                await reembed.complete(self._db, self._embedder.embedder_id)
        return {"embedded": done, "dropped": await self._drop_outdated()}

    async def _embed_all(self, held: Held, texts: Texts, done: int, total: int) -> int:
        """`done` and what was embedded here. Who goes on after another finds what that one embedded no longer missing."""
        embedder_id, after = self._embedder.embedder_id, ""
        told = monotonic()
        while batch := await reembed.without(self._db, texts, embedder_id, after, _BATCH):
            vectors = await embed_documents(self._embedder, [(each.title, each.text) for each in batch])
            await reembed.store(self._db, texts, embedder_id, batch, vectors)
            after, done = batch[-1].key, done + len(batch)
            await held.report({"done": done, "total": total}, state={"done": done})
            if monotonic() - told >= _TELL_S:
                told = monotonic()
                log.info("reembedding", embedder_id=embedder_id, collection=texts.collection, done=done, total=total)
        return done

    async def _drop_outdated(self) -> int:
        dropped = 0
        for embedder_id in (await reembed.generations(self._db))[reembed.KEPT :]:
            log.info("vectors_dropped", embedder_id=embedder_id)
            while count := await reembed.drop_vectors(self._db, embedder_id, _DROPPED_AT_ONCE):
                dropped += count
        return dropped
