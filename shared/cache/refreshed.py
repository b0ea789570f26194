"""Values that are dear to make: kept here and in Redis, made once however many ask for them, and made anew before they run out.

    made ──────────────── stale_at ──────────────── expires_at
      │       hit            │        stale             │    miss
      └─ given as it is      └─ still given; the caller has it made anew behind the answer

Each belongs to an owner (a user), whose values are outdated together: their epoch is a word in Redis beside them, and what was made in
another epoch is no longer there. All of an owner's keys have one hash tag, so that one command may name several of them in a cluster.

Whatever goes wrong with Redis, values are made and kept in this process. An invalidation that Redis did not hear of it is told later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar
from uuid import uuid4

from redis.asyncio import Redis

from shared.cache.kept import Codec, Found, Kept, Key, Lifetimes, as_of, decoded, encoded, made
from shared.cache.link import RedisLink
from shared.cache.locks import Lock, acquire
from shared.cache.near_values import NearValues
from shared.cache.single_flight import SingleFlight
from shared.errors import ReelwrightError, Unavailable
from shared.metrics import CACHE_LOCK_WAITS, CACHE_MADE

V = TypeVar("V")

_FORMAT = "v1"
_LOCK_S = 3.0
"""Whoever dies while making a value holds the others up for so long."""
_WAIT_S = 15.0
"""Nobody waits longer for another process that makes the value."""
_LOOK_S, _MOST_LOOK_S = 0.01, 0.1
_FAILED_S = 1.0
"""A failure is told to all who ask within this time."""
_FAILURES = 1_000
_NEAR_BYTES = 64 * 2**20
_REMEMBERED_S = 60.0


Make = Callable[[], Awaitable[V]]


class RefreshedCache(Generic[V]):
    """`name` begins every key; `made` and `lock_waits` count. `may_force`: whether an owner may now have something made anew that is still
    good. Without a link to Redis this process keeps its own."""

    def __init__(
        self,
        name: str,
        codec: Codec[V],
        life: Lifetimes,
        link: RedisLink | None,
        *,
        may_force: Callable[[str], Awaitable[bool]],
        near_bytes: int = _NEAR_BYTES,
    ) -> None:
        self._name = name
        self._codec = codec
        self._life = life
        self._link = link
        self._may_force = may_force
        self._near: NearValues[Kept[V]] = NearValues(near_bytes)
        self._flights: SingleFlight[Key, Found[V]] = SingleFlight()
        self._failures: dict[Key, tuple[float, ReelwrightError]] = {}
        self._invalidated: dict[str, float] = {}  # owners of late, and when
        self._untold: dict[str, str] = {}  # epochs that Redis has not heard of
        self.made = self.lock_waits = 0

    def near(self, key: Key) -> Found[V] | None:
        """What this process may give without asking anybody."""
        kept = self._near.fresh(key.owner, key.variant, time.monotonic())
        return as_of(kept, time.time()) if kept else None

    async def get(self, key: Key, make: Make[V], *, force: bool = False) -> Found[V]:
        """The value, made if need be; who comes meanwhile gets the same. `force`: made anew, unless its owner had that too recently.

        Raises what `make` raises; for a moment it is then raised without trying again.
        """
        found = await self.peek(key)
        if found and not force:
            return found
        self._raise_failure(key)
        return await self._flights.do(key, lambda: self._remade(key, make, found, force=force))

    async def peek(self, key: Key) -> Found[V] | None:
        """The value if there is one."""
        return self.near(key) or await self._look(key)

    async def renew(self, key: Key, make: Make[V], *, made_before: float = 0.0) -> Found[V]:
        """As `get`, but what is stale, or was made before then (Unix, s), is made anew."""
        found = await self._look(key)
        if found and found.how == "hit" and found.kept.made_at >= made_before:
            return found
        return await self._flights.do(key, lambda: self._remade(key, make, found))

    async def earlier(self, key: Key, version: str) -> V | None:
        """What this version of the value was, while it lasts, though it was made anew since."""
        found = await self._look(_earlier(key, version), whatever_epoch=True)
        return found.kept.value if found else None

    async def invalidate(self, owner: str) -> None:
        """None of the owner's values is given any more: here at once, elsewhere within `near_s`."""
        now = time.monotonic()
        self._near.drop(owner)
        self._invalidated = {name: at for name, at in self._invalidated.items() if at > now - _REMEMBERED_S} | {owner: now}
        for key in [key for key in self._failures if key.owner == owner]:
            del self._failures[key]
        if self._link:
            self._untold[owner] = uuid4().hex[:12]
            await self._try(self._tell(owner))

    async def aclose(self) -> None:
        await self._flights.aclose()

    async def _look(self, key: Key, *, whatever_epoch: bool = False) -> Found[V] | None:
        try:
            kept, epoch = await self._far(key)
        except Unavailable:
            kept = self._near.any(key.owner, key.variant)
            return as_of(kept, time.time()) if kept else None
        if kept is None or (kept.epoch != epoch and not whatever_epoch):
            return None
        self._keep_near(key, kept)
        return as_of(kept, time.time())

    async def _far(self, key: Key) -> tuple[Kept[V] | None, str]:
        """What Redis has, and the owner's epoch. Raises Unavailable when nobody can say."""
        if key.owner in self._untold:
            await self._tell(key.owner)
        names = [self._at(key), self._at(Key(key.owner, "epoch"))]
        data, epoch = await self._ask(lambda redis: redis.mget(names))
        near = self._near.any(key.owner, key.variant)
        return (decoded(data, self._codec, near) if data else None), epoch.decode() if epoch else ""

    async def _remade(self, key: Key, make: Make[V], seen: Found[V] | None, *, force: bool = False) -> Found[V]:
        """By whoever of all processes gets the lock; the others wait for what it makes, which is not what was `seen` before."""
        deadline, look_s = time.monotonic() + _WAIT_S, _LOOK_S
        while time.monotonic() < deadline:
            try:
                lock = await self._lock(key)
            except Unavailable:
                break
            if lock:
                async with lock.held():
                    return await self._newer(key, seen) or await self._made(key, make, seen, force=force)
            CACHE_LOCK_WAITS.inc()
            self.lock_waits += 1
            await asyncio.sleep(look_s)
            look_s = min(2 * look_s, _MOST_LOOK_S)
            if newer := await self._newer(key, seen):
                return newer
        return await self._made(key, make, seen, force=force)

    async def _lock(self, key: Key) -> Lock | None:
        if self._link is None:
            raise Unavailable("there is no Redis", code="cache_away")
        return await acquire(self._link, f"{self._at(key)}:lock", _LOCK_S)

    async def _newer(self, key: Key, seen: Found[V] | None) -> Found[V] | None:
        found = await self._look(key)
        if found is None or (seen and found.kept.version == seen.kept.version):
            return None
        return Found(found.kept, "miss")

    async def _made(self, key: Key, make: Make[V], seen: Found[V] | None, *, force: bool) -> Found[V]:
        if force and seen and not await self._may_force(key.owner):
            return seen
        began, made_at, epoch = time.monotonic(), time.time(), await self._epoch(key.owner)
        try:
            value = await make()
        except ReelwrightError as error:
            self._remember(key, error)
            raise
        CACHE_MADE.inc()
        self.made += 1
        data = self._codec.encode(value)
        kept = made(value, self._codec, self._life, epoch=epoch, at=made_at, size=len(data))
        if self._invalidated.get(key.owner, 0) < began:
            await self._keep(key, kept, data, seen)
        return Found(kept, "miss")

    async def _keep(self, key: Key, kept: Kept[V], data: bytes, before: Found[V] | None) -> None:
        """And what it was before under its version, for those who are in the middle of it."""
        if before:
            earlier = _earlier(key, before.kept.version)
            self._keep_near(earlier, before.kept)
            await self._try(self._ask(lambda redis: redis.copy(self._at(key), self._at(earlier))))
        self._keep_near(key, kept)
        life_ms = max(1, round((kept.expires_at - time.time()) * 1000))
        await self._try(self._ask(lambda redis: redis.set(self._at(key), encoded(kept, data), px=life_ms)))

    def _keep_near(self, key: Key, kept: Kept[V]) -> None:
        until = time.monotonic() + self._life.near_s if self._link else float("inf")
        self._near.put(key.owner, key.variant, kept, size=kept.size, fresh_until=until)

    def _raise_failure(self, key: Key) -> None:
        until, error = self._failures.get(key, (0.0, None))
        if error and time.monotonic() < until:
            raise error
        self._failures.pop(key, None)

    def _remember(self, key: Key, error: ReelwrightError) -> None:
        now = time.monotonic()
        if len(self._failures) > _FAILURES:
            self._failures = {other: failure for other, failure in self._failures.items() if failure[0] > now}
        self._failures[key] = (now + _FAILED_S, error)

    async def _epoch(self, owner: str) -> str:
        try:
            if owner in self._untold:
                await self._tell(owner)
            epoch = await self._ask(lambda redis: redis.get(self._at(Key(owner, "epoch"))))
        except Unavailable:
            return self._untold.get(owner, "")
        return epoch.decode() if epoch else ""

    async def _tell(self, owner: str) -> None:
        """Raises Unavailable. It is remembered for longer than any value of before."""
        epoch = self._untold[owner]
        life_ms = round(2000 * self._life.hard_s) + 1000
        await self._ask(lambda redis: redis.set(self._at(Key(owner, "epoch")), epoch, px=life_ms))
        if self._untold.get(owner) == epoch:
            del self._untold[owner]

    async def _ask(self, command: Callable[[Redis], Any]) -> Any:
        if self._link is None:
            raise Unavailable("there is no Redis", code="cache_away")
        return await self._link.ask(command)

    @staticmethod
    async def _try(asking: Awaitable[Any]) -> None:
        try:
            await asking
        except Unavailable:
            return

    def _at(self, key: Key) -> str:
        return f"{self._name}:{_FORMAT}:{{{key.owner}}}:{key.variant}"


def _earlier(key: Key, version: str) -> Key:
    return Key(key.owner, f"{key.variant}@{version}")
