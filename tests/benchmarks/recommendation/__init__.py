"""Recommendations: cached answers beside bare servers, cold ones, a stampede, Redis frozen and gone, the limiter beside a peer."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from tests.benchmarks.recommendation import cold, crowds, hits, library, limiter
from tests.benchmarks.row import Row
from tests.benchmarks.tools import Tools, database, mongo, valkey

NAME = "recommendation"
_REELS = 2_000


async def rows(tools: Tools) -> AsyncGenerator[Row, None]:
    folder = tools.folder / "recommendation"
    async with mongo(folder / "mongo") as uri, database(uri, "reelwright") as db, valkey(folder / "valkey") as url:
        tools.tell(f"recommendation: storing {_REELS:,} reels")
        await library.store(db, _REELS)
        environment = {"MONGODB_URI": uri, "REDIS_URL": url, "DATA_DIR": str(folder / "data"), "REC_MISSING_ASSESSMENT": "cold_start"}
        async for row in hits.rows(tools, environment):
            yield row
        async for row in limiter.rows(tools, url):
            yield row
        async with database(uri, "large") as large:
            async for row in cold.rows(tools, large, environment):
                yield row
        async for row in crowds.rows(tools, environment, folder / "valkey"):
            yield row
