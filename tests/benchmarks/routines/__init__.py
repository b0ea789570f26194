"""Routines from 10,000 clips: the whole way from a sentence to what is stored, offline, and its parts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from shared.embeddings.local import open_local
from shared.settings import Settings
from tests.benchmarks.routines import parts, whole
from tests.benchmarks.routines.catalogue import store
from tests.benchmarks.row import Row
from tests.benchmarks.tools import Tools, database, mongo

NAME = "routines"
CLIPS_EACH = 12


async def rows(tools: Tools) -> AsyncGenerator[Row, None]:
    folder = tools.folder / "routines"
    async with mongo(folder) as uri, database(uri, "routines") as db, aclosing(open_local(threads=2)) as embedder:
        exercises = 200 if tools.quick else 840
        tools.tell(f"routines: embedding {exercises} exercises, storing {exercises * CLIPS_EACH:,} clips")
        await store(db, embedder, exercises, CLIPS_EACH)
        tools.tell("routines: compiling")
        async with whole.service(db, embedder, Settings()) as service:
            yield await whole.compiled(service, 30 if tools.quick else 200)
            async for row in parts.rows(service, 30 if tools.quick else 200):
                yield row
