"""Imports in the background of the backend: boards when they are due, and whatever an operator asks for.

Every process of the backend looks and works; a unique index lets one of them ask for a board, a lease one of them import it, and the
lease's end another take over from one that vanished.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from services.backend.postings.boards import parse_board, read_boards
from services.backend.postings.fetch import BoardClient
from services.backend.postings.files import read_bytes
from services.backend.postings.importer import Summary, Tell
from services.backend.postings.importing import Importing
from shared.embeddings.base import Embedder, Kind
from shared.errors import InvalidInput, Unavailable
from shared.logging import get_logger
from shared.mongo import boards, imports
from shared.mongo.client import Database, Doc, translated
from shared.mongo.indexes import create_indexes
from shared.mongo.long_tasks import Held, Work
from shared.settings import Settings

log = get_logger(__name__)

_LANES = 3
"""Imports one process has in work: while one waits for its board another embeds."""
_POLL_S = 1.0
_LOOK_S = 15.0
SCHEDULE = "schedule"
"""Who asked for an import that nobody asked for."""


async def follow(db: Database, embedder: Embedder, settings: Settings) -> None:
    """Import what is due and what is asked for, for ever."""
    client = BoardClient(settings.postings)
    importing = Importing(db, OneAtATime(embedder), client, settings)
    interval = timedelta(minutes=settings.postings.import_interval_minutes)
    works = {imports.BOARD: _board_work(importing, interval), imports.UPLOAD: _upload_work(importing)}
    tasks, worker = imports.tasks(db, settings.queue), f"{socket.gethostname()}-{os.getpid()}"
    try:
        await _prepare(db)
        async with asyncio.TaskGroup() as group:
            group.create_task(_ask_what_is_due(db, settings))
            for lane in range(_LANES):
                group.create_task(tasks.follow(works, f"{worker}-{lane}", poll_s=_POLL_S))
    finally:
        await client.aclose()


async def _prepare(db: Database) -> None:
    """Without their indexes two processes could ask for one board."""
    while True:
        try:
            with translated():
                return await create_indexes(db, imports.COLLECTIONS)
        except Unavailable as error:
            log.warning("imports_waiting", error=error.message)
            await asyncio.sleep(_POLL_S)


async def _ask_what_is_due(db: Database, settings: Settings) -> None:
    """Ask for every board of BOARDS_FILE whose time has come; the file may change meanwhile."""
    file, interval = settings.postings.boards_file, timedelta(minutes=settings.postings.import_interval_minutes)
    while file is not None:
        try:
            named = [str(board) for board in await asyncio.to_thread(read_boards, file)]
            with translated():
                for board in await boards.due(db, named, interval, datetime.now(UTC)):
                    await imports.ask_board(db, settings.queue, board, SCHEDULE)
        except InvalidInput as error:
            log.error("boards_file_unusable", error=error.message)  # noqa: TRY400 - the message says it all
        except Unavailable as error:
            log.warning("schedule_waiting", error=error.message)
        await asyncio.sleep(min(_LOOK_S, interval.total_seconds() / 4))


def _board_work(importing: Importing, interval: timedelta) -> Work:
    async def work(held: Held) -> Doc:
        if held.task.params.get("who") == SCHEDULE and not await boards.due(importing.db, [held.task.key], interval, datetime.now(UTC)):
            return {"problem": "another process has just read it"}
        fetched = await importing.fetch(parse_board(held.task.key))
        listing = fetched.listing
        summary = await importing.store(fetched, _progress(held, len(listing.rows) if listing else 0))
        return _result(summary) | {"problem": listing.problem if listing else ""}

    return work


def _upload_work(importing: Importing) -> Work:
    async def work(held: Held) -> Doc:
        upload = str(held.task.params["upload"])
        source = await asyncio.to_thread(read_bytes, await imports.uploaded(importing.db, upload), "the rows sent")
        summary = await importing.file(source, _progress(held, len(source.rows)))
        await imports.drop_upload(importing.db, upload)
        return _result(summary)

    return work


def _progress(held: Held, total: int) -> Tell:
    """Told before each batch is stored, it fails where the import is no longer ours: nothing is written then."""
    done = 0

    async def tell(rows: int) -> None:
        nonlocal done
        done += rows
        await held.report({"done": done, "total": total})

    return tell


def _result(summary: Summary) -> Doc:
    return {**summary.counts, "reasons": summary.reasons}


class OneAtATime:
    """An embedder for imports beside searches: however many imports there are, they take one thread of it."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder_id, self.dimensions, self.threshold = embedder.embedder_id, embedder.dimensions, embedder.threshold
        self._embedder = embedder
        self._turn = asyncio.Lock()

    async def embed(self, texts: Sequence[str], *, kind: Kind = "query") -> NDArray[np.float32]:
        async with self._turn:
            return await self._embedder.embed(texts, kind=kind)

    async def aclose(self) -> None:
        """It belongs to the searches."""
