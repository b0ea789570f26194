"""Values kept in Redis (or Valkey), where every process finds them.

               no answer in time
asked ────────────────────────────────▶ resting: not asked, everything is a miss
  ▲                                        │ REST_S later one call tries it, the others go on missing
  └──────────── an answer ─────────────────┘
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from shared.errors import SettingsError, Unavailable
from shared.logging import get_logger
from shared.metrics import CACHE_LOOKUPS

log = get_logger(__name__)

TIMEOUT_S = 0.25
REST_S = 2.0
_MAX_CONNECTIONS = 20


class RedisCache:
    """Connects when it is first asked. `timeout_s` is the longest any call takes, connecting and waiting for a connection included."""

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S, rest_s: float = REST_S) -> None:
        """Raises SettingsError for what is no URL of a Redis; it may hold a password and is not repeated."""
        try:
            pool = BlockingConnectionPool.from_url(url, max_connections=_MAX_CONNECTIONS, timeout=None, retry=Retry(NoBackoff(), 0))
        except ValueError as error:
            raise SettingsError("REDIS_URL: it is not redis://HOST:PORT/DATABASE, rediss://… or unix://…") from error
        self._redis: Redis = Redis.from_pool(pool)
        self._timeout_s = timeout_s
        self._rest_s = rest_s
        self._away = False
        self._rests_until = 0.0

    async def get(self, key: str) -> bytes | None:
        try:
            found = await self.look(key)
        except Unavailable:
            return None
        return found[0] if found else None

    async def look(self, key: str) -> tuple[bytes, float] | None:
        """The value and for how many seconds more it is good; None: it is not there. Raises Unavailable when that cannot be known."""
        both = self._redis.pipeline(transaction=False)
        both.get(key)
        both.pttl(key)
        try:
            value, left_ms = await self._ask(both.execute)
        except Unavailable:
            CACHE_LOOKUPS.labels("away").inc()
            raise
        CACHE_LOOKUPS.labels("miss" if value is None else "hit").inc()
        return None if value is None else (value, max(left_ms, 0) / 1000)

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        await self._try(lambda: self._redis.set(key, value, px=max(1, ceil(ttl_s * 1000))))

    async def delete(self, *keys: str) -> None:
        if keys:
            await self._try(lambda: self._redis.delete(*keys))

    async def aclose(self) -> None:
        await self._redis.aclose()

    async def _try(self, command: Callable[[], Awaitable[Any]]) -> None:
        try:
            await self._ask(command)
        except Unavailable:
            return

    async def _ask(self, command: Callable[[], Awaitable[Any]]) -> Any:
        """Raises Unavailable, at once while it rests."""
        if not self._may_ask():
            raise Unavailable("the cache is away", code="cache_away")
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await command()
        except ResponseError as error:  # it is there, and refuses: full, read-only, another type at this key
            self._heard()
            log.warning("cache_refused", error=str(error))
            raise Unavailable("the cache refused", code="cache_refused") from error
        except (RedisError, OSError) as error:
            self._missed(error)
            raise Unavailable("the cache does not answer", code="cache_away") from error
        self._heard()
        return answer

    def _may_ask(self) -> bool:
        now = time.monotonic()
        if self._away and now < self._rests_until:
            return False
        self._rests_until = now + self._rest_s  # while it is away, the others wait for what this call finds
        return True

    def _heard(self) -> None:
        if self._away:
            log.info("cache_back")
        self._away = False

    def _missed(self, error: Exception) -> None:
        if not self._away:
            log.warning("cache_away", error=type(error).__name__)
        self._away = True
        self._rests_until = time.monotonic() + self._rest_s
