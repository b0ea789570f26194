"""Playlists of one day from 100,000 clips: the build alone, with clips missing, from a smaller catalogue, and over HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from tests.benchmarks.playlists import builds, whole
from tests.benchmarks.playlists.catalogue import Catalogue
from tests.benchmarks.row import Row
from tests.benchmarks.tools import Tools, database, mongo

NAME = "playlists"


async def rows(tools: Tools) -> AsyncGenerator[Row, None]:
    folder = tools.folder / "playlists"
    large, small = Catalogue(clips=100_000), Catalogue(clips=10_000)
    async with mongo(folder) as uri, database(uri, "large") as db, database(uri, "small") as other:
        for catalogue, where in ((large, db), (small, other)):
            tools.tell(f"playlists: storing {catalogue.clips:,} clips of {catalogue.exercises} exercises")
            await catalogue.store(where)
        async for row in builds.rows(tools, large, db, small, other):
            yield row
        async for row in whole.rows(tools, large, db, uri):
            yield row
