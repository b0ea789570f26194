"""`python -m services import FILE`: an import with a progress bar and its summary."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.backend.postings.importer import Source, Summary, import_postings, read_file
from shared.embeddings.local import open_local
from shared.logging import configure_logging
from shared.mongo.client import open_mongo, translated
from shared.mongo.embedded import database_uri
from shared.mongo.indexes import create_indexes
from shared.settings import Settings

_PATIENCE_MS = 5000  # nobody waits for a page here: a database that is just starting may take its time


def run_import(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Import `file` and print what happened: exit code 0, or 1 when every row was rejected. Raises InvalidInput, Unavailable."""
    quiet = settings.process.model_copy(update={"log_level": "WARNING"})
    configure_logging(settings.model_copy(update={"process": quiet}), service="import")
    source = read_file(file)
    with database_uri(settings) as uri:
        mongo = settings.mongo.model_copy(update={"mongodb_uri": SecretStr(uri), "mongodb_timeout_ms": _PATIENCE_MS})
        summary = asyncio.run(_import(settings.model_copy(update={"mongo": mongo}), source, bar=not as_json))
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(json.dumps(asdict(summary)) if as_json else _words(summary))
    return 1 if source.rows and summary.rejected == len(source.rows) else 0


async def _import(settings: Settings, source: Source, *, bar: bool) -> Summary:
    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not bar) as progress:
        task = progress.add_task("import", total=len(source.rows))
        embedder = await asyncio.to_thread(open_local, threads=2)
        async with open_mongo(settings) as db:
            with translated():
                await create_indexes(db)
                return await import_postings(db, embedder, source, lambda done: progress.advance(task, done))


def _words(summary: Summary) -> str:
    counts = "  ".join(f"{name} {value}" for name, value in asdict(summary).items() if name != "reasons")
    more = summary.rejected - len(summary.reasons)
    return "\n".join([counts, *(f"  rejected: {reason}" for reason in summary.reasons), *([f"  … and {more} more"] if more else [])])
