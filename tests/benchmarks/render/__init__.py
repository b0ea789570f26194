"""A reel from its text: faster than it plays, beside the encoder's floor and beside other ways to compose the same design; its memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from tests.benchmarks.render import beside_floor, beside_peers, whole
from tests.benchmarks.row import Row
from tests.benchmarks.tools import Tools

NAME = "render"


async def rows(tools: Tools) -> AsyncGenerator[Row, None]:
    for part in (whole, beside_floor, beside_peers):
        async for row in part.rows(tools):
            yield row
