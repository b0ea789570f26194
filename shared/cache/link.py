"""The way to Redis (or Valkey) that all in this process share: bounded in time, and left alone for a while where nobody answers.

               no answer in time
asked ────────────────────────────────▶ resting: not asked, every call fails at once
  ▲                                        │ REST_S later one call tries it, the others go on failing
  └──────────── an answer ─────────────────┘
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from shared.errors import SettingsError, Unavailable
from shared.logging import get_logger

log = get_logger(__name__)

TIMEOUT_S = 0.25
REST_S = 2.0
_MAX_CONNECTIONS = 20


class RedisLink:
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

    @property
    def is_away(self) -> bool:
        """Whether the last call found nobody."""
        return self._away

    async def ask(self, command: Callable[[Redis], Any]) -> Any:
        """What the command, which is awaited, answers. Raises Unavailable, at once while it rests: cache_away; cache_refused where it
        answers with an error."""
        if not self._may_ask():
            raise Unavailable("the cache is away", code="cache_away")
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await command(self._redis)
        except ResponseError as error:  # it is there, and refuses: full, read-only, another type at this key
            self._heard()
            log.warning("cache_refused", error=str(error))
            raise Unavailable("the cache refused", code="cache_refused") from error
        except (RedisError, OSError) as error:
            self._missed(error)
            raise Unavailable("the cache does not answer", code="cache_away") from error
        self._heard()
        return answer

    async def aclose(self) -> None:
        await self._redis.aclose()

    def _may_ask(self) -> bool:
        if not self._away:
            return True
        now = time.monotonic()
        if now < self._rests_until:
            return False
        self._rests_until = now + self._rest_s  # the others wait for what this call finds
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
