"""`python -m services import-exercises FILE` and `import-clips FILE`, with a progress bar and a summary."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.backend.catalogue.clip_file import COLUMNS
from services.backend.catalogue.clip_importer import import_clips
from services.backend.catalogue.exercise_importer import import_exercises
from services.backend.catalogue.remake import remake
from services.backend.catalogue.report import Report, Tell
from services.backend.catalogue.rows import read_rows
from services.backend.postings.files import content_of
from services.backend.postings.importer import Row
from shared.cache.open import open_cache
from shared.embeddings.open import open_embedder
from shared.exercises import ExerciseList
from shared.logging import configure_logging
from shared.mongo.client import Database, open_mongo, translated
from shared.mongo.embedded import database_uri
from shared.mongo.indexes import create_indexes
from shared.settings import Settings
from shared.storage.playback import open_playbacks
from shared.text import clean_line

_PATIENCE_MS = 5000  # nobody waits for a page here: a database that is just starting may take its time

Import = Callable[[Settings, Database, Sequence[Row], Tell], Awaitable[Report]]


def run_import_exercises(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Exit code 0, or 1 when every row was rejected. Raises InvalidInput, Unavailable."""
    return _run(settings, _exercises, read_rows(content_of(file), listed_as="exercises"), as_json=as_json)


def run_import_clips(settings: Settings, file: Path, *, as_json: bool) -> int:
    """As `run_import_exercises`."""
    return _run(settings, _clips, read_rows(content_of(file), listed_as="clips", columns=COLUMNS), as_json=as_json)


async def _exercises(settings: Settings, db: Database, rows: Sequence[Row], tell: Tell) -> Report:
    embedder = await asyncio.to_thread(open_embedder, settings, threads=2)
    try:
        report = await import_exercises(db, embedder, rows, tell)
    finally:
        await embedder.aclose()
    report.remade = (await remake(db, settings.queue, settings.postings.remake_per_import)).asked
    return report


async def _clips(settings: Settings, db: Database, rows: Sequence[Row], tell: Tell) -> Report:
    playbacks = open_playbacks(settings)
    try:
        return await import_clips(db, playbacks, rows, tell)
    finally:
        await playbacks.aclose()


def _run(settings: Settings, work: Import, rows: Sequence[Row], *, as_json: bool) -> int:
    quiet = settings.process.model_copy(update={"log_level": "WARNING"})
    configure_logging(settings.model_copy(update={"process": quiet}), service="import")
    with database_uri(settings) as uri:
        mongo = settings.mongo.model_copy(update={"mongodb_uri": SecretStr(uri), "mongodb_timeout_ms": _PATIENCE_MS})
        report = asyncio.run(_import(settings.model_copy(update={"mongo": mongo}), work, rows, bar=not as_json))
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    console.print(json.dumps(asdict(report)) if as_json else "\n".join(_words(report)))
    return 1 if report.rejected and not report.new + report.changed + report.unchanged else 0


async def _import(settings: Settings, work: Import, rows: Sequence[Row], *, bar: bool) -> Report:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not bar) as progress:
        task = progress.add_task("rows", total=len(rows))

        async def tell(done: int) -> None:
            progress.advance(task, done)

        async with _database(settings) as db:
            return await work(settings, db, rows, tell)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    """What may be planned is read anew after an import, by all who share a cache."""
    async with AsyncExitStack() as opened:
        db = await opened.enter_async_context(open_mongo(settings))
        opened.enter_context(translated())
        cache = open_cache(settings)
        opened.push_async_callback(cache.aclose)
        await create_indexes(db)
        try:
            yield db
        finally:
            await ExerciseList(db, cache, settings.clips, configured=()).invalidate_cache()


def _words(report: Report) -> list[str]:
    more = report.rejected - len(report.reasons)
    return [
        "  ".join(f"{name} {value}" for name, value in report.counts.items()),
        *(f"  rejected: {reason}" for reason in report.reasons),
        *([f"  … and {more} more"] if more else []),
        *(f"  note: {note}" for note in report.notes),
        *(f"  replaced: {what}" for what in report.replaced),
        *(f"  warning: nothing reads {clean_line(column)[:80]!r}, told by {rows} rows" for column, rows in report.unread.items()),
    ]
