"""Exact nearest neighbours in process: bits, then int8 codes choose who is scored with float32 vectors."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared.logging import get_logger
from shared.mongo.postings import Indexed
from shared.vectors import row_files, scan
from shared.vectors.base import EVERYTHING, Filters, Hit
from shared.vectors.batching import Batching
from shared.vectors.rows import Make, Rows, in_memory, merged
from shared.vectors.scan import Query, View
from shared.vectors.tail import Tail
from shared.vectors.vocabulary import Vocabularies

log = get_logger(__name__)

_AT_ONCE = 16  # queries that share a pass over the rows: their scores take 4 bytes a query and row
_DEAD = 1024  # rows that are too few to be worth compacting


class ExactIndex:
    """A `base` of rows, in memory or in a mapped file, and a `tail` of those that came since. Rows are only ever added; a changed or
    removed posting's old row is dead, and leaves when half of all are.

    A search reads the view that was there when it began: nobody changes it. Searches may run beside `update`, `save` and `load`, of
    which one may run at a time, in any thread.
    """

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._batching = Batching(self._search, _AT_ONCE)
        self._lock = threading.Lock()  # while rows and view are not in step
        self._begin(Rows.none(dimensions), Vocabularies())

    def _begin(self, base: Rows, words: Vocabularies) -> None:
        with self._lock:
            self._tail = Tail(self._dimensions, words)
            self._view = View(base, self._tail.rows(), np.ones(len(base), np.bool_), words)

    def __len__(self) -> int:
        return int(np.count_nonzero(self._view.alive))

    async def search(self, vector: NDArray[np.float32], k: int, filters: Filters = EVERYTHING, without: Collection[str] = ()) -> list[Hit]:
        """As VectorIndex says. Queries that come while others are at work share one pass over the rows. Raises ValueError for a vector
        that cannot be compared: alone, not in its batch."""
        if not self._comparable(vector):
            raise ValueError(f"a vector of shape {vector.shape} where {self._dimensions} finite numbers are needed")
        if k < 1 or not len(self._view.alive):
            return []
        return await self._batching.ask(Query(np.asarray(vector, np.float32), k, filters, frozenset(without)))

    def _search(self, queries: Sequence[Query]) -> list[list[Hit]]:
        return scan.search(self._view, queries)

    async def score(self, vector: NDArray[np.float32], greenhouse_ids: Collection[str], filters: Filters = EVERYTHING) -> list[Hit]:
        """As VectorIndex says."""
        return await asyncio.to_thread(self._score, list(greenhouse_ids), np.asarray(vector, np.float32), filters)

    def _score(self, ids: list[str], vector: NDArray[np.float32], filters: Filters) -> list[Hit]:
        with self._lock:
            view, rows = self._view, self._rows_of(ids)
        return scan.score(view, rows, vector, filters)

    def update(self, changed: Sequence[Indexed]) -> None:
        """Postings that are active and have a vector come, or change; all others leave."""
        latest = {posting.greenhouse_id: posting for posting in changed}
        usable = {name: vector for name, posting in latest.items() if (vector := self._vector_of(posting)) is not None}
        coming = [latest[name] for name in usable]
        vectors = np.array(list(usable.values()), np.float32).reshape(len(usable), self._dimensions)
        with self._lock:
            alive = np.concatenate([self._view.alive, np.ones(len(coming), np.bool_)])
            alive[self._rows_of(list(latest))] = False
            self._tail.add(coming, vectors)
            self._view = View(self._view.base, self._tail.rows(), alive, self._view.words)
        if len(alive) - np.count_nonzero(alive) > max(_DEAD, len(alive) // 2):
            self._begin(self._living(in_memory), self._view.words)

    def _vector_of(self, posting: Indexed) -> NDArray[np.float32] | None:
        """The vector by which it is found; None where it is to leave."""
        if not posting.active or posting.vector is None:
            return None
        if not self._comparable(posting.vector):
            log.warning("vector_unusable", greenhouse_id=posting.greenhouse_id, shape=posting.vector.shape)
            return None
        return posting.vector

    def _comparable(self, vector: NDArray[np.float32]) -> bool:
        return vector.shape == (self._dimensions,) and bool(np.isfinite(vector).all())

    def _rows_of(self, ids: Sequence[str]) -> NDArray[np.intp]:
        """The living rows of those of these postings that have one."""
        base = self._view.base
        rows = base.find(ids).astype(np.intp)
        for place, name in enumerate(ids):
            if (row := self._tail.row_of.get(name)) is not None:
                rows[place] = len(base) + row
        rows = rows[rows >= 0]
        return rows[self._view.alive[rows]]

    def _living(self, make: Make) -> Rows:
        view = self._view
        split = len(view.base)
        return merged([view.base, view.tail], [view.alive[:split], view.alive[split:]], make, self._dimensions)

    def save(self, folder: Path) -> None:
        """Write all living rows into a folder of their own, and from then on read them there: processes that load it share its pages.
        Raises OSError."""
        folder.mkdir(parents=True)
        base = self._living(row_files.maker(folder))
        row_files.describe(folder, base, self._view.words)
        self._begin(*row_files.read(folder, self._dimensions))

    def load(self, folder: Path) -> bool:
        """Take what `save` wrote in place of all that is here. False, and a line in the log, when it cannot be used."""
        try:
            self._begin(*row_files.read(folder, self._dimensions))
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            log.warning("vectors_not_loaded", folder=str(folder), error=f"{type(error).__name__}: {error}")
            return False
        return True
