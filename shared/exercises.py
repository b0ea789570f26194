"""The exercises that may be planned: those with a playable required clip at any provider."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from contextvars import Context
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field, ValidationError

from shared.cache.base import Cache
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.metrics import ALLOWED_EXERCISES, ALLOWED_READS
from shared.mongo import changes, exercises
from shared.mongo.client import Database, within_a_request
from shared.schemas.base import Message, Utc
from shared.settings import Clips
from shared.tasks import end

log = get_logger(__name__)

READ_S = 1.0
"""The longest a read takes."""
AGAIN_S = 5.0
"""After a failed read the last good list serves this long before another is tried."""

_DECIDING = ("available", "kind", "exercise_slug", "provider", "active")
_THAT_MATTER = changes.of(
    ("clips", "exercises"),
    {
        "$or": [
            {"operationType": {"$in": ["insert", "replace", "delete"]}},
            *({f"updateDescription.updatedFields.{name}": {"$exists": True}} for name in _DECIDING),
        ]
    },
)

Source = Literal["cache", "database", "last_good"]


class AllowedExercises(Message):
    """Slugs in order, and when the database had them so."""

    slugs: tuple[str, ...]
    providers: tuple[str, ...] = Field(description="those that are set up: their clips count before anybody has looked at them")
    read_at: Utc
    source: Source = Field(default="database", description="last_good: the database could not be read since")


class ExerciseList:
    """The allowed exercises of a process in which the providers `configured` are; all callers that find nothing cached share one read."""

    def __init__(self, db: Database, cache: Cache, settings: Clips, configured: Collection[str]) -> None:
        self._db = db
        self._configured = tuple(sorted(configured))
        self._cache = cache
        self._ttl_s = settings.exercise_cache_ttl_s
        self._key = f"{settings.exercise_cache_prefix}:exercises:allowed"
        self._reading: asyncio.Task[AllowedExercises] | None = None  # the latest; those before an invalidation may still be at it
        self._reads: set[asyncio.Task[AllowedExercises]] = set()
        self._last_good: AllowedExercises | None = None
        self._again_at = 0.0
        self._outdated = False

    async def get_allowed_exercise_slugs(self) -> frozenset[str]:
        """Raises Unavailable when the database cannot be read and never could."""
        return frozenset((await self.allowed()).slugs)

    async def allowed(self) -> AllowedExercises:
        """The list and where it is from. An empty one is told as it is and read again next time. Raises as above."""
        if not self._outdated and (cached := _decoded(await self._cache.get(self._key), self._configured)):
            self._last_good = cached
            return cached
        if self._last_good and time.monotonic() < self._again_at:
            return self._last_good.model_copy(update={"source": "last_good"})
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(), context=Context())  # not within one caller's deadline
            self._reads.add(self._reading)
            self._reading.add_done_callback(self._done)
        return await asyncio.shield(self._reading)

    async def changed(self, slug: str) -> None:
        """After a change to an exercise or its clips: invalidated where the list says otherwise than the database."""
        listed = slug in await self.get_allowed_exercise_slugs()
        if listed != await exercises.is_allowed(self._db, slug, self._configured):
            await self.invalidate_cache()

    async def invalidate_cache(self) -> None:
        """The next call reads the database: here now, elsewhere within a second where Redis is shared, else when the TTL is over."""
        self._outdated, self._reading, self._again_at = True, None, 0.0
        await self._cache.delete(self._key)

    async def follow(self) -> None:
        """Invalidate whenever a clip or an exercise changes so that it may matter, or might have unseen; for ever.

        What is invalidated already, and not read since, is left at that: an import makes many changes.
        """
        async for _ in changes.watch(self._db, _THAT_MATTER, full_document=None):
            if self._reading or not self._outdated:
                await self.invalidate_cache()

    async def aclose(self) -> None:
        await end(*self._reads)

    async def _read(self) -> AllowedExercises:
        began = datetime.now(UTC)
        try:
            with within_a_request(READ_S):
                slugs = await exercises.allowed_slugs(self._db, self._configured)
        except Unavailable as error:
            return self._instead(error)
        ALLOWED_READS.labels(outcome="read" if slugs else "empty").inc()
        ALLOWED_EXERCISES.set(len(slugs))
        allowed = AllowedExercises(slugs=tuple(slugs), providers=self._configured, read_at=began)
        if slugs:
            await self._keep(allowed)
        else:
            log.warning("no_exercise_is_allowed")
        return allowed

    def _instead(self, error: Unavailable) -> AllowedExercises:
        ALLOWED_READS.labels(outcome="failed").inc()
        if self._last_good is None:
            raise error
        log.warning("allowed_exercises_not_read", error=error.message, read_at=self._last_good.read_at.isoformat())
        self._again_at = time.monotonic() + AGAIN_S
        return self._last_good.model_copy(update={"source": "last_good"})

    async def _keep(self, allowed: AllowedExercises) -> None:
        """What was read before an invalidation is not kept after it."""
        this = asyncio.current_task()
        if self._reading is not this:
            return
        self._last_good, self._outdated = allowed, False
        await self._cache.set(self._key, allowed.model_dump_json(exclude={"source"}).encode(), self._ttl_s)
        if self._reading is not this:
            await self._cache.delete(self._key)

    def _done(self, reading: asyncio.Task[AllowedExercises]) -> None:
        self._reads.discard(reading)
        if self._reading is reading:
            self._reading = None
        if not reading.cancelled():
            reading.exception()  # told to whoever still waits; nobody may


def _decoded(cached: bytes | None, configured: tuple[str, ...]) -> AllowedExercises | None:
    """PURE: None also for what another version wrote and this one cannot read, or a process with other providers."""
    if cached is None:
        return None
    try:
        allowed = AllowedExercises.model_validate_json(cached)
    except ValidationError:
        return None
    return allowed.model_copy(update={"source": "cache"}) if allowed.providers == configured else None
