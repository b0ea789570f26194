"""Cached answers over HTTP: from Redis beside a bare FastAPI with one Redis GET, from this process beside a bare FastAPI.

The bare ones answer with as many bytes, know one user and check nothing; ours validate what is asked, cut a page, count and log.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from statistics import median

from redis.asyncio import Redis

from tests.benchmarks.recommendation.bare import ANSWER
from tests.benchmarks.recommendation.client import Connection, connections, rate, seconds
from tests.benchmarks.recommendation.library import paths
from tests.benchmarks.row import Goal, Row, beside
from tests.benchmarks.tools import Tools, in_pairs, uvicorn

_USERS = 50
_IN_FLIGHT = 32
_FOR_EVER_S = "3600"


async def rows(tools: Tools, environment: dict[str, str]) -> AsyncIterator[Row]:
    folder, bare_app = tools.folder / "recommendation", "tests.benchmarks.recommendation.bare:app"
    async with uvicorn("services.recommendation.app:app", folder / "redis", **environment, RECOMMENDATION_NEAR_S="0") as redis:
        await _put(environment["REDIS_URL"], await Connection(redis).get(next(paths(1))))
        async with uvicorn(bare_app, folder / "bare", **environment) as bare:
            async for row in _compared(tools, "redis_hit", redis, f"{bare}/redis", "bare FastAPI, one Redis GET", 1.3):
                yield row
            async with uvicorn(
                "services.recommendation.app:app", folder / "near", **environment, RECOMMENDATION_NEAR_S=_FOR_EVER_S
            ) as near:
                async for row in _compared(tools, "near_hit", near, f"{bare}/memory", "bare FastAPI", 1.1):
                    yield row


async def _put(url: str, answer: bytes) -> None:
    redis: Redis = Redis.from_url(url)
    await redis.set(ANSWER, answer)
    await redis.aclose()


async def _compared(tools: Tools, name: str, ours: str, theirs: str, against: str, most: float) -> AsyncIterator[Row]:
    tools.tell(f"recommendation.{name}")
    our_paths, (base, _, their_path) = list(paths(_USERS)), theirs.rpartition("/")
    their_paths = [f"/{their_path}/user-{number}?max_results=20" for number in range(_USERS)]
    rounds, count = (3, 600) if tools.quick else (9, 2_000)
    async with connections(ours, _IN_FLIGHT) as mine, connections(base, _IN_FLIGHT) as others:
        await seconds(mine[0], our_paths)

        async def p50(connection: Connection, chosen: list[str]) -> float:
            return median(await seconds(connection, [chosen[number % _USERS] for number in range(count // 2)])) * 1e6

        figures = beside(await in_pairs(lambda: p50(mine[0], our_paths), lambda: p50(others[0], their_paths), rounds))
        yield Row(f"recommendation.{name}_p50", figures[0], "µs", against, figures[1], figures[2], Goal("ratio", "≤", most))
        figures = beside(await in_pairs(lambda: rate(mine, our_paths, count), lambda: rate(others, their_paths, count), rounds))
        goal = Goal("ratio", "≥", round(1 / most, 2))
        yield Row(f"recommendation.{name}_32_in_flight", figures[0], "answers/s", against, figures[1], figures[2], goal)
