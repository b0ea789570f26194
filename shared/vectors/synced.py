"""Indexes in process that follow the `jobs` collection: loaded from a snapshot or the database, then kept in step by its changes."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import changes, postings
from shared.mongo.client import Database, Doc, translated
from shared.mongo.postings import Indexed
from shared.vectors.base import EVERYTHING, Filters, Hit
from shared.vectors.exact import ExactIndex
from shared.vectors.keeper import Follower, Keeper
from shared.vectors.snapshots import Meta

log = get_logger(__name__)
T = TypeVar("T")

_OVERLAP = timedelta(seconds=30)  # clocks of importers differ: look this far back when catching up
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_RETRY_S = 1.0
_CHUNK = 250  # postings told at once
_ASKED = 5_000
_LOOK_S, _PATIENCE_S = 0.1, 60.0  # at another process that loads
_CHANGED, _SHARE = 1_000, 5  # as many changes, and a fifth of all: time for a snapshot
_AT_THE_END = 100  # a hundredth
_KINDS = ["insert", "update", "replace", "delete", "drop"]


class Following:
    """Keeps followers in step with the `jobs` collection. `loaded` is set once they know all there is.

    With a folder they start from its snapshot, and one of the processes that share it writes a new one: after the first load, when a
    fifth has changed, and when it is closed. Changes wait while it is written.
    """

    def __init__(self, db: Database, embedder_id: str, followers: Mapping[str, Follower], folder: Path | None = None) -> None:
        self._db = db
        self._embedder_id = embedder_id
        self._followers = dict(followers)
        self._known: set[str] = set()  # active postings they were told of
        self._complete_to: datetime | None = None  # all that changed until then they were told
        self._swept_to: Any = None
        self._changes = 0  # since the snapshot
        self._of = ""
        self._keeper = Keeper(folder, self._followers) if folder else None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="followers")
        self.loaded = asyncio.Event()

    def __len__(self) -> int:
        """Active postings, those without a vector among them."""
        return len(self._known)

    async def follow(self) -> None:
        """Load everything, then tell of every change, for ever; after a break look again at what changed meanwhile."""
        while True:
            try:
                with translated():
                    await self._follow()
            except Unavailable as error:  # the database went away while we caught up: begin again, so that nothing is missed
                log.warning("indexes_waiting", error=error.message)
                await asyncio.sleep(_RETRY_S)

    async def close(self) -> None:
        """Once nobody runs `follow` any more: a last snapshot, if much is new."""
        if self._keeper:
            if self.loaded.is_set() and self._changes >= max(1, len(self._known) // _AT_THE_END) and not self._keeper.newer():
                await self._write()
            await self._in_writer(self._keeper.resign)
        await asyncio.to_thread(self._writer.shutdown)

    async def _follow(self) -> None:
        pipeline = changes.of(["jobs"], {"operationType": {"$in": _KINDS}})
        async with aclosing(changes.watch(self._db, pipeline)) as watched:
            async for change in watched:
                if change is None:
                    await self._catch_up()
                else:
                    await self._apply(change)
                if self._changes >= max(_CHANGED, len(self._known) // _SHARE):
                    await self._keep()

    async def _apply(self, change: Doc) -> None:
        self._of = self._of or await self._whose()
        if doc := change.get("fullDocument"):
            await self._tell([postings.as_indexed(doc, self._embedder_id)], doc.get("changed_at"))
        elif change["operationType"] in ("delete", "drop") and not (self._swept_to and change["clusterTime"] <= self._swept_to):
            await self._sweep()

    async def _catch_up(self) -> None:
        restored = self.loaded.is_set() or await self._restore_or_lead()
        await self._look()
        await self._sweep()
        if not self.loaded.is_set():
            self.loaded.set()
            log.info("indexes_loaded", postings=len(self._known), from_snapshot=restored)
        if not restored and self._changes:
            await self._keep()
        elif self._keeper:
            self._keeper.resign()

    async def _restore_or_lead(self) -> bool:
        """Begin with a snapshot; without one, one process loads everything and writes it, and the others wait for that."""
        await self._whose()
        deadline = time.monotonic() + _PATIENCE_S
        while self._keeper and time.monotonic() < deadline:
            if self._keeper.newer() and await self._restore():
                return True
            if self._keeper.lead() or not self._keeper.in_use:
                return False
            await asyncio.sleep(_LOOK_S)
        return False

    async def _restore(self) -> bool:
        assert self._keeper
        meta, taken = await self._in_writer(self._keeper.restore, await self._whose())
        if meta:
            self._known, self._changes = set(meta.known), 0
            self._complete_to = meta.complete_to if taken else None
        return taken

    async def _keep(self) -> None:
        """Write a snapshot, or take one that another process has written meanwhile."""
        if self._keeper and self._keeper.lead():
            try:
                if self._keeper.newer() and await self._restore():
                    await self._look()
                else:
                    await self._write()
            finally:
                self._writer.submit(self._keeper.resign)  # after the snapshot, also when we do not wait for that any more

    async def _write(self) -> None:
        assert self._keeper
        if self._of and self._complete_to and self._keeper.lead():
            await self._in_writer(self._keeper.write, Meta(self._of, self._complete_to, tuple(self._known)))
            self._changes = 0

    async def _whose(self) -> str:
        """Of which collection and embedder the postings are; empty before there is one."""
        collection = await postings.collection_id(self._db)
        self._of = f"{collection} {self._embedder_id}" if collection else ""
        return self._of

    async def _look(self) -> None:
        """Tell of all that changed since the last time, the longest unchanged first, so that a break costs only what is left."""
        began, chunk, changed_at = datetime.now(UTC), list[Indexed](), None
        since = self._complete_to and self._complete_to - _OVERLAP
        async for posting, changed_at in postings.indexed_since(self._db, self._embedder_id, since):
            chunk.append(posting)
            if len(chunk) == _CHUNK:
                await self._tell(chunk, changed_at)
                chunk = []
        await self._tell(chunk, changed_at)
        self._complete_to = max(began, self._complete_to or began)

    async def _tell(self, changed: Sequence[Indexed], changed_at: datetime | None) -> None:
        for follower in self._followers.values() if changed else ():
            await self._in_writer(follower.update, changed)
        self._known.update(posting.greenhouse_id for posting in changed if posting.active)
        self._known.difference_update([posting.greenhouse_id for posting in changed if not posting.active])
        self._changes += len(changed)
        if changed_at and changed_at > _LONG_AGO:
            newest = min(changed_at, datetime.now(UTC))  # a clock that is ahead must not make us skip what others write
            self._complete_to = max(newest, self._complete_to or newest)

    async def _sweep(self) -> None:
        """Tell of those that were deleted: nothing is left of them that would say so. Nobody here deletes, operators may."""
        swept_to = (await self._db.command("ping")).get("operationTime")
        if await postings.count_active(self._db) != len(self._known):
            known = list(self._known)
            for start in range(0, len(known), _ASKED):
                asked = known[start : start + _ASKED]
                gone = set(asked) - await postings.active_among(self._db, asked)
                await self._tell([Indexed(name, "", active=False, vector=None) for name in gone], None)
        self._swept_to = swept_to

    async def _in_writer(self, work: Callable[..., T], *args: object) -> T:
        """In the one thread that changes the followers, so that no two changes meet."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, functools.partial(work, *args))


class SyncedIndex:
    """An ExactIndex that follows the `jobs` collection, `beside` other followers. Until the first load is done it cannot answer."""

    def __init__(
        self,
        db: Database,
        embedder_id: str,
        dimensions: int,
        *,
        beside: Mapping[str, Follower] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._vectors = ExactIndex(dimensions)
        self.following = Following(db, embedder_id, {"vectors": self._vectors, **(beside or {})}, folder)
        self.loaded = self.following.loaded
        self.follow, self.close = self.following.follow, self.following.close

    def __len__(self) -> int:
        return len(self._vectors)

    async def search(self, vector: NDArray[np.float32], k: int, filters: Filters = EVERYTHING, without: Collection[str] = ()) -> list[Hit]:
        """As VectorIndex says."""
        self._must_be_loaded()
        return await self._vectors.search(vector, k, filters, without)

    async def score(self, vector: NDArray[np.float32], greenhouse_ids: Collection[str], filters: Filters = EVERYTHING) -> list[Hit]:
        """As VectorIndex says."""
        self._must_be_loaded()
        return await self._vectors.score(vector, greenhouse_ids, filters)

    def _must_be_loaded(self) -> None:
        if not self.loaded.is_set():
            raise Unavailable("the vector index is still loading", code="index_loading")
