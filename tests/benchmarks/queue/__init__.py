"""The generation queue: claims beside a bare loop, whole jobs beside SAQ, how soon a worker wakes, how claims grow with the past."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from tests.benchmarks.queue import beside_saq, claims, growth, wake_up
from tests.benchmarks.row import Row
from tests.benchmarks.tools import Tools, mongo

NAME = "queue"


async def rows(tools: Tools) -> AsyncGenerator[Row, None]:
    async with mongo(tools.folder / "mongo") as uri:
        for part in (claims, beside_saq, wake_up, growth):
            async for row in part.rows(tools, uri):
                yield row
