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
from shared.mongo.postings import Embedded
from shared.vectors.base import Hit

log = get_logger(__name__)

_OVERLAP = timedelta(seconds=30)  # clocks of importers differ: look this far back when catching up
_GROWTH = 1024
_RETRY_S = 1.0


class ExactIndex:
    """Rows are added at the end; a removed row is filled by the last one. Not safe across threads: change it on the loop only."""

    def __init__(self, dimensions: int) -> None:
        self._vectors: NDArray[np.float32] = np.empty((_GROWTH, dimensions), np.float32)
        self._rows: list[tuple[str, str]] = []  # (greenhouse_id, subject_key)
        self._row_of: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def update(self, changed: Iterable[Embedded]) -> None:
        for posting in changed:
            if posting.vector is None:
                self._remove(posting.greenhouse_id)
            else:
                self._put(posting, posting.vector)

    def _put(self, posting: Embedded, vector: NDArray[np.float32]) -> None:
        row = self._row_of.setdefault(posting.greenhouse_id, len(self._rows))
        if row == len(self._rows):
            self._rows.append(("", ""))
            if row == len(self._vectors):
                self._vectors = np.concatenate([self._vectors, np.empty_like(self._vectors)])
        self._rows[row] = (posting.greenhouse_id, posting.subject_key)
        self._vectors[row] = vector

    def _remove(self, greenhouse_id: str) -> None:
        row = self._row_of.pop(greenhouse_id, None)
        if row is None:
            return
        last = self._rows.pop()
        if row < len(self._rows):
            self._rows[row] = last
            self._row_of[last[0]] = row
            self._vectors[row] = self._vectors[len(self._rows)]

    async def search(self, vector: NDArray[np.float32], k: int) -> list[Hit]:
        rows, matrix = list(self._rows), self._vectors[: len(self._rows)]
        return await asyncio.to_thread(_best, rows, matrix, vector, k)


def _best(rows: list[tuple[str, str]], matrix: NDArray[np.float32], vector: NDArray[np.float32], k: int) -> list[Hit]:
    scores = (1 + matrix @ vector) / 2
    k = min(k, len(rows))
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
        """Load everything, then apply every change, for ever; after a break in the stream catch up from the last change seen."""
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
                    self._index.update([postings.as_embedded(change["fullDocument"], self._embedder_id)])

    async def _catch_up(self) -> None:
        since = self._newest - _OVERLAP if self._newest else None
        async for posting, changed_at in postings.embedded_since(self._db, self._embedder_id, since):
            self._index.update([posting])
            self._newest = changed_at
        self.loaded.set()
        log.info("vector_index_loaded", postings=len(self._index))

    async def search(self, vector: NDArray[np.float32], k: int) -> list[Hit]:
        if not self.loaded.is_set():
            raise Unavailable("the vector index is still loading", code="index_loading")
        return await self._index.search(vector, k)
