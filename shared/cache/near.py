"""Values in Redis, with a copy in this process: most calls ask nobody, and while Redis is away the copy serves."""

from __future__ import annotations

from shared.cache.memory import MemoryCache
from shared.cache.redis import RedisCache
from shared.errors import Unavailable

NEAR_S = 1.0
"""What another process changes or deletes is seen after this."""


class NearCache:
    def __init__(self, far: RedisCache, *, near_s: float = NEAR_S) -> None:
        self._far = far
        self._near_s = near_s
        self._fresh = MemoryCache()  # as Redis had it a moment ago
        self._kept = MemoryCache()  # for as long as it is good, should Redis go away

    async def get(self, key: str) -> bytes | None:
        if (value := await self._fresh.get(key)) is not None:
            return value
        try:
            found = await self._far.look(key)
        except Unavailable:
            return await self._kept.get(key)
        if found is None:
            await self._kept.delete(key)
            return None
        await self._keep(key, *found)
        return found[0]

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        await self._keep(key, value, ttl_s)
        await self._far.set(key, value, ttl_s)

    async def delete(self, *keys: str) -> None:
        await self._fresh.delete(*keys)
        await self._kept.delete(*keys)
        await self._far.delete(*keys)

    async def aclose(self) -> None:
        await self._far.aclose()

    async def _keep(self, key: str, value: bytes, ttl_s: float) -> None:
        await self._fresh.set(key, value, min(ttl_s, self._near_s))
        await self._kept.set(key, value, ttl_s)
