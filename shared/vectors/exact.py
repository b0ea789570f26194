"""Exact nearest neighbours in process: one float32 matrix, kept in step with MongoDB by the process's change watcher."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import changes, postings
from shared.mongo.client import Database, translated
from shared.mongo.postings import Indexed
from shared.vectors.base import Hit

log = get_logger(__name__)

_OVERLAP = timedelta(seconds=30)  # clocks of importers differ: look this far back when catching up
_GROWTH = 1024
_RETRY_S = 1.0


class ExactIndex:
    """Rows are only ever added; a changed or removed posting's old row is dead, and leaves when half of all rows are.

    So a search in a thread reads rows that nobody changes under it. Change the index on the loop only.
    """

    def __init__(self, dimensions: int) -> None:
        self._vectors: NDArray[np.float32] = np.empty((_GROWTH, dimensions), np.float32)
        self._rows: list[tuple[str, str]] = []  # (greenhouse_id, subject_key)
        self._dead: set[int] = set()
        self._row_of: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._row_of)

    def update(self, changed: Iterable[Indexed]) -> None:
        for posting in changed:
            if (old := self._row_of.pop(posting.greenhouse_id, None)) is not None:
                self._dead.add(old)
            if posting.active and posting.vector is not None:
                self._add(posting, posting.vector)
        if len(self._dead) > max(_GROWTH, len(self._rows) // 2):
            self._compact()

    def _add(self, posting: Indexed, vector: NDArray[np.float32]) -> None:
        row = len(self._rows)
        if row == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.empty_like(self._vectors)])
        self._vectors[row] = vector
        self._rows.append((posting.greenhouse_id, posting.subject_key))
        self._row_of[posting.greenhouse_id] = row

    def _compact(self) -> None:
        alive = [row for row in range(len(self._rows)) if row not in self._dead]
        self._vectors = np.concatenate([self._vectors[alive], np.empty((_GROWTH, self._vectors.shape[1]), np.float32)])
        self._rows = [self._rows[row] for row in alive]
        self._row_of = {greenhouse_id: row for row, (greenhouse_id, _) in enumerate(self._rows)}
        self._dead = set()

    async def search(self, vector: NDArray[np.float32], k: int) -> list[Hit]:
        rows, dead = list(self._rows), list(self._dead)
        return await asyncio.to_thread(_best, rows, dead, self._vectors[: len(rows)], vector, k)


def _best(rows: list[tuple[str, str]], dead: list[int], matrix: NDArray[np.float32], vector: NDArray[np.float32], k: int) -> list[Hit]:
    scores = (1 + matrix @ vector) / 2
    scores[dead] = -1
    k = min(k, len(rows) - len(dead))
    top = np.argpartition(-scores, k - 1)[:k] if 0 < k < len(rows) else np.arange(k)
    best = top[np.argsort(-scores[top], kind="stable")]
    return [Hit(rows[i][0], rows[i][1], float(scores[i])) for i in best.tolist()]


class SyncedIndex:
    """An ExactIndex that follows the `jobs` collection. Until the first load is done it cannot answer."""

    def __init__(self, db: Database, embedder_id: str, dimensions: int) -> None:
        self._db = db
        self._embedder_id = embedder_id
        self._index = ExactIndex(dimensions)
        self._newest: datetime | None = None
        self.loaded = asyncio.Event()

    def __len__(self) -> int:
        return len(self._index)

    async def follow(self) -> None:
        """Load everything, then apply every change, for ever; after a break look again at what changed since the last full look."""
        while True:
            try:
                with translated():
                    await self._follow()
            except Unavailable as error:  # the database went away while we caught up: begin again, so that nothing is missed
                log.warning("vector_index_waiting", error=error.message)
                await asyncio.sleep(_RETRY_S)

    async def _follow(self) -> None:
        pipeline = changes.of(["jobs"], {"operationType": {"$in": ["insert", "update", "replace"]}})
        async with aclosing(changes.watch(self._db, pipeline)) as watched:
            async for change in watched:
                if change is None:
                    await self._catch_up()
                elif change.get("fullDocument"):
                    self._index.update([postings.as_indexed(change["fullDocument"], self._embedder_id)])

    async def _catch_up(self) -> None:
        since = self._newest - _OVERLAP if self._newest else None
        async for posting, changed_at in postings.indexed_since(self._db, self._embedder_id, since):
            self._index.update([posting])
            self._newest = changed_at
        self.loaded.set()
        log.info("vector_index_loaded", postings=len(self._index))

    async def search(self, vector: NDArray[np.float32], k: int) -> list[Hit]:
        if not self.loaded.is_set():
            raise Unavailable("the vector index is still loading", code="index_loading")
        return await self._index.search(vector, k)
