"""With which embedder searches are answered while EMBEDDER is being changed: with the one before, until the new one knows every posting.

In any case postings without a vector are found by their words; nothing is down at any time (docs/decisions/0008).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.embeddings.base import Embedder
from shared.embeddings.open import find_embedder
from shared.errors import Unavailable
from shared.logging import get_logger
from shared.mongo import reembed
from shared.mongo.client import Database, translated
from shared.settings import Settings
from shared.tasks import end

T = TypeVar("T")

log = get_logger(__name__)

_LOOK_S = 2.0
_GRACE_S = 30.0  # no request takes longer


@dataclass
class Current(Generic[T]):
    """`now` is what answers. Who took it before a change may finish with it."""

    now: T


@asynccontextmanager
async def answering(
    db: Database,
    wanted: Embedder,
    settings: Settings,
    open_for: Callable[[Embedder], AbstractAsyncContextManager[T]],
    loaded: Callable[[T], Awaitable[object]],
    *,
    look_s: float = _LOOK_S,
) -> AsyncIterator[Current[T]]:
    """What `open_for` opens for the embedder to answer with now; opened anew for `wanted`, and put in place once it is `loaded`, when that
    knows every posting. `wanted` stays the caller's to close."""
    first = await who_answers(db, wanted, settings)
    async with AsyncExitStack() as stack:
        before = await stack.enter_async_context(AsyncExitStack())
        if first is not wanted:
            before.push_async_callback(first.aclose)
        current = Current(await before.enter_async_context(open_for(first)))

        async def change_over() -> None:
            await until_complete(db, wanted.embedder_id, look_s=look_s)
            new = await stack.enter_async_context(open_for(wanted))
            await loaded(new)
            current.now = new
            log.info("embedder_changed", before=first.embedder_id, now=wanted.embedder_id)
            await asyncio.sleep(_GRACE_S)
            await before.aclose()

        changing = [] if first is wanted else [asyncio.create_task(change_over())]
        try:
            yield current
        finally:
            await end(*changing)


async def who_answers(db: Database, wanted: Embedder, settings: Settings) -> Embedder:
    """`wanted` once it knew every posting, else the latest embedder that did and can run here. While the database is away: `wanted`."""
    try:
        with translated():
            known = await reembed.generations(db)
    except Unavailable:
        return wanted
    if wanted.embedder_id in known:
        return wanted
    for embedder_id in known:
        if (before := await asyncio.to_thread(find_embedder, embedder_id, settings)) is not None:
            log.info("embedder_changing", wanted=wanted.embedder_id, answering=embedder_id)
            return before
    return wanted


async def until_complete(db: Database, embedder_id: str, *, look_s: float = _LOOK_S) -> None:
    """Returns once this embedder knows every posting. The database going away and coming back is borne."""
    while True:
        try:
            with translated():
                if embedder_id in await reembed.generations(db):
                    return
        except Unavailable as error:
            log.warning("reembedding_unknown", error=error.message)
        await asyncio.sleep(look_s)
