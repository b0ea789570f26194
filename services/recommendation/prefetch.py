"""Work ahead of those who will ask: rankings made before they are wanted, topics fetched from YouTube.

Each is a task in MongoDB, leased by one process at a time: it survives who asked for it, and who died over it. A unique index lets the same
be asked for once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from typing import Protocol

from services.recommendation.variants import Variant
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo.client import Database, Doc, translated
from shared.mongo.indexes import create_indexes
from shared.mongo.long_tasks import Held, LongTasks, Work
from shared.settings import Settings
from shared.tasks import end

log = get_logger(__name__)

COLLECTION = "prefetches"
WARM, TOPIC = "warm", "topic"
_KEPT_HOURS = 1
_AT_ONCE = 2
_RETRY_S = 1.0
_REMEMBERED = 10_000

Warm = Callable[[str, Variant, float], Awaitable[int]]


class Fetch(Protocol):
    async def __call__(self, topic: str, *, waited_for: bool) -> int: ...


class Prefetches:
    """`ask` is quick and never fails: whoever asks is answering somebody."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._tasks = LongTasks(db, COLLECTION, lease_s=settings.recommendations.prefetch_lock_ttl, keep_hours=_KEPT_HOURS)
        self._db = db
        self._worker_id = settings.worker_id
        self._again_s = settings.recommendations.prefetch_lock_ttl
        self._asked: dict[tuple[str, str], float] = {}
        self._asking: set[asyncio.Task[None]] = set()

    def warm(self, user_id: str, variant: Variant, *, made_before: float = 0.0) -> None:
        """Have this ranked if it is stale, or was made before then (Unix, s); by one process, every PREFETCH_LOCK_TTL at most."""
        key = ":".join(variant.key(user_id))
        self._ask(WARM, key, {"user_id": user_id, "made_before": made_before, **variant.as_params()})

    def fetch(self, topic: str, *, waited_for: bool) -> None:
        """Have a topic fetched. `waited_for`: somebody is, which may use the quota's reserve."""
        self._ask(TOPIC, topic, {"topic": topic, "waited_for": waited_for})

    def forget(self, user_id: str) -> None:
        """What was asked for this user may be asked for again at once."""
        self._asked = {asked: until for asked, until in self._asked.items() if not asked[1].startswith(f"{user_id}:")}

    async def follow(self, works: Mapping[str, Work]) -> None:
        """Do what is asked for, for ever."""
        await self._prepare()
        async with asyncio.TaskGroup() as workers:
            for _ in range(_AT_ONCE):
                workers.create_task(self._tasks.follow(works, self._worker_id))

    async def aclose(self) -> None:
        await end(*self._asking)

    def _ask(self, kind: str, key: str, params: Doc) -> None:
        now = time.monotonic()
        if self._asked.get((kind, key), 0.0) > now:
            return
        if len(self._asked) > _REMEMBERED:
            self._asked = {asked: until for asked, until in self._asked.items() if until > now}
        self._asked[kind, key] = now + self._again_s
        asking = asyncio.create_task(self._insert(kind, key, params), context=Context())  # outside the deadline of whoever asks
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)

    async def _insert(self, kind: str, key: str, params: Doc) -> None:
        try:
            with translated():
                await self._tasks.ask(kind, params, key=key)
        except Unavailable as error:
            self._asked.pop((kind, key), None)
            log.warning("prefetch_not_asked", kind=kind, error=error.message)

    async def _prepare(self) -> None:
        """Without its index the same could be asked for twice."""
        while True:
            try:
                with translated():
                    return await create_indexes(self._db, (COLLECTION, "rec_sessions", "youtube_topics"))
            except Unavailable as error:
                log.warning("prefetches_waiting", error=error.message)
                await asyncio.sleep(_RETRY_S)


def warming(warm: Warm) -> Work:
    """The work of a task that `Prefetches.warm` asked for."""

    async def work(held: Held) -> Doc:
        asked = held.task.params
        return {"ranked": await warm(asked["user_id"], Variant(asked["size"], asked["trending"], asked["category"]), asked["made_before"])}

    return work


def fetching(fetch: Fetch) -> Work:
    """The work of a task that `Prefetches.fetch` asked for."""

    async def work(held: Held) -> Doc:
        return {"found": await fetch(held.task.params["topic"], waited_for=held.task.params["waited_for"])}

    return work
