"""A decision of three limits at once, beside `limits` with the same three windows, both over one Valkey."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable

from limits import RateLimitItem, parse
from limits.aio.strategies import FixedWindowRateLimiter
from limits.storage import storage_from_string

from shared.cache.link import RedisLink
from shared.cache.quotas import Charge, DailyWindow, TokenBucket
from shared.cache.rate_limit import RateLimiter
from tests.benchmarks.row import Goal, Row, beside
from tests.benchmarks.tools import Tools, in_pairs

_SECOND, _MINUTE, _DAY = 100_000, 600_000, 100_000_000


async def rows(tools: Tools, url: str) -> AsyncIterator[Row]:
    tools.tell("recommendation.limiter")
    link = RedisLink(url, timeout_s=5)
    ours = RateLimiter(link, name="bench")
    charges = [
        Charge(TokenBucket("second", _SECOND, _SECOND, 1_000_000)),
        Charge(TokenBucket("minute", _MINUTE, _MINUTE, 60_000_000)),
        Charge(DailyWindow("day", _DAY)),
    ]
    windows: list[RateLimitItem] = [
        parse(f"{limit}/{window}") for limit, window in ((_SECOND, "second"), (_MINUTE, "minute"), (_DAY, "day"))
    ]
    theirs = FixedWindowRateLimiter(storage_from_string(f"async+{url.replace('unix://', 'redis+unix://')}", implementation="redispy"))

    async def take() -> None:
        assert (await ours.take("k", charges)).granted

    async def hit() -> None:
        for window in windows:
            assert await theirs.hit(window, "k")

    rounds, count = (3, 300) if tools.quick else (9, 1_000)
    figures = beside(await in_pairs(lambda: _each(take, count), lambda: _each(hit, count), rounds))
    note = "theirs asks thrice and may grant one window without another"
    yield Row("recommendation.limiter", figures[0], "µs", "limits, fixed windows", figures[1], figures[2], Goal("ours", "≤", 250), note)
    await link.aclose()


async def _each(decide: Callable[[], Awaitable[None]], count: int) -> float:
    """µs."""
    started = time.perf_counter()
    for _ in range(count):
        await decide()
    return (time.perf_counter() - started) / count * 1e6
