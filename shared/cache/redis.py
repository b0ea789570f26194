"""Values kept in Redis (or Valkey), where every process finds them."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

from redis.asyncio import Redis

from shared.cache.link import RedisLink
from shared.errors import Unavailable
from shared.metrics import CACHE_LOOKUPS


class RedisCache(RedisLink):
    """A cache beyond this process; while Redis is away or rests, everything is a miss."""

    async def get(self, key: str) -> bytes | None:
        try:
            found = await self.look(key)
        except Unavailable:
            return None
        return found[0] if found else None

    async def look(self, key: str) -> tuple[bytes, float] | None:
        """The value and for how many seconds more it is good; None: it is not there. Raises Unavailable when that cannot be known."""
        try:
            value, left_ms = await self.ask(lambda redis: _value_and_left(redis, key))
        except Unavailable:
            CACHE_LOOKUPS.labels("away").inc()
            raise
        CACHE_LOOKUPS.labels("miss" if value is None else "hit").inc()
        return None if value is None else (value, max(left_ms, 0) / 1000)

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        await self._try(lambda redis: redis.set(key, value, px=max(1, ceil(ttl_s * 1000))))

    async def delete(self, *keys: str) -> None:
        if keys:
            await self._try(lambda redis: redis.delete(*keys))

    async def _try(self, command: Callable[[Redis], Any]) -> None:
        try:
            await self.ask(command)
        except Unavailable:
            return


async def _value_and_left(redis: Redis, key: str) -> Any:
    both = redis.pipeline(transaction=False)
    both.get(key)
    both.pttl(key)
    return await both.execute()
