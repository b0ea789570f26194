"""The catalogue of a process, kept in step with the database: what changed is read again when the next routine is compiled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextvars import Context
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.backend.routines.catalogue import Catalogue, worded
from shared.errors import Unavailable
from shared.lexical.index import LexicalIndex
from shared.logging import get_logger
from shared.mongo import changes, routine_catalogue
from shared.mongo.client import Database, Doc, within_a_request
from shared.mongo.routine_catalogue import COLLECTIONS, THAT_MATTER, Rows
from shared.schemas.clips import Clip
from shared.schemas.exercises import Exercise
from shared.tasks import end

log = get_logger(__name__)

READ_S = 3.0
"""The longest a read takes."""
POLL_S = 300.0
"""Everything is read again this often, should a change have gone unseen."""


class LiveCatalogue:
    """`now` is for requests, `follow` runs beside them for ever. Vectors are those of one embedder."""

    def __init__(self, db: Database, embedder_id: str) -> None:
        self._db, self._embedder_id = db, embedder_id
        self._exercises: dict[Any, Exercise] = {}
        self._clips: dict[Any, Clip] = {}
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._words = LexicalIndex()
        self._catalogue: Catalogue | None = None
        self._all = True
        self._changed: dict[str, set[Any]] = {name: set() for name in COLLECTIONS}
        self._reading: asyncio.Task[Catalogue] | None = None

    async def now(self) -> Catalogue:
        """As the database had it a moment ago. Raises Unavailable where that is away and something is to be read."""
        if self._reading is None:
            if self._catalogue is not None and not self._all and not any(self._changed.values()):
                return self._catalogue
            self._reading = asyncio.create_task(self._read(), context=Context())  # not within one caller's deadline
            self._reading.add_done_callback(self._done)
        return await asyncio.shield(self._reading)

    def forget(self) -> None:
        """The next `now` reads everything."""
        self._all = True

    async def follow(self, *, poll_s: float = POLL_S) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._watch())
            both.create_task(self._poll(poll_s))

    async def aclose(self) -> None:
        await end(*([self._reading] if self._reading else []))

    def _done(self, reading: asyncio.Task[Catalogue]) -> None:
        self._reading = None
        if not reading.cancelled() and not reading.exception():  # that is told to whoever still waits; nobody may
            self._catalogue = reading.result()

    async def _watch(self) -> None:
        async for change in changes.watch(self._db, THAT_MATTER, full_document=None):
            if change is None:
                self.forget()
                await self._be_ready()
            elif "documentKey" in change:
                self._changed[change["ns"]["coll"]].add(change["documentKey"]["_id"])
            else:
                self.forget()

    async def _poll(self, poll_s: float) -> None:
        while True:
            await asyncio.sleep(poll_s)
            self.forget()
            await self._be_ready()

    async def _be_ready(self) -> None:
        """So that the next request need not wait."""
        try:
            await self.now()
        except Unavailable as error:
            log.warning("routine_catalogue_waiting", error=error.message)

    async def _read(self) -> Catalogue:
        """What is noted as changed while we read is read again next time; what could not be read, too."""
        started = time.perf_counter()
        everything, changed = self._all, self._changed
        self._all, self._changed = False, {name: set() for name in COLLECTIONS}
        try:
            with within_a_request(READ_S):
                asked = {} if everything else {"exercises": changed["exercises"], "clips": changed["clips"]}
                docs = await routine_catalogue.read(self._db, self._embedder_id, **asked)
        except BaseException:
            self._all = self._all or everything
            self._changed = {name: self._changed[name] | changed[name] for name in COLLECTIONS}
            raise
        catalogue = await asyncio.to_thread(self._taken, docs, None if everything else changed)
        ms = round((time.perf_counter() - started) * 1000, 1)
        log.info("routine_catalogue_read", exercises=len(catalogue.known), clips=len(self._clips), documents=len(docs), ms=ms)
        return catalogue

    def _taken(self, docs: list[Doc], changed: Mapping[str, set[Any]] | None) -> Catalogue:
        """In a thread, one at a time. Whatever changed and was not found again is gone."""
        rows = routine_catalogue.rows_of(docs, self._embedder_id)
        before = dict(self._exercises)
        if changed is None:
            self._exercises, self._clips, self._vectors = dict(rows.exercises), dict(rows.clips), dict(rows.vectors)
        else:
            self._merge(rows, changed)
        self._tell_words(before)
        return Catalogue.of(self._exercises.values(), self._clips.values(), self._vectors, embedder_id=self._embedder_id, words=self._words)

    def _merge(self, rows: Rows, changed: Mapping[str, set[Any]]) -> None:
        for gone in changed["exercises"] - rows.exercises.keys():
            if exercise := self._exercises.pop(gone, None):
                self._vectors.pop(exercise.slug, None)
        for gone in changed["clips"] - rows.clips.keys():
            self._clips.pop(gone, None)
        self._exercises |= rows.exercises
        self._clips |= rows.clips
        self._vectors |= rows.vectors

    def _tell_words(self, before: Mapping[Any, Exercise]) -> None:
        """Only what reads otherwise than before."""
        gone = [before[key].model_copy(update={"active": False}) for key in before.keys() - self._exercises.keys()]
        new = [exercise for key, exercise in self._exercises.items() if before.get(key) != exercise]
        if gone or new:
            self._words.update([worded(exercise) for exercise in (*gone, *new)])
