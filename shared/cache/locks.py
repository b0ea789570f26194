"""Locks in Redis that processes share: each has its owner's token, so that nobody gives back or extends what has become another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from shared.cache.link import RedisLink
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.tasks import end

log = get_logger(__name__)

_BEATS = 3
"""A lock that is held is extended so many times in its life."""
_RELEASE = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0"
_EXTEND = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0"


@dataclass(frozen=True)
class Lock:
    """One that was got. It ends by itself `ttl_s` after it was got or last extended: whoever dies with it holds nobody up for longer."""

    link: RedisLink
    name: str
    token: str
    ttl_s: float

    async def extend(self) -> bool:
        """False: it is no longer ours. Raises Unavailable."""
        return bool(await self.link.ask(lambda redis: redis.eval(_EXTEND, 1, self.name, self.token, str(_ms(self.ttl_s)))))

    async def release(self) -> bool:
        """False: it was no longer ours, and is left as it is. Raises Unavailable."""
        return bool(await self.link.ask(lambda redis: redis.eval(_RELEASE, 1, self.name, self.token)))

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Extended while inside, released in the end. Losing it is borne: it spares work, it does not guard data."""
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            await end(beating)
            try:
                await self.release()
            except Unavailable as error:
                log.info("lock_not_released", name=self.name, error=error.message)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.ttl_s / _BEATS)
            try:
                if not await self.extend():
                    return
            except Unavailable:
                continue


async def acquire(link: RedisLink, name: str, ttl_s: float) -> Lock | None:
    """The lock, unless somebody holds it. Raises Unavailable."""
    token = uuid4().hex
    got = await link.ask(lambda redis: redis.set(name, token, nx=True, px=_ms(ttl_s)))
    return Lock(link, name, token, ttl_s) if got else None


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
