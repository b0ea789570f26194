"""One change-stream watcher a process: wakes a worker, keeps an index in step. Polling is the net where it breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from pymongo.errors import PyMongoError

from shared.logging import get_logger
from shared.mongo.client import Database, Doc

log = get_logger(__name__)

_RETRY_S = 1.0


async def watch(
    db: Database, pipeline: Sequence[dict[str, Any]], *, full_document: str | None = "updateLookup", broken: Doc | None = None
) -> AsyncGenerator[Doc | None, None]:
    """Changes that pass `pipeline`, for ever. None says "some may have been missed: look yourself": when the stream begins, and, unless
    that is to be told by `broken`, when it breaks.

    Changed documents come as they are now (`fullDocument`); with `full_document` None only what changed comes. A server without change
    streams is tried again every second.
    """
    told = ""
    while True:
        try:
            async with await db.watch(list(pipeline), full_document=full_document, max_await_time_ms=1000) as stream:
                told = ""
                yield None
                async for change in stream:
                    yield change
        except PyMongoError as error:
            if type(error).__name__ != told:  # a server that has none is asked every second
                told = type(error).__name__
                log.warning("change_stream_broken", error=told)
            yield broken
            await asyncio.sleep(_RETRY_S)


def of(collections: Sequence[str], match: Doc) -> list[Doc]:
    """Pipeline: changes of these collections whose event also matches `match`."""
    return [{"$match": {"ns.coll": {"$in": list(collections)}, **match}}]
